/** Every detector that can be chosen runs through the same learning, alarms and answers as the automatic choice. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type ChosenName, DETECTORS, PER_SIGNAL, TOGETHER } from "../../../src/lib/anomaly/choice.ts";
import { meaningOf, readOptions } from "../../../src/lib/anomaly/options.ts";
import { StreamDetector, type StreamOptions } from "../../../src/lib/anomaly/stream.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { assetWith, engineFor, message, START } from "./fixtures.ts";

const MINUTE = 60_000;
const CHOSEN: readonly ChosenName[] = [...PER_SIGNAL, ...TOGETHER];
const BETWEEN: readonly ChosenName[] = ["pca", "cross-channel"];

const watch = (detector: ChosenName, channels: number, more: Partial<StreamOptions> = {}) =>
  new StreamDetector({
    ...{ channels, learning: 200, falseAlarmsPerMonth: 1, hold: 1, clear: 32, refractory: 0 },
    ...more,
    detector,
  });

/** Rows of standard normal signals with a common cause (correlation 0.9), or AR(1) noise of one signal. */
function machine(seed: string, channels: number, phi = 0): () => Float64Array {
  const random = createRandom(seed);
  const rest = Math.sqrt(1 - phi * phi);
  let own = random.normal();
  return () => {
    own = phi * own + rest * random.normal();
    return Float64Array.from({ length: channels }, () =>
      channels === 1 ? own : Math.sqrt(0.9) * own + Math.sqrt(0.1) * random.normal(),
    );
  };
}

/** Feeds rows; what happened. */
function feed(d: StreamDetector, from: number, rows: number, next: () => Float64Array, mode = "") {
  let [raised, active, first] = [0, 0, -1];
  for (let k = 0; k < rows; k++) {
    const v = d.update(START + (from + k) * MINUTE, next(), true, mode);
    if (v.raised) raised++;
    if (v.active) {
      active++;
      if (first < 0) first = k;
    }
  }
  return { raised, active, first };
}

const plus =
  (next: () => Float64Array, size: number, channel = 0): (() => Float64Array) =>
  () => {
    const x = next();
    return x.with(channel, x[channel]! + size);
  };

