import assert from "node:assert/strict";
import type { AnomalyEngine, AnomalyEvent, AnomalyResult } from "../../../src/lib/anomaly/engine.ts";
import { type AnomalyConfig, meaningOf, readOptions } from "../../../src/lib/anomaly/options.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { assetWith, engineFor, message, modelled, START } from "./fixtures.ts";
import { gaussian } from "./random.ts";

const OUTPUTS = ["dischargePressure", "flow", "motorCurrent", "vibration", "bearingTemperature"];
const EXPECTED: Record<string, number> = {
  dischargePressure: 4.21,
  flow: 60,
  motorCurrent: 12,
  vibration: 1.8,
  bearingTemperature: 55,
};
const SD = 0.03;

/** A modelled pump: each output is its expectation plus noise plus a shift in standard deviations. */
class Pump {
  readonly engine: AnomalyEngine;
  readonly events: AnomalyEvent[] = [];
  time = START;
  last!: AnomalyResult;
  #random: () => number;

  constructor(config: Partial<AnomalyConfig> = {}, seed = 1) {
    this.engine = engineFor(["speed", ...OUTPUTS], config);
    this.#random = gaussian(seed);
  }

  run(n: number, shifts: Record<string, number> = {}, more: Partial<Envelope> = {}): this {
    for (let i = 0; i < n; i++) {
      this.time += 1000;
      const residual = Object.fromEntries(OUTPUTS.map((o) => [o, SD * (this.#random() + (shifts[o] ?? 0))]));
      const values = Object.fromEntries(OUTPUTS.map((o) => [o, EXPECTED[o]! + residual[o]!]));
      const model = modelled(EXPECTED, residual, SD);
      this.last = this.engine.update(
        message(this.time, { speed: 1480 + this.#random(), ...values }, { model, ...more }),
      );
      this.events.push(...this.last.events);
    }
    return this;
  }

  get section() {
    return this.last.section;
  }
}

describe("anomaly engine", () => {
  it("learns for 200 samples and shows how far it is; no answer is null with a reason", () => {
    const pump = new Pump().run(68);
    assert.equal(pump.section.state, "learning");
    assert.equal(pump.section.score, null);
    assert.equal(pump.section.health, null);
    assert.equal(pump.section.progress, 0.34);
    assert.deepEqual(pump.section.why, ["Learning what is normal: 34 %"]);
    pump.run(132);
    assert.equal(pump.section.state, "normal");
    assert.equal(typeof pump.section.score, "number");
  });

  it("names the quantity, the size and the direction of what a model does not explain", () => {
    const pump = new Pump().run(400).run(60, { dischargePressure: -6.3, motorCurrent: 5, vibration: 6 });
    assert.equal(pump.section.active, true);
    assert.equal(pump.section.sensor, undefined);
    const sum = Object.values(pump.section.contributions).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, `contributions sum to ${sum}`);
    assert.equal(pump.section.why.length, 3);
    const pressure = pump.section.why.find((w) => w.startsWith("Discharge pressure"))!;
    // −6.3 sd of 0.03 bar is 0.19 bar; the shown value is smoothed over about three samples.
    const [, below, expected] = /^Discharge pressure (\S+) bar below the expected (\S+) bar$/.exec(pressure)!;
    assert.ok(Math.abs(Number(below) - 0.189) < 0.04, below);
    assert.ok(Math.abs(Number(expected) - 4.21) < 0.02, expected);
    assert.equal(pump.events[0]!.event, "raised");
    assert.match(pump.events[0]!.text, /\.$/);
  });

  it("names a drifting sensor as sensor: only one output leaves the model", () => {
    const pump = new Pump().run(400);
    for (let k = 1; k <= 300; k++) pump.run(1, { dischargePressure: -0.05 * k });
    assert.equal(pump.section.sensor, "dischargePressure");
    assert.equal(pump.section.why[0], "Sensor discharge pressure reads wrong: all other signals fit the model");
    assert.ok(pump.events.some((e) => e.text === `${pump.section.why[0]}.`));
    assert.ok(pump.section.health! > 49, "the machine behind a wrong sensor is not sick");
  });

  it("takes vibration alone, and several outputs together, for the machine", () => {
    assert.equal(new Pump().run(400).run(60, { vibration: 8 }).section.sensor, undefined);
    const strainer = { dischargePressure: -8, motorCurrent: -6, vibration: 9 };
    assert.equal(new Pump().run(400).run(60, strainer).section.sensor, undefined);
  });

  it("never learns a fault as normal, and shows when it is over", () => {
    const pump = new Pump({ latch: true }).run(400).run(5000, { vibration: 5 });
    assert.equal(pump.section.active, true);
    assert.ok(pump.section.score! > 0.5);
    assert.ok(pump.section.health! < 50);
    pump.run(60);
    assert.deepEqual([pump.section.state, pump.section.severity], ["latched", "info"]);
    assert.match(pump.section.why[0]!, /^Over, waits to be acknowledged: /);
    assert.equal(pump.events.at(-1)!.event, "cleared");
    assert.match(pump.events.at(-1)!.text, /Back to normal after 84 min\.$/);
    assert.equal(pump.engine.action("acknowledge", pump.time)!.ok, true);
    assert.equal(pump.run(100).section.state, "normal");
    assert.ok(pump.section.health! > 95, `health ${pump.section.health}`);
  });

  it("clears by maintenance when the fault was repaired, and alarms again when it was not", () => {
    const repaired = new Pump().run(400).run(100, { vibration: 6, flow: 6 });
    repaired.engine.action("maintenance", repaired.time);
    // The repair changed the level of another signal: that is the new normal.
    repaired.run(300, { motorCurrent: 4 });
    assert.equal(repaired.section.state, "normal");
    assert.ok(repaired.section.health! > 95);

    const forgotten = new Pump().run(400).run(100, { vibration: 6, flow: 6 });
    forgotten.engine.action("maintenance", forgotten.time);
    assert.equal(forgotten.run(1, { vibration: 6, flow: 6 }).section.active, false);
    assert.equal(forgotten.run(100, { vibration: 6, flow: 6 }).section.active, true);
  });

  it("learns from the answer false alarm: the level is normal from now on", () => {
    const pump = new Pump().run(400).run(100, { flow: 5 });
    pump.engine.action("false-alarm", pump.time);
    assert.equal(pump.run(400, { flow: 5 }).section.state, "normal");
    assert.equal(new Pump().run(400).engine.action("false-alarm", START)!.ok, false);
  });

  it("freezes and learns on request", () => {
    const pump = new Pump().run(400);
    pump.engine.action("freeze", pump.time);
    type Snapshot = { stream: { modes: [string, { channels: unknown }][] } };
    const channels = () => JSON.stringify((pump.engine.snapshot() as Snapshot).stream.modes[0]![1].channels);
    const before = channels();
    pump.run(100);
    const after = channels();
    assert.equal(after, before);
    pump.engine.action("learn", pump.time);
    assert.equal(pump.run(10).section.state, "learning");
    assert.equal(pump.engine.action("accept", pump.time), undefined);
  });

  it("learns and judges only new and Good samples", () => {
    const engine = engineFor(["flow"]);
    const random = gaussian(9);
    let time = START;
    const step = (flow: number | null, more: Partial<Envelope> = {}) =>
      engine.update(message((time += 1000), { flow }, more)).section;
    for (let i = 0; i < 250; i++) step(60 + random());
    const before = step(60).score;
    for (let i = 0; i < 50; i++) step(999, { status: { flow: StatusCode.Bad_OutOfRange } });
    for (let i = 0; i < 50; i++) step(999, { updated: [] });
    for (let i = 0; i < 50; i++) step(999, { status: { flow: StatusCode.Uncertain_LastUsableValue } });
    assert.equal(step(null).score, before);
    assert.equal(step(60).state, "normal");
  });

  it("names a stuck sensor that ingest has flagged", () => {
    const pump = new Pump().run(300);
    pump.run(20, {}, { status: { flow: StatusCode.Uncertain_SensorNotAccurate } });
    assert.equal(pump.section.active, true);
    assert.equal(pump.section.sensor, "flow");
    assert.equal(pump.events[0]!.text, "Sensor flow reads wrong: its value is stuck or jumps.");
    assert.equal(pump.run(20).section.active, false);
  });

  it("watches signals without a model, their residuals as soon as a model appears, and no set-points", () => {
    const engine = engineFor(["speed", "flow"], { learning: 50 });
    const random = gaussian(12);
    let time = START;
    let section = engine.update(message(time, {})).section;
    const step = (speed: number, flow: number, model = false) => {
      const more = model ? { model: modelled({ flow: speed / 25 }, { flow: flow - speed / 25 }, 1) } : {};
      const values = { speed: speed + random(), flow };
      section = engine.update(message((time += 1000), values, { desired: { speed }, ...more })).section;
    };
    for (let i = 0; i < 100; i++) step(1500, 60 + random());
    assert.equal(section.state, "normal");
    for (let i = 0; i < 100; i++) step(1500, 60 + random(), true);
    // The load changes: the model explains it.
    for (let i = 0; i < 100; i++) step(1000, 40 + random(), true);
    assert.equal(section.state, "normal");
    for (let i = 0; i < 50; i++) step(1000, 30 + random(), true);
    assert.equal(section.active, true);
    assert.match(section.why[0]!, /^Flow \d+\.?\d* m³\/h below the expected (40|39\.\d|40\.\d) m³\/h$/);
  });

  it("has a baseline for each mode: a change of load is no alarm, a fault in either mode is", () => {
    for (const [mode, loud] of [
      ["", true],
      ["speed", false],
    ] as const) {
      const engine = engineFor(["speed", "flow", "vibration"], { mode, learning: 100 });
      const random = gaussian(21);
      let time = START;
      const raised: string[] = [];
      const step = (speed: number, n: number, more = 0) => {
        for (let i = 0; i < n; i++) {
          const values = { speed: speed + random(), flow: speed / 25 + random(), vibration: 2 + 0.1 * random() + more };
          const { events } = engine.update(message((time += 1000), values));
          raised.push(...events.filter((e) => e.event === "raised").map((e) => e.text));
        }
      };
      for (let k = 0; k < 3; k++) {
        step(1480, 300);
        step(900, 300);
      }
      assert.equal(raised.length > 0, loud, `${mode}: ${raised.join(" ")}`);
      if (loud) continue;
      step(900, 60, 1);
      assert.match(raised[0]!, /^Vibration .* mm\/s above its usual 2(\.\d+)? mm\/s\.$/);
    }
  });

  it("says nothing of less than the smallest deviation that matters", () => {
    for (const [names, bands, active] of [
      [["flow", "vibration"], [], true],
      [["flow", "vibration"], [{ signal: "flow", band: "1.5" }], false],
      [["flow"], [], true],
      [["flow"], [{ signal: "flow", band: "1.5" }], false],
    ] as const) {
      const engine = engineFor([...names], { bands: [...bands], latch: false });
      const random = gaussian(22);
      let section = engine.update(message(START, { flow: 60, vibration: 2 })).section;
      for (let i = 1; i < 900; i++) {
        const flow = 60 + 0.1 * random() + (i > 600 ? 1 : 0);
        section = engine.update(message(START + i * 1000, { flow, vibration: 2 + 0.1 * random() })).section;
      }
      assert.equal(section.active, active, section.why.join(" "));
    }
  });

  it("states the newest sample, and the average where one sample says nothing", () => {
    const last = (shift: number) => {
      const pump = new Pump().run(400).run(60, { vibration: shift, flow: shift, motorCurrent: shift });
      return pump.section.why.join(" ");
    };
    const engine = new Pump().run(400).run(60, { dischargePressure: 40, flow: 40 });
    const [, stated] = /^Discharge pressure (\S+) bar above/.exec(
      engine.section.why.find((w) => w.startsWith("Discharge"))!,
    )!;
    // 40 standard deviations of 0.03 bar; the newest sample is within four of its own.
    assert.ok(Math.abs(Number(stated) - 1.2) < 0.12, stated);
    assert.match(last(1.2), /on average/);
  });

  it("says of a single signal what is odd: far away, or standing still", () => {
    for (const [odd, sentence] of [
      [(i: number) => 75 + (i % 3) / 10, /^Flow 15(\.\d)? m³\/h above its usual (60|59|61)(\.\d)? m³\/h$/],
      [(_: number, last: number) => last, /^Flow stands still at \S+ m³\/h, which it never did for so long$/],
    ] as const) {
      const engine = engineFor(["flow"]);
      const random = gaussian(31);
      let last = 60;
      let section = engine.update(message(START, { flow: last })).section;
      for (let i = 1; i < 3100; i++) {
        const flow: number = i < 3000 ? 60 + random() : odd(i, last);
        last = flow;
        section = engine.update(message(START + i * 1000, { flow })).section;
      }
      assert.equal(section.active, true);
      assert.match(section.why[0]!, sentence);
    }
  });

  it("learns nothing of the residuals of a model that is still settling and has no standard deviation yet", () => {
    const random = gaussian(11);
    const engine = engineFor(["flow"], { watch: "residuals" });
    let time = START;
    const send = (residual: number, settled: boolean) => {
      const { sd, z, ...settling } = modelled({ flow: 60 }, { flow: residual }, 0.03);
      const model = (settled ? { ...settling, sd, z } : settling) as Envelope["model"];
      return engine.update(message((time += 1000), { flow: 60 + residual }, model && { model })).section;
    };
    for (let i = 0; i < 1000; i++) assert.equal(send(40 * random(), false).progress, 0);
    for (let i = 0; i < 1000; i++) send(0.03 * random(), true);
    let section = send(0, true);
    assert.equal(section.state, "normal");
    for (let i = 0; i < 20; i++) section = send(0.24 + 0.03 * random(), true);
    assert.equal(section.state, "active", "eight standard deviations of the settled model");
  });

  /** One temperature, and what was told of it; keeps its alarms until acknowledged, or not. */
  function thermometer(latch: boolean) {
    const engine = engineFor(["flow"], { latch });
    const random = gaussian(43);
    let time = START;
    let section = engine.update(message(time, { flow: 60 })).section;
    const events: AnomalyEvent[] = [];
    const run = (n: number, shift: (k: number) => number) => {
      for (let k = 0; k < n; k++) {
        const result = engine.update(message((time += 60_000), { flow: 60 + random() + shift(k) }));
        section = result.section;
        events.push(...result.events);
      }
      return section;
    };
    return { engine, events, run, now: () => time };
  }
  const well = () => 0;

  it("keeps the alarm of a single signal until it is acknowledged, before or after it is over, or not at all", () => {
    for (const seen of ["before", "after", "never kept"]) {
      const { engine, run, now } = thermometer(seen !== "never kept");
      run(3000, well);
      let section = run(300, () => 8);
      assert.deepEqual([section.state, section.active, section.latched], ["active", true, seen !== "never kept"]);
      if (seen === "before") assert.equal(engine.action("acknowledge", now())!.message, "Alarm acknowledged.");
      section = run(100, well);
      assert.deepEqual([section.active, section.latched], [false, seen === "after"], seen);
      if (seen === "after") {
        assert.deepEqual([section.state, section.severity], ["latched", "info"]);
        assert.match(section.why[0]!, /^Over, waits to be acknowledged: Flow /);
        const again = engineFor(["flow"], { latch: true });
        again.restore(JSON.parse(JSON.stringify(engine.snapshot())));
        assert.equal(again.action("acknowledge", now())!.message, "Alarm acknowledged.");
        section = run(2000, well);
        assert.equal(section.state, "latched", "until somebody has seen it");
        engine.action("acknowledge", now());
      }
      section = run(20, well);
      assert.deepEqual([section.state, section.severity], ["normal", "none"], seen);
      assert.equal(engine.action("acknowledge", now())!.message, "There is no alarm to acknowledge.");
    }
  });

  it("tells a fault that comes and goes once, and its first return as a change", () => {
    const { engine, events, run, now } = thermometer(true);
    run(3000, well);
    // So large that its first row is an alarm at once, or its becoming worse would be told too.
    run(600, (k) => (k < 300 ? 16 : 0));
    assert.deepEqual(
      events.map((e) => e.event),
      ["raised", "cleared"],
    );
    engine.action("acknowledge", now());
    const section = run(6000, (k) => (k % 600 < 300 ? 16 : 0));
    assert.deepEqual(
      events.map((e) => e.event),
      ["raised", "cleared", "changed"],
    );
    assert.match(events[2]!.text, /^Again: flow .* above its usual /);
    assert.deepEqual([section.active, section.latched], [true, false], "who has seen it needs not see it again");
    run(4000, well);
    assert.equal(events.length, 4);
    assert.match(events[3]!.text, /^Again: flow .* Back to normal after \S+ days\.$/);
  });

  it("learns anew when its only signal turns into the residual of a model", () => {
    const engine = engineFor(["flow"], { learning: 50, latch: false });
    const random = gaussian(41);
    let section = engine.update(message(START, { flow: 60 })).section;
    const step = (i: number, flow: number, model: boolean) => {
      const more = model ? { model: modelled({ flow: 60 }, { flow: flow - 60 }, 1) } : {};
      section = engine.update(message(START + i * 1000, { flow }, more)).section;
    };
    for (let i = 1; i < 900; i++) step(i, 60 + random(), false);
    assert.equal(section.state, "normal");
    step(900, 60 + random(), true);
    assert.equal(section.state, "learning");
    for (let i = 901; i < 2500; i++) step(i, 60 + random(), true);
    assert.equal(section.state, "normal");
    for (let i = 2500; i < 2530; i++) step(i, 70 + random(), true);
    assert.match(section.why[0]!, /^Flow (9|10|11)(\.\d)? m³\/h above the expected (59\.\d|60|60\.\d) m³\/h$/);
  });

  it("gives the same verdicts, byte for byte, after a restart at any moment", () => {
    const script = (pump: Pump, part: number) => {
      if (part === 0) pump.run(150);
      if (part === 1) pump.run(200).run(30, { vibration: 6 });
      if (part === 2) {
        pump.engine.action("maintenance", pump.time);
        pump.run(20, { flow: 3 });
      }
      if (part === 3) pump.run(300, { flow: 3 }, { status: { motorCurrent: StatusCode.Uncertain_SensorNotAccurate } });
    };
    const straight = new Pump();
    const restarted = new Pump();
    for (const part of [0, 1, 2, 3]) {
      script(straight, part);
      script(restarted, part);
      assert.equal(JSON.stringify(restarted.last), JSON.stringify(straight.last));
      const fresh = engineFor(["speed", ...OUTPUTS]);
      fresh.restore(JSON.parse(JSON.stringify(restarted.engine.snapshot())));
      Object.assign(restarted, { engine: fresh });
    }
    assert.equal(JSON.stringify(restarted.engine.snapshot()), JSON.stringify(straight.engine.snapshot()));
  });

  it("has nothing in its snapshots and sections that JSON cannot hold", () => {
    const pump = new Pump();
    for (const n of [0, 30, 300]) {
      if (n) pump.run(n);
      const snapshot = pump.engine.snapshot();
      assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
    }
    assert.deepEqual(JSON.parse(JSON.stringify(pump.section)), pump.section);
  });

  it("refuses a snapshot that does not fit", () => {
    const pump = new Pump().run(10);
    assert.throws(() => engineFor(["flow"]).restore(pump.engine.snapshot()), RangeError);
    assert.throws(() => engineFor(["flow"]).restore(null), RangeError);
  });

  it("keeps cost and memory constant", () => {
    const pump = new Pump().run(1000);
    const early = JSON.stringify(pump.engine.snapshot()).length;
    pump.run(20_000);
    assert.ok(JSON.stringify(pump.engine.snapshot()).length < early * 1.1);
  });
});

describe("anomaly options", () => {
  const asset = assetWith(["flow", "vibration"]);
  it("gives every missing setting its default", () => {
    const options = readOptions({}, asset);
    assert.deepEqual(
      [options.watch, options.falseAlarmsPerMonth, options.latch, options.learning, options.hold],
      ["auto", 1, true, 200, 1],
    );
  });
  it("says what to change", () => {
    for (const [config, sentence] of [
      [{ falseAlarmsPerMonth: 0 }, /^False alarms per month is 0: enter a number from/],
      [{ learning: 3.5 }, /^Learning length is 3\.5: enter a number from 30/],
      [{ hold: 2.5 }, /^Hold is 2\.5: enter a whole number/],
      [{ excluded: "flow, nothing" }, /"nothing" is not a signal of the asset/],
      [{ watch: "x" }, /choose automatic/],
      [{ limits: [{ path: "model.derived", limit: 1 }] }, /^Warn when, row 1: "model\.derived" is not a quantity/],
      [{ limits: [{ path: "flow", limit: "much" }] }, /the limit "much" is not a number/],
      [{ mode: "load" }, /mode of operation is taken from "load", which is not a signal/],
      [{ bands: [{ signal: "load", band: 1 }] }, /^Smallest deviation, row 1: "load" is not a signal/],
      [{ bands: [{ signal: "flow", band: "x" }] }, /^Smallest deviation, row 1 is "x": enter a number/],
    ] as const)
      assert.throws(() => readOptions(config as Partial<AnomalyConfig>, asset), { message: sentence });
    assert.throws(() => engineFor(["flow"], { excluded: "flow" }), /Every signal is excluded/);
  });
  it("keeps what was learned when only sensitivity or limits change", () => {
    const meaning = (config: Partial<AnomalyConfig>) => meaningOf(config, asset);
    assert.equal(meaning({ falseAlarmsPerMonth: 5, latch: false, clear: 3 }), meaning({}));
    assert.notEqual(meaning({ watch: "both" }), meaning({}));
  });
});
