import assert from "node:assert/strict";
import { createRandom } from "../../../../src/lib/random.ts";
import { OwnSpikeGate, SpikeGate, sampleDeviation } from "../../../../src/lib/rul/fleet/spikes.ts";

/** What the gate leaves of one signal. */
function passed(series: readonly number[], noise: number): number[] {
  const gate = new SpikeGate([noise]);
  return series.map((x) => {
    const row = Float64Array.of(x);
    gate.pass(row);
    return row[0]!;
  });
}

describe("wild samples", () => {
  it("count as missing, alone and in pairs, at the first sample too", () => {
    const quiet = [0.1, -0.1, 0, 0.1];
    assert.deepEqual(passed([50, ...quiet, -30, ...quiet, 40, 40, ...quiet], 0.1), [
      Number.NaN,
      ...quiet,
      Number.NaN,
      ...quiet,
      Number.NaN,
      Number.NaN,
      ...quiet,
    ]);
  });

  it("are believed from the third in a row on the same side, and more on that side at once: the machine has changed", () => {
    const jump = [5, 5.2, 5.1, 5, 9, -9];
    assert.deepEqual(passed([0, 0.1, ...jump], 0.1), [0, 0.1, Number.NaN, Number.NaN, 5.1, 5, 9, Number.NaN]);
    assert.deepEqual(passed([0, 5, -5, 5], 0.1), [0, Number.NaN, Number.NaN, Number.NaN]);
  });

  it("growth up to the failure passes, and keeps passing once it is steep", () => {
    const growth = Array.from({ length: 200 }, (_, i) => 40 * (i / 200) ** 8);
    const lost = passed(growth, 0.1).filter(Number.isNaN).length;
    assert.ok(lost <= 2, `${lost} of 200 lost`);
  });

  it("normal noise passes: eight deviations are not reached in 100 000 samples", () => {
    const random = createRandom("noise");
    const series = Array.from({ length: 100_000 }, () => random.normal());
    assert.equal(passed(series, 1).filter(Number.isNaN).length, 0);
  });

  it("the gate continues from a snapshot as if nothing had happened", () => {
    const series = [0, 0.1, 5, 5.1, 5.2, 5, 0, 5];
    const whole = passed(series, 0.1);
    for (let cut = 1; cut < series.length; cut++) {
      const before = new SpikeGate([0.1]);
      for (const x of series.slice(0, cut)) before.pass(Float64Array.of(x));
      const after = new SpikeGate([0.1]);
      after.restore(JSON.parse(JSON.stringify(before.snapshot())));
      const rest = series.slice(cut).map((x) => {
        const row = Float64Array.of(x);
        after.pass(row);
        return row[0]!;
      });
      assert.deepEqual(rest, whole.slice(cut));
    }
  });

  it("leave the deviation of a sample as it is", () => {
    const random = createRandom("deviation");
    const series = Float64Array.from({ length: 5000 }, (_, i) => 0.001 * i + random.normal());
    // Standard error of a median of absolute differences of 5000 samples: below 3 %.
    assert.ok(Math.abs(sampleDeviation([series]) - 1) < 0.06);
    for (let i = 0; i < series.length; i += 50) series[i] = 1000 * random.normal();
    assert.ok(Math.abs(sampleDeviation([series]) - 1) < 0.15);
  });

  it("of a signal that hardly ever moves, its moves pass and wild ones do not", () => {
    const flag = Float64Array.from({ length: 500 }, (_, i) => (i % 60 === 59 ? 1 : 0));
    const noise = sampleDeviation([flag]);
    assert.deepEqual(passed([...flag], noise), [...flag]);
    assert.ok(Number.isNaN(passed([0, 0, 20, 0], noise)[2]!));
  });

  it("are found without a fleet, in any unit, from the thirteenth sample on; nothing else is", () => {
    for (const [gain, offset] of [
      [1, 0],
      [1e9, -5e12],
      [-1e-6, 3],
    ] as const) {
      const random = createRandom("own");
      const gate = new OwnSpikeGate();
      let lost = 0;
      let passed = 0;
      for (let i = 0; i < 500; i++) {
        const wild = i >= 20 && i % 37 === 0;
        const x = offset + gain * ((wild ? 400 : 0) + 0.02 * i + random.normal());
        if (!Number.isNaN(gate.pass(x))) passed += Number(wild);
        else lost += Number(!wild);
      }
      assert.deepEqual({ lost, passed }, { lost: 0, passed: 0 });
    }
    // A signal that has never moved is not judged.
    const still = new OwnSpikeGate();
    for (let i = 0; i < 50; i++) still.pass(7);
    assert.equal(still.pass(8), 8);
  });
});
