/**
 * Unscented Kalman filter (Julier & Uhlmann 2004; scaled form of Wan & van der Merwe 2000 with α = 0.1, β = 2, κ = 0).
 * It sends 2n + 1 points through the model instead of linearising it: for strongly curved models, at about 2n + 1 times
 * the cost. Outputs that are not measured leave the joint update.
 */
import { Estimator, type EstimatorOptions, type JointModel } from "./estimator.ts";

const ALPHA = 0.1;
const BETA = 2;
const KAPPA = 0;

export class Ukf extends Estimator {
  readonly #points: Float64Array[];
  readonly #images: Float64Array[];
  readonly #root: Float64Array;
  readonly #scale: number;
  readonly #meanWeight: number;
  readonly #spreadWeight: number;
  readonly #weight: number;
  /** Innovation covariance and its root, cross covariance, gain; of the outputs that are used. */
  readonly #S: Float64Array;
  readonly #C: Float64Array;
  readonly #rows: Int32Array;
  readonly #work: Float64Array;

  constructor(model: JointModel, options: EstimatorOptions) {
    super(model, options);
    const { size: n, outputs: m } = model;
    this.#points = Array.from({ length: 2 * n + 1 }, () => new Float64Array(n));
    this.#images = Array.from({ length: 2 * n + 1 }, () => new Float64Array(m));
    this.#root = new Float64Array(n * n);
    const lambda = ALPHA ** 2 * (n + KAPPA) - n;
    this.#scale = Math.sqrt(n + lambda);
    this.#meanWeight = lambda / (n + lambda);
    this.#spreadWeight = this.#meanWeight + 1 - ALPHA ** 2 + BETA;
    this.#weight = 1 / (2 * (n + lambda));
    this.#S = new Float64Array(m * m);
    this.#C = new Float64Array(n * m);
    this.#rows = new Int32Array(m);
    this.#work = new Float64Array(Math.max(n, m));
  }

