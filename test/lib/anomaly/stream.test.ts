import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Modes } from "../../../src/lib/anomaly/modes.ts";
import { DEFAULTS } from "../../../src/lib/anomaly/options.ts";
import { StreamDetector, type StreamOptions } from "../../../src/lib/anomaly/stream.ts";
import { gaussian } from "./random.ts";

const MINUTE = 60_000;
const { hold, clear, refractory } = DEFAULTS;
const optionsFor = (channels: number, more: Partial<StreamOptions> = {}): StreamOptions => ({
  channels,
  learning: 400,
  falseAlarmsPerMonth: 1,
  hold,
  clear,
  refractory,
  ...more,
});

/** Three signals of one cause. */
function machine(seed: number) {
  const random = gaussian(seed);
  return () => {
    const cause = random();
    return [cause, cause, cause].map((v) => v + 0.1 * random());
  };
}

class Run {
  readonly detector: StreamDetector;
  time = 0;
  raised = 0;
  constructor(options: StreamOptions) {
    this.detector = new StreamDetector(options);
  }
  row(x: number[], mode: string | undefined = "") {
    const v = this.detector.update((this.time += MINUTE), Float64Array.from(x), true, mode);
    if (v.raised) this.raised++;
    return v;
  }
}

describe("stream detector", () => {
  it("finds a broken relation whose margins are normal, and says whose it is", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const next = machine(seed);
      const other = gaussian(seed + 100);
      const run = new Run(optionsFor(3));
      for (let i = 0; i < 1500; i++) run.row(next());
      assert.equal(run.raised, 0, `seed ${seed}`);
      let verdict = run.row(next());
      const shares = [0, 0, 0];
      for (let i = 0; i < 40; i++) {
        const [, b, c] = next();
        verdict = run.row([other() * Math.sqrt(1.01), b!, c!]);
        for (const k of [0, 1, 2]) shares[k]! += verdict.shares[k]!;
      }
      assert.equal(verdict.active, true, `seed ${seed}`);
      assert.ok(verdict.score >= 0.5);
      assert.ok(shares[0]! > shares[1]! && shares[0]! > shares[2]!, String(shares));
    }
  });

  it("an alarm stands as long as the step, is over after it, and can be called false", () => {
    const next = machine(7);
    const stepped = () => next().map((v, i) => (i === 1 ? v + 5 : v));
    const run = new Run(optionsFor(3));
    for (let i = 0; i < 800; i++) run.row(next());
    for (let i = 0; i < 10_000; i++) assert.equal(run.row(stepped()).active, true, `row ${i}`);
    let last = run.row(next());
    for (let i = 0; i < 200; i++) last = run.row(next());
    assert.equal(last.active, false);
    for (let i = 0; i < 50; i++) last = run.row(stepped());
    assert.equal(last.active, true);
    run.detector.falseAlarm();
    for (let i = 0; i < 1000; i++) last = run.row(stepped());
    assert.equal(last.active, false);
  });

  it("finds a stuck sensor among signals that have nothing to do with each other", () => {
    const random = gaussian(11);
    const run = new Run(optionsFor(3));
    for (let i = 0; i < 1000; i++) run.row([random(), random(), random()]);
    let verdict = run.row([0.3, random(), random()]);
    for (let i = 0; i < 60; i++) verdict = run.row([0.3, random(), random()]);
    assert.equal(verdict.active, true);
    assert.equal(verdict.shares[0], 1);
  });

  it("does not raise for less than the smallest deviation that matters", () => {
    for (const [band, active] of [
      [0, true],
      [4, false],
    ] as const) {
      const next = machine(13);
      const run = new Run(optionsFor(3, { bands: new Float64Array(3).fill(band) }));
      for (let i = 0; i < 600; i++) run.row(next());
      let verdict = run.row(next());
      for (let i = 0; i < 300; i++) verdict = run.row(next().map((v, k) => (k === 2 ? v + 3 : v)));
      assert.equal(verdict.active, active, `band ${band}`);
    }
  });

  it("has a baseline for each mode: a change of load raises nothing, a fault in either mode does", () => {
    const next = machine(17);
    const run = new Run(optionsFor(3, { modal: true }));
    const at = (load: number) => next().map((v) => v + load);
    for (let k = 0; k < 6; k++) {
      for (let i = 0; i < 400; i++) run.row(at(0), "idle");
      for (let i = 0; i < 3; i++) run.row(at(30), undefined);
      for (let i = 0; i < 400; i++) run.row(at(50), "running");
    }
    assert.equal(run.raised, 0);
    let verdict = run.row(at(50), "running");
    for (let i = 0; i < 30; i++) verdict = run.row(at(44), "running");
    assert.equal(verdict.active, true);
  });

  it("learns what is declared normal, however wild, without an alarm", () => {
    const next = machine(19);
    const run = new Run(optionsFor(3));
    const wild = (i: number) => next().map((v) => (i % 97 === 0 ? v + 8 : v));
    for (let i = 0; i < 3000; i++) run.detector.declare((run.time += MINUTE), Float64Array.from(wild(i)), "");
    run.detector.learned();
    for (let i = 0; i < 3000; i++) run.row(wild(i));
    assert.ok(run.raised <= 1, `${run.raised} alarms`);
  });

  it("goes on byte for byte in another process", function () {
    this.timeout(120_000);
    const runner = join(import.meta.dirname, "stream-runner.ts");
    for (const channels of [1, 3])
      for (const at of [150, 700, 1010]) {
        const next = machine(at + channels);
        const options = optionsFor(channels, channels > 1 ? { modal: true } : {});
        const mode = (i: number) => (channels === 1 ? "" : i % 500 < 450 ? "on" : i % 500 < 453 ? null : "off");
        const rows = Array.from({ length: 1300 }, (_, i) => {
          const x: (number | null)[] = next().slice(0, channels);
          if (i > 1000 && i < 1050) x[0]! += 9;
          if (i % 50 === 7) x[channels - 1] = null;
          return [i * MINUTE, mode(i), ...x] as [number, string | null, ...(number | null)[]];
        });
        const detector = new StreamDetector(options);
        const feed = ([time, m, ...x]: (typeof rows)[number]) =>
          JSON.stringify(
            detector.update(
              time,
              Float64Array.from(x, (v) => v ?? Number.NaN),
              true,
              m ?? undefined,
            ),
          );
        rows.slice(0, at).forEach(feed);
        const snapshot = detector.snapshot();
        const straight = rows.slice(at).map(feed);
        const { stdout, stderr } = spawnSync(
          process.execPath,
          ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", runner],
          { input: JSON.stringify({ options, snapshot, rows: rows.slice(at) }), encoding: "utf8" },
        );
        assert.equal(stderr, "");
        assert.deepEqual(stdout.trim().split("\n"), straight);
        assert.ok(
          straight.some((line) => line.includes('"active":true')),
          "the fault is in it",
        );
      }
  });

  it("keeps cost and memory constant, and tells nothing that JSON cannot hold", () => {
    const next = machine(23);
    const run = new Run(optionsFor(3));
    for (let i = 0; i < 2000; i++) run.row(next());
    const early = JSON.stringify(run.detector.snapshot());
    assert.deepEqual(JSON.parse(early), run.detector.snapshot());
    for (let i = 0; i < 20_000; i++) run.row(next());
    assert.ok(JSON.stringify(run.detector.snapshot()).length < early.length * 1.3);
  });

  it("learns relations later when the learning phase is too short for them, or a channel has changed its meaning", () => {
    const next = machine(29);
    const other = gaussian(129);
    const broken = () => [other() * Math.sqrt(1.01), ...next().slice(1)];
    // Three channels have 15 unknowns, which need 60 rows; 40 are learned first.
    const run = new Run(optionsFor(3, { learning: 40 }));
    for (let i = 0; i < 1000; i++) run.row(next());
    run.detector.forget(0);
    // Forty rows make false alarms, which somebody answers.
    for (let i = 0; i < 1000; i++) if (run.row(next()).active) run.detector.falseAlarm();
    let verdict = run.row(next());
    assert.equal(verdict.active, false);
    for (let i = 0; i < 10; i++) verdict = run.row(broken());
    assert.equal(verdict.active, true);
  });

  it("answers with numbers, and can be saved, whatever it is given", () => {
    const kinds: ((random: () => number, i: number) => number)[] = [
      () => 7,
      () => Number.NaN,
      (random) => (random() > 0 ? random() : Number.NaN),
      (random) => (random() > 2 ? 1e308 * random() : random()),
      (random) => Math.round(random()),
      (random) => 1e12 + random(),
      (_, i) => i,
      (random, i) => (i < 100 ? 0 : random()),
      (random) => 1e-300 * random(),
    ];
    for (let seed = 1; seed <= 24; seed++) {
      const random = gaussian(seed);
      const uniform = () => Math.abs(random()) % 1;
      const chosen = Array.from({ length: 1 + (seed % 5) }, () => kinds[Math.floor(uniform() * kinds.length)]!);
      const options = optionsFor(chosen.length, { learning: 40 + seed, hold: 1 + (seed % 3), modal: seed % 4 === 0 });
      const detector = new StreamDetector(options);
      let time = 0;
      for (let i = 0; i < 400; i++) {
        time += uniform() < 0.02 ? -5e5 : uniform() < 0.02 ? 1e9 : uniform() < 0.05 ? 0 : 1000;
        const x = Float64Array.from(chosen, (kind) => kind(random, i));
        const mode = seed % 4 === 0 ? ["a", "b", undefined][Math.floor(i / 50) % 3] : "";
        const v = detector.update(time, x, uniform() < 0.9, mode);
        for (const value of [v.score, v.event, ...v.shares])
          assert.ok(value >= 0 && value <= 1 + 1e-9, `seed ${seed}, row ${i}: ${value}`);
        if (uniform() < 0.005) detector.falseAlarm();
        if (i % 200 === 199) new StreamDetector(options).restore(JSON.parse(JSON.stringify(detector.snapshot())));
      }
    }
  });

  it("refuses a snapshot that does not fit", () => {
    const one = new StreamDetector(optionsFor(3));
    assert.throws(() => one.restore(new StreamDetector(optionsFor(4)).snapshot()), RangeError);
    assert.throws(() => one.restore(null), RangeError);
  });
});

