/**
 * Remaining life without any failure seen: a dynamic particle filter and a bank of growth laws, pooled by how well their past
 * forecasts came true, times what a rough typical life says (docs/rul.md, tier A).
 *
 * The whole record is kept as at most 60 bins and filtered anew for every prediction, with scales that are known only by
 * now. So the cost of a sample is that of a bin, the cost of a prediction does not grow with age, and the same samples
 * give the same answer whether or not there was a restart or another prediction in between.
 */
import { createRandom } from "../../random.ts";
import type { Json } from "../../store/store.ts";
import { type Bin, Bins } from "../bins.ts";
import { crossingTimes } from "../crossing.ts";
import { LifeDistribution, poolOf } from "../distribution.ts";
import { fitGrowth, type Growth } from "../growth.ts";
import { fleetLife, type LifePrior, roughLife } from "../life-prior.ts";
import { type PastLife, Similarity } from "../similarity.ts";
import { calibrationOf, checksOf, type Forecast, tested, weightsOf } from "./backtest.ts";
import { advance, draw, observe, resample } from "./filter.ts";
import { crossings } from "./forecast.ts";
import { Numbers } from "./numbers.ts";
import { drawParticles } from "./particles.ts";
import { type LifePrediction, NO_TREND, REACHED } from "./prediction.ts";
import { type Series, scaled } from "./series.ts";

export interface ParticleOptions {
  /** The limit, in the indicator's unit. */
  threshold: number;
  direction: "rising" | "falling";
  /** Rough whole life, in the unit of time; a factor of two is forgiven. */
  typicalLife?: number;
  seed?: string | number;
  /** Number of particles, 1500 as delivered. */
  particles?: number;
}

const CAPACITY = 60;
const PARTICLES = 1500;
/** Particles that make a back-tested forecast. */
const FORECAST_PARTICLES = 300;
/** Power of the typical life's density on the result: the particles have begun with it, but have forgotten it where growth wanders. */
const PRIOR_POWER = 0.6;
/** Past failures from which their lives count, weight of likeness beside the particles, and how many curves it needs in full. */
export const FEWEST_FAILURES = 3;
const FLEET_SHARE = 0.2;
const FLEET_FULL = 5;
/**
 * Without any life known, the chance to last on is as if the age so far were a random moment of the life (Gott 1993): the density of
 * the logarithm of the life falls with its inverse, down to this.
 */
const SCALE_FREE = 0.02;
/** Share of the laws before any forecast was judged, when the evidence for growth is full; none below the least. */
const LAWS = { share: 0.5, least: 6, full: 60 };
/** A distribution that is wider than this (standard deviation of the logarithm) knows too little to be corrected in its own measure. */
const MOST_SPREAD = 0.7;
/** Scatter of the limit: a share of the way, and of the noise with which its reaching is seen. */
const SCATTER = { way: 0.01, noise: 0.75 };
/**
 * The mean counts no life left beyond this share of the typical life (or of this share of the whole life that the record
 * suggests, when that is longer), or this many ages when none is known.
 */
const CAP = { ofTypical: 0.625, ofWhole: 0.8, ages: 20 };
/** Without a typical life, in ages; with one, in lives. */
const LONGEST = 50;

export class ParticlePredictor {
  #options: ParticleOptions;
  #sign: 1 | -1;
  #bins = new Bins(CAPACITY);
  #first: number | null = null;
  #last: number | null = null;
  #prior: LifePrior | undefined;
  #failures: readonly PastLife[] = [];
  /** The newest three values, whose median decides whether the limit is reached. */
  #newest: number[] = [];

  /** @throws RangeError when the threshold is no number or the typical life not above zero */
  constructor(options: ParticleOptions) {
    if (!Number.isFinite(options.threshold))
      throw new RangeError(`threshold must be a number, got ${options.threshold}`);
    if (options.typicalLife !== undefined && !(options.typicalLife > 0 && Number.isFinite(options.typicalLife)))
      throw new RangeError(`typicalLife must be above zero, got ${options.typicalLife}`);
    this.#options = options;
    this.#sign = options.direction === "rising" ? 1 : -1;
    this.learn([]);
  }

