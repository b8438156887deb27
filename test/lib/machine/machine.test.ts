import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cellTime, cellValue, parseCsv } from "../../../src/lib/machine/csv.ts";
import { FaultPlan, readFault } from "../../../src/lib/machine/faults.ts";
import { Player } from "../../../src/lib/machine/player.ts";
import { PumpStation } from "../../../src/lib/machine/pump-station.ts";
import { readRecording, signalName } from "../../../src/lib/machine/recording.ts";
import { findRecording } from "../../../src/lib/machine/recordings.ts";
import { Simulation } from "../../../src/lib/machine/simulation.ts";
import {
  referencePump as pump,
  vapourPressure,
  waterDensity,
} from "../../../src/lib/physics/presets/reference-pump.ts";
import { createRandom } from "../../../src/lib/random.ts";

const G = 9.80665;
const station = (faults: Record<string, unknown>[] = [], seed = "s", noise = 0) =>
  new PumpStation({ seed, noise, faults: faults.map((f) => readFault(f, 0)) });
const run = (s: PumpStation, hours: number) => {
  for (let i = 0; i < hours * 60; i++) s.advance(60);
  return s;
};
const near = (a: number, b: number, tolerance: number, what = "") =>
  assert.ok(Math.abs(a - b) <= tolerance, `${what} ${a} is not ${b} ± ${tolerance}`);

describe("seeded random numbers", () => {
  it("repeat for a seed, differ for neighbours, go on after a snapshot", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).next);
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
    const a = createRandom("x");
    a.normal();
    const b = createRandom("other");
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    assert.deepEqual([b.normal(), b.next()], [a.normal(), a.next()]);
  });
  // Mean 0 ± 4/√n and variance 1 ± 4·√(2/n) for n = 100 000; uniform mean 1/2 ± 4/√(12n).
  it("have the moments of their distributions", () => {
    for (const seed of [1, 2, 3]) {
      const r = createRandom(seed);
      const n = 100_000;
      let sum = 0;
      let squares = 0;
      let uniform = 0;
      for (let i = 0; i < n; i++) {
        const z = r.normal();
        sum += z;
        squares += z * z;
        uniform += r.next();
      }
      near(sum / n, 0, 4 / Math.sqrt(n));
      near(squares / n, 1, 4 * Math.sqrt(2 / n));
      near(uniform / n, 0.5, 4 / Math.sqrt(12 * n));
    }
  });
});

