import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRandom } from "../../../src/lib/random.ts";
import { FusedIndicator, type FusedOptions, learnFusion } from "../../../src/lib/rul/fused.ts";
import type { Failure } from "../../../src/lib/rul/library.ts";

const options: FusedOptions = {
  signals: ["a", "b", "c"],
  settings: [{ signal: "speed", tolerance: 100 }],
  limit: 6,
};
/** `a` rises and `b` falls with wear, `c` is only noise; all depend on the speed, which changes from sample to sample. */
const sample = (random: ReturnType<typeof createRandom>, wear: number) => {
  const speed = random.next() < 0.5 ? 1000 : 1500;
  return {
    speed: speed + 10 * random.normal(),
    a: speed / 10 + 8 * wear + random.normal(),
    b: -speed / 5 - 4 * wear + random.normal(),
    c: speed + random.normal(),
  };
};

describe("the fused indicator", () => {
  it("is the distance from the healthy state, whatever the operating point", () => {
    const random = createRandom("fused");
    const fused = new FusedIndicator(options);
    const healthy: number[] = [];
    for (let i = 0; i < 400; i++) {
      const value = fused.update(i, sample(random, 0));
      if (value !== undefined) healthy.push(value);
    }
    // Two baselines of 50 samples; then about the smoothed noise of unit variance over the limit of 6.
    assert.ok(Math.abs(healthy.length - 300) < 15, `${healthy.length}`);
    assert.ok(Math.max(...healthy) < 0.25);
    let worn = 0;
    for (let i = 400; i < 480; i++) worn = fused.update(i, sample(random, 1))!;
    // sqrt((8² + 4² + 0²)/3)/6 = 0.86, the deviations being known from 50 samples within 10 %.
    assert.ok(Math.abs(worn - 0.86) < 0.17, `${worn}`);
  });
  it("without knowing the operating point would see nothing", () => {
    const random = createRandom("blind");
    const blind = new FusedIndicator({ ...options, settings: [] });
    let worn = 0;
    for (let i = 0; i < 480; i++) worn = blind.update(i, sample(random, i < 400 ? 0 : 1)) ?? 0;
    assert.ok(worn < 0.25, `${worn}`);
  });
  it("learns from failures which signals count, and is one at failure; goes on after a snapshot", () => {
    const live = (seed: number, fused: FusedIndicator, life = 400) => {
      const random = createRandom(`life ${seed}`);
      let last = 0;
      for (let i = 0; i < life; i++) last = fused.update(i, sample(random, (i / life) ** 2)) ?? 0;
      return last;
    };
    const failures = [1, 2, 3].map((seed): Failure => {
      const fused = new FusedIndicator(options);
      live(seed, fused);
      return { unit: `${seed}`, life: 400, begin: 0, time: 0, deviations: fused.record };
    });
    assert.equal(learnFusion(failures.slice(0, 2), options.signals), undefined);
    const fusion = learnFusion(failures, options.signals)!;
    const [a, b, c] = fusion.weights as [number, number, number];
    assert.ok(a > 0 && b < 0 && Math.abs(c) < 0.3 * a, `${fusion.weights}`);
    const fresh = new FusedIndicator(options, fusion);
    const ends = [4, 5, 6, 7].map((seed) => {
      fresh.restart(fusion);
      return live(seed, fresh);
    });
    const mean = ends.reduce((sum, x) => sum + x, 0) / ends.length;
    assert.ok(Math.abs(mean - 1) < 0.25, `${ends}`);
    const other = new FusedIndicator(options);
    other.restore(JSON.parse(JSON.stringify(fresh.snapshot())));
    const random = createRandom("after");
    const next = sample(random, 1);
    assert.equal(other.update(401, next), fresh.update(401, next));
  });
});