  /**
   * Takes what is known of machines of this kind that failed. From three on, their lives replace the typical life, and their
   * curves are laid over this machine's (tier B).
   */
  learn(failures: readonly PastLife[]): void {
    const { typicalLife } = this.#options;
    const lives = failures.map((f) => f.life).filter((life) => life > 0 && Number.isFinite(life));
    this.#failures = failures;
    this.#prior =
      lives.length >= FEWEST_FAILURES
        ? fleetLife(lives)
        : typicalLife === undefined
          ? undefined
          : roughLife(typicalLife);
  }

  /** The record, rising towards the limit. */
  get bins(): readonly Bin[] {
    return this.#bins.all;
  }

  /** The record as age and value. */
  get curve(): [age: number, value: number][] {
    return this.#bins.all.map((b) => [b.t - this.#first!, this.#sign * b.y]);
  }

  /** Time since the first sample. */
  get age(): number {
    return this.#first === null ? 0 : this.#last! - this.#first;
  }

  /**
   * Takes a sample. A missing value (NaN) or a time that does not advance is ignored.
   * @param t time in units of life, at any distance from the sample before
   * @returns true when the record has a new bin, so that a prediction would learn something
   */
  update(t: number, value: number): boolean {
    if (!Number.isFinite(value) || !Number.isFinite(t) || (this.#last !== null && t <= this.#last)) return false;
    this.#first ??= t;
    this.#last = t;
    this.#newest.push(value);
    if (this.#newest.length > 3) this.#newest.shift();
    return this.#bins.push(t, this.#sign * value);
  }

  /** Begins again, after maintenance. */
  restart(): void {
    this.#bins.clear();
    this.#first = null;
    this.#last = null;
    this.#newest = [];
  }

  /** The present answer, undefined while there are fewer than two samples. */
  predict(): LifePrediction | undefined {
    if (this.#bins.count < 2) return undefined;
    if (this.#reached()) return REACHED;
    const series = scaled(this.#bins.all, this.#sign * this.#options.threshold);
    const similarity = this.#similarity(series);
    const { experts, forecasts, growth, likeness } = this.#ask(series, similarity);
    const trend = growth ? Math.min(1, Math.max(0, (growth.evidence - LAWS.least) / (LAWS.full - LAWS.least))) : 0;
    const before = [1 - LAWS.share * trend, LAWS.share * trend];
    if (similarity) before.push(FLEET_SHARE * Math.min(1, similarity.count / FLEET_FULL));
    const weights = weightsOf(forecasts, before);
    let life = poolOf(experts, weights);
    if (life.alive > 0.05) life = life.living();
    const prior = this.#prior;
    life = life.reweigh(
      prior
        ? (time) => prior.density(this.age + time) ** PRIOR_POWER
        : (time) => Math.max(SCALE_FREE, this.age / (this.age + time)) ** PRIOR_POWER,
    );
    const { bias, stretch } = calibrationOf(forecasts, weights);
    life = life.later(Math.exp(bias * Math.min(MOST_SPREAD, life.spread))).stretch(stretch);
    const middle = life.quantile(0.5);
    const whole = Number.isFinite(middle) ? this.age + middle : this.age;
    const cap = prior ? CAP.ofTypical * Math.max(prior.typical, CAP.ofWhole * whole) : CAP.ages * this.age;
    return {
      mean: life.mean(cap),
      p05: life.quantile(0.05),
      p10: life.quantile(0.1),
      p50: life.quantile(0.5),
      p90: life.quantile(0.9),
      p95: life.quantile(0.95),
      meanWithin: (longest) => life.mean(longest),
      probability: (horizon) => life.probability(horizon),
      reached: false,
      censored: life.quantile(0.95) > cap ? cap : null,
      trend: growth ? trendOf(growth, series) : NO_TREND,
      weights: { particles: weights[0]!, laws: weights[1]!, similarity: weights[2] ?? 0 },
      tested: tested(forecasts, weights),
      stretch,
      bias,
      likeness,
    };
  }

  snapshot(): Json {
    return { bins: this.#bins.snapshot(), first: this.#first, last: this.#last, newest: [...this.#newest] };
  }

  restore(state: Json): void {
    const s = state as { bins: Json; first: number | null; last: number | null; newest: number[] };
    this.#bins.restore(s.bins);
    this.#first = s.first;
    this.#last = s.last;
    this.#newest = [...s.newest];
  }

  #reached(): boolean {
    const [a, b, c] = this.#newest.map((value) => this.#sign * value) as [number, number, number];
    if (c === undefined) return false;
    const middle = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    return middle >= this.#sign * this.#options.threshold;
  }

  /** Past failures as levels of this machine's record; undefined when there are too few curves. */
  #similarity(series: Series): Similarity | undefined {
    if (this.#failures.length < FEWEST_FAILURES) return undefined;
    const similarity = new Similarity(this.#failures, (value) => series.level(this.#sign * value));
    return similarity.count >= FEWEST_FAILURES ? similarity : undefined;
  }

  /** Asks every way of predicting, now and, for the forecasts that can be judged, at past moments. */
  #ask(series: Series, similarity: Similarity | undefined) {
    const { observations, noise } = series;
    const { age } = this;
    const { seed = 1, particles: count = PARTICLES } = this.#options;
    const random = createRandom(seed);
    const numbers = new Numbers(random);
    const checks = checksOf(series);
    const forecasts: Forecast[] = [];
    const first = observations[0]!;
    const aged = observations.map((o) => ({ ...o, t: o.t - this.#first! }));
    const passed = this.#last! - observations.at(-1)!.t;
    let p = drawParticles(
      count,
      { prior: this.#prior, age, level: first.y, variance: 4 * noise * noise },
      random,
      numbers,
    );
    let t = first.t;
    for (const [i, o] of observations.entries()) {
      if (o.t > t) advance(p, o.t - t, numbers);
      t = o.t;
      if (observe(p, o) < count / 2) p = resample(p, random, numbers);
      for (const { bin, actual, level, reach } of checks) {
        if (bin !== i) continue;
        const growth = fitGrowth(series.bins.slice(0, i + 1));
        if (!growth) continue;
        const few = draw(p, FORECAST_PARTICLES, random);
        const own = new LifeDistribution(age);
        crossings(few, level, 0, 1000 * actual, numbers, (time) => own.add(time, 1));
        const experts = [own, lawLife(growth, level, age, 0)];
        if (similarity) experts.push(similarity.predict(aged.slice(0, i + 1), level, age).life);
        forecasts.push({ experts, actual, reach });
      }
    }
    if (passed > 0) advance(p, passed, numbers);
    const own = new LifeDistribution(age);
    const longest = LONGEST * Math.max(age, this.#prior?.typical ?? 0);
    const scatter = SCATTER.way + SCATTER.noise * noise;
    crossings(draw(p, count, random), 1, scatter, longest, numbers, (time) => own.add(time, 1));
    const growth = fitGrowth(series.bins);
    const experts = [own, growth ? lawLife(growth, 1, age, passed) : new LifeDistribution(age)];
    const like = similarity?.predict(aged, 1, age, passed);
    if (like) experts.push(like.life);
    return { experts, forecasts, growth, likeness: like?.likeness ?? [] };
  }
}

function trendOf(growth: Growth, { bins }: Series): LifePrediction["trend"] {
  const rate = growth.fits.reduce((sum, f) => sum + f.weight * f.rate, 0);
  const left = Math.max(0, 1 - bins.slice(-3).reduce((sum, b) => sum + b.y / Math.min(3, bins.length), 0));
  return { evidence: growth.evidence, rate, climb: growth.climbed / (growth.climbed + left) };
}

/** @param passed time since the growth was fitted */
function lawLife(growth: Growth, level: number, scale: number, passed: number): LifeDistribution {
  const life = new LifeDistribution(scale);
  crossingTimes(growth, level, (time, weight) => life.add(time - passed, weight));
  return life;
}
