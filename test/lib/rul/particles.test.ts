import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRandom } from "../../../src/lib/random.ts";
import { LifeDistribution, poolOf } from "../../../src/lib/rul/distribution.ts";
import { fleetLife, roughLife } from "../../../src/lib/rul/life-prior.ts";
import { calibrationOf, type Forecast, normalScore } from "../../../src/lib/rul/particles/backtest.ts";
import { draw, observe } from "../../../src/lib/rul/particles/filter.ts";
import { crossings } from "../../../src/lib/rul/particles/forecast.ts";
import { Numbers } from "../../../src/lib/rul/particles/numbers.ts";
import { type ParticleOptions, ParticlePredictor } from "../../../src/lib/rul/particles/particle-predictor.ts";
import { makeParticles } from "../../../src/lib/rul/particles/particles.ts";

const near = (a: number, b: number, relative: number) =>
  assert.ok(Math.abs(a - b) <= relative * Math.abs(b), `${a} is not within ${100 * relative} % of ${b}`);

describe("what past forecasts say of the next", () => {
  /** Forecasts of a median of 50 with deviation 0.4 of the logarithm, whose truths lay `score` deviations out. */
  const forecasts = (scores: number[], reach = 1): Forecast[] =>
    scores.map((score) => {
      const life = new LifeDistribution(100);
      for (let z = -4; z <= 4; z += 0.01) life.add(50 * Math.exp(0.4 * z), Math.exp(-0.5 * z * z));
      return { experts: [life], actual: 50 * Math.exp(0.4 * score), reach };
    });
  it("without any is nothing", () => {
    assert.deepEqual(calibrationOf([], [1]), { bias: 0, stretch: 1 });
  });
  it("narrows when they came true closer than promised, the less the less they reached", () => {
    const [full, half] = [
      calibrationOf(forecasts([0, 0, 0, 0]), [1]),
      calibrationOf(forecasts([0, 0, 0, 0], 0.1), [1]),
    ];
    assert.ok(Math.abs(full.bias) < 0.001, `${full.bias}`);
    assert.ok(full.stretch < half.stretch && half.stretch < 1, `${full.stretch} ${half.stretch}`);
  });
  it("moves towards the side on which the truths lay, drawn to the middle as by two forecasts that were right", () => {
    const { bias } = calibrationOf(forecasts([0.5, 0.5, 0.5, 0.5]), [1]);
    // Four of them against two: 4/6 of the score, times its biweight (1 − 1/16)².
    near(bias, (4 / 6) * 0.5 * (15 / 16) ** 2, 0.03);
    near(calibrationOf(forecasts([-0.5, -0.5, -0.5, -0.5]), [1]).bias, -bias, 0.03);
    assert.equal(Math.abs(calibrationOf(forecasts([0.5, -0.5]), [1]).bias) < 0.01, true);
  });
  it("widens but does not move for a surprise: the law has changed since", () => {
    const knee = calibrationOf(forecasts([-4, -4, -4, 0]), [1]);
    assert.ok(Math.abs(knee.bias) < 0.01, `${knee.bias}`);
    assert.ok(knee.stretch > 1.4, `${knee.stretch}`);
  });
});

