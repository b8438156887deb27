/** ∂f/∂y and ∂f/∂t by finite differences, for problems that do not bring them. */
import type { OdeProblem } from "./problem.ts";

const ROOT_EPSILON = Math.sqrt(Number.EPSILON);

/**
 * Forward differences; columns that share no row of the band are moved together (Curtis, Powell & Reid 1974).
 * `slope` is f(t, y). @returns evaluations used
 */
export function differenceJacobian(
  { n, rhs, bandwidth }: OdeProblem,
  t: number,
  y: Float64Array,
  slope: Float64Array,
  smallest: number,
  out: Float64Array,
): number {
  const lower = bandwidth?.lower ?? n - 1;
  const upper = bandwidth?.upper ?? n - 1;
  const group = Math.min(n, lower + upper + 1);
  const moved = Float64Array.from(y);
  const f = new Float64Array(n);
  for (let first = 0; first < group; first++) {
    for (let j = first; j < n; j += group) moved[j]! += increment(y[j]!, smallest);
    rhs(t, moved, f);
    for (let j = first; j < n; j += group) {
      const d = moved[j]! - y[j]!;
      for (let i = Math.max(0, j - upper); i <= Math.min(n - 1, j + lower); i++)
        out[i * n + j] = (f[i]! - slope[i]!) / d;
      moved[j] = y[j]!;
    }
  }
  return group;
}

/** `span` is the size of the step to come, which says what a small change of t is. */
export function differenceTime(
  { n, rhs }: OdeProblem,
  t: number,
  y: Float64Array,
  slope: Float64Array,
  span: number,
  out: Float64Array,
): void {
  const d = t + Math.max(ROOT_EPSILON * Math.max(Math.abs(t), span), Number.MIN_VALUE) - t;
  rhs(t + d, y, out);
  for (let i = 0; i < n; i++) out[i] = d > 0 ? (out[i]! - slope[i]!) / d : 0;
}

const increment = (y: number, smallest: number): number => {
  const d = ROOT_EPSILON * Math.max(Math.abs(y), smallest);
  return y < 0 ? -d : d;
};
