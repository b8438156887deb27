/** Mixes two distributions that are known by their quantiles (linear opinion pool: Stone 1961). */
import { LEVELS } from "./conformal.ts";

/**
 * Quantiles of `(1 − weight) × a + weight × b`, written to `a`.
 * @param a quantiles at `LEVELS`, ascending; a quantile at `cap` is that or more
 * @param weight 0 to 1
 */
export function poolQuantiles(a: Float64Array, b: ArrayLike<number>, weight: number, cap: number): void {
  const own = a.slice();
  for (let q = 0; q < LEVELS.length; q++) {
    let low = Math.min(own[q]!, b[q]!);
    let high = Math.max(own[q]!, b[q]!);
    for (let i = 0; i < 20 && high - low > 1e-3 * cap; i++) {
      const middle = (low + high) / 2;
      if ((1 - weight) * below(own, middle, cap) + weight * below(b, middle, cap) < LEVELS[q]!) low = middle;
      else high = middle;
    }
    a[q] = high >= cap * (1 - 1e-3) ? cap : (low + high) / 2;
  }
}

/** Share of the distribution below x: straight between the quantiles, and on to 0 and 1 beyond them. */
function below(quantiles: ArrayLike<number>, x: number, cap: number): number {
  const last = LEVELS.length - 1;
  if (x <= quantiles[0]!) {
    const start = Math.max(0, 2 * quantiles[0]! - quantiles[1]!);
    return x <= start ? 0 : (LEVELS[0] * (x - start)) / Math.max(1e-12, quantiles[0]! - start);
  }
  for (let i = 1; i <= last; i++) {
    if (x > quantiles[i]!) continue;
    // Nothing is said about how the life beyond the cap is spread: it all lies at the cap.
    if (quantiles[i]! >= cap && x >= cap) return LEVELS[i - 1]!;
    const share = (x - quantiles[i - 1]!) / Math.max(1e-12, quantiles[i]! - quantiles[i - 1]!);
    return LEVELS[i - 1]! + share * (LEVELS[i]! - LEVELS[i - 1]!);
  }
  const end = 2 * quantiles[last]! - quantiles[last - 1]!;
  return Math.min(
    1,
    LEVELS[last]! + ((1 - LEVELS[last]!) * (x - quantiles[last]!)) / Math.max(1e-12, end - quantiles[last]!),
  );
}