describe("a distribution of lives", () => {
  const lognormal = () => {
    const life = new LifeDistribution(100);
    const random = createRandom("lives");
    for (let i = 0; i < 40_000; i++) life.add(50 * Math.exp(0.4 * random.normal()), 1);
    return life;
  };
  // 50·exp(0.4 z): closed form. 40 000 draws have a standard error of 0.3 % of the 5 % quantile, a cell is 2.5 % wide.
  it("has the quantiles, probabilities and capped mean of a lognormal (closed form)", () => {
    const life = lognormal();
    for (const [p, z] of [
      [0.05, -1.64485],
      [0.5, 0],
      [0.95, 1.64485],
    ] as const) {
      near(life.quantile(p), 50 * Math.exp(0.4 * z), 0.015);
      near(life.probability(50 * Math.exp(0.4 * z)), p, 0.03);
    }
    near(life.mean(1e9), 50 * Math.exp(0.08), 0.01);
    // E[min(X, 50)] = 50·(Φ(−0.4)·e^0.08 + 1/2).
    near(life.mean(50), 50 * (0.344578 * Math.exp(0.08) + 0.5), 0.01);
  });
  it("is stretched around its median, pooled by share, and keeps now and never apart", () => {
    const wide = lognormal().stretch(1.5);
    near(wide.quantile(0.95), 50 * Math.exp(0.6 * 1.64485), 0.02);
    const ends = new LifeDistribution(100);
    ends.add(0, 1);
    ends.add(Number.POSITIVE_INFINITY, 1);
    const pool = poolOf([lognormal(), ends], [0.8, 0.2]);
    assert.equal(pool.quantile(0.09), 0);
    assert.equal(pool.quantile(0.95), Number.POSITIVE_INFINITY);
    near(pool.quantile(0.5), 50, 0.02);
    near(pool.living().probability(50), 0.4 / 0.9, 0.03);
  });
  it("is moved as a whole, and knows its spread (closed form)", () => {
    const life = lognormal().later(3);
    near(life.quantile(0.05), 150 * Math.exp(-0.4 * 1.64485), 0.02);
    near(life.quantile(0.95), 150 * Math.exp(0.4 * 1.64485), 0.02);
    // The 16 and 84 % quantiles lie 0.9945 deviations out.
    near(life.spread, 0.9945 * 0.4, 0.03);
    const never = new LifeDistribution(100);
    never.add(Number.POSITIVE_INFINITY, 1);
    assert.equal(never.later(2).quantile(0.5), Number.POSITIVE_INFINITY);
    assert.equal(never.spread, 0);
  });
  it("has the loss of a point forecast: the mean over its levels", () => {
    const sure = new LifeDistribution(10);
    sure.add(20, 1);
    assert.ok(sure.loss(20) < 0.01);
    // Too late by 100 %: the mean of 1 − p over levels that are symmetric around one half.
    near(sure.loss(10), 0.5, 0.05);
  });
  it("the prior of a typical life forgives a factor of two either way", () => {
    const { density } = roughLife(200);
    for (const factor of [0.5, 1, 2]) assert.ok(density(180 * factor) > 0.1, `${factor}`);
    assert.ok(density(4000) < 0.001);
    assert.ok(density(Number.POSITIVE_INFINITY) > 0);
  });
  it("the prior of past lives is centred on their geometric mean, and narrower than a rough life", () => {
    const fleet = fleetLife([180, 200, 222]);
    near(fleet.typical, 200, 0.01);
    assert.ok(fleet.density(200) > 20 * fleet.density(600));
    assert.ok(fleet.density(150) > fleet.density(100));
    // The median of the draws is the typical life.
    near(fleet.draw(0.3, 0), 200, 0.01);
  });
  it("knows the normal scores (Abramowitz and Stegun 26.2.23: error below 4.5e-4)", () => {
    assert.ok(Math.abs(normalScore(0.975) - 1.959964) < 4.5e-4);
    assert.ok(Math.abs(normalScore(0.2) + 0.841621) < 4.5e-4);
  });
});

describe("particles", () => {
  it("of one certain straight line cross where the line does (closed form)", () => {
    const p = makeParticles(50);
    p.rate.fill(0.02);
    p.life.fill(1e12);
    const times: number[] = [];
    crossings(p, 1, 0, 1e6, new Numbers(createRandom(1)), (t) => times.push(t));
    for (const t of times) near(t, 50, 1e-3);
  });
  it("of one certain exponential cross where it does (closed form)", () => {
    const p = makeParticles(50);
    p.rate.fill(0.01);
    p.a.fill(0.05);
    p.life.fill(1e12);
    const times: number[] = [];
    crossings(p, 1, 0, 1e6, new Numbers(createRandom(1)), (t) => times.push(t));
    // 0.01·(e^{0.05 t} − 1)/0.05 = 1 at t = ln(6)/0.05.
    for (const t of times) near(t, Math.log(6) / 0.05, 0.02);
  });
  it("take the level of a Kalman filter from an observation, when the noise is as measured", () => {
    const p = makeParticles(1);
    p.m[0] = 0;
    p.v[0] = 1;
    p.noise[0] = 1;
    observe(p, { t: 0, y: 0.5, variance: 1 });
    near(p.m[0]!, 0.25, 1e-9);
    near(p.v[0]!, 0.5, 1e-9);
  });
  it("are weighed by Student's t with four degrees of freedom, and drawn by weight", () => {
    const p = makeParticles(2);
    p.noise.fill(1);
    p.m[1] = 2;
    observe(p, { t: 0, y: 0, variance: 1 });
    // Density ratio (1 + 4/4)^(−5/2).
    near(p.weight[1]! / p.weight[0]!, 2 ** -2.5, 1e-9);
    const drawn = draw(p, 10_000, createRandom(2));
    const share = drawn.m.reduce((n, m) => n + (m === 2 ? 1 : 0), 0) / 10_000;
    near(share, 2 ** -2.5 / (1 + 2 ** -2.5), 0.01);
  });
});

