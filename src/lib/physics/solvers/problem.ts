/** What the solvers solve, and how one method looks to the driver. No solver knows of equations or models. */

/** Writes dy/dt. `t` in the problem's unit of time; `y` and `out` have one number per state. */
export type Rhs = (t: number, y: Float64Array, out: Float64Array) => void;

export interface OdeProblem {
  /** Number of states. */
  n: number;
  rhs: Rhs;
  /** Writes ∂f/∂y, n × n row-major; entries that are always zero may be left unwritten. Default: finite differences. */
  jacobian?: Rhs;
  /** Writes ∂f/∂t. Default: finite differences. */
  dfdt?: Rhs;
  /** True when the right-hand side does not depend on t. */
  autonomous?: boolean;
  /** Non-zero diagonals of ∂f/∂y below and above the main one, where known. */
  bandwidth?: { lower: number; upper: number };
  /** Functions whose sign says on which side of a condition the state is: the right-hand side may jump where one is zero. */
  switches?: { count: number; write: Rhs };
  events?: OdeEvents;
}

export interface OdeEvents {
  count: number;
  /** Writes one function per event. */
  write: Rhs;
  /** −1: an event happens when its function falls below zero; 1: when it rises above; 0: both. */
  direction: ArrayLike<number>;
  /** Changes `y` in place after the events of these indices, all at the same `t`. */
  reset?(happened: readonly number[], t: number, y: Float64Array): void;
  /** How a sentence calls the event. */
  name?(index: number): string;
}

/** One accepted step: `at(t, out)` writes the state anywhere inside [t0, t1]. Valid only during the callback. */
export interface DenseStep {
  readonly t0: number;
  readonly t1: number;
  at(t: number, out: Float64Array): void;
}

/** A one-step method, as the driver uses it. `next` holds the new state after an attempt. */
export interface Method {
  readonly name: MethodName;
  /** Order of the error estimate plus one: error ~ h^order. */
  readonly errorOrder: number;
  /** Limits of one change of the step size, and the safety factor. */
  readonly control: { shrink: number; grow: number; safety: number; beta: number; predictive: boolean };
  readonly next: Float64Array;
  readonly implicit: boolean;
  /** Evaluations of the right-hand side so far. */
  evaluations: number;
  /** Computes what depends on (t, y) alone. @returns false when it is not finite */
  prepare(t: number, y: Float64Array): boolean;
  /** The slope at (t, y), after `prepare`. */
  readonly slope: Float64Array;
  /** Tries a step. @returns the largest error in units of the tolerance, infinite where something is not finite */
  attempt(t: number, y: Float64Array, h: number): number;
  /** h · |dominant eigenvalue|, estimated, after an attempt that was good. */
  stiffness(h: number): number;
  /** Makes `interpolate` ready; must come between a good attempt and `advance`. */
  prepareDense(t: number, y: Float64Array, h: number): void;
  /** State at t + theta·h of the step that `prepareDense` saw. */
  interpolate(theta: number, out: Float64Array): void;
  /** Takes the step. @returns true when (t + h, next) needs no `prepare` */
  advance(): boolean;
}

export type MethodName = "dopri5" | "dop853" | "rodas5p";

export interface Tolerances {
  rtol: number;
  atol: number;
}

/** Largest |error| / (atol + rtol · |y|) over the states; infinite when one is not finite. */
export function scaledMaximum(
  error: Float64Array,
  y: Float64Array,
  z: Float64Array,
  { rtol, atol }: Tolerances,
): number {
  let worst = 0;
  for (let i = 0; i < error.length; i++) {
    const ratio = Math.abs(error[i]!) / (atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(z[i]!)));
    if (ratio > worst) worst = ratio;
    else if (!(ratio <= worst)) return Number.POSITIVE_INFINITY;
  }
  return worst;
}

export function allFinite(v: Float64Array): boolean {
  for (let i = 0; i < v.length; i++) if (!Number.isFinite(v[i])) return false;
  return true;
}
