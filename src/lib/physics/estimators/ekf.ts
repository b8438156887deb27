/**
 * Extended Kalman filter, continuous model and discrete measurements (Simon 2006, Optimal State Estimation, 13.2.3).
 * The mean is integrated by the solver. The covariance goes with the transition matrix of the model linearised at the
 * middle of each substep. Measurements are taken one by one (Simon 2006, 6.1) in Joseph's form, all linearised at the
 * predicted state, which is the joint update for independent measurements.
 */
import { Estimator, type EstimatorOptions, type JointModel } from "./estimator.ts";
import { Transition } from "./transition.ts";

export class Ekf extends Estimator {
  readonly #transition: Transition;
  readonly #jacobian: Float64Array;
  readonly #H: Float64Array;
  readonly #middle: Float64Array;
  readonly #prior: Float64Array;
  readonly #gain: Float64Array;
  readonly #row: Float64Array;
  /** Outputs that are used. */
  readonly #rows: Int32Array;

  constructor(model: JointModel, options: EstimatorOptions) {
    super(model, options);
    const { states, size: n, outputs: m } = model;
    this.#transition = new Transition(states, n);
    this.#jacobian = new Float64Array(states * n);
    this.#H = new Float64Array(m * n);
    this.#middle = new Float64Array(n);
    this.#prior = new Float64Array(n);
    this.#gain = new Float64Array(n);
    this.#row = new Float64Array(n);
    this.#rows = new Int32Array(m);
  }

  predict(t: number, h: number): number {
    let at = t;
    for (let i = 1; i <= this.substeps; i++) {
      const end = i === this.substeps ? t + h : t + (h * i) / this.substeps;
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
    const reached = this.model.flow(from, to - from, x);
    if (!(reached > from)) return reached;
    for (let i = 0; i < x.length; i++) middle[i] = (middle[i]! + x[i]!) / 2;
    this.model.rates((from + reached) / 2, middle, this.#jacobian);
    if (!this.#transition.compute(this.#jacobian, reached - from, this.q)) return Number.NaN;
    this.#transition.propagate(P);
    const { noise } = this.#transition;
    for (let i = 0; i < P.length; i++) P[i]! += noise[i]!;
    return reached;
  }

  update(t: number, z: ArrayLike<number>): void {
    const { x, expected } = this;
    const n = x.length;
    this.model.observe(t, x, expected);
    this.model.sensitivities(t, x, this.#H);
    this.#prior.set(x);
    this.begin();
    let used = 0;
    for (let i = 0; i < expected.length; i++) if (this.accepts(i, z[i]!, this.#spread(i))) this.#rows[used++] = i;
    for (let a = 0; a < used; a++) this.#take(this.#rows[a]!, n);
    if (this.measurements > 0) this.stayInside();
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
}
