import assert from "node:assert/strict";
import type { Sample } from "../../../src/lib/anomaly/detector.ts";
import { Mewma } from "../../../src/lib/anomaly/detectors/mewma.ts";
import { gaussian } from "./random.ts";

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

/** Rows until T² passes h, from the zero state with the asymptotic covariance. */
function runLength(lambda: number, h: number, shift: number, random: () => number): number {
  const mewma = new Mewma({ channels: 2, lambda, horizon: 1000 });
  for (let i = 0; i < 200; i++) mewma.update(sampleOf([0, 0]));
  for (let n = 1; ; n++) {
    mewma.update(sampleOf([random() + shift, random()]));
    if (mewma.t2 > h) return n;
  }
}

describe("MEWMA", () => {
  it("has the published average run lengths", () => {
    // Prabhu & Runger 1997 (as in Montgomery, Statistical Quality Control, table 11.3), two variables.
    const random = gaussian(1992);
    for (const [lambda, h, shift, arl, runs] of [
      [0.1, 8.64, 0, 199.98, 800],
      [0.1, 8.64, 0.5, 28.07, 800],
      [0.1, 8.64, 1, 10.15, 800],
      [0.1, 8.64, 3, 2.93, 800],
      [0.2, 9.65, 1, 10.2, 800],
    ] as const) {
      const lengths = Array.from({ length: runs }, () => runLength(lambda, h, shift, random));
      const mean = lengths.reduce((a, b) => a + b) / runs;
      const sd = Math.sqrt(lengths.reduce((s, n) => s + (n - mean) ** 2, 0) / (runs - 1));
      // Four standard errors of the simulation.
      const tolerance = (4 * sd) / Math.sqrt(runs);
      assert.ok(
        Math.abs(mean - arl) < tolerance,
        `λ ${lambda}, shift ${shift}: ${mean} ± ${tolerance}, published ${arl}`,
      );
    }
  });

  it("T² of the first row is that of Hotelling for the row itself, whatever λ", () => {
    const mewma = new Mewma({ channels: 2, lambda: 0.1, horizon: 1000 });
    mewma.update(sampleOf([3, -4]));
    assert.ok(Math.abs(mewma.t2 - 25) < 1e-9);
  });

  it("finds a broken correlation with normal margins", () => {
    const random = gaussian(3);
    const mewma = new Mewma({ channels: 2, lambda: 0.1, horizon: 2000 });
    for (let i = 0; i < 2000; i++) {
      const common = random();
      mewma.learn(Float64Array.from([common + 0.1 * random(), common + 0.1 * random()]));
    }
    mewma.refresh();
    let together = 0;
    for (let i = 0; i < 40; i++) together = mewma.update(sampleOf([1, 1])).surprise;
    mewma.forget();
    let apart = 0;
    for (let i = 0; i < 40; i++) apart = mewma.update(sampleOf([1, -1])).surprise;
    assert.ok(apart > 5 * together, `${apart} against ${together}`);
  });

  it("keeps its variance under autocorrelation", () => {
    // u must have variance 1 for an AR(1) process too: tolerance from about 20 000 / 30 independent values.
    const random = gaussian(5);
    const mewma = new Mewma({ channels: 1, lambda: 0.1, horizon: 1000 });
    let x = 0;
    let sum = 0;
    const n = 60_000;
    const phi = 0.8;
    for (let i = 0; i < n; i++) {
      x = phi * x + Math.sqrt(1 - phi * phi) * random();
      mewma.update(sampleOf([x], { autocorrelation: Float64Array.of(phi) }));
      if (i > 100) sum += mewma.u[0]! ** 2;
    }
    assert.ok(Math.abs(sum / n - 1) < 0.12, `variance ${sum / n}`);
  });

  it("goes on as if nothing had happened after a restart, missing values included", () => {
    const random = gaussian(11);
    const a = new Mewma({ channels: 3, lambda: 0.1, horizon: 500 });
    const row = () => [random(), random(), random() > 0 ? random() : Number.NaN];
    for (let i = 0; i < 150; i++) a.update(sampleOf(row(), { learn: true }));
    const b = new Mewma({ channels: 3, lambda: 0.1, horizon: 500 });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    for (let i = 0; i < 150; i++) {
      const z = row();
      const va = a.update(sampleOf(z, { learn: true }));
      const vb = b.update(sampleOf(z, { learn: true }));
      assert.equal(vb.surprise, va.surprise);
      assert.deepEqual(vb.shares, va.shares);
    }
  });
});