  predict(t: number, h: number): number {
    const { x, P } = this;
    const n = x.length;
    if (!this.#spreadPoints()) return Number.NaN;
    for (const point of this.#points) {
      let at = t;
      for (let i = 1; i <= this.substeps; i++) {
        const end = i === this.substeps ? t + h : t + (h * i) / this.substeps;
        const reached = this.model.flow(at, end - at, point);
        // Half the points ahead of the others would be worth nothing.
        if (!(reached >= end)) return Number.isNaN(reached) ? reached : t;
        at = end;
      }
    }
    this.#mean(this.#points, x);
    P.fill(0);
    for (let k = 0; k < this.#points.length; k++) {
      const point = this.#points[k]!;
      const w = k === 0 ? this.#spreadWeight : this.#weight;
      for (let i = 0; i < n; i++)
        for (let j = i; j < n; j++) P[i * n + j]! += w * (point[i]! - x[i]!) * (point[j]! - x[j]!);
    }
    for (let i = 0; i < n; i++) P[i * n + i]! += this.q[i]! * h;
    mirror(P, n);
    return t + h;
  }

  update(t: number, z: ArrayLike<number>): void {
    const { expected } = this;
    this.begin();
    if (!this.#spreadPoints()) {
      this.variance.fill(Number.NaN);
      return;
    }
    for (let k = 0; k < this.#points.length; k++) this.model.observe(t, this.#points[k]!, this.#images[k]!);
    this.#mean(this.#images, expected);
    let used = 0;
    for (let i = 0; i < expected.length; i++)
      if (this.accepts(i, z[i]!, this.#covariance(i, i))) this.#rows[used++] = i;
    if (used > 0) this.#take(used);
  }

  /** The joint update with the first `m` outputs of `#rows`. */
  #take(m: number): void {
    const { x, P } = this;
    const n = x.length;
    const S = this.#S;
    const C = this.#C;
    for (let a = 0; a < m; a++) {
      const i = this.#rows[a]!;
      for (let b = 0; b <= a; b++) S[a * m + b] = this.#covariance(i, this.#rows[b]!) + (a === b ? this.r[i]! : 0);
      for (let j = 0; j < n; j++) C[j * m + a] = this.#cross(j, i);
    }
    if (!cholesky(S, m)) return;
    // With S = L·Lᵀ: w = L⁻¹·v, W = C·L⁻ᵀ; then x += W·w and P −= W·Wᵀ.
    const w = this.#work;
    for (let a = 0; a < m; a++) {
      let sum = this.innovation[this.#rows[a]!]!;
      for (let b = 0; b < a; b++) sum -= S[a * m + b]! * w[b]!;
      w[a] = sum / S[a * m + a]!;
      this.whitened[this.#rows[a]!] = w[a]!;
      this.nis += w[a]! ** 2;
    }
    this.measurements = m;
    for (let j = 0; j < n; j++)
      for (let a = 0; a < m; a++) {
        let sum = C[j * m + a]!;
        for (let b = 0; b < a; b++) sum -= S[a * m + b]! * C[j * m + b]!;
        C[j * m + a] = sum / S[a * m + a]!;
      }
    for (let i = 0; i < n; i++) {
      for (let a = 0; a < m; a++) x[i]! += C[i * m + a]! * w[a]!;
      for (let j = i; j < n; j++) {
        let sum = 0;
        for (let a = 0; a < m; a++) sum += C[i * m + a]! * C[j * m + a]!;
        P[i * n + j]! -= sum;
      }
    }
    mirror(P, n);
    this.stayInside();
  }

  /** Sigma points around x. Returns false when P is not positive definite. */
  #spreadPoints(): boolean {
    const { x } = this;
    const n = x.length;
    this.#root.set(this.P);
    if (!cholesky(this.#root, n)) return false;
    this.#points[0]!.set(x);
    for (let j = 0; j < n; j++) {
      const up = this.#points[1 + j]!;
      const down = this.#points[1 + n + j]!;
      for (let i = 0; i < n; i++) {
        const offset = i < j ? 0 : this.#scale * this.#root[i * n + j]!;
        up[i] = x[i]! + offset;
        down[i] = x[i]! - offset;
      }
    }
    return true;
  }

  #mean(points: readonly Float64Array[], out: Float64Array): void {
    // Relative to the middle point: its weight is large and negative, and would cost digits.
    const middle = points[0]!;
    for (let i = 0; i < out.length; i++) {
      let sum = 0;
      for (let k = 1; k < points.length; k++) sum += points[k]![i]! - middle[i]!;
      out[i] = middle[i]! + this.#weight * sum;
    }
  }

  #covariance(a: number, b: number): number {
    let sum = 0;
    for (let k = 0; k < this.#images.length; k++) {
      const image = this.#images[k]!;
      const w = k === 0 ? this.#spreadWeight : this.#weight;
      sum += w * (image[a]! - this.expected[a]!) * (image[b]! - this.expected[b]!);
    }
    return sum;
  }

  /** The middle point is x itself and adds nothing. */
  #cross(element: number, output: number): number {
    let sum = 0;
    for (let k = 1; k < this.#points.length; k++)
      sum += (this.#points[k]![element]! - this.x[element]!) * (this.#images[k]![output]! - this.expected[output]!);
    return this.#weight * sum;
  }
}

/** A = L·Lᵀ; L replaces the lower triangle. A zero pivot of a semidefinite matrix gives a zero column. */
export function cholesky(A: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let pivot = A[j * n + j]!;
    const size = pivot;
    for (let k = 0; k < j; k++) pivot -= A[j * n + k]! ** 2;
    if (!(pivot >= -1e-9 * size) || !(size >= 0)) return false;
    const root = Math.sqrt(Math.max(pivot, 0));
    A[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= A[i * n + k]! * A[j * n + k]!;
      A[i * n + j] = root > 0 ? sum / root : 0;
    }
  }
  return true;
}

function mirror(P: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) P[i * n + j] = P[j * n + i]!;
}
