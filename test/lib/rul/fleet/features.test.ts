import assert from "node:assert/strict";
import { createRandom } from "../../../../src/lib/random.ts";
import { FeatureStream, featureNames, WINDOWS } from "../../../../src/lib/rul/fleet/features.ts";

const shape = { sensors: 1, weights: [0.5], intercept: 0.1, life: 200 };
const names = featureNames(1);
const at = (name: string) => names.indexOf(name);

/** Irregular times with gaps, and values with holes. */
function history(n: number) {
  const random = createRandom("features");
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 0, t = 3; i < n; i++, t += 0.2 + 3 * random.next()) {
    times.push(t);
    values.push(i > 0 && random.next() < 0.2 ? Number.NaN : 0.01 * t + random.normal());
  }
  return { times, values };
}

describe("streaming features", () => {
  it("equal the weighted sums over the whole history, written out", () => {
    const { times, values } = history(150);
    const stream = new FeatureStream(shape);
    const out = new Float64Array(stream.length);
    times.forEach((t, i) => {
      stream.update(t, Float64Array.of(values[i]!), t, out);
    });
    const end = times[times.length - 1]!;
    const known = [...times.keys()].filter((i) => !Number.isNaN(values[i]!));
    const weight = (i: number, share: number) => Math.exp((-2 * (end - times[i]!)) / (share * shape.life));
    const mean = (share: number) => {
      const total = known.reduce((sum, i) => sum + weight(i, share), 0);
      return known.reduce((sum, i) => sum + weight(i, share) * values[i]!, 0) / total;
    };
    const close = (name: string, want: number) =>
      assert.ok(
        Math.abs(out[at(name)]! - want) < 1e-9 * Math.max(1, Math.abs(want)),
        `${name} ${out[at(name)]} ${want}`,
      );
    close("0.short", mean(WINDOWS.short));
    close("0.long", mean(WINDOWS.long));
    const early = known.filter((i) => times[i]! - times[0]! <= WINDOWS.start * shape.life);
    const start = early.reduce((sum, i) => sum + values[i]!, 0) / early.length;
    close("0.rise", mean(WINDOWS.short) - start);
    close("indicator.short", 0.1 + 0.5 * mean(WINDOWS.short));
    close("observed", end - times[0]!);
    // Weighted least squares about the weighted means; the ridge of 0.002 life² is the documented shrinkage.
    const w = known.map((i) => weight(i, WINDOWS.long));
    const total = w.reduce((a, b) => a + b, 0);
    const tm = known.reduce((sum, i, k) => sum + w[k]! * times[i]!, 0) / total;
    const vm = known.reduce((sum, i, k) => sum + w[k]! * values[i]!, 0) / total;
    const cov = known.reduce((sum, i, k) => sum + w[k]! * (times[i]! - tm) * (values[i]! - vm), 0);
    const spread = known.reduce((sum, i, k) => sum + w[k]! * (times[i]! - tm) ** 2, 0);
    close("0.slope", (cov / (spread + 0.002 * shape.life ** 2)) * shape.life);
  });

  it("go on after a restart as if there had been none", () => {
    const { times, values } = history(60);
    const whole = new FeatureStream(shape);
    const a = new Float64Array(whole.length);
    const b = new Float64Array(whole.length);
    let part = new FeatureStream(shape);
    times.forEach((t, i) => {
      whole.update(t, Float64Array.of(values[i]!), t, a);
      part.update(t, Float64Array.of(values[i]!), t, b);
      if (i === 10 || i === 40) {
        const saved = JSON.parse(JSON.stringify(part.snapshot()));
        part = new FeatureStream(shape);
        part.restore(saved);
      }
      assert.deepEqual(b, a);
    });
  });

  it("say nothing about a sensor that was never read", () => {
    const stream = new FeatureStream(shape);
    const out = new Float64Array(stream.length);
    stream.update(0, Float64Array.of(Number.NaN), 0, out);
    for (const name of ["0.short", "0.long", "0.rise", "0.slope"]) assert.ok(Number.isNaN(out[at(name)]!), name);
    assert.equal(out[at("indicator.short")], 0.1);
  });
});
