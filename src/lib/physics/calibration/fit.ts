/**
 * Levenberg–Marquardt (Marquardt 1963) by ml-levenberg-marquardt, in rounds: the package takes every step, also one that
 * makes matters worse, and has no test of stagnation. So it runs a few iterations, the best point begins the next round,
 * and a round that gains nothing damps more or ends the fit. Residuals come in units of their noise: weights stay 1.
 */
import { createRandom } from "../../random.ts";
import { type Problem, sumOfSquares } from "./problem.ts";

export interface Fit {
  theta: number[];
  /** Sum of squared residuals. */
  chi2: number;
  /** The last round gained next to nothing. */
  converged: boolean;
  rounds: number;
}

/** Iterations of a round. */
const ITERATIONS = 8;
const MAX_ROUNDS = 8;
/** Rounds with which a start is tried. */
const TRIAL = 2;
/** A gain of chi² below this share is none. */
const STALLED = 1e-4;
/** Damping of a round, the next one when it gains nothing. */
const DAMPING = [1e-2, 1, 1e3];
/** Difference for the Jacobian in the coordinates: a hundredth of a percent of a positive parameter. */
const DIFFERENCE = 1e-4;
/** With a chi² per measurement above this from a local optimum, other starts are tried. */
export const BAD = 3;
const CANDIDATES = 40;
const STARTS = 4;

export async function descend(
  problem: Problem,
  start: readonly number[],
  onRound?: (share: number) => void,
  maxRounds = MAX_ROUNDS,
): Promise<Fit> {
  // ESM only: loaded where it is needed, in the worker.
  const { levenbergMarquardt } = await import("ml-levenberg-marquardt");
  const n = problem.size;
  const data = { x: Float64Array.from({ length: n }, (_, i) => i), y: new Float64Array(n) };
  const at = (theta: number[]) => {
    const r = problem.residuals(theta);
    return (i: number) => r[i]!;
  };
  const bounds = {
    minValues: problem.coordinates.map((c) => c.low),
    maxValues: problem.coordinates.map((c) => c.high),
  };
  let theta = start.slice();
  let chi2 = sumOfSquares(problem.residuals(theta));
  let level = 0;
  let rounds = 0;
  let converged = false;
  while (rounds < maxRounds && !converged) {
    rounds++;
    const result = levenbergMarquardt(data, at, {
      initialValues: theta,
      ...bounds,
      damping: DAMPING[level]!,
      maxIterations: ITERATIONS,
      errorTolerance: 1e-9,
      gradientDifference: problem.coordinates.map((c) => (c.kind === "state" ? 0.1 : DIFFERENCE)),
    });
    const gained = result.parameterError < chi2 * (1 - STALLED);
    if (result.parameterError < chi2) {
      theta = result.parameterValues;
      chi2 = result.parameterError;
    }
    if (gained) level = 0;
    else if (++level === DAMPING.length || chi2 < 2 * problem.used.length) converged = true;
    onRound?.(rounds / maxRounds);
  }
  return { theta, chi2, converged, rounds };
}

/**
 * Fits from where the model stands, and from other starts when that ends in a bad optimum.
 * @param seed of the starts; the same seed gives the same fit
 */
export async function fitAnywhere(problem: Problem, seed: number, onRound?: (share: number) => void): Promise<Fit> {
  const here = problem.encode(problem.model.p);
  let best = await descend(problem, here, (share) => onRound?.(share / 2));
  if (best.chi2 <= BAD * problem.used.length) return best;
  const starts = scatter(problem, here, seed);
  for (const [i, start] of starts.entries()) {
    const other = await descend(problem, start, (share) => onRound?.(0.5 + (i + share) / (2 * starts.length)), TRIAL);
    if (other.chi2 < 0.99 * best.chi2) best = await descend(problem, other.theta);
    if (best.chi2 <= BAD * problem.used.length) break;
  }
  return best;
}

/** The most promising of many points within a factor of three, or the bounds. */
function scatter(problem: Problem, here: readonly number[], seed: number): number[][] {
  const random = createRandom(`calibration ${seed}`);
  const candidates = Array.from({ length: CANDIDATES }, () => {
    const theta = here.map((x, j) => {
      const c = problem.coordinates[j]!;
      if (c.kind === "state") return 0;
      const spread = c.kind === "log" ? Math.log(3) : 2;
      return Math.min(c.high, Math.max(c.low, x + spread * (2 * random.next() - 1)));
    });
    return { theta, chi2: sumOfSquares(problem.residuals(theta)) };
  });
  return candidates
    .sort((a, b) => a.chi2 - b.chi2)
    .slice(0, STARTS)
    .map((c) => c.theta);
}
