import assert from "node:assert/strict";
import fc from "fast-check";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { vapourPressure, waterDensity } from "../../../src/lib/physics/presets/reference-pump.ts";
import { type PhysicsConfig, readPhysics } from "../../../src/lib/physics/settings.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { TEMPLATES } from "../../../src/lib/twin/templates.ts";
import { normals } from "./normals.ts";
import { envelope, PUMP_SIGNALS, steady } from "./pump-samples.ts";

const asset = (change: { signals?: readonly (readonly [string, string])[]; parameters?: object[] } = {}) =>
  readAsset({
    name: "Pump",
    idPattern: "plant1:*",
    signals: (change.signals ?? PUMP_SIGNALS).map(([name, unit]) => ({ name, unit })),
    parameters: (change.parameters ?? []) as never,
  });
const twin = (config: PhysicsConfig = {}, of = asset()) =>
  new PhysicsTwin(readPhysics({ preset: "pump", ...config }, of), of);
const near = (got: number | null | undefined, wanted: number, relative = 1e-9) =>
  assert(
    got !== null && got !== undefined && Math.abs(got - wanted) <= relative * Math.max(1, Math.abs(wanted)),
    `${got} instead of ${wanted}`,
  );
const START = Date.UTC(2026, 0, 1);

describe("pump preset", () => {
  it("uses the published density and vapour pressure of water", () => {
    // Kestin et al. 1978 / NIST: density at 1 atm. IAPWS-95: saturation pressure in kPa.
    for (const [t, rho] of [
      [4, 999.97],
      [20, 998.2],
      [40, 992.2],
      [60, 983.2],
    ] as const)
      near(waterDensity(t), rho, 1e-3);
    for (const [t, kPa] of [
      [10, 1.2282],
      [20, 2.3393],
      [40, 7.3849],
      [60, 19.946],
      [80, 47.414],
    ] as const)
      near(vapourPressure(t) * 100, kPa, 5e-3);
  });

  it("expects what the formulas say, at any speed and flow", () => {
    for (const [speed, flow] of [
      [1480, 60],
      [1480, 20],
      [1200, 45],
      [800, 30],
      [1600, 75],
    ] as const) {
      const truth = steady(speed, flow);
      const { section } = twin().update(envelope(START, truth));
      for (const name of ["dischargePressure", "motorCurrent", "vibration", "bearingTemperature"])
        near(section.expected[name], truth[name]!);
      near(section.derived?.head, truth._head!);
      near(section.derived?.shaftPower, truth._power!);
      near(section.derived?.npshAvailable, truth._npshAvailable!);
      near(section.derived?.npshRequired, truth._npshRequired!);
      near(section.derived?.npshMargin, truth._npshAvailable! - truth._npshRequired!);
    }
  });

  it("has the figures of its data sheet at the nominal point", () => {
    const { section } = twin().update(envelope(START, steady(1480, 60)));
    near(section.derived?.head, 32, 1e-12);
    near(section.derived?.npshRequired, 2.5, 1e-12);
    assert(section.derived!.shaftPower! > 6 && section.derived!.shaftPower! < 11);
    assert(section.expected.motorCurrent! > 12 && section.expected.motorCurrent! < 20);
  });

  it("stands still without nonsense", () => {
    const { section } = twin().update(envelope(START, { ...steady(1480, 60), speed: 0, flow: 0 }));
    for (const [name, value] of [
      ["motorCurrent", 0],
      ["dischargePressure", 1.2],
      ["vibration", 0],
    ] as const)
      near(section.expected[name], value, 1e-4);
  });

  it("warms the bearing as the closed form says", () => {
    const pump = twin({ settle: 0 });
    const cold = { ...steady(1480, 60), bearingTemperature: 20 };
    pump.update(envelope(START, cold));
    const { bearingTemperature: _, ...others } = cold;
    for (const seconds of [10, 310, 900, 1200, 1800]) {
      const { section } = pump.update(envelope(START + seconds * 1000, others));
      near(section.states?.bearingTemperature, 20 + 25 * (1 - Math.exp(-seconds / 1200)), 1e-6);
    }
  });

  it("takes and gives the asset's units", () => {
    const metric = steady(1480, 60);
    const of = asset({
      signals: PUMP_SIGNALS.map(([n, u]) =>
        u === "bar" ? [n, "kPa"] : n === "bearingTemperature" ? [n, "[degF]"] : [n, u],
      ),
    });
    const values = {
      ...metric,
      suctionPressure: 120,
      dischargePressure: metric.dischargePressure! * 100,
      bearingTemperature: 113,
    };
    const { section } = twin({}, of).update(envelope(START, values));
    near(section.expected.dischargePressure, metric.dischargePressure! * 100);
    near(section.expected.bearingTemperature, 113);
    near(section.residual.dischargePressure, 0);
  });

  it("takes the asset's parameters before its own, and the node's before both", () => {
    const parameters = [{ name: "shutOffHead", value: 50, unit: "m" }];
    const sample = envelope(START, steady(1480, 60));
    near(twin({}, asset({ parameters })).update(sample).section.derived?.head, 42);
    const rows = [{ name: "shutOffHead", value: "45" }];
    near(twin({ parameters: rows }, asset({ parameters })).update(sample).section.derived?.head, 37);
  });

  it("says which signals it lacks, and does without water and ambient temperature", () => {
    const without = (...names: string[]) => asset({ signals: PUMP_SIGNALS.filter(([n]) => !names.includes(n)) });
    assert.throws(
      () => twin({}, without("flow", "suctionPressure")),
      /needs flow \(m³\/h\), suctionPressure \(bar\) as signals/,
    );
    const { section } = twin({}, without("waterTemperature", "ambientTemperature")).update(
      envelope(START, steady(1480, 60)),
    );
    assert(section.derived?.npshMargin !== undefined);
  });

  it("learns a healthy pump that does not fit its data sheet, then shows a loss of head", () => {
    const noise = normals(1);
    const pump = twin();
    const at = (i: number, loss: number) => {
      const v = steady(1480 + 20 * Math.sin(i / 9), 58 + 3 * Math.sin(i / 7));
      const pressure = v.dischargePressure! + 0.2 - loss + 0.01 * noise();
      return pump.update(envelope(START + i * 1000, { ...v, dischargePressure: pressure }));
    };
    let result = at(0, 0);
    assert.equal(result.section.z.dischargePressure, null);
    for (let i = 1; i < 150; i++) result = at(i, 0);
    near(result.section.bias?.dischargePressure, 0.2, 0.01);
    assert(Math.abs(result.section.z.dischargePressure!) < 5);
    // 0.5 % of 4.2 bar is the floor of the spread.
    near(result.section.sd.dischargePressure, 0.005 * 4.4, 0.05);
    for (let i = 150; i < 200; i++) result = at(i, 0.3);
    assert(result.section.z.dischargePressure! < -10, `${result.section.z.dischargePressure}`);
    near(result.section.residual.dischargePressure, -0.3, 0.05);
  });

  it("has residuals of the size of the noise on a healthy pump (10 seeds, 2 000 samples each)", () => {
    const names = ["dischargePressure", "motorCurrent", "vibration"];
    const sd: Record<string, number> = { dischargePressure: 0.03, motorCurrent: 0.2, vibration: 0.05 };
    let sum = 0;
    let count = 0;
    for (let seed = 0; seed < 10; seed++) {
      const noise = normals(100 + seed);
      const pump = twin({ floor: 0 });
      for (let i = 0; i < 2000; i++) {
        const v = steady(1400 + 80 * Math.sin(i / 50), 50 + 10 * Math.sin(i / 33));
        for (const name of names) v[name]! += sd[name]! * noise();
        const { section } = pump.update(envelope(START + i * 1000, v));
        for (const name of names) if (i > 100) [sum, count] = [sum + section.z[name]! ** 2, count + 1];
      }
    }
    // Mean z² is 1 when the spread is right; 100 samples know each variance to 14 %, 30 of them together to 3 %.
    assert(Math.abs(sum / count - 1) < 0.12, `mean z² ${sum / count}`);
  });

  it("says what is missing and gives null, and holds an input for as long as it may", () => {
    const pump = twin({ maxGap: 10 });
    const { flow: _, ...noFlow } = steady(1480, 60);
    let result = pump.update(envelope(START, noFlow));
    assert.equal(result.section.expected.dischargePressure, null);
    assert.deepEqual(result.section.why, ["The model waits for flow."]);
    assert.deepEqual(result.missing, ["flow"]);
    pump.update(envelope(START + 1000, steady(1480, 60)));
    const bad = envelope(START + 6000, steady(1480, 900), { status: { flow: StatusCode.Bad_OutOfRange } });
    result = pump.update(bad);
    near(result.section.derived?.head, 32);
    for (const s of [11, 14, 17])
      result = pump.update({ ...bad, time: START + s * 1000, times: { flow: START + 1000 } });
    assert.equal(result.section.derived?.head, undefined);
    assert.deepEqual(result.missing, ["flow"]);
  });

  it("gives no residual for a Bad signal and learns nothing from an Uncertain one", () => {
    const pump = twin();
    const status = { dischargePressure: StatusCode.Uncertain_SensorNotAccurate };
    let result = pump.update(envelope(START, steady(1480, 60), { status }));
    near(result.section.residual.dischargePressure, 0);
    assert.equal(result.section.bias?.dischargePressure, undefined);
    result = pump.update(
      envelope(START + 1000, steady(1480, 60), { status: { dischargePressure: StatusCode.Bad_OutOfRange } }),
    );
    assert.equal(result.section.residual.dischargePressure, null);
    assert(result.section.expected.dischargePressure !== null);
  });

  it("learns with a held water temperature, but not with a doubtful one, and says so", () => {
    const pump = twin();
    const learn = (status: number) => {
      for (let i = 0; i < 3; i++)
        pump.update(
          envelope(START + status * 10 + i * 1000, steady(1480, 60), { status: { waterTemperature: status } }),
        );
      return pump.update(
        envelope(START + status * 10 + 9000, steady(1480, 60), { status: { waterTemperature: status } }),
      );
    };
    const doubtful = learn(StatusCode.Uncertain_SensorNotAccurate);
    assert.equal(doubtful.progress, 0);
    assert(doubtful.section.why!.includes("Learning waits until waterTemperature can be trusted again."));
    const held = twin();
    for (let i = 0; i < 5; i++)
      held.update(
        envelope(START + i * 1000, steady(1480, 60), {
          status: { waterTemperature: StatusCode.Uncertain_LastUsableValue },
        }),
      );
    assert(held.update(envelope(START + 9000, steady(1480, 60))).progress > 0);
  });

  it("does not compare the bearing before its model has settled", () => {
    const pump = twin();
    const at = (s: number) => pump.update(envelope(START + s * 1000, steady(1480, 60))).section;
    assert.match(at(0).why!.join(), /bearingTemperature settles for 2400 s/);
    for (let s = 300; s < 2400; s += 300) assert.equal(at(s).z.bearingTemperature, null);
    for (let s = 2400; s < 12_000; s += 300) at(s);
    assert(at(12_000).z.bearingTemperature !== null);
    assert.equal(at(12_300).why, undefined);
  });

  it("starts again from measurement after a gap, without a step in what it learned", () => {
    const pump = twin({ settle: 0, learn: 15 });
    const shifted = { ...steady(1480, 60), bearingTemperature: 48 };
    for (let s = 0; s < 40_000; s += 500) pump.update(envelope(START + s * 1000, shifted));
    const before = pump.update(envelope(START + 40_000_000, shifted)).section;
    near(before.residual.bearingTemperature, 0, 0.5);
    const { code, section } = pump.update(envelope(START + 90_000_000, shifted));
    assert.equal(code, "gap");
    near(section.residual.bearingTemperature, 0, 1e-9);
    assert.match(section.why!.join(), /No data for more than 600 s/);
  });

  it("ignores late samples", () => {
    const pump = twin();
    pump.update(envelope(START + 5000, steady(1480, 60)));
    const before = JSON.stringify(pump.snapshot());
    const { code, section } = pump.update(envelope(START, steady(800, 20)));
    assert.equal(code, "late");
    near(section.derived?.head, 32);
    assert.equal(JSON.stringify(pump.snapshot()), before);
  });

  it("goes on after a restart as if there had been none", () => {
    const noise = normals(9);
    const sample = (i: number) => {
      const v = steady(1480, 60 + noise());
      return envelope(START + i * 1000 + (i % 7) * 13, { ...v, bearingTemperature: 30 + noise() });
    };
    const a = twin({ settle: 20, follow: 100 });
    for (let i = 0; i < 60; i++) a.update(sample(i));
    const b = twin({ settle: 20, follow: 100 });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    for (let i = 60; i < 160; i++) {
      const s = sample(i);
      const [x, y] = [a.update(s), b.update(s)];
      // The solver's step size is not kept: the same to its tolerance.
      near(y.section.states?.bearingTemperature, x.section.states!.bearingTemperature!, 1e-7);
      assert.deepEqual(y.section.z.dischargePressure, x.section.z.dischargePressure);
      assert.equal(y.progress, x.progress);
    }
    assert.throws(() => twin({ preset: "own", equations: "vibration = speed" }).restore(a.snapshot()), TypeError);
  });

  it("answers learn and freeze", () => {
    const pump = twin();
    pump.update(envelope(START, steady(1480, 60)));
    assert(pump.freeze().includes("dischargePressure"));
    for (let i = 1; i < 20; i++) pump.update(envelope(START + i * 1000, steady(1480, 60)));
    assert.deepEqual(pump.freeze(), ["bearingTemperature"]);
    assert.equal(pump.update(envelope(START + 30_000, steady(1480, 60))).progress, 1);
    pump.learn();
    assert(pump.update(envelope(START + 31_000, steady(1480, 60))).progress < 0.1);
  });

  it("is plain JSON, always", () => {
    const pump = twin();
    const odd = { ...steady(1480, 60), flow: 1e308, speed: -5 };
    for (const values of [odd, steady(0, 0), {}, { flow: 1e-300 }]) {
      const { section } = pump.update(envelope(START, values as never));
      assert.deepEqual(JSON.parse(JSON.stringify(section)), section);
      assert.deepEqual(JSON.parse(JSON.stringify(pump.snapshot())), pump.snapshot());
    }
  });
});