describe("pump station", () => {
  it("rests at the nominal point by hand calculation: head, pressures, current, NPSH, vibration, bearing", () => {
    const s = run(station(), 1);
    const v = s.sample() as Record<string, number>;
    const t = s.truth();
    near(v.flow!, 60, 0.05, "flow");
    near(v.speed!, 1480, 0.5, "speed");
    const weight = waterDensity(v.waterTemperature!) * G;
    // Total head 40 − 8 = 32 m; pressures differ from it by the velocity heads in DN 125 and DN 100.
    const velocityHead = (d: number) => (v.flow! / 3600 / ((Math.PI / 4) * d * d)) ** 2 / (2 * G);
    const head = ((v.dischargePressure! - v.suctionPressure!) * 1e5) / weight + velocityHead(0.1) - velocityHead(0.125);
    near(head, 32, 0.05, "head");
    // P = ρ g Q H / η at the best point, I = √(I0² + (P/(√3 U η_m))²).
    const power = (weight * (60 / 3600) * 32) / 0.72;
    near(v.motorCurrent!, Math.hypot(8, power / (Math.sqrt(3) * 400 * 0.9)), 0.05, "current");
    // NPSHa = (p_s − p_v)/ρg + v²/2g; NPSHr = 2.5 m.
    const available = ((v.suctionPressure! - vapourPressure(v.waterTemperature!)) * 1e5) / weight + velocityHead(0.125);
    near(t.npshMargin, available - 2.5, 0.02, "margin");
    near(v.vibration!, 1.8, 0.02, "vibration");
    near(v.bearingTemperature! - v.ambientTemperature!, 25, 0.5, "bearing rise");
    assert.equal(t.headLoss, false);
    assert.equal(t.trueRul, null);
  });
  it("keeps its volume balance: the level stays while inflow equals outflow", () =>
    near(run(station(), 6).sample().tankLevel as number, 3, 0.01));
  it("follows the affinity laws in a new steady state at lower speed", () => {
    const s = station();
    s.command("speed", 1280);
    const v = run(s, 2).sample() as Record<string, number>;
    const weight = waterDensity(v.waterTemperature!) * G;
    const velocityHead = (d: number) => (v.flow! / 3600 / ((Math.PI / 4) * d * d)) ** 2 / (2 * G);
    const head = ((v.dischargePressure! - v.suctionPressure!) * 1e5) / weight + velocityHead(0.1) - velocityHead(0.125);
    near(head, 40 * (1280 / 1480) ** 2 - (8 / 3600) * v.flow! ** 2, 0.05);
    near(v.speed!, 1280, 0.5);
  });
  it("loses 3 % of the head where the margin is zero (definition of NPSH3), and vibrates", () => {
    const s = station([{ fault: "strainer", onset: 0, ramp: 1, severity: 0.75 }]);
    let checked = false;
    for (let i = 0; i < 600 && !checked; i++) {
      s.advance(60);
      const t = s.truth();
      if (t.npshMargin > 0) continue;
      checked = true;
      assert.ok(t.vibration > 2.5);
      assert.equal(t.headLoss, true);
    }
    assert.ok(checked, "the strainer clogs");
    s.repair("strainer");
    assert.ok(run(s, 0.5).truth().npshMargin > 2.5);
  });
  // A strainer cake lets something through, and water boils at its vapour pressure: no pump sucks below it.
  it("stays physical and on its numbers behind a blocked strainer", () => {
    const blocked = [60, 0.05].map((every) => {
      const s = station([{ fault: "strainer", onset: 0, ramp: 0, severity: 1 }]);
      for (let t = 0; t < 1800; t += every) s.advance(every);
      return s.sample() as Record<string, number>;
    });
    const [coarse, fine] = blocked as [Record<string, number>, Record<string, number>];
    for (const name of Object.keys(coarse)) near(coarse[name]!, fine[name]!, 1e-3 * Math.abs(fine[name]!), name);
    assert.ok(coarse.suctionPressure! > vapourPressure(coarse.waterTemperature!), `${coarse.suctionPressure} bar`);
    assert.ok(coarse.flow! > 10 && coarse.flow! < 45, `${coarse.flow} m³/h`);
  });
  it("wears out when its true remaining life says so", () => {
    const s = station([{ fault: "bearing", onset: 0, ramp: 8 }]);
    run(s, 2);
    const predicted = s.hours + s.truth().trueRul!;
    while (s.truth().vibration < 7.1) s.advance(60);
    near(s.hours, predicted, 0.05);
    assert.equal(run(s, 0.1).truth().trueRul, 0);
    s.repair();
    assert.equal(s.truth().wear, 0);
  });
  it("lets sensors drift and stick, and nothing else", () => {
    const drifting = run(station([{ fault: "drift", onset: 0, ramp: 1, signal: "dischargePressure" }]), 2);
    const healthy = run(station(), 2);
    near((drifting.sample().dischargePressure as number) - (healthy.sample().dischargePressure as number), 0.6, 1e-4);
    assert.equal(drifting.sample().flow, healthy.sample().flow);
    const stuck = station([{ fault: "stuck", onset: 0, signal: "flow" }], "s", 1);
    const first = run(stuck, 0.1).sample().flow;
    assert.equal(run(stuck, 1).sample().flow, first);
  });
  it("is the same for the same seed, goes on after a snapshot, and differs for another seed", () => {
    const series = (s: PumpStation) =>
      Array.from({ length: 20 }, () => {
        s.advance(60);
        return s.sample();
      });
    assert.deepEqual(series(station([], "a", 1)), series(station([], "a", 1)));
    assert.notDeepEqual(series(station([], "a", 1)), series(station([], "b", 1)));
    const a = station([{ fault: "bearing", onset: 0 }], "a", 1);
    series(a);
    const b = station([], "z", 1);
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    assert.deepEqual(series(b), series(a));
  });
  it("refuses what it cannot do with a sentence", () => {
    const s = station();
    assert.throws(() => s.command("valve", 1), { code: "E_COMMAND" });
    for (const bad of [-1, 5000, Number.NaN, "1480", null])
      assert.throws(() => s.command("speed", bad), { code: "E_COMMAND" });
    assert.throws(() => s.fault(readFault({ fault: "drift", signal: "nonsense" }, 0)), { code: "E_FAULT" });
    assert.throws(() => station([{ fault: "stuck", onset: 1, signal: "toString" }]), { code: "E_FAULT" });
    assert.throws(() => readFault({ fault: "bearing", onset: 5, repairedAt: 5 }, 0), /before it begins at 5 h/);
    assert.throws(() => readFault({ fault: "explosion" }, 0), /not known/);
    assert.throws(() => readFault({ fault: "bearing", ramp: -3 }, 0), /ramp/);
  });
});

