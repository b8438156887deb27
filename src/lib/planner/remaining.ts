/** The distribution of a remaining life between its stated quantiles. */
export interface Quantiles {
  p05: number | null;
  p10: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
}

const LEVELS = [
  ["p05", 0.05],
  ["p10", 0.1],
  ["p50", 0.5],
  ["p90", 0.9],
  ["p95", 0.95],
] as const;

/** Probability that life ends before `t`: linear between the quantiles, from zero to p05 and beyond p95 as they suggest. */
export function failsBefore(q: Quantiles, t: number): number {
  if (!(t > 0)) return 0;
  let [x0, f0] = [0, 0];
  for (const [key, level] of LEVELS) {
    const x = q[key];
    if (x === null) return f0;
    if (t < x) return f0 + ((level - f0) * (t - x0)) / (x - x0 || 1);
    [x0, f0] = [x, level];
  }
  // The tail halves with every step from p50 to p95.
  const scale = Math.max(1e-9, x0 - (q.p50 ?? x0));
  return 1 - 0.05 * 2 ** (-(t - x0) / scale);
}