describe("modes of operation", () => {
  const names = (modes: Modes, values: unknown[]) => values.map((v) => modes.update(v));

  it("are words, switches and small whole numbers as they are", () => {
    assert.deepEqual(names(new Modes(), ["run", true, 2, null]), ["run", "true", "2", undefined]);
  });

  it("are the levels at which a measured signal stays, whatever ramps lie between", () => {
    const random = gaussian(1);
    const modes = new Modes(1500);
    const stay = (level: number, n: number) => Array.from({ length: n }, () => level + 5 * random());
    const ramp = (from: number, to: number) => Array.from({ length: 20 }, (_, i) => from + ((to - from) * i) / 19);
    const seen = names(modes, [
      ...stay(0.5, 20),
      ...ramp(0, 1450),
      ...stay(1450, 50),
      ...ramp(1450, 900),
      ...stay(900, 50),
      ...ramp(900, 1450),
      ...stay(1450, 50),
    ]);
    const distinct = new Set(seen.filter((name) => name !== undefined));
    assert.equal(distinct.size, 3, [...distinct].join(" "));
    assert.equal(seen.at(-1), seen[80], "the same level has the same name");
    assert.ok(
      seen.slice(25, 38).every((name) => name === undefined),
      "a ramp is no mode",
    );
  });

  it("stay for noise within the level, and go on after a restart", () => {
    const modes = new Modes();
    const first = names(modes, new Array(10).fill(100.5)).at(-1);
    assert.deepEqual(names(modes, [106, 95, 103]), [first, first, first]);
    const again = new Modes();
    again.restore(JSON.parse(JSON.stringify(modes.snapshot())));
    const next = [50.1, 50.2, 50.3, 50.2, 50.1, 50];
    assert.deepEqual(names(again, next), names(modes, next));
  });
});
