import assert from "node:assert/strict";
import type { Sample } from "../../../src/lib/anomaly/detector.ts";
import { CrossChannel } from "../../../src/lib/anomaly/detectors/cross-channel.ts";
import { Exceedance } from "../../../src/lib/anomaly/detectors/exceedance.ts";
import { Hotelling } from "../../../src/lib/anomaly/detectors/hotelling.ts";
import { Pca } from "../../../src/lib/anomaly/detectors/pca.ts";
import { eigenSymmetric } from "../../../src/lib/anomaly/matrix.ts";
import { gaussian } from "./random.ts";

const sampleOf = (z: ArrayLike<number>, more: Partial<Sample> = {}): Sample => ({
  time: 0,
  steps: 1,
  z: Float64Array.from(z),
  autocorrelation: new Float64Array(z.length),
  uncertainty: new Float64Array(z.length),
  band: new Float64Array(z.length),
  learn: false,
  ...more,
});

const json = <T>(x: T): T => JSON.parse(JSON.stringify(x));

describe("Hotelling's T²", () => {
  it("has the limits of F quantiles", () => {
    const random = gaussian(1);
    const h = new Hotelling(2);
    for (let i = 0; i < 25; i++) h.learn(Float64Array.of(random(), random()));
    // p (m + 1) (m − 1) / (m (m − p)) · F(0.95; 2, 23), F = 3.4221 from the NIST table; m = 25, p = 2.
    const limit = ((2 * 26 * 24) / (25 * 23)) * 3.4221;
    assert.ok(Math.abs(h.limit(0.05) / limit - 1) < 1e-4, `${h.limit(0.05)} against ${limit}`);
  });

  it("calls five of a hundred normal rows odd at five per cent, also when it has learned little", () => {
    const random = gaussian(2);
    const row = () => Float64Array.of(random(), random(), random());
    let over = 0;
    const models = 400;
    for (let k = 0; k < models; k++) {
      const h = new Hotelling(3);
      for (let i = 0; i < 12; i++) h.learn(row());
      for (let i = 0; i < 10; i++) if (h.update(sampleOf(row())).surprise > -Math.log(0.05)) over++;
    }
    // 4000 rows, ten of each model: four standard errors with that clustering.
    assert.ok(Math.abs(over / 4000 - 0.05) < 0.025, `${over / 4000}`);
  });

  it("is (x − m)ᵀ S⁻¹ (x − m), leaves out what is missing, and survives a restart", () => {
    const rows = [
      [1, 2],
      [3, 1],
      [2, 4],
      [4, 4],
      [0, 1],
      [2, 0],
    ];
    const h = new Hotelling(2);
    for (const r of rows) h.learn(Float64Array.from(r));
    h.update(sampleOf([5, 2]));
    // Mean (2, 2); S = [[2, 1], [1, 2.8]]; S⁻¹ (3, 0) = (8.4, −3) / 4.6.
    assert.ok(Math.abs(h.t2 - 25.2 / 4.6) < 1e-9, `${h.t2}`);
    h.update(sampleOf([5, Number.NaN]));
    assert.ok(Math.abs(h.t2 - 9 / 2) < 1e-9, `${h.t2}`);
    const again = new Hotelling(2);
    again.restore(json(h.snapshot()));
    assert.equal(again.update(sampleOf([1, 7])).surprise, h.update(sampleOf([1, 7])).surprise);
  });
});

describe("principal components", () => {
  const random = gaussian(4);
  const row = () => {
    const [a, b] = [random(), random()];
    return Float64Array.of(a + 0.1 * random(), a - b, b + 0.1 * random(), a + b + 0.1 * random());
  };
  const rows = Array.from({ length: 500 }, row);

  it("eigenvalues and vectors satisfy A v = λ v", () => {
    const a = Float64Array.of(4, 1, -2, 1, 2, 0, -2, 0, 3);
    const values = new Float64Array(3);
    const vectors = new Float64Array(9);
    eigenSymmetric(a.slice(), 3, values, vectors);
    for (let k = 0; k < 3; k++)
      for (let i = 0; i < 3; i++) {
        let sum = 0;
        for (let j = 0; j < 3; j++) sum += a[i * 3 + j]! * vectors[k * 3 + j]!;
        assert.ok(Math.abs(sum - values[k]! * vectors[k * 3 + i]!) < 1e-12);
      }
    assert.ok(values[0]! >= values[1]! && values[1]! >= values[2]!);
  });

  it("SPE is zero when all components are kept, and T² is then Hotelling's", () => {
    const pca = new Pca({ channels: 4, components: 4 });
    pca.fit(rows);
    const h = new Hotelling(4);
    for (const r of rows) h.learn(r);
    for (let i = 0; i < 20; i++) {
      const sample = sampleOf(row());
      pca.update(sample);
      h.update(sample);
      assert.ok(pca.spe < 1e-20, `SPE ${pca.spe}`);
      assert.ok(Math.abs(pca.t2 / h.t2 - 1) < 1e-8, `${pca.t2} against ${h.t2}`);
    }
  });

  it("keeps as many components as the machine has causes, and finds what leaves their plane", () => {
    const pca = new Pca({ channels: 4, explained: 0.98 });
    pca.fit(rows);
    assert.equal(pca.components, 2);
    let over = 0;
    for (let i = 0; i < 2000; i++) if (pca.update(sampleOf(row())).surprise > -Math.log(0.05)) over++;
    // Two tests at half the level each; four standard errors of 2000 rows and the approximation of SPE's law.
    assert.ok(Math.abs(over / 2000 - 0.05) < 0.025, `${over / 2000}`);
    const verdict = pca.update(sampleOf([1, 0, 1, 0]));
    assert.ok(verdict.surprise > 20, `${verdict.surprise}`);
    assert.ok(Math.abs(verdict.shares.reduce((a, b) => a + b, 0) - 1) < 1e-9);
    const again = new Pca({ channels: 4 });
    again.restore(json(pca.snapshot()));
    assert.equal(again.update(sampleOf([1, 0, 1, 0])).surprise, verdict.surprise);
  });
});

