import assert from "node:assert/strict";
import type { Sample } from "../../../../src/lib/anomaly/detector.ts";
import { Extremes } from "../../../../src/lib/anomaly/detectors/extremes.ts";
import { DEFAULTS } from "../../../../src/lib/anomaly/options.ts";
import { StreamDetector } from "../../../../src/lib/anomaly/stream.ts";
import { createRandom } from "../../../../src/lib/random.ts";

const sampleOf = (z: number[], more: Partial<Sample> = {}): Sample => ({
  time: 0,
  steps: 1,
  z: Float64Array.from(z),
  autocorrelation: new Float64Array(z.length),
  uncertainty: new Float64Array(z.length),
  band: new Float64Array(z.length),
  learn: false,
  ...more,
});

describe("extremes: values beyond the range that a channel has ever had", () => {
  it("is −ln p where the tails are exponential, also when it has seen little", () => {
    const random = createRandom("exponential");
    // Both tails have a mean excess of 0.25 beyond any level.
    const value = () => 0.25 * Math.log(1 - random.next()) * (random.next() < 0.5 ? 1 : -1);
    for (const [learned, models] of [
      [320, 400],
      [5000, 60],
    ] as const) {
      let over = 0;
      const rows = 4000;
      const level = Math.log(learned / 2);
      for (let k = 0; k < models; k++) {
        const d = new Extremes(1);
        for (let i = 0; i < learned; i++) d.learn(sampleOf([value()]));
        for (let i = 0; i < rows; i++) if (d.update(sampleOf([value()])).surprise > level) over++;
      }
      const expected = models * rows * Math.exp(-level);
      // Poisson of 10 000 and 96, and that a stretch counts its highest value only.
      assert.ok(over > 0.65 * expected && over < 1.35 * expected, `${learned} rows: ${over} against ${expected}`);
    }
  });

  it("finds what is beyond a brim well within three standard deviations, once, and the lower side on its own", () => {
    const random = createRandom("brim");
    const d = new Extremes(2);
    // Uniform between ± √3, which has standard deviation 1, and never below − 1.5 in the second channel.
    const level = () => Math.sqrt(3) * (2 * random.next() - 1);
    for (let i = 0; i < 8000; i++) d.learn(sampleOf([level(), Math.max(-1.5, level())]));
    const odd = (z: number[], more?: Partial<Sample>) => d.update(sampleOf(z, more)).surprise;
    for (let i = 0; i < 2000; i++) assert.ok(odd([level(), Math.max(-1.5, level())]) < 6);
    // Gauss's law gives 2.3 a probability of one in fifty.
    assert.ok(odd([2.3, 0]) > 8, `${odd([2.3, 0])}`);
    assert.ok(odd([0, -2.3]) > 8 && odd([-1.6, 0]) < 2);
    assert.deepEqual(Array.from(d.update(sampleOf([0, -2.3])).shares), [0, 1]);
    assert.ok(odd([2.3, 0], { band: Float64Array.of(0.6, 0) }) < 2, "less than what matters");
    assert.ok(odd([2.3, 0], { uncertainty: Float64Array.of(1, 0) }) < 2, "the level itself is not known so well");
    const again = new Extremes(2);
    again.restore(JSON.parse(JSON.stringify(d.snapshot())));
    for (let i = 0; i < 40; i++) d.learn(sampleOf([2.3, Number.NaN]));
    assert.ok(odd([2.3, 0]) < 8, "it has been seen");
    assert.ok(again.update(sampleOf([2.3, 0])).surprise > 8);
    d.forget(0);
    assert.equal(odd([50, 0]), 0);
    assert.equal(odd([Number.NaN, Number.NaN]), 0);
  });

  it("a tank that rises above every level that it ever had is an alarm, though its average is nothing special", () => {
    const { hold, clear, refractory } = DEFAULTS;
    let found = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const random = createRandom(`tank ${seed}`);
      const options = { channels: 3, learning: 3000, falseAlarmsPerMonth: 1, hold, clear, refractory };
      const d = new StreamDetector(options);
      // Filled and emptied by a pump at levels that scatter a little, beside two signals that have nothing to do with it.
      let [level, flow, top] = [0, 0.1, 1];
      const row = (above: number) => {
        level += flow;
        if (level > top + above) flow = -0.1;
        if (level < -1) flow = 0.1;
        if (level < -1) top = 1 + 0.05 * random.normal();
        return Float64Array.of(level + 0.02 * random.normal(), random.normal(), random.normal());
      };
      let time = 0;
      for (let i = 0; i < 5000; i++) d.update((time += 60_000), row(0), true, "");
      let active = false;
      for (let i = 0; i < 60; i++) active = d.update((time += 60_000), row(0.9), true, "").active || active;
      if (active) found++;
    }
    assert.ok(found >= 9, `${found} of 10`);
  });
});
