/**
 * How well past forecasts came true. At some past moments every way of predicting is asked, with what was known then, when
 * the indicator would reach its present level; the answer is known now. Their pinball losses weigh them against each
 * other, and where the truths lay tells how wide the interval must be and to which side it must move.
 */
import { type LifeDistribution, poolOf } from "../distribution.ts";
import type { Series } from "./series.ts";

export interface Forecast {
  /** Of every way of predicting, in one order. */
  experts: LifeDistribution[];
  /** What came true. */
  actual: number;
  /** The climb that was forecast over what is left to the limit now, at most 1. */
  reach: number;
}

export interface Check {
  /** Index of the last bin that is used. */
  bin: number;
  actual: number;
  level: number;
  reach: number;
}

/** Past moments, as shares of the age. */
const MOMENTS = [0.4, 0.5, 0.6, 0.7, 0.8];
const FEWEST_BINS = 12;
/** The indicator must have climbed by so many deviations since. */
const CLEAR = 3;
/** Pinball loss that even the best forecast is taken to have, and how strongly losses count. */
const LEAST_LOSS = 0.05 / 7;
const SHARPNESS = 4;
/** Forecasts that the spread is taken to have seen already, their mean square, the unbiased ones that the median is, and the bounds of the factor. */
const BEFOREHAND = { forecasts: 0.4, square: 1, unbiased: 2 };
/** Normal score from which a truth was a surprise. */
const SURPRISE = 2;
const LEAST_STRETCH = 0.3;
const MOST_STRETCH = 1.6;

/** The moments at which a forecast can be judged. */
export function checksOf({ observations }: Series): Check[] {
  const n = observations.length;
  const now = around(observations.slice(-Math.max(1, Math.min(3, n >> 3))));
  const begin = observations[0]!.t;
  return MOMENTS.flatMap((share) => {
    const bin = observations.findLastIndex((o) => o.t - begin <= share * (now.t - begin));
    if (bin < FEWEST_BINS - 1 || bin > n - 4) return [];
    const then = around(observations.slice(Math.max(0, bin - 2), bin + 1));
    const climb = now.y - then.y;
    if (climb < CLEAR * Math.sqrt(now.variance + then.variance)) return [];
    return [
      {
        bin,
        actual: now.t - observations[bin]!.t,
        level: now.y,
        reach: Math.min(1, climb / Math.max(1 - now.y, climb)),
      },
    ];
  });
}

function around(os: Series["observations"]) {
  const mean = (f: (o: Series["observations"][number]) => number) => os.reduce((sum, o) => sum + f(o), 0) / os.length;
  return { t: mean((o) => o.t), y: mean((o) => o.y), variance: mean((o) => o.variance) / os.length };
}

/** Weights of the ways of predicting, summing to one. @param before weights before any forecast was judged */
export function weightsOf(forecasts: readonly Forecast[], before: readonly number[]): number[] {
  const raw = before.map((weight, k) => {
    if (weight === 0 || forecasts.length === 0) return weight;
    const loss = forecasts.reduce((sum, f) => sum + f.experts[k]!.loss(f.actual), 0) / forecasts.length;
    return weight / (loss + LEAST_LOSS) ** SHARPNESS;
  });
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / total);
}

export interface Calibration {
  /** By how many standard deviations of its logarithm the life is longer than forecast. */
  bias: number;
  /** Factor on the spread of the logarithm. */
  stretch: number;
}

/**
 * What the truths' normal scores in past forecasts (Dawid 1984) say of the next one. Their mean, drawn towards zero, is a bias: forecasts
 * that were early or late before probably are again. Their root mean square, drawn towards one, is how wide the interval must
 * be. A forecast counts only as far as it reached, except where the truth lay far out: then the interval is widened in full, and not moved.
 */
export function calibrationOf(forecasts: readonly Forecast[], weights: readonly number[]): Calibration {
  let sum = 0;
  let reached = BEFOREHAND.unbiased;
  let squares = BEFOREHAND.forecasts * BEFOREHAND.square;
  let count = BEFOREHAND.forecasts;
  for (const f of forecasts) {
    const p = poolOf(f.experts, weights).probability(f.actual);
    const score = normalScore(Math.min(0.98, Math.max(0.02, p)));
    sum += f.reach * agreement(score) * score;
    reached += f.reach;
    const square = score ** 2;
    const weight = square < 1 ? f.reach : 1;
    squares += weight * square;
    count += weight;
  }
  return {
    bias: sum / reached,
    stretch: Math.min(MOST_STRETCH, Math.max(LEAST_STRETCH, Math.sqrt(squares / count))),
  };
}

/**
 * A truth far out says that the law of growth has changed since (a knee), not that forecasts lean to one side: Tukey's biweight (Beaton,
 * Tukey 1974) lets it count less and less for the bias.
 */
const agreement = (score: number): number => Math.max(0, 1 - (score / SURPRISE) ** 2) ** 2;

/** How the pooled forecasts came true. */
export function tested(forecasts: readonly Forecast[], weights: readonly number[]) {
  const pools = forecasts.map(({ experts, actual }) => ({ life: poolOf(experts, weights), actual }));
  const inside = pools.filter(({ life, actual }) => life.quantile(0.05) <= actual && actual <= life.quantile(0.95));
  const errors = pools.map(({ life, actual }) => Math.min(1e3, Math.abs(life.quantile(0.5) - actual) / actual));
  return {
    count: forecasts.length,
    inside: inside.length,
    error: errors.sort((a, b) => a - b)[errors.length >> 1] ?? 0,
  };
}

/** Quantile of the standard normal distribution, by the rational approximation 26.2.23 of Abramowitz and Stegun (error below 4.5e-4). */
export function normalScore(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const x =
    t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return p < 0.5 ? -x : x;
}