describe("anomaly: a chosen detector", () => {
  for (const name of CHOSEN)
    it(`${name} is calm on noise, finds a step of 5 standard deviations, and stands as long as it does`, () => {
      for (const channels of BETWEEN.includes(name) ? [4] : [1, 4]) {
        const d = watch(name, channels);
        const next = machine("calm", channels);
        // One false alarm in 43 200 rows is allowed.
        assert.ok(feed(d, 0, 2500, next).raised <= 1, `${channels}`);
        assert.equal(d.verdict.active, false);
        const fault = feed(d, 2500, 2000, plus(next, 5));
        assert.ok(fault.first >= 0 && fault.first < 60, `${channels}: after ${fault.first}`);
        assert.equal(fault.active, 2000 - fault.first, `${channels}`);
        assert.equal(d.verdict.shares.indexOf(Math.max(...d.verdict.shares)), 0);
        assert.ok(d.verdict.score >= 0.5);
        feed(d, 4500, 1500, next);
        assert.equal(d.verdict.active, false, `${channels}: over when it is over`);
      }
    });

  for (const name of ["mewma", "hotelling", "pca", "cross-channel"] as const)
    it(`${name} finds a broken correlation whose values are normal`, () => {
      const d = watch(name, 4);
      const [next, other] = [machine("together", 4), machine("apart", 1)];
      assert.equal(feed(d, 0, 3000, next).raised, 0);
      const { first } = feed(d, 3000, 1000, () => next().with(0, other()[0]!));
      assert.ok(first >= 0 && first < 500, `after ${first}`);
    });

  it("goes on after a restart in another process as if there had been none, byte for byte", function () {
    this.timeout(120_000);
    // While learning, in normal operation, and while an alarm stands.
    for (const [k, name] of CHOSEN.entries())
      for (const cut of [[150, 900, 1040][k % 3]!, 1040]) {
        const options = { channels: 3, learning: 200, falseAlarmsPerMonth: 1, hold: 2, clear: 32, refractory: 5 };
        const d = new StreamDetector({ ...options, detector: name });
        const next = machine(`restart ${cut}`, 3);
        const random = createRandom("gaps");
        const row = (k: number) => {
          const x = next();
          if (k >= 1000) x[1]! += 6;
          return x.map((v) => (random.next() < 0.2 ? Number.NaN : v));
        };
        for (let k = 0; k < cut; k++) d.update(START + k * MINUTE, row(k), true, "");
        const snapshot = d.snapshot();
        const rows: unknown[] = [];
        const expected: string[] = [];
        for (let k = cut; k < cut + 300; k++) {
          const x = row(k);
          rows.push([START + k * MINUTE, "", ...Array.from(x, (v) => (Number.isNaN(v) ? null : v))]);
          expected.push(JSON.stringify(d.update(START + k * MINUTE, x, true, "")));
        }
        const { stdout, stderr } = spawnSync(
          process.execPath,
          ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", join(import.meta.dirname, "stream-runner.ts")],
          { input: JSON.stringify({ options: { ...options, detector: name }, snapshot, rows }), encoding: "utf8" },
        );
        assert.equal(stderr, "");
        assert.deepEqual(stdout.trim().split("\n"), expected, `${name}, cut at ${cut}`);
      }
  });

  it("takes answers: what is called false becomes normal, a level that a repair has changed too", () => {
    for (const name of CHOSEN) {
      const d = watch(name, 4);
      const next = machine("answers", 4);
      feed(d, 0, 1500, next);
      feed(d, 1500, 200, plus(next, 8));
      assert.equal(d.verdict.active, true, name);
      d.falseAlarm();
      assert.equal(d.verdict.active, false, name);
      assert.equal(feed(d, 1700, 600, plus(next, 8)).active, 0, `${name} after a false alarm`);
      d.recentre(false);
      assert.equal(feed(d, 2300, 600, next).active, 0, `${name} after maintenance`);
    }
  });

  it("learns each mode of operation by itself", () => {
    for (const name of CHOSEN) {
      const d = watch(name, 3, { modal: true });
      const next = machine("modes", 3);
      const fast = () => next().map((v, i) => v + 20 * (i + 1));
      let at = 0;
      let raised = 0;
      for (let turn = 0; turn < 12; turn++) {
        const [mode, rows] = turn % 2 ? (["fast", fast] as const) : (["slow", next] as const);
        raised += feed(d, at, 120, rows, mode).raised;
        at += 120;
      }
      assert.equal(raised, 0, name);
      feed(d, at, 100, plus(fast, 8), "fast");
      assert.equal(d.verdict.active, true, name);
    }
  });

  it("judges signals that come one at a time, and one that joins late or measures something else", () => {
    for (const name of CHOSEN) {
      const d = watch(name, 3);
      const next = machine("alone", 3);
      let turn = 0;
      const single = (rows: () => Float64Array, known: number) => () => {
        turn = (turn + 1) % known;
        return rows().map((v, i) => (i === turn ? v : Number.NaN));
      };
      const two = feed(d, 0, 1200, single(next, 2));
      assert.equal(two.raised, 0, name);
      feed(d, 1200, 2400, single(next, 3));
      d.forget(1);
      feed(d, 3600, 1500, single(next, 3));
      assert.equal(d.verdict.active, false, name);
      for (const channel of [1, 2]) {
        const other = watch(name, 3);
        other.restore(JSON.parse(JSON.stringify(d.snapshot())));
        turn = 0;
        feed(other, 5100, 300, single(plus(next, 8, channel), 3));
        assert.equal(other.verdict.active, true, `${name}, channel ${channel}`);
      }
    }
  });

  it("leaves alone what is smaller than the smallest deviation that matters", () => {
    for (const name of CHOSEN) {
      const d = watch(name, 4, { bands: new Float64Array(4).fill(6) });
      const next = machine("bands", 4);
      feed(d, 0, 2000, next);
      const other = watch(name, 4, { bands: new Float64Array(4).fill(6) });
      other.restore(JSON.parse(JSON.stringify(d.snapshot())));
      assert.equal(feed(d, 2000, 500, plus(next, 5)).raised, 0, name);
      feed(other, 2000, 300, plus(next, 40));
      assert.equal(other.verdict.active, true, name);
    }
  });

  it("keeps the budget of false alarms within half and double: sums on noise and on AR(1) 0.7", function () {
    this.timeout(120_000);
    const [rows, perMonth] = [100_000, 20];
    for (const name of ["cusum", "page-hinkley"] as const)
      for (const phi of [0, 0.7]) {
        const d = watch(name, 1, { falseAlarmsPerMonth: perMonth });
        const next = machine(`budget ${phi}`, 1, phi);
        let onsets = 0;
        for (let k = 0, relearn = -1; k < rows; k++) {
          if (k === relearn) d.recentre(true);
          if (!d.update(START + k * MINUTE, next(), true, "").raised) continue;
          onsets++;
          relearn = k + 60;
        }
        // 46 are allowed: twice their Poisson deviation is 30 %.
        const ratio = onsets / ((rows * perMonth) / 43_200);
        assert.ok(ratio > 0.5 && ratio < 2, `${name}, AR(1) ${phi}: ${ratio}`);
      }
  });

  it("speaks in the words of the machine", () => {
    for (const name of CHOSEN) {
      const engine = engineFor(["flow", "dischargePressure", "vibration"], { detector: name });
      const next = machine("words", 3);
      let text = "";
      for (let k = 0; k < 900; k++) {
        const [flow, pressure, vibration] = next();
        const values = { flow: 60 + flow!, dischargePressure: 4 + 0.1 * pressure!, vibration: 2 + 0.1 * vibration! };
        if (k >= 600) values.vibration += 0.8;
        const { events, section } = engine.update(message(START + k * MINUTE, values));
        if (k < 600) assert.deepEqual(events, [], name);
        text ||= events[0]?.text ?? "";
        if (k === 800) assert.equal(Object.keys(section.contributions)[0], "vibration", name);
      }
      assert.match(text, /^Vibration (on average )?\d.* mm\/s above its usual (1\.9|2)/, name);
    }
  });

  it("says in one sentence which detectors there are, and which need two signals", () => {
    const asset = assetWith(["flow"]);
    assert.throws(
      () => readOptions({ detector: "magic" as never }, asset),
      (e: Error) => e.message === `The detector is "magic": choose one of ${DETECTORS.join(", ")}.`,
    );
    for (const name of ["pca", "cross-channel"] as const)
      assert.throws(() => engineFor(["flow"], { detector: name }), /only one is watched: watch at least two/);
    assert.equal(readOptions({}, asset).detector, "auto");
  });

  it("keeps what the automatic choice has learned before there was another, and no other detector's", () => {
    const asset = assetWith(["flow"]);
    const before = '[2,["flow m3/h"],"auto","",200,1,""]';
    assert.equal(meaningOf({}, asset), before);
    assert.equal(meaningOf({ detector: "auto" }, asset), before);
    const others = CHOSEN.map((detector) => meaningOf({ detector }, asset));
    assert.equal(new Set([before, ...others]).size, 1 + CHOSEN.length);
  });
});
