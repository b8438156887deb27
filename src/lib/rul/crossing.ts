/** When the indicator will reach its limit: the distribution over all growth models and their uncertainty. */
import { type Growth, relativeRate, timeTo } from "./growth.ts";

export interface Crossing {
  /** Quantile of the time to the limit, 0 < p < 1; Infinity where the indicator may never get there. */
  quantile(p: number): number;
  /** Probability of reaching the limit within `horizon`. */
  probability(horizon: number): number;
  /** Mean, or null when a part of the distribution lies beyond every horizon. */
  mean: number | null;
}

const LEAST_WEIGHT = 3e-3;
/** Standard normal quantiles at the middles of six equal slices. */
const NORMAL = [-1.383, -0.6745, -0.2104, 0.2104, 0.6745, 1.383];
/**
 * Growth does not stay as it is: its logarithm wanders, the more the further it is extrapolated, in time (`ratio` to what
 * was seen) and in height (`climb`, what is left to the limit over what has been climbed). One standard deviation of the
 * relative error of the crossing time. Chosen on synthetic degradation of seven families (docs/rul.md), not on any one
 * machine.
 */
const wander = (ratio: number, climb: number): number =>
  Math.sqrt(0.15 ** 2 + 0.18 ** 2 * Math.min(ratio, 25) + (0.14 * Math.log1p(climb)) ** 2);

/**
 * @param limit the limit, in the indicator's unit; the indicator is taken to rise towards it
 */
export function crossing(growth: Growth, limit: number): Crossing {
  const times: number[] = [];
  const weights: number[] = [];
  crossingTimes(growth, limit, (time, weight) => {
    times.push(time);
    weights.push(weight);
  });
  return summarise(times, weights);
}

/** The distribution itself: calls `found` with times and their weights, in no order. */
export function crossingTimes(growth: Growth, limit: number, found: (time: number, weight: number) => void): void {
  for (const fit of growth.fits) {
    if (fit.weight < LEAST_WEIGHT) continue;
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
        spread(time, sd, fit.weight / (NORMAL.length * NORMAL.length), found);
      }
  }
}

/** A crossing time becomes five, spread by `sd` of its logarithm. */
function spread(time: number, sd: number, weight: number, found: (time: number, weight: number) => void): void {
  if (!Number.isFinite(time) || time === 0) return found(time, weight);
  for (const z of [-1.4, -0.53, 0, 0.53, 1.4]) found(time * Math.exp(sd * z), weight / 5);
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
  };
}
