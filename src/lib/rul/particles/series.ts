/** The indicator's bins without dimensions: 0 where it began, 1 at the limit. */
import { median } from "../../statistics.ts";
import type { Bin } from "../bins.ts";
import type { Observation } from "./filter.ts";

export interface Series {
  bins: Bin[];
  observations: Observation[];
  /** Standard deviation of one sample. */
  noise: number;
  /** Level of a value. */
  level(value: number): number;
}

/** Least noise, as a share of the way to the limit: no sensor is better. */
const LEAST_NOISE = 1e-4;

/** @param limit the indicator is taken to rise towards it */
export function scaled(bins: readonly Bin[], limit: number): Series {
  const noise = sampleNoise(bins);
  const first = median(bins.slice(0, Math.max(1, Math.min(5, bins.length >> 2))).map((b) => b.y));
  // A machine that begins at its limit has no way to go: then its noise is the unit.
  const way = Math.max(limit - first, 3 * noise, 1e-9 * Math.abs(limit), Number.MIN_VALUE);
  const relative = Math.max(noise / way, LEAST_NOISE);
  const level = (value: number) => 1 + (value - limit) / way;
  const own = bins.map((b) => ({ t: b.t, y: level(b.y), n: b.n, s2: b.s2 / way ** 2 }));
  return {
    bins: own,
    observations: own.map((b) => ({ t: b.t, y: b.y, variance: relative ** 2 / b.n })),
    noise: relative,
    level,
  };
}

/** From how far every bin lies from the line between its neighbours: growth, slow waves and outliers do not count (median). */
function sampleNoise(bins: readonly Bin[]): number {
  if (bins.length < 3) return bins.length === 2 ? Math.abs(bins[1]!.y - bins[0]!.y) : 0;
  const errors: number[] = [];
  for (let i = 2; i < bins.length; i++) {
    const [a, b, c] = [bins[i - 2]!, bins[i - 1]!, bins[i]!];
    const share = (b.t - a.t) / (c.t - a.t);
    const error = b.y - a.y * (1 - share) - c.y * share;
    errors.push(Math.abs(error) / Math.sqrt(1 / b.n + (1 - share) ** 2 / a.n + share ** 2 / c.n));
  }
  return 1.4826 * median(errors);
}
