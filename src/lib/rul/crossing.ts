/** When the indicator will reach its limit: the distribution over all growth models and their uncertainty. */
import { type Growth, relativeRate, timeTo } from "./growth.ts";

export interface Crossing {
  /** Quantile of the time to the limit, 0 < p < 1; Infinity where the indicator may never get there. */
  quantile(p: number): number;
  /** Probability of reaching the limit within `horizon`. */
  probability(horizon: number): number;
  /** Mean, or null when a part of the distribution lies beyond every horizon. */
  mean: number | null;
  /** The distribution itself: times with their weights, in no order. */
  times: readonly number[];
  weights: readonly number[];
}

/** Standard normal quantiles at the middles of eight equal slices. */
const NORMAL = [-1.5341, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.5341];
/**
 * Growth does not stay as it is: its logarithm wanders, the more the further it is extrapolated, in time (`ratio` to what
 * was seen) and in height (`climb`, what is left to the limit over what has been climbed). One standard deviation of the
 * relative error of the crossing time. Chosen on synthetic degradation of seven families (docs/rul.md), not on any one
 * machine.
 */
const wander = (ratio: number, climb: number): number =>
  Math.sqrt(0.15 ** 2 + 0.18 ** 2 * Math.min(ratio, 25) + (0.14 * Math.log1p(climb)) ** 2);

export interface LifePrior {
  /** Age now, in the same unit of time as the crossing. */
  age: number;
  /** Typical whole life and its coefficient of variation. */
  typical: number;
  variation: number;
}

/**
 * @param limit the limit, in the indicator's unit; the indicator is taken to rise towards it
 */
export function crossing(growth: Growth, limit: number, prior?: LifePrior): Crossing {
  const times: number[] = [];
  const weights: number[] = [];
  for (const fit of growth.fits) {
    if (fit.weight < 1e-3) continue;
    const levelSd = Math.sqrt(Math.max(fit.levelVariance, 0));
    const slope = levelSd > 0 ? fit.covariance / levelSd : 0;
    const restSd = Math.sqrt(Math.max(fit.rateVariance - slope * slope, 0));
    for (const a of NORMAL)
      for (const b of NORMAL) {
        const rate = fit.rate + slope * a + restSd * b;
        const time = timeTo(limit - (fit.level + levelSd * a), rate, fit.shape);
        const straying = Math.sqrt(growth.diffusion * time) / (rate * relativeRate(fit.shape, time));
        const sd = Math.min(
          1.5,
          Math.hypot(wander(time / growth.span, (limit - fit.level) / growth.climbed), straying / time),
        );
        spread(time, sd, fit.weight / (NORMAL.length * NORMAL.length), times, weights);
      }
  }
  if (prior) weigh(times, weights, prior);
  return summarise(times, weights);
}

/** A crossing time becomes five, spread by `sd` of its logarithm. */
function spread(time: number, sd: number, weight: number, times: number[], weights: number[]): void {
  if (!Number.isFinite(time) || time === 0) {
    times.push(time);
    weights.push(weight);
    return;
  }
  for (const z of [-1.4, -0.53, 0, 0.53, 1.4]) {
    times.push(time * Math.exp(sd * z));
    weights.push(weight / 5);
  }
}

/** Weighs crossing times by a lognormal prior of the whole life, given the present age. */
function weigh(times: number[], weights: number[], prior: LifePrior): void {
  const variance = Math.log(1 + prior.variation ** 2);
  const mu = Math.log(prior.typical) - variance / 2;
  for (const [i, time] of times.entries()) {
    const life = prior.age + time;
    // "Never" counts as very long: three deviations above the typical life.
    const z = Number.isFinite(life) && life > 0 ? (Math.log(life) - mu) / Math.sqrt(variance) : 3;
    weights[i]! *= Math.exp(-0.5 * z * z) + 1e-6;
  }
}

function summarise(times: number[], weights: number[]): Crossing {
  const order = Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const sorted = order.map((i) => times[i]!);
  const cumulative: number[] = [];
  let sum = 0;
  for (const i of order) cumulative.push((sum += weights[i]! / total));
  const mean = Number.isFinite(sorted.at(-1)!)
    ? order.reduce((m, i) => m + (times[i]! * weights[i]!) / total, 0)
    : null;
  return {
    quantile(p) {
      const at = cumulative.findIndex((c) => c >= p);
      return at < 0 ? sorted.at(-1)! : sorted[at]!;
    },
    probability(horizon) {
      const at = sorted.findLastIndex((t) => t <= horizon);
      return at < 0 ? 0 : Math.min(1, cumulative[at]!);
    },
    mean,
    times,
    weights,
  };
}
