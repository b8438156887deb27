import { median } from "../../statistics.ts";

/** Standard deviation of the noise of a series, without knowing what is below it. */
export function noiseOf(series: ArrayLike<number>): number {
  const x = Array.from(series).filter(Number.isFinite);
  if (x.length < 5) return Number.NaN;
  // Second differences remove level and slope; of white noise they have six times its variance.
  const second = x.slice(2).map((value, i) => Math.abs(value - 2 * x[i + 1]! + x[i]!));
  const robust = (1.4826 * median(second)) / Math.sqrt(6);
  const low = Math.min(...sampled(x));
  const high = Math.max(...sampled(x));
  // A sensor that shows the same number again and again has the noise of its last digit at least.
  return Math.max(robust, 1e-4 * (high - low), 1e-9 * Math.max(Math.abs(low), Math.abs(high)), Number.MIN_VALUE);
}

/** Not more than can be handed to a function. */
const sampled = (x: readonly number[]): number[] => {
  const step = Math.ceil(x.length / 10_000);
  return step === 1 ? (x as number[]) : x.filter((_, i) => i % step === 0);
};
