/**
 * How well the data determine each parameter: confidence intervals from the Jacobian at the optimum (Seber & Wild 2003,
 * Nonlinear Regression, 5.1), and the parameters that the data cannot tell, by name (Belsley, Kuh & Welsch 1980: small
 * eigenvalues of the scaled normal equations are directions in which the fit does not change).
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Problem, sumOfSquares } from "./problem.ts";

export interface Identified {
  name: string;
  value: number;
  /** 95 % confidence interval; null where the data give none. */
  low: number | null;
  high: number | null;
  identified: boolean;
  /** One sentence, where the parameter is not identified. */
  reason?: string;
  /** The bound at which it ended. */
  bound?: number;
}

/** Central difference for the Jacobian, in the coordinates. */
const DIFFERENCE = 1e-3;
/** A change by 100 % that moves all residuals together by less than this many standard deviations has no influence. */
const NO_INFLUENCE = 3;
/** Eigenvalue of the scaled normal equations below which a direction is empty. */
const EMPTY = 1e-7;
/** Share in an empty direction from which a parameter belongs to it. */
const PART = 0.15;
const CORRELATED = 0.99;
/** A half-width of the confidence interval above this share of the value says nothing. */
const VAGUE = 0.5;
const NORMAL_95 = 1.959964;

/**
 * Puts parameters back that the fit has moved although they hardly change anything.
 * @param start coordinates to which they return
 */
export function keepIdle(problem: Problem, theta: number[], start: readonly number[]): void {
  const { norms } = jacobian(problem, theta);
  for (let i = 0; i < problem.fitted.length; i++) if (norms[i]! < NO_INFLUENCE) theta[i] = start[i]!;
}

export function identify(problem: Problem, theta: readonly number[]): Identified[] {
  const residuals = problem.residuals(theta).slice();
  const { columns, norms } = jacobian(problem, theta);
  const n = columns.length;
  const scaled = new Matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < residuals.length; k++) sum += columns[i]![k]! * columns[j]![k]!;
      scaled.set(i, j, norms[i]! > 0 && norms[j]! > 0 ? sum / (norms[i]! * norms[j]!) : i === j ? 1 : 0);
    }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(scaled, { assumeSymmetric: true });
  const variance =
    inflation(problem, residuals) * Math.max(1, sumOfSquares(residuals) / Math.max(1, problem.used.length - n));
  const vectors = realEigenvalues.map((value, k) => ({ value, v: eigenvectorMatrix.getColumn(k) }));
  const covariance = (i: number, j: number) =>
    vectors.reduce((sum, { value, v }) => sum + (value > EMPTY ? (v[i]! * v[j]!) / value : 0), 0);
  const names = problem.fitted.map((f) => f.name);
  const influence = names.map((_, i) => norms[i]! >= NO_INFLUENCE);
  const alone = partners(vectors, names, influence);
  const p = problem.decode(theta);
  return problem.fitted.map(({ name, low, high }, i): Identified => {
    const c = problem.coordinates[i]!;
    const value = p[c.index]!;
    const at = (reason: string): Identified => ({ name, value, low: null, high: null, identified: false, reason });
    if (!influence[i]) return at(`${name} hardly changes what is measured in these data: it keeps its value.`);
    if (alone[i]) return at(alone[i]!);
    const sd = Math.sqrt(covariance(i, i) * variance) / norms[i]!;
    const half = NORMAL_95 * sd;
    const interval =
      c.kind === "log"
        ? { low: value * Math.exp(-half), high: value * Math.exp(half) }
        : { low: value - half * c.scale, high: value + half * c.scale };
    const found = { name, value, ...interval, identified: true };
    const edge = atBound(c, theta[i]!, [low, high]);
    if (edge !== undefined)
      return {
        ...found,
        identified: false,
        bound: edge,
        reason: `${name} ended at a bound: widen it, or check the model.`,
      };
    const partner = names.findIndex(
      (_, j) => j !== i && Math.abs(covariance(i, j)) > CORRELATED * Math.sqrt(covariance(i, i) * covariance(j, j)),
    );
    if (half > VAGUE && partner >= 0)
      return {
        ...found,
        identified: false,
        reason: `${name} and ${names[partner]} replace each other in these data: fix one of them.`,
      };
    if (half > VAGUE)
      return {
        ...found,
        identified: false,
        reason: `These data tell ${name} only to ± ${Math.round(100 * half)} %: it needs more, or more varied, data.`,
      };
    return found;
  });
}

/** Sentences for parameters that lie in an empty direction, undefined for the others. */
function partners(
  vectors: readonly { value: number; v: number[] }[],
  names: readonly string[],
  influence: readonly boolean[],
): (string | undefined)[] {
  const sentences: (string | undefined)[] = names.map(() => undefined);
  for (const { value, v } of vectors) {
    if (value > EMPTY) continue;
    const members = names.map((_, i) => i).filter((i) => influence[i] && Math.abs(v[i]!) > PART);
    for (const i of members) {
      const others = members.filter((j) => j !== i).map((j) => names[j]);
      sentences[i] =
        others.length > 0
          ? `${names[i]} cannot be told apart from ${others.join(", ")} in these data: fix one of them.`
          : `${names[i]} cannot be told from these data.`;
    }
  }
  return sentences;
}

function atBound(c: { low: number; high: number }, theta: number, [low, high]: [number, number]): number | undefined {
  const margin = 1e-6 * Math.max(1, Math.abs(theta));
  if (theta <= c.low + margin) return low;
  if (theta >= c.high - margin) return high;
  return undefined;
}

function jacobian(problem: Problem, theta: readonly number[]): { columns: Float64Array[]; norms: number[] } {
  const columns = theta.map((x, j) => {
    const h = problem.coordinates[j]!.kind === "state" ? 0.1 : DIFFERENCE;
    const moved = theta.slice();
    moved[j] = x + h;
    const up = problem.residuals(moved).slice();
    moved[j] = x - h;
    const down = problem.residuals(moved);
    return up.map((value, k) => (value - down[k]!) / (2 * h));
  });
  return { columns, norms: columns.map((column) => Math.sqrt(sumOfSquares(column))) };
}

/**
 * Neighbouring residuals that are alike count for less than as many independent ones: variances grow by
 * (1 + ρ)/(1 − ρ), with ρ the correlation from one measurement of an output to its next.
 */
function inflation(problem: Problem, residuals: Float64Array): number {
  const width = problem.sigma.length;
  const last = new Float64Array(width).fill(Number.NaN);
  let product = 0;
  let square = 0;
  for (let k = 0; k < problem.used.length; k++) {
    const output = problem.used[k]! % width;
    const r = residuals[k]!;
    if (!Number.isNaN(last[output])) {
      product += r * last[output]!;
      square += r * r;
    }
    last[output] = r;
  }
  const rho = square > 0 ? Math.min(0.99, Math.max(0, product / square)) : 0;
  return (1 + rho) / (1 - rho);
}