describe("fault plan", () => {
  it("repairs what is due or asked for, and leaves what has not begun", () => {
    const plan = new FaultPlan([
      readFault({ fault: "strainer", onset: 1, repairedAt: 5 }, 0),
      readFault({ fault: "bearing", onset: 9 }, 0),
    ]);
    assert.equal(plan.active(2).length, 1);
    assert.deepEqual(plan.dueRepairs(4), []);
    assert.deepEqual(plan.dueRepairs(5), ["strainer"]);
    assert.equal(plan.repair(6), false);
    assert.equal(plan.active(10).length, 1);
    assert.equal(plan.repair(10, "bearing"), true);
  });
});

describe("simulation", () => {
  const options = { id: "p", seed: "1", noise: 1, faults: [], clock: 60, period: 60, start: 1_000_000 };
  it("gives a sample per period of its own clock, with source times and numbers that run on", () => {
    const s = new Simulation(options);
    s.elapse(3000); // 3 s at ×60 are three minutes
    const samples = [s.take(), s.take(), s.take(), s.take()];
    assert.equal(samples[3], undefined);
    assert.deepEqual(
      samples.slice(0, 3).map((x) => [x!.twin.seq, x!.twin.time]),
      [
        [0, 1_060_000],
        [1, 1_120_000],
        [2, 1_180_000],
      ],
    );
    assert.equal(samples[0]!.twin.simulated, true);
    s.running = false;
    s.elapse(60_000);
    assert.equal(s.take(), undefined);
  });
  it("computes a long period in pieces, and goes on between two of them", () => {
    const faults = [readFault({ fault: "bearing", onset: 20, repairedAt: 21 }, 0)];
    const day = { ...options, period: 86_400, clock: 3600, faults };
    const a = new Simulation(day);
    a.elapse(24_000);
    assert.equal(a.take(), undefined);
    const b = new Simulation({ ...day, seed: "2" });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    b.elapse(24_000);
    const sample = (s: Simulation) => {
      for (let i = 0; i < 300; i++) {
        const due = s.take();
        if (due) return due;
      }
      return assert.fail("no sample after 300 pieces");
    };
    const due = sample(a);
    assert.equal(due.twin.time, day.start + 86_400_000);
    assert.deepEqual(due.repaired, ["bearing"]);
    assert.deepEqual(sample(b), due);
    assert.equal(a.take(), undefined);
  });
  it("goes on after a snapshot", () => {
    const a = new Simulation(options);
    a.elapse(5000);
    while (a.take());
    const b = new Simulation({ ...options, seed: "2", start: 5 });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    for (const s of [a, b]) s.elapse(1000);
    assert.deepEqual(b.take(), a.take());
    assert.equal(a.activeFaults, 0);
    a.fault({ fault: "bearing" });
    assert.equal(a.activeFaults, 1);
    a.repair();
    a.command("speed", 1000);
    assert.equal(a.activeFaults, 0);
  });
});

describe("CSV", () => {
  it("reads separators, quotes, line ends, a byte-order mark", () => {
    assert.deepEqual(parseCsv('\uFEFFa,b\r\n"1,5","say ""hi"""\r\n'), {
      header: ["a", "b"],
      rows: [["1,5", 'say "hi"']],
      decimalComma: false,
    });
    assert.deepEqual(parseCsv("a;b\n1,5;2\n").rows, [["1,5", "2"]]);
    assert.deepEqual(parseCsv("a\tb\n1\t").rows, [["1", ""]]);
    assert.deepEqual(parseCsv('a,b\n"1" ,2\n"say ""x""" then,3').rows, [
      ["1", "2"],
      ['say "x" then', "3"],
    ]);
    assert.deepEqual(parseCsv("a\n1\n\n3\n\n").rows, [["1"], [""], ["3"]]);
    assert.throws(() => parseCsv("a,b"), /header row and at least one row/);
    assert.throws(() => parseCsv('a\n"x'), /never ends/);
  });
  it("reads values and times", () => {
    assert.deepEqual(
      ["1,5", "NaN", "", "true", "x", " 2 "].map((c) => cellValue(c, true)),
      [1.5, null, null, true, "x", 2],
    );
    assert.equal(cellTime("2013-12-02 21:15:00"), Date.UTC(2013, 11, 2, 21, 15));
    assert.equal(cellTime("2013-12-02T21:15:00.250+01:00"), Date.UTC(2013, 11, 2, 20, 15, 0, 250));
    assert.equal(cellTime("1385990100"), 1_385_990_100_000);
    assert.equal(cellTime("1385990100123"), 1_385_990_100_123);
    assert.equal(cellTime("2024-02-29T24:00:00Z"), Date.UTC(2024, 2, 1));
    for (const none of ["soon", "2020-13-01", "2023-02-29", "2020-01-00", "2020-01-01 25:00", "2020-01-01 10:61"])
      assert.equal(cellTime(none), undefined, none);
  });
});