describe("presets and asset templates", () => {
  it("fit each other, units included", () => {
    for (const [name, template] of TEMPLATES) {
      const of = readAsset({ ...template, name, idPattern: "x" });
      const { model } = readPhysics({ preset: name }, of);
      assert(model.outputs.size >= 2, name);
    }
    const of = readAsset({ ...TEMPLATES.get("tank")!, name: "Tank", idPattern: "x" });
    const tank = new PhysicsTwin(readPhysics({ preset: "tank" }, of), of);
    // The template's valve is in percent, the preset's from 0 to 1: Torricelli at 2 m, half open.
    const { section } = tank.update(envelope(START, { level: 2, inflow: 10, valve: 50 } as never));
    near(section.expected.outflow, 3600 * 0.62 * 0.002 * 0.5 * Math.sqrt(2 * 9.80665 * 2));
  });
});

describe("any data", function () {
  // Under a second alone; a computer that is full gets its time.
  this.timeout(120_000);

  it("leaves plain, finite JSON and never throws (500 runs)", () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, 60, 1480, 1e308, -1e308, 5e-324),
    );
    const value = fc.oneof({ weight: 8, arbitrary: number }, fc.constantFrom(null, true, "text"));
    const names = PUMP_SIGNALS.map(([name]) => name);
    const step = fc.record({
      dt: fc.oneof(fc.integer({ min: -5000, max: 700_000 }), fc.constantFrom(0, 1000, 1e13)),
      values: fc.dictionary(fc.constantFrom(...names), value),
      bad: fc.subarray(names, { maxLength: 2 }),
    });
    const of = asset();
    const settings = [0, 100].map((follow) => readPhysics({ preset: "pump", settle: 0, learn: 20, follow }, of));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, follow) => {
        const fresh = () => new PhysicsTwin(settings[follow ? 1 : 0]!, of);
        let pump = fresh();
        let time = START;
        for (const { dt, values, bad } of steps) {
          time = Math.min(time + dt, 8e15);
          const status = Object.fromEntries(bad.map((name) => [name, StatusCode.Bad_OutOfRange]));
          const { section } = pump.update(envelope(time, values as never, { status }));
          assert.deepEqual(JSON.parse(JSON.stringify(section)), section);
          const saved = pump.snapshot();
          const text = JSON.stringify(saved);
          assert.deepEqual(JSON.parse(text), saved);
          pump = fresh();
          pump.restore(JSON.parse(text));
        }
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe("tank preset", () => {
  const of = readAsset({
    name: "Tank",
    idPattern: "tank",
    signals: [
      { name: "level", unit: "m" },
      { name: "inflow", unit: "m3/h" },
      { name: "outflow", unit: "m3/h" },
    ],
  });
  const values = (level: number | undefined, inflow: number) => ({ ...(level !== undefined && { level }), inflow });

  it("empties as Torricelli's closed form says", () => {
    const tank = new PhysicsTwin(readPhysics({ preset: "tank", follow: 0 }, of), of);
    tank.update(envelope(START, values(2, 0) as never));
    // √h = √h0 − c·A_out/A·√(g/2)·t
    const k = ((0.62 * 0.002) / 4) * Math.sqrt(9.80665 / 2);
    for (const t of [60, 300, 600, 1000, 1500]) {
      const { section } = tank.update(envelope(START + t * 1000, values(undefined, 0) as never));
      near(section.states?.level, (Math.sqrt(2) - k * t) ** 2, 1e-5);
    }
  });

  it("follows the measured level with the given time constant, so that the balance does not drift away", () => {
    const tank = new PhysicsTwin(readPhysics({ preset: "tank", follow: 600, correct: false }, of), of);
    const c = 3600 * 0.62 * 0.002 * Math.sqrt(2 * 9.80665 * 1.5);
    let residual = 0;
    // A leak of 1 m³/h at a constant level of 1.5 m: the residual settles at −leak/area·time constant, less the outflow's own reaction.
    for (let s = 0; s < 36_000; s += 10)
      residual = tank.update(envelope(START + s * 1000, values(1.5, c + 1) as never)).section.residual.level!;
    const reaction = c / 2 / 1.5 / 3600 / 4;
    near(residual, -(1 / 3600 / 4) / (1 / 600 + reaction), 0.02);
  });
});

describe("own equations", () => {
  const of = readAsset({
    name: "M",
    idPattern: "m",
    signals: [
      { name: "power", unit: "W", label: "Power" },
      { name: "temperature", unit: "Cel", label: "Temperature" },
    ],
  });
  const config: PhysicsConfig = {
    preset: "own",
    equations: "dT/dt = (power - k*(T - 20)) / C",
    parameters: [
      { name: "k", value: "10" },
      { name: "C", value: "5000" },
      { name: "T", value: 20 },
    ],
    predictions: [{ signal: "temperature", variable: "T" }],
    settle: "",
  };

  it("maps a state to a signal of another name and starts from its measurement", () => {
    const twin_ = new PhysicsTwin(readPhysics(config, of), of);
    const sample = (t: number, values: object) => envelope(START + t * 1000, values as never);
    assert.equal(twin_.update(sample(0, { power: 500, temperature: 30 })).section.expected.temperature, 30);
    const { section } = twin_.update(sample(500, { power: 500 }));
    near(section.expected.temperature, 70 - 40 * Math.exp(-1), 1e-6);
    near(section.states?.T, 70 - 40 * Math.exp(-1), 1e-6);
  });

  it("refuses what is not usable with a sentence", () => {
    const refuse = (change: PhysicsConfig, sentence: RegExp) =>
      assert.throws(() => readPhysics({ ...config, ...change }, of), sentence);
    refuse({ equations: " " }, /no equations yet/);
    refuse({ preset: "", equations: "" }, /choose a preset or write your own/);
    refuse({ preset: "turbine" }, /"turbine" does not exist: choose pump, fan, .* or room/);
    refuse({ parameters: [] }, /line 1: "k" is no signal of the asset.*and it has no value/);
    refuse({ parameters: [{ name: "k", value: "ten" }] }, /Parameter k: "ten" is not a number/);
    refuse({ parameters: [{ name: "k k", value: 1 }] }, /letters, digits and underscore/);
    refuse({ predictions: [] }, /No equation predicts a signal/);
    refuse({ learn: 3 }, /Samples to learn from is 3: enter a number from 15/);
    refuse({ maxGap: "x" }, /Longest gap is "x"/);
  });

  it("says that equations blow up, and recovers", () => {
    const settings = readPhysics({ ...config, equations: "dT/dt = power * T^2", parameters: [] }, of);
    const twin_ = new PhysicsTwin(settings, of);
    const sample = (t: number) => envelope(START + t * 1000, { power: 1, temperature: 1 } as never);
    twin_.update(sample(0));
    const { code, section } = twin_.update(sample(10));
    assert.equal(code, "failed");
    assert.match(section.why!.join(), /no finite number/);
    assert.equal(section.expected.temperature, null);
    assert.equal(twin_.update(sample(11)).section.expected.temperature, 1);
  });
});