describe("the particle predictor", () => {
  const options: ParticleOptions = { threshold: 7, direction: "rising", typicalLife: 240, seed: 3 };
  const wear = (t: number) => 2 + 0.02 * t;
  const feed = (p: ParticlePredictor, from: number, to: number, f = wear, noise = 0.05) => {
    const random = createRandom(`noise ${from}`);
    for (let t = from; t < to; t++) p.update(t, f(t) + noise * random.normal());
    return p;
  };

  it("finds where a straight line will reach the limit, with ordered quantiles", () => {
    // 2 + 0.02 t = 7 at t = 250: 51 after the last sample.
    const a = feed(new ParticlePredictor(options), 0, 200).predict()!;
    near(a.p50, 51, 0.15);
    assert.ok(a.p05 < 51 && 51 < a.p95);
    assert.ok(a.p05 <= a.p10 && a.p10 <= a.p50 && a.p50 <= a.p90 && a.p90 <= a.p95);
    near(a.probability(a.p50), 0.5, 0.05);
    assert.equal(a.reached, false);
  });
  it("answers the same in any unit of time and value, and mirrored (no scale is built in)", () => {
    const a = feed(new ParticlePredictor(options), 0, 150).predict()!;
    const b = new ParticlePredictor({ ...options, threshold: -7000 - 3, direction: "falling", typicalLife: 0.24 });
    const random = createRandom("noise 0");
    for (let t = 0; t < 150; t++) b.update(1e6 + t / 1000, -1000 * (wear(t) + 0.05 * random.normal()) - 3);
    const other = b.predict()!;
    for (const q of ["p05", "p50", "p95", "mean"] as const) near(other[q] * 1000, a[q], 0.1);
  });
  it("takes irregular times and gaps, and ignores what is missing or late", () => {
    const p = new ParticlePredictor(options);
    const random = createRandom("irregular");
    for (let t = 0; t < 200; t += 0.2 + 2.5 * random.next()) {
      if (t > 60 && t < 110) continue;
      p.update(t, wear(t) + 0.05 * random.normal());
      p.update(t, 1000);
      p.update(t - 30, 1000);
      p.update(t + 0.01, Number.NaN);
    }
    const a = p.predict()!;
    assert.ok(a.p05 < 51 && 51 < a.p95, `${a.p05} to ${a.p95}`);
    near(a.p50, 51, 0.25);
  });
  it("goes on after a snapshot as if nothing had happened, whoever asked in between", () => {
    const a = feed(new ParticlePredictor(options), 0, 120);
    const b = new ParticlePredictor(options);
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    a.predict();
    feed(a, 120, 180);
    feed(b, 120, 180);
    assert.deepEqual(JSON.parse(JSON.stringify(b.predict())), JSON.parse(JSON.stringify(a.predict())));
  });
  it("says zero at the limit, but not for one wild sample; begins again after maintenance", () => {
    const p = feed(new ParticlePredictor(options), 0, 200);
    p.update(200, 99);
    assert.equal(p.predict()!.reached, false);
    feed(p, 201, 260);
    assert.deepEqual([p.predict()!.reached, p.predict()!.p95, p.predict()!.probability(1)], [true, 0, 1]);
    p.restart();
    assert.equal(p.predict(), undefined);
    feed(p, 300, 320, () => 2);
    assert.ok(p.predict()!.p50 > 60);
  });
  it("without a trend says what the typical life says; without that, that it may never fail", () => {
    const known = feed(new ParticlePredictor(options), 0, 60, () => 2).predict()!;
    // Life lognormal with mean 240 (variation 0.5) or twice or half of it, given an age of 60.
    assert.ok(known.p50 > 80 && known.p50 < 300, `${known.p50}`);
    assert.ok(known.p05 < 120 && known.p95 > 240);
    const { typicalLife: _, ...unknown } = options;
    const blind = feed(new ParticlePredictor(unknown), 0, 60, () => 2).predict()!;
    assert.ok(blind.p05 > 0 && blind.p95 > 10 * 60, `${blind.p05} to ${blind.p95}`);
  });
  it("refuses a threshold or a typical life that is none, with a sentence", () => {
    assert.throws(() => new ParticlePredictor({ ...options, threshold: Number.NaN }), /threshold must be a number/);
    assert.throws(() => new ParticlePredictor({ ...options, typicalLife: 0 }), /typicalLife must be above zero/);
  });
});