describe("cross-channel residual", () => {
  const HOUR = 3_600_000;
  /** Two that follow a common cause, one that follows the hour of day, one that follows the first an hour later. */
  function plant(seed: number) {
    const random = gaussian(seed);
    let before = 0;
    return (hour: number, broken = false) => {
      const cause = random();
      const daily = Math.sin((2 * Math.PI * hour) / 24);
      const late = before;
      before = cause;
      const first = broken ? random() : cause;
      return Float64Array.of(
        first + 0.05 * random(),
        cause + 0.05 * random(),
        daily + 0.05 * random(),
        late + 0.05 * random(),
      );
    };
  }
  function learned(seed: number, hours = 1500) {
    const next = plant(seed);
    const cross = new CrossChannel(4);
    const rows = Array.from({ length: hours }, (_, h) => next(h));
    const times = rows.map((_, h) => h * HOUR);
    const surprises = cross.fit(times, rows, 100_000)!;
    let hour = hours;
    const step = (change?: (z: Float64Array) => void) => {
      const z = next(hour);
      change?.(z);
      return cross.update(sampleOf(z, { time: hour++ * HOUR }));
    };
    return { cross, surprises, step };
  }

  it("predicts from the others, the row before and the hour of day", () => {
    const { cross, step } = learned(1);
    const sum = new Float64Array(4);
    for (let i = 0; i < 500; i++) {
      step();
      // Held-out scales: residuals of rows to come have variance one; those at the floor have less.
      for (let c = 0; c < 4; c++) sum[c]! += cross.residual[c]! ** 2 / 500;
    }
    for (const s of sum) assert.ok(s > 0.15 && s < 1.3, `variance ${s}`);
    for (let c = 0; c < 4; c++) {
      const { surprise, shares } = step((z) => {
        z[c]! += 1;
      });
      assert.ok(surprise > 6, `channel ${c}: ${surprise}`);
      assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9);
    }
  });

  it("judges the learning rows by predictions that have not seen them", () => {
    const { surprises, step } = learned(2);
    const tail = (s: number[]) => s.filter((x) => x > 3).length / s.length;
    const later = Array.from({ length: 2000 }, () => step().surprise);
    // One in twenty by construction; binomial error of 2000 rows is 0.5 %.
    assert.ok(Math.abs(tail(surprises) - Math.exp(-3)) < 0.005, `${tail(surprises)}`);
    assert.ok(Math.abs(tail(later) - Math.exp(-3)) < 0.02, `${tail(later)}`);
  });

  it("goes on with missing values, and has nothing to say of too few rows", () => {
    const { cross, step } = learned(3);
    for (let i = 0; i < 300; i++)
      assert.ok(
        step((z) => {
          z[i % 4] = Number.NaN;
        }).surprise < 14,
      );
    assert.ok(Number.isNaN(cross.residual[3]!));
    assert.equal(new CrossChannel(4).fit([0, 1], [new Float64Array(4), new Float64Array(4)], 100), undefined);
  });

  it("goes on as if nothing had happened after a restart", () => {
    const { cross } = learned(4);
    const again = new CrossChannel(4);
    again.restore(json(cross.snapshot()));
    const next = plant(5);
    for (let i = 0; i < 600; i++) {
      const sample = sampleOf(next(i), { time: i * HOUR, learn: true });
      const { surprise } = cross.update(sample);
      assert.equal(again.update(sample).surprise, surprise);
    }
  });
});

describe("exceedance", () => {
  it("is −ln p of exponential and of Pareto tails", () => {
    // Quantiles of the laws stand in for samples of them.
    const n = 20_000;
    const levels = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
    const exponential = new Exceedance();
    exponential.fit(levels.map((p) => -Math.log(1 - p)));
    for (const x of [4, 8, 12])
      assert.ok(Math.abs(exponential.surprise(x) / x - 1) < 0.05, `${exponential.surprise(x)}`);
    const pareto = new Exceedance();
    const shape = 0.2;
    pareto.fit(levels.map((p) => ((1 - p) ** -shape - 1) / shape));
    for (const s of [4, 8, 12]) {
      const x = Math.expm1(shape * s) / shape;
      assert.ok(Math.abs(pareto.surprise(x) / s - 1) < 0.1, `${pareto.surprise(x)} against ${s}`);
    }
  });
});
