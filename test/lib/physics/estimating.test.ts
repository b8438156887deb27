import assert from "node:assert/strict";
import { EstimatingStepper } from "../../../src/lib/physics/estimators/estimating-stepper.ts";
import { compileModel } from "../../../src/lib/physics/model.ts";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { type PhysicsConfig, readPhysics } from "../../../src/lib/physics/settings.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";
import { isBad, StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { envelope, PUMP_SIGNALS, steady } from "./pump-samples.ts";

const START = 1_780_000_000_000;
const NONE = Number.NaN;

/** A tank whose outlet coefficient is unknown; input, noise and gaps as a plant has them. */
const asset = readAsset({
  idPattern: "*",
  signals: [
    { name: "inflow", unit: "m3/s", label: "Inflow" },
    { name: "level", unit: "m", label: "Level" },
  ],
});
const equations = "dlevel/dt = (inflow - k * sqrt(max(level, 0))) / area";
const tankTwin = (config: PhysicsConfig = {}) => {
  const parameters = [
    { name: "area", value: 0.5 },
    { name: "k", value: 0.03 },
  ];
  const base = { preset: "own", equations, parameters, estimate: "ekf", drifting: [{ name: "k" }] };
  return new PhysicsTwin(readPhysics({ ...base, ...config }, asset), asset);
};

class Tank {
  level = 0.8;
  time = START;
  k = 0.03;
  inflow = 0.02;
  readonly random;
  constructor(seed: number) {
    this.random = createRandom(seed);
  }
  /** One sample after `seconds`; the level is measured with 1 mm of noise, every fifth time not at all. */
  next(seconds = 0.5 + this.random.next()): Envelope {
    for (let i = 0; i < 20; i++) {
      const rate = (h: number) => (this.inflow - this.k * Math.sqrt(Math.max(h, 0))) / 0.5;
      const middle = this.level + (seconds / 40) * rate(this.level);
      this.level += (seconds / 20) * rate(middle);
    }
    this.time += Math.round(1000 * seconds);
    this.inflow = 0.02 + 0.008 * Math.sin((this.time - START) / 60_000);
    const measured = this.random.next() > 0.2;
    const values = { inflow: this.inflow, ...(measured && { level: this.level + 0.001 * this.random.normal() }) };
    return { v: 1, id: "t", branch: "live", time: this.time, values, updated: Object.keys(values) };
  }
}

describe("estimating beside a machine", () => {
  for (const estimate of ["ekf", "ukf"])
    it(`${estimate}: finds an outlet that clogs by 30 %, with honest uncertainty`, () => {
      const tank = new Tank(7);
      const twin = tankTwin({ estimate });
      let last = twin.update(tank.next()).section;
      const errors: number[] = [];
      let squares = 0;
      let inside = 0;
      for (let i = 0; i < 1500; i++) {
        if (i > 300) tank.k = Math.max(0.021, tank.k - 1.5e-5);
        last = twin.update(tank.next()).section;
        if (i < 1000) continue;
        const error = last.states!.k! - tank.k;
        errors.push(Math.abs(error) / tank.k);
        if (Math.abs(error) < 1.96 * last.stateSd!.k!) inside++;
        squares += last.nis!;
      }
      errors.sort((a, b) => a - b);
      assert(errors[250]! < 0.01, `median error ${errors[250]}`);
      assert(inside / 500 > 0.9, `${inside} of 500 inside ±1.96 sd`);
      assert(squares / 500 > 0.85 && squares / 500 < 1.15, `NIS ${squares / 500}`);
      assert(Math.abs(last.derived!.kChange! + 30) < 1.5, `change ${last.derived!.kChange} %`);
      assert(last.stateSd!.kChange! > 0.05 && last.stateSd!.kChange! < 2);
    });

  it("finds a jump that is far beyond the gate", () => {
    const tank = new Tank(8);
    const twin = tankTwin();
    for (let i = 0; i < 300; i++) twin.update(tank.next());
    tank.k = 0.018;
    let last = twin.update(tank.next()).section;
    for (let i = 0; i < 400; i++) last = twin.update(tank.next()).section;
    assert(Math.abs(last.states!.k! / 0.018 - 1) < 0.02, `k ${last.states!.k}`);
  });

  it("is not moved by single outliers", () => {
    const run = (outliers: boolean) => {
      const tank = new Tank(9);
      const twin = tankTwin();
      let last = twin.update(tank.next()).section;
      for (let i = 0; i < 600; i++) {
        const sample = tank.next();
        if (outliers && i > 200 && i % 40 === 0) sample.values.level = 2;
        last = twin.update(sample).section;
      }
      return last.states!.k!;
    };
    assert(Math.abs(run(true) / run(false) - 1) < 0.002);
  });

  it("keeps a parameter inside its bounds", () => {
    const tank = new Tank(10);
    const twin = tankTwin({ drifting: [{ name: "k", low: 0.025, high: 0.04 }] });
    for (let i = 0; i < 600; i++) {
      if (i > 200) tank.k = 0.02;
      const { states } = twin.update(tank.next()).section;
      if (states!.k !== undefined) assert(states!.k >= 0.025 && states!.k <= 0.04);
    }
  });

  it("starts again after a gap less certain of the parameter, and does not integrate late samples or a pause", () => {
    const tank = new Tank(11);
    const twin = tankTwin({ maxGap: 60, drifting: [{ name: "k", driftSd: 50 }] });
    let before = twin.update(tank.next()).section;
    for (let i = 0; i < 400; i++) before = twin.update(tank.next()).section;
    const late = tank.next();
    assert.equal(twin.update({ ...late, time: tank.time - 60_000 }).code, "late");
    const after = twin.update(tank.next(3600));
    assert.equal(after.code, "gap");
    assert(after.section.stateSd!.k! > 3 * before.stateSd!.k!);
    assert.equal(after.section.states!.k, before.states!.k);
    // The first samples find it again.
    let last = after.section;
    for (let i = 0; i < 60; i++) last = twin.update(tank.next()).section;
    assert(last.stateSd!.k! < 0.5 * after.section.stateSd!.k!);
  });

  it("does without an input for a while, and answers null when it is gone for too long", () => {
    const tank = new Tank(12);
    const twin = tankTwin({ maxGap: 5 });
    for (let i = 0; i < 200; i++) twin.update(tank.next());
    const without = () => {
      const { values, updated, ...rest } = tank.next(1);
      const status = { inflow: StatusCode.Bad_OutOfRange };
      assert(isBad(status.inflow));
      return { ...rest, status, values, updated: updated.filter((name) => name !== "inflow") };
    };
    assert.equal(twin.update(without()).code, "ok");
    for (let i = 0; i < 8; i++) twin.update(without());
    const { section, code, missing } = twin.update(without());
    assert.equal(code, "waiting");
    assert.deepEqual(missing, ["Inflow"]);
    assert.equal(section.expected.level, null);
    assert.equal(section.states!.level, undefined);
    assert(section.states!.k! > 0);
    assert.equal(twin.update(tank.next()).code, "started");
  });

  it("goes on after a restart as if there had been none", () => {
    const tank = new Tank(13);
    const twin = tankTwin();
    for (let i = 0; i < 400; i++) twin.update(tank.next());
    const copy = tankTwin();
    copy.restore(JSON.parse(JSON.stringify(twin.snapshot())));
    for (let i = 0; i < 50; i++) {
      const sample = tank.next();
      assert.deepEqual(copy.update(sample).section, twin.update(sample).section);
    }
    const other = readPhysics(
      { preset: "tank" },
      readAsset({
        idPattern: "*",
        signals: [
          { name: "inflow", unit: "m3/h" },
          { name: "level", unit: "m" },
        ],
      }),
    );
    assert.throws(() => new PhysicsTwin(other, asset).restore(twin.snapshot()), TypeError);
  });

  it("returns to the calibrated value after maintenance, and learns anew when told", () => {
    const tank = new Tank(14);
    const twin = tankTwin();
    for (let i = 0; i < 700; i++) {
      if (i > 200) tank.k = 0.024;
      twin.update(tank.next());
    }
    tank.k = 0.03;
    twin.restart();
    let last = twin.update(tank.next()).section;
    assert(Math.abs(last.derived!.kChange!) < 1);
    for (let i = 0; i < 300; i++) last = twin.update(tank.next()).section;
    assert(Math.abs(last.derived!.kChange!) < 2);
    twin.learn();
    last = twin.update(tank.next()).section;
    assert.equal(last.derived!.kChange, undefined);
  });

  it("estimates a parameter of a pump that no state depends on: efficiency −25 %, 1 % noise, 20 % missing", () => {
    const pump = readAsset({ idPattern: "*", signals: PUMP_SIGNALS.map(([name, unit]) => ({ name, unit })) });
    const settings = readPhysics({ preset: "pump", estimate: "ekf", drifting: [{ name: "bestEfficiency" }] }, pump);
    const twin = new PhysicsTwin(settings, pump);
    const random = createRandom(15);
    const values: Record<string, number> = {};
    const errors: number[] = [];
    for (let i = 0; i < 1200; i++) {
      const truth = steady(1300 + 150 * Math.sin(i / 70), 45 + 8 * Math.sin(i / 41));
      const worn = i < 300 ? 1 : 0.75;
      const active = Math.sqrt(truth.motorCurrent! ** 2 - 64) / worn;
      truth.motorCurrent = Math.hypot(8, active);
      const updated: string[] = [];
      for (const [name] of PUMP_SIGNALS)
        if (random.next() > 0.2) {
          values[name] = truth[name]! * (1 + 0.01 * random.normal());
          updated.push(name);
        }
      const { states } = twin.update(envelope(START + i * 10_000, { ...values }, { updated })).section;
      if (i > 700) errors.push(Math.abs(states!.bestEfficiency! / (0.72 * worn) - 1));
    }
    errors.sort((a, b) => a - b);
    assert(errors[errors.length >> 1]! < 0.02, `median error ${errors[errors.length >> 1]}`);
  });

  it("leaves finite JSON whatever comes, and can always be saved", () => {
    const kinds = [() => null, (x: number) => 1e308 * x, () => 0, (x: number) => -x, (x: number) => 1e-300 * x];
    for (const name of ["pump", "tank", "battery", "conveyor"])
      for (const estimate of ["ekf", "ukf"]) {
        const { units, nominal } = presets.get(name)!;
        const signals = Object.entries(units).map(([signal, unit]) => ({ name: signal, unit }));
        const machine = readAsset({ idPattern: "*", signals });
        const settings = readPhysics({ preset: name, estimate, learn: 15 }, machine);
        const twin = new PhysicsTwin(settings, machine);
        const random = createRandom(`${name} ${estimate}`);
        let time = START;
        for (let i = 0; i < 300; i++) {
          time += random.next() < 0.1 ? -1000 : Math.floor(random.next() * 20_000);
          const values: Record<string, number | null> = {};
          const status: Record<string, number> = {};
          for (const signal of Object.keys(units)) {
            if (random.next() < 0.2) continue;
            const usual = (nominal[signal] ?? 1) * (1 + 0.3 * random.normal());
            const odd = kinds[Math.floor(random.next() * 60)];
            values[signal] = odd ? odd(usual) : usual;
            if (random.next() < 0.05) status[signal] = StatusCode.Bad_OutOfRange;
          }
          const { section } = twin.update({
            v: 1,
            id: "a",
            branch: "live",
            time,
            values,
            updated: Object.keys(values),
            status,
          });
          for (const part of [section.states, section.stateSd, section.derived])
            for (const value of Object.values(part ?? {})) assert(Number.isFinite(value));
          assert.deepEqual(JSON.parse(JSON.stringify(section)), section);
          if (i % 50 === 0) new PhysicsTwin(settings, machine).restore(JSON.parse(JSON.stringify(twin.snapshot())));
        }
      }
  });

  it("refuses settings that cannot work with a sentence", () => {
    const twin = (change: PhysicsConfig) => () => tankTwin(change);
    assert.throws(twin({ estimate: "magic" }), /Estimation is "magic": choose off, follow, ekf or ukf/);
    assert.throws(twin({ drifting: [{ name: "x" }] }), /"x" is not a number of the model/);
    assert.throws(twin({ drifting: [{ name: "k" }, { name: "k" }] }), /k is there twice/);
    assert.throws(twin({ drifting: [{ name: "k", low: 0.05 }] }), /must lie between its bounds 0.05 and 0.3/);
    assert.throws(twin({ drifting: [{ name: "k", driftSd: "x" }] }), /Drift of k is "x": enter a number/);
    assert.throws(twin({ noise: [{ signal: "inflow", sd: 1 }] }), /the model does not predict "Inflow"/);
    assert.throws(twin({ noise: [{ signal: "level", sd: 0 }] }), /Measurement noise of level is 0/);
    assert.throws(twin({ process: [{ state: "k", sd: 1 }] }), /"k" is not a state/);
    assert.throws(twin({ equations: "level = 2 * inflow", drifting: [] }), /nothing to estimate/);
  });

  it("stops at a deadline and goes on, and never runs ahead of its data", () => {
    // A fast oscillator: a second of it takes many steps.
    const equations = "dx/dt = w*v\ndv/dt = -w*x\ny = x + c*u";
    const spec = {
      equations,
      signals: ["u", "y"],
      parameters: new Map([
        ["w", 2000],
        ["c", 1],
      ]),
    };
    const model = compileModel({ ...spec, initial: new Map([["x", 1]]) });
    const drifting = [{ name: "c", startSd: 0.1, driftSd: 0.1, low: 0, high: 10 }];
    const stepper = new EstimatingStepper(model, { method: "ekf", maxGap: 100, drifting, process: new Map(), gate: 5 });
    stepper.step(START, [1], [2]);
    let left = 50;
    const deadline = () => left-- <= 0;
    assert.equal(stepper.step(START + 1000, [3], [NONE], [NONE], deadline), "behind");
    assert(Number.isNaN(stepper.quantities[0]));
    let code = stepper.proceed(deadline);
    let slices = 1;
    for (; code === "behind"; slices++) {
      left = 50;
      code = stepper.proceed(deadline);
    }
    assert.equal(code, "ok");
    assert(slices > 5, String(slices));
    // y = cos(2000) + the input of the new sample
    assert(Math.abs(stepper.quantities[2]! - (Math.cos(2000) + 3)) < 0.2, `${stepper.quantities[2]}`);
    assert.equal(stepper.proceed(), undefined);
  });

  it("finds a change smaller than the noise of a parameter that was said not to drift", () => {
    const one = readAsset({
      idPattern: "*",
      signals: [
        { name: "u", unit: "1" },
        { name: "y", unit: "1" },
      ],
    });
    const config = {
      preset: "own",
      equations: "y = c * u",
      parameters: [{ name: "c", value: 1 }],
      correct: false,
      estimate: "ekf",
    };
    const drifting = [{ name: "c", driftSd: 1e-4 }];
    const twin = new PhysicsTwin(readPhysics({ ...config, drifting, noise: [{ signal: "y", sd: 0.05 }] }, one), one);
    const random = createRandom(17);
    let last: ReturnType<PhysicsTwin["update"]> | undefined;
    for (let i = 0; i < 3000; i++) {
      const values = { u: 1, y: (i < 1000 ? 1 : 0.97) + 0.05 * random.normal() };
      last = twin.update({ v: 1, id: "a", branch: "live", time: START + 1000 * i, values, updated: ["u", "y"] });
      // Before: still 0. The mean of 1000 samples alone would be known to 0.16 %.
      if (i === 999) assert(Math.abs(last.section.derived!.cChange!) < 0.6, `${last.section.derived!.cChange} %`);
    }
    assert(Math.abs(last!.section.derived!.cChange! + 3) < 0.8, `${last!.section.derived!.cChange} %`);
  });

  it("takes no measurement for true while an input is doubtful", () => {
    const tank = new Tank(16);
    const twin = tankTwin();
    for (let i = 0; i < 300; i++) twin.update(tank.next());
    const before = twin.update(tank.next()).section;
    // The flow meter shows nonsense that is marked as such; the level goes on to be right.
    let last = before;
    for (let i = 0; i < 60; i++) {
      const sample = tank.next();
      sample.values.inflow = 0.03;
      last = twin.update({ ...sample, status: { inflow: StatusCode.Uncertain_SensorNotAccurate } }).section;
    }
    assert(Math.abs(last.states!.k! / before.states!.k! - 1) < 1e-3);
  });

  it("uses given noise at once, and follows its own rules of time", () => {
    const model = compileModel({ equations: "dx/dt = -a*x + u", signals: ["x", "u"], parameters: new Map([["a", 1]]) });
    const drifting = [{ name: "a", startSd: 0.5, driftSd: 0, low: 0.1, high: 10 }];
    const make = () =>
      new EstimatingStepper(model, { method: "ekf", maxGap: 100, drifting, process: new Map([["x", 0]]), gate: 0 });
    const stepper = make();
    stepper.setNoise(0, 1e-4);
    stepper.release();
    assert.equal(stepper.step(START, [NONE], [1]), "waiting");
    assert.equal(stepper.step(START, [0], [1]), "started");
    // x = e^(−2t): the parameter is found from a single decay.
    for (let i = 1; i <= 40; i++) stepper.step(START + i * 50, [0], [Math.exp(-0.1 * i)]);
    assert(Math.abs(stepper.x[1]! - 2) < 1e-3, `a ${stepper.x[1]}`);
    assert.equal(stepper.runningFor, 2);
    // A sample of the same moment adds knowledge and no time.
    const before = stepper.variance(0);
    stepper.step(START + 2000, [0], [Math.exp(-4)]);
    assert(stepper.variance(0) < before);
  });
});
