/** What a state estimator is: predict over time, update with measurements, tell how well both agree. */
import type { Json } from "../../store/store.ts";

/** A model with its states and its drifting parameters in one vector x (states first). */
export interface JointModel {
  /** Number of states, of elements of x, and of outputs. */
  readonly states: number;
  readonly size: number;
  readonly outputs: number;
  /**
   * Integrates the states of `x` in place over `h` seconds from `t`; parameters rest.
   * @returns the time reached, earlier than t + h when the step budget ran out; NaN when the numbers are not finite
   */
  flow(t: number, h: number, x: Float64Array): number;
  /** Writes ∂(dstates/dt)/∂x, row-major `states` × `size`. What is always zero may stay unwritten. */
  rates(t: number, x: Float64Array, out: Float64Array): void;
  /** Writes the outputs at x. */
  observe(t: number, x: Float64Array, out: Float64Array): void;
  /** Writes ∂outputs/∂x, row-major `outputs` × `size`. */
  sensitivities(t: number, x: Float64Array, out: Float64Array): void;
}

export interface EstimatorOptions {
  /** Estimate at the start, and its standard deviations; one per element of x. */
  x: ArrayLike<number>;
  sd: ArrayLike<number>;
  /** Variance rate of the random walk of every element of x, unit² per second. */
  q: ArrayLike<number>;
  /** Variance of every output's measurement. */
  r: ArrayLike<number>;
  /** Bounds of every element of x; none by default. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
  /** Measurements further from the expected value than this many standard deviations are not used; by default all are. */
  gate?: number;
  /** Parts into which a step is cut, so that the linearisation follows the state (default 2). */
  substeps?: number;
}

/**
 * Brings x back inside its bounds. The element at its bound becomes known to be there, and the others move with it as
 * their correlation says: the estimate under the constraint (Simon 2010, IET Control Theory Appl. 4, eq. 12 with W = P⁻¹).
 */
function project(x: Float64Array, P: Float64Array, low: Float64Array, high: Float64Array): void {
  const n = x.length;
  for (let j = 0; j < n; j++) {
    const inside = Math.min(high[j]!, Math.max(low[j]!, x[j]!));
    const excess = x[j]! - inside;
    if (excess === 0) continue;
    const variance = P[j * n + j]!;
    if (variance > 0) for (let i = 0; i < n; i++) if (i !== j) x[i]! -= (P[i * n + j]! / variance) * excess;
    x[j] = inside;
  }
  // What moved along must not leave its own bounds.
  for (let j = 0; j < n; j++) x[j] = Math.min(high[j]!, Math.max(low[j]!, x[j]!));
}

/** A Gaussian filter: mean, covariance, noises, bounds, and the outcome of the last update. All arrays are overwritten by the next call. */
export abstract class Estimator {
  readonly x: Float64Array;
  /** Covariance of x, row-major, symmetric. */
  readonly P: Float64Array;
  /** As in EstimatorOptions; may be changed between two calls. */
  readonly q: Float64Array;
  readonly r: Float64Array;
  /** What was expected before the last update, its innovation (measured minus expected, NaN where nothing was measured). */
  readonly expected: Float64Array;
  readonly innovation: Float64Array;
  /** Variance of the innovation, measurement noise included. */
  readonly variance: Float64Array;
  /**
   * Innovation of every output in standard deviations, given the outputs before it: independent of each other as long as
   * the noise is. NaN where no measurement was used.
   */
  readonly whitened: Float64Array;
  /** Outputs whose last measurement was refused by the gate: 1. */
  readonly refused: Uint8Array;
  /** Normalised innovation squared of the last update, and of how many measurements; its mean is 1 for each. */
  nis = 0;
  measurements = 0;
  protected readonly model: JointModel;
  protected readonly substeps: number;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  /** Squared. */
  readonly #gate: number;

  constructor(model: JointModel, options: EstimatorOptions) {
    const { size: n, outputs: m } = model;
    this.model = model;
    this.x = Float64Array.from(options.x);
    this.P = new Float64Array(n * n);
    setDiagonal(this.P, options.sd);
    this.q = Float64Array.from(options.q);
    this.r = Float64Array.from(options.r);
    this.expected = new Float64Array(m).fill(Number.NaN);
    this.innovation = new Float64Array(m).fill(Number.NaN);
    this.variance = new Float64Array(m).fill(Number.NaN);
    this.whitened = new Float64Array(m).fill(Number.NaN);
    this.refused = new Uint8Array(m);
    this.#low = vector(n, options.low, Number.NEGATIVE_INFINITY);
    this.#high = vector(n, options.high, Number.POSITIVE_INFINITY);
    this.#gate = (options.gate ?? Number.POSITIVE_INFINITY) ** 2;
    this.substeps = options.substeps ?? 2;
  }

  /** Time reached, as JointModel.flow. */
  abstract predict(t: number, h: number): number;
  /** @param z one measurement per output, NaN where there is none */
  abstract update(t: number, z: ArrayLike<number>): void;

  /** Forgets the outcome of the update before. */
  protected begin(): void {
    this.nis = 0;
    this.measurements = 0;
    this.whitened.fill(Number.NaN);
  }

  /** Compares a measurement with what was expected. @returns whether it is there, inside the gate, and tells something */
  protected accepts(output: number, z: number, spread: number): boolean {
    const variance = spread + this.r[output]!;
    const innovation = z - this.expected[output]!;
    const far = innovation ** 2 > this.#gate * variance;
    this.variance[output] = variance;
    this.innovation[output] = innovation;
    this.refused[output] = far ? 1 : 0;
    return !far && Number.isFinite(innovation) && variance > 0;
  }

  protected stayInside(): void {
    project(this.x, this.P, this.#low, this.#high);
  }

  /** Forgets all correlations: estimate `x`, standard deviations `sd`. */
  reset(x: ArrayLike<number>, sd: ArrayLike<number>): void {
    this.x.set(x);
    setDiagonal(this.P, sd);
  }

  snapshot(): Json {
    // JSON has no −0: + 0 makes it 0.
    return { x: Array.from(this.x, (v) => v + 0), P: Array.from(this.P, (v) => v + 0) };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void {
    const { x, P } = state as { x?: unknown; P?: unknown };
    if (!isVector(x, this.x.length) || !isVector(P, this.P.length))
      throw new TypeError("the snapshot is of another estimator");
    this.x.set(x);
    this.P.set(P);
  }
}

/** Diagonal of variances. */
function setDiagonal(P: Float64Array, sd: ArrayLike<number>): void {
  P.fill(0);
  for (let i = 0; i < sd.length; i++) P[i * sd.length + i] = sd[i]! ** 2;
}

const vector = (n: number, values: ArrayLike<number> | undefined, otherwise: number): Float64Array =>
  values ? Float64Array.from(values) : new Float64Array(n).fill(otherwise);

const isVector = (values: unknown, n: number): values is number[] =>
  Array.isArray(values) && values.length === n && values.every(Number.isFinite);
