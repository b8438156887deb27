/** How often a thing happens that was seen so many times. */
import { chi2Surprise } from "./chi2.ts";

/**
 * Exact two-sided 95 % interval for the mean of a Poisson count (Garwood, Biometrika 28, 1936), by quantiles of chi-square.
 * @param count whole, ≥ 0
 */
export function poissonInterval(count: number): { low: number; high: number } {
  const above = (mean: number, k: number) => Math.exp(-chi2Surprise(2 * mean, k));
  const top = 10 + 3 * count;
  return {
    low: count === 0 ? 0 : solve((mean) => 1 - above(mean, 2 * count) < 0.025, top),
    high: solve((mean) => above(mean, 2 * count + 2) > 0.025, top),
  };
}

/** Where a condition that holds from zero on ceases to hold. */
function solve(holds: (x: number) => boolean, top: number): number {
  let low = 0;
  let high = top;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
