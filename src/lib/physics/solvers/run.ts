/** One call of the solver: what it is asked, what it answers, and the sentences of failure. */
import type { DenseStep, Method } from "./problem.ts";

export interface IntegrateOptions {
  /** Largest number of steps, accepted and rejected, in this call. */
  maxSteps?: number;
  /** Asked before every step; true stops with the code `budget`. */
  deadline?: () => boolean;
  /** Called after every accepted step; the object is only valid during the call. */
  onStep?: (step: DenseStep) => void;
  /** Called after the reset of events. */
  onEvent?: (happened: readonly number[], t: number, y: Float64Array) => void;
}

export interface SolverResult {
  /**
   * `done`: t1 is reached. `budget`: the budget ran out at `t`, continue from there. `failed`: it cannot go on; `y` is
   * the state at `t`, the last good point, and `message` says why.
   */
  code: "done" | "budget" | "failed";
  t: number;
  steps: number;
  rejected: number;
  evaluations: number;
  message?: string;
}

/** Takes the step of size `h` that was just tried, to t1: y becomes `next`. */
export function takeStep(
  method: Method,
  result: SolverResult,
  y: Float64Array,
  h: number,
  t1: number,
  onStep: IntegrateOptions["onStep"],
): void {
  const t0 = result.t;
  if (onStep) method.prepareDense(t0, y, h);
  y.set(method.next);
  result.t = t1;
  result.steps++;
  onStep?.({ t0, t1, at: (t, out) => method.interpolate((t - t0) / h, out) });
}

export function fail(result: SolverResult, message: string): void {
  result.code = "failed";
  result.message = message;
}

const number = (x: number): string => String(Number(x.toPrecision(6)));

export const notFinite = (t: number): string => `The equations give no finite number at t = ${number(t)}.`;

export function tooSmall(t: number, y: Float64Array, slope: Float64Array, infinite: boolean): string {
  let size = 0;
  let speed = 0;
  for (let i = 0; i < y.length; i++) {
    size = Math.max(size, Math.abs(y[i]!));
    speed = Math.max(speed, Math.abs(slope[i]!));
  }
  if (speed > 1e6 * (1 + size) && size > 1e3)
    return `The solution grows without bound near t = ${number(t)}: it cannot be followed beyond.`;
  if (infinite) return `The equations give no finite number just after t = ${number(t)}.`;
  return `The solution cannot be continued beyond t = ${number(t)}: it changes faster than numbers can follow.`;
}

export const endless = (event: string, t: number): string =>
  `The event ${event} happens again and again ever faster near t = ${number(t)}: it has no end.`;