describe("recording", () => {
  it("finds time, units and signals, sorts, and names what it skips", () => {
    const r = readRecording("time,Motor temp.,ok\n,°C,\n2020-01-01 00:01,50,true\n2020-01-01 00:00,49,\nnever,1,1\n");
    assert.deepEqual(r.units, { Motor_temp: "°C" });
    assert.deepEqual(
      r.samples.map((s) => s.values.Motor_temp),
      [49, 50],
    );
    assert.equal(r.duration, 60_000);
    assert.deepEqual(r.skipped, { rows: 1, reason: 'row 4: "never" is not a time' });
  });
  it("counts cycles per machine in a fleet", () => {
    const r = readRecording("unit,x\n1,10\n1,11\n2,20\n", { idColumn: "unit", idPrefix: "e-", period: 10, start: 100 });
    assert.deepEqual(
      r.samples.map((s) => [s.id, s.time]),
      [
        ["e-1", 100],
        ["e-2", 100],
        ["e-1", 10_100],
      ],
    );
  });
  it("hides no column behind another of the same name, and gives no row without an id to a twin", () => {
    const same = readRecording("time,T (in),T [in],T (in)\n0,1,2,3\n");
    assert.deepEqual(same.samples[0]!.values, { T_in: 1, T_in_2: 2, T_in_3: 3 });
    assert.deepEqual(same.signals, ["T_in", "T_in_2", "T_in_3"]);
    const r = readRecording("time,x,unit\n0,1,a\n1,2\n2,3, \n", { idColumn: "unit", idPrefix: "e-" });
    assert.deepEqual(
      r.samples.map((s) => s.id),
      ["e-a"],
    );
    assert.deepEqual(r.skipped, { rows: 2, reason: "row 3: the twin id is missing" });
  });
  it("refuses what it cannot read with a sentence", () => {
    assert.throws(() => readRecording("time,x\nnever,1\n"), /No row of the recording could be read/);
    assert.throws(() => readRecording("a,b\n1,2\n", { idColumn: "unit" }), /no column "unit"/);
    assert.throws(() => readRecording("a,b\n1,2\n", { timeColumn: "t" }), /no time column "t"/);
    assert.equal(signalName("3rd stage (°C)"), "_3rd_stage_C");
    assert.ok(findRecording("machine-temperature"));
  });
});

describe("player", () => {
  const recording = readRecording("time,x\n0,0\n1,1\n2,2\n");
  const all = (p: Player) => {
    const got = [];
    for (let s = p.take(); s; s = p.take()) got.push([s.time, s.values.x]);
    return got;
  };
  it("gives what is due at its speed, pauses, and ends", () => {
    const p = new Player(recording, { speed: 2, loop: false });
    assert.deepEqual(all(p), [[0, 0]]);
    p.elapse(500);
    assert.deepEqual(all(p), [[1000, 1]]);
    p.pause();
    p.elapse(10_000);
    assert.deepEqual(all(p), []);
    p.play();
    p.speed = 100;
    p.elapse(1000);
    assert.deepEqual(all(p), [[2000, 2]]);
    assert.equal(p.ended, true);
    // Played again, the recording goes on in time; rewound, it begins at its own.
    p.play();
    p.elapse(0);
    assert.deepEqual(all(p), [[3000, 0]]);
    assert.equal(p.shift, 3000);
    p.rewind();
    assert.deepEqual(all(p), [[0, 0]]);
  });
  it("does not run away when all samples of a loop have one time", () => {
    const p = new Player(readRecording("time,x\n5,1\n5,2\n"), { speed: 1, loop: true });
    assert.equal(all(p).length, 2);
    p.elapse(999);
    assert.equal(all(p).length, 0);
    p.elapse(1);
    assert.deepEqual(all(p), [
      [6000, 1],
      [6000, 2],
    ]);
  });
  it("runs on in time when it loops", () => {
    const p = new Player(recording, { speed: 1, loop: true });
    p.elapse(7000);
    const times = all(p).map(([t]) => t as number);
    assert.ok(times.length >= 6 && times.every((t, i) => i === 0 || t > times[i - 1]!), times.join());
    assert.equal(p.shift, 6000);
  });
  it("goes on after a snapshot", () => {
    const a = new Player(recording, { speed: 1, loop: false });
    a.elapse(1000);
    all(a);
    const b = new Player(recording, { speed: 1, loop: false });
    b.restore(a.snapshot());
    b.elapse(1000);
    assert.deepEqual(all(b), [[2000, 2]]);
    assert.equal(b.progress, 1);
  });
});

// The reference is used above; this keeps the two in one place.
it("the reference pump is what its page says", () =>
  assert.equal(pump.shutOffHead - pump.headCurve * pump.nominalFlow ** 2, 32));
