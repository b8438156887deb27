/** Histories of many units, as the learner reads them. */

export interface FleetUnit {
  id: string;
  /** Ascending, in units of life (hours, cycles, starts). */
  time: Float64Array;
  /** `rows × signals`, row by row; NaN is missing. */
  values: Float64Array;
}

export interface FleetTable {
  signals: string[];
  units: FleetUnit[];
}

/** Linear-interpolated quantile of ascending values (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = p * (sorted.length - 1);
  const i = Math.floor(at);
  const next = sorted[Math.min(i + 1, sorted.length - 1)]!;
  return sorted[i]! + (next - sorted[i]!) * (at - i);
}

export const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

export const median = (values: Iterable<number>): number => quantile(ascending(values), 0.5);
