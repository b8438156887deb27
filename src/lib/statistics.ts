/** Order statistics that the parts share. */

export const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

/** Linear-interpolated quantile of ascending values (Hyndman and Fan 1996, type 7); NaN of none. @param p share, 0 … 1 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = p * (sorted.length - 1);
  const i = Math.floor(at);
  const next = sorted[Math.min(i + 1, sorted.length - 1)]!;
  return sorted[i]! + (next - sorted[i]!) * (at - i);
}

/** Middle of values in any order, the mean of the two middle ones of an even number; NaN of none. */
export function median(values: Iterable<number>): number {
  const sorted = ascending(values);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
