/**
 * Extended Kalman filter, continuous model and discrete measurements (Simon 2006, Optimal State Estimation, 13.2.3).
 * The mean is integrated by the solver. The covariance goes with the transition matrix of the model linearised at the
 * middle of each substep. Measurements are taken one by one (Simon 2006, 6.1) in Joseph's form, all linearised at the
 * predicted state, which is the joint update for independent measurements.
 */
import type { Json } from "../../store/store.ts";
import {
  type Estimator,
  type EstimatorOptions,
  type JointModel,
  project,
  restoreInto,
  setDiagonal,
  snapshotOf,
  vector,
} from "./estimator.ts";
import { Transition } from "./transition.ts";

export class Ekf implements Estimator {
  readonly x: Float64Array;
  readonly P: Float64Array;
  readonly q: Float64Array;
  readonly r: Float64Array;
  readonly expected: Float64Array;
  readonly innovation: Float64Array;
  readonly variance: Float64Array;
  readonly whitened: Float64Array;
  readonly refused: Uint8Array;
  nis = 0;
  measurements = 0;
  readonly #model: JointModel;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #gate: number;
  readonly #substeps: number;
  readonly #transition: Transition;
  readonly #jacobian: Float64Array;
  readonly #H: Float64Array;
  readonly #middle: Float64Array;
  readonly #prior: Float64Array;
  readonly #gain: Float64Array;
  readonly #row: Float64Array;

  constructor(model: JointModel, options: EstimatorOptions) {
    const { states, size: n, outputs: m } = model;
    this.#model = model;
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
    this.#substeps = options.substeps ?? 2;
    this.#transition = new Transition(states, n);
    this.#jacobian = new Float64Array(states * n);
    this.#H = new Float64Array(m * n);
    this.#middle = new Float64Array(n);
    this.#prior = new Float64Array(n);
    this.#gain = new Float64Array(n);
    this.#row = new Float64Array(n);
  }

  predict(t: number, h: number): number {
    let at = t;
    for (let i = 1; i <= this.#substeps; i++) {
      const end = i === this.#substeps ? t + h : t + (h * i) / this.#substeps;
      const reached = this.#advance(at, end);
      if (!(reached >= end)) return reached;
      at = end;
    }
    return at;
  }

  #advance(from: number, to: number): number {
    const { x, P } = this;
    const middle = this.#middle;
    middle.set(x);
    const reached = this.#model.flow(from, to - from, x);
    if (!(reached > from)) return reached;
    for (let i = 0; i < x.length; i++) middle[i] = (middle[i]! + x[i]!) / 2;
    this.#model.rates((from + reached) / 2, middle, this.#jacobian);
    if (!this.#transition.compute(this.#jacobian, reached - from, this.q)) return Number.NaN;
    this.#transition.propagate(P);
    const { noise } = this.#transition;
    for (let i = 0; i < P.length; i++) P[i]! += noise[i]!;
    return reached;
  }

  update(t: number, z: ArrayLike<number>): void {
    const { x, expected, innovation, variance } = this;
    const n = x.length;
    this.#model.observe(t, x, expected);
    this.#model.sensitivities(t, x, this.#H);
    this.#prior.set(x);
    this.nis = 0;
    this.measurements = 0;
    this.whitened.fill(Number.NaN);
    for (let i = 0; i < expected.length; i++) {
      variance[i] = this.#spread(i) + this.r[i]!;
      innovation[i] = z[i]! - expected[i]!;
      const far = innovation[i]! ** 2 > this.#gate * variance[i]!;
      this.refused[i] = far ? 1 : 0;
    }
    for (let i = 0; i < expected.length; i++)
      if (this.refused[i] === 0 && Number.isFinite(innovation[i]) && variance[i]! > 0) this.#take(i, n);
    if (this.measurements > 0) project(x, this.P, this.#low, this.#high);
  }

  /** H·P·Hᵀ of one output. Leaves P·Hᵀ in `#gain`. */
  #spread(output: number): number {
    const { P } = this;
    const H = this.#H;
    const n = this.x.length;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      let row = 0;
      for (let j = 0; j < n; j++) row += P[i * n + j]! * H[output * n + j]!;
      this.#gain[i] = row;
      sum += H[output * n + i]! * row;
    }
    return sum;
  }

  #take(output: number, n: number): void {
    const { x, P } = this;
    const H = this.#H;
    const gain = this.#gain;
    const row = this.#row;
    const r = this.r[output]!;
    const s = this.#spread(output) + r;
    // What the measurements taken before have moved, to first order.
    let moved = 0;
    for (let j = 0; j < n; j++) {
      moved += H[output * n + j]! * (x[j]! - this.#prior[j]!);
      row[j] = gain[j]!;
      gain[j]! /= s;
    }
    const v = this.innovation[output]! - moved;
    this.whitened[output] = v / Math.sqrt(s);
    this.nis += (v * v) / s;
    this.measurements++;
    for (let i = 0; i < n; i++) x[i]! += gain[i]! * v;
    // (I − K·H)·P·(I − K·H)ᵀ + K·r·Kᵀ, from the left and then from the right.
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) P[i * n + j]! -= gain[i]! * row[j]!;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += P[i * n + j]! * H[output * n + j]!;
      row[i] = sum;
    }
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        const value = P[i * n + j]! - row[i]! * gain[j]! + r * gain[i]! * gain[j]!;
        P[i * n + j] = value;
        P[j * n + i] = value;
      }
  }

  reset(x: ArrayLike<number>, sd: ArrayLike<number>): void {
    this.x.set(x);
    setDiagonal(this.P, sd);
  }

  snapshot(): Json {
    return snapshotOf(this.x, this.P);
  }

  restore(state: Json): void {
    restoreInto(state, this.x, this.P);
  }
}
