/**
 * How well past forecasts came true. At some past moments both ways of predicting are asked, with what was known then,
 * when the indicator would reach its present level; the answer is known now. Their losses weigh them against each other,
 * and how often the truth lay far out tells how wide the interval must be.
 */
import type { LifeDistribution } from "../distribution.ts";
import type { Series } from "./series.ts";

export interface Forecast {
  particles: LifeDistribution;
  laws: LifeDistribution;
  /** What came true. */
  actual: number;
}

export interface Check {
  /** Index of the last bin that is used. */
  bin: number;
  actual: number;
  level: number;
}

/** Past moments, as shares of the age. */
const MOMENTS = [0.5, 0.65, 0.8];
const FEWEST_BINS = 12;
/** The indicator must have climbed by so many deviations since. */
const CLEAR = 3;
/** Pinball loss that even the best forecast is taken to have, and how strongly losses count. */
const LEAST_LOSS = 0.05 / 7;
const SHARPNESS = 3;
/** Forecasts that the spread is taken to have seen already, and its bounds. */
const BEFOREHAND = 3;
const LEAST_STRETCH = 0.63;
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
    if (now.y - then.y < CLEAR * Math.sqrt(now.variance + then.variance)) return [];
    return [{ bin, actual: now.t - observations[bin]!.t, level: now.y }];
  });
}

function around(os: Series["observations"]) {
  const mean = (f: (o: Series["observations"][number]) => number) => os.reduce((sum, o) => sum + f(o), 0) / os.length;
  return { t: mean((o) => o.t), y: mean((o) => o.y), variance: mean((o) => o.variance) / os.length };
}

/** Share of the laws in the pool. @param before their share before any forecast was judged */
export function shareOfLaws(forecasts: readonly Forecast[], before: number): number {
  if (forecasts.length === 0 || before === 0) return before;
  const loss = (f: (forecast: Forecast) => LifeDistribution) =>
    forecasts.reduce((sum, x) => sum + f(x).loss(x.actual), 0) / forecasts.length + LEAST_LOSS;
  const odds = (before / (1 - before)) * (loss((f) => f.particles) / loss((f) => f.laws)) ** SHARPNESS;
  return odds / (1 + odds);
}

/** Factor on the spread of the logarithm: the root mean square of the truths' normal scores, drawn towards one. */
export function stretchOf(forecasts: readonly Forecast[], share: number): number {
  const squares = forecasts.reduce((sum, f) => {
    const p = f.particles.pool(f.laws, share).probability(f.actual);
    return sum + normalScore(Math.min(0.98, Math.max(0.02, p))) ** 2;
  }, 0);
  const factor = Math.sqrt((BEFOREHAND + squares) / (BEFOREHAND + forecasts.length));
  return Math.min(MOST_STRETCH, Math.max(LEAST_STRETCH, factor));
}

/** Quantile of the standard normal distribution, by the rational approximation 26.2.23 of Abramowitz and Stegun (error below 4.5e-4). */
export function normalScore(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const x =
    t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return p < 0.5 ? -x : x;
}
