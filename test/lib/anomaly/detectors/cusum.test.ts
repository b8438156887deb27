import assert from "node:assert/strict";
import { cusumArl, cusumLimit, siegmundArl, twoSidedCusumArl } from "../../../../src/lib/anomaly/detectors/arl.ts";
import { Cusum } from "../../../../src/lib/anomaly/detectors/cusum.ts";
import { PageHinkley } from "../../../../src/lib/anomaly/detectors/page-hinkley.ts";
import { createRandom } from "../../../../src/lib/random.ts";

/** Mean number of samples until `step` answers above 1. */
function runLength(make: () => { update(z: number): number }, shift: number, runs: number): number {
  const random = createRandom("arl");
  let samples = 0;
  for (let run = 0; run < runs; run++) {
    const detector = make();
    do samples++;
    while (detector.update(random.normal() + shift) <= 1);
  }
  return samples / runs;
}

describe("anomaly: CUSUM and Page–Hinkley", () => {
  // Montgomery, Introduction to Statistical Quality Control, 6th ed., table 9.3: two-sided, k = 0.5, h = 4 and 5.
  const TABLE = [
    [0, 168, 465],
    [0.25, 74.2, 139],
    [0.5, 26.6, 38],
    [0.75, 13.3, 17],
    [1, 8.38, 10.4],
    [1.5, 4.75, 5.75],
    [2, 3.34, 4.01],
    [2.5, 2.62, 3.11],
    [3, 2.19, 2.57],
  ] as const;

  it("average run lengths as in Montgomery's table", () => {
    for (const [shift, h4, h5] of TABLE) {
      // The table has three digits.
      const close = (h: number, expected: number): void => {
        const arl = twoSidedCusumArl(h, 0.5, shift);
        assert.ok(Math.abs(arl / expected - 1) < 0.006, `h ${h}, shift ${shift}: ${arl} for ${expected}`);
      };
      close(4, h4);
      close(5, h5);
    }
  });

  it("the limit for a wanted run length gives that run length", () => {
    assert.ok(Math.abs(cusumLimit(168) - 4) < 0.01);
    assert.ok(Math.abs(cusumLimit(465) - 5) < 0.01);
    // Hawkins 1993 gives h = 4.7749 for a two-sided run length of 370 with k = 0.5.
    assert.ok(Math.abs(cusumLimit(370) - 4.7749) < 0.01);
    for (const arl of [50, 1000, 43_200, 1e6]) assert.ok(Math.abs(twoSidedCusumArl(cusumLimit(arl)) / arl - 1) < 1e-3);
    assert.throws(() => cusumLimit(1), /too short/);
  });

  it("Siegmund's closed form is within 3 % of the Markov chain for shifts up to one", () => {
    for (const h of [3, 4, 5, 8])
      for (const shift of [0, 0.5, 1])
        assert.ok(Math.abs(siegmundArl(h, 0.5, shift) / cusumArl(h, 0.5, shift) - 1) < 0.03, `h ${h}, shift ${shift}`);
  });

  it("the detector's run lengths are those of the theory", () => {
    // Standard error of a mean of 4000 near-exponential run lengths is 1.6 %.
    assert.ok(Math.abs(runLength(() => new Cusum({ h: 4 }), 0, 4000) / 168 - 1) < 0.06);
    assert.ok(Math.abs(runLength(() => new Cusum({ h: 5 }), 1, 4000) / 10.4 - 1) < 0.03);
    const { h } = new Cusum({ arl: 500 });
    assert.ok(Math.abs(runLength(() => new Cusum({ h }), 0, 3000) / 500 - 1) < 0.07);
  });

  it("Page–Hinkley with a settled mean finds a shift of one standard deviation as fast as CUSUM", () => {
    const settled = (): PageHinkley => {
      const test = new PageHinkley({ lambda: 5 });
      test.restore([0, 100_000, 0, 0, 0, 0]);
      return test;
    };
    assert.ok(Math.abs(runLength(settled, 1, 4000) / 10.4 - 1) < 0.03);
    assert.ok(Math.abs(runLength(settled, 0, 2000) / 465 - 1) < 0.1);
  });

  it("Page–Hinkley is indifferent to the origin, and a wild value does not fill the sum", () => {
    const random = createRandom("origin");
    const [a, b] = [new PageHinkley({ arl: 1e5 }), new PageHinkley({ arl: 1e5 })];
    for (let i = 0; i < 2000; i++) {
      const z = random.normal();
      assert.ok(Math.abs(a.update(z) - b.update(z + 1000)) < 1e-6);
    }
    const c = new Cusum({ arl: 43_200 });
    assert.ok(c.update(1e9) < 1);
    assert.ok(c.update(Number.NaN) < 1);
  });

  it("snapshots continue", () => {
    const random = createRandom("snap");
    for (const make of [() => new Cusum({ h: 5 }), () => new PageHinkley({ lambda: 5 })]) {
      const a = make();
      for (let i = 0; i < 50; i++) a.update(random.normal());
      const b = make();
      b.restore(JSON.parse(JSON.stringify(a.snapshot())));
      for (let i = 0; i < 50; i++) {
        const z = random.normal() + 0.4;
        assert.equal(b.update(z), a.update(z));
      }
    }
  });
});
