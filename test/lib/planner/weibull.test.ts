import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gammaP, logGamma } from "../../../src/lib/gamma.ts";
import { ageReplacement, costRate } from "../../../src/lib/planner/age-replacement.ts";
import { fitWeibull, meanLife, meanUpTo, reliability } from "../../../src/lib/planner/weibull.ts";
import { createRandom } from "../../../src/lib/random.ts";

const near = (value: number, want: number, tolerance: number) =>
  assert.ok(Math.abs(value - want) <= tolerance, `${value}, want ${want}`);

describe("Weibull", () => {
  it("knows the gamma functions (closed forms)", () => {
    near(logGamma(0.5), 0.5 * Math.log(Math.PI), 1e-13);
    near(logGamma(11), Math.log(3628800), 1e-12);
    // P(1, x) = 1 − e^−x; P(½, x) = erf(√x), erf(1) = 0.8427007929497149.
    for (const x of [0.01, 0.5, 2, 7, 30]) near(gammaP(1, x), -Math.expm1(-x), 1e-14);
    near(gammaP(0.5, 1), 0.8427007929497149, 1e-13);
  });

  it("integrates the reliability: β = 1 in closed form, the rest against Simpson's rule", () => {
    near(meanUpTo({ shape: 1, scale: 10 }, 5), 10 * -Math.expm1(-0.5), 1e-12);
    const w = { shape: 2.5, scale: 1000 };
    const n = 2000;
    let sum = 0;
    for (let i = 0; i <= n; i++) sum += (i === 0 || i === n ? 1 : i % 2 ? 4 : 2) * reliability(w, (500 * i) / n);
    near(meanUpTo(w, 500), (sum * 500) / n / 3, 1e-7);
    near(meanUpTo(w, 1e5), meanLife(w), 1e-9);
  });

  it("fits what a solver of the likelihood equations fits, with and without censoring", () => {
    // Complete sample: for two lives a < b the equation has one unknown; checked by the likelihood's own maximum on a fine grid.
    const lives = [16, 34, 53, 75, 93, 120].map((age) => ({ age, failed: true }));
    const check = (sample: { age: number; failed: boolean }[]) => {
      const fit = fitWeibull(sample);
      const likelihood = (shape: number, scale: number) =>
        sample.reduce((s, { age, failed }) => {
          const z = age / scale;
          return s - z ** shape + (failed ? Math.log(shape / scale) + (shape - 1) * Math.log(z) : 0);
        }, 0);
      const best = likelihood(fit.shape, fit.scale);
      for (const da of [-1e-3, 0, 1e-3])
        for (const db of [-1e-3, 0, 1e-3])
          if (da || db) assert.ok(likelihood(fit.shape * (1 + da), fit.scale * (1 + db)) < best);
      return fit;
    };
    const complete = check(lives);
    // Abernethy's "New Weibull Handbook" example data; its maximum likelihood answer is β 1.93, η 73.5.
    near(complete.shape, 1.93, 0.01);
    near(complete.scale, 73.5, 0.1);
    const censored = check([...lives, ...[40, 80, 130].map((age) => ({ age, failed: false }))]);
    assert.ok(censored.scale > complete.scale);
    assert.equal(censored.censored, 3);
  });

  it("finds the truth in large samples, inside its interval nine times in ten", () => {
    const random = createRandom(1);
    let inside = 0;
    for (let i = 0; i < 100; i++) {
      const lives = Array.from({ length: 60 }, () => {
        const life = 1000 * (-Math.log(1 - random.next())) ** (1 / 2.5);
        return life < 900 ? { age: life, failed: true } : { age: 900, failed: false };
      });
      const [low, high] = fitWeibull(lives).shapeInterval;
      if (low < 2.5 && high > 2.5) inside++;
    }
    // 90 ± 3 standard deviations of a count of 100.
    assert.ok(inside >= 81 && inside <= 99, `${inside}`);
  });

  it("says what is missing", () => {
    assert.throws(() => fitWeibull([{ age: 5, failed: true }]), /two different failures/);
    assert.throws(() => fitWeibull([{ age: 0, failed: true }]), /not above zero/);
  });
});

describe("age replacement", () => {
  // Reference case of ReliaWiki's "Optimum Replacement Time Example", and answers of an independent solver.
  for (const [shape, scale, planned, failure, age] of [
    [2.5, 1000, 1, 5, 493.047],
    [2, 1000, 1, 10, 336.4512],
    [1.5, 1000, 1, 5, 675.492],
    [3, 100, 1, 10, 38.2456],
  ] as const)
    it(`β ${shape}, η ${scale}, costs ${planned}:${failure} → renew at ${age}`, () => {
      const found = ageReplacement({ shape, scale }, planned, failure);
      near(found.age!, age, 1e-4 * Math.max(1, age / 400));
      near(found.rate, costRate({ shape, scale }, planned, failure, found.age!), 1e-12);
      for (const other of [0.9, 0.99, 1.01, 1.1])
        assert.ok(costRate({ shape, scale }, planned, failure, found.age! * other) > found.rate);
    });

  it("has the published rate, 0.00346204 per hour", () => {
    near(ageReplacement({ shape: 2.5, scale: 1000 }, 1, 5).rate, 0.00346204, 5e-9);
  });

  it("runs to failure where renewing buys nothing: β ≤ 1, or a breakdown that costs no more", () => {
    for (const shape of [0.5, 1]) {
      const found = ageReplacement({ shape, scale: 1000 }, 1, 100);
      assert.equal(found.age, null);
      near(found.rate, 100 / meanLife({ shape, scale: 1000 }), 1e-12);
    }
    assert.equal(ageReplacement({ shape: 3, scale: 1000 }, 5, 5).age, null);
    assert.throws(() => ageReplacement({ shape: 3, scale: 1000 }, 0, 5), /above zero/);
  });
});
