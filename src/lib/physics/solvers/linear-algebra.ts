/**
 * LU decomposition with partial pivoting, dense and banded (Golub & Van Loan, Matrix Computations, 3.4 and 4.3).
 * Both solve W x = b for W = I·shift − J, the matrix of a Rosenbrock method.
 */

/** Solves with W = shift·I − J. */
export interface ShiftedSolver {
  /** @param jacobian n × n, row-major. @returns false when W is singular or not finite */
  factor(shift: number, jacobian: Float64Array): boolean;
  /** Solves in place. */
  solve(b: Float64Array): void;
  /** out = J v. */
  multiply(jacobian: Float64Array, v: Float64Array, out: Float64Array): void;
}

/** Banded where that is less work than dense: the band with fill-in is at most half as wide as the matrix. */
export function shiftedSolver(n: number, bandwidth?: { lower: number; upper: number }): ShiftedSolver {
  const lower = Math.min(bandwidth?.lower ?? n - 1, n - 1);
  const upper = Math.min(bandwidth?.upper ?? n - 1, n - 1);
  return n > 4 && 2 * lower + upper + 1 <= n / 2 ? new BandedSolver(n, lower, upper) : new DenseSolver(n);
}

export class DenseSolver implements ShiftedSolver {
  readonly #n: number;
  readonly #a: Float64Array;
  readonly #pivot: Int32Array;
  #exchanged = false;

  constructor(n: number) {
    this.#n = n;
    this.#a = new Float64Array(n * n);
    this.#pivot = new Int32Array(n);
  }

  factor(shift: number, jacobian: Float64Array): boolean {
    const n = this.#n;
    const a = this.#a;
    for (let i = 0; i < n * n; i++) a[i] = -jacobian[i]!;
    for (let i = 0; i < n; i++) a[i * n + i]! += shift;
    this.#exchanged = false;
    for (let k = 0; k < n; k++) {
      let p = k;
      let largest = Math.abs(a[k * n + k]!);
      for (let i = k + 1; i < n; i++) {
        const size = Math.abs(a[i * n + k]!);
        if (size > largest) {
          largest = size;
          p = i;
        }
      }
      this.#pivot[k] = p;
      if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return false;
      if (p !== k) {
        this.#exchanged = true;
        for (let j = 0; j < n; j++) {
          const swap = a[k * n + j]!;
          a[k * n + j] = a[p * n + j]!;
          a[p * n + j] = swap;
        }
      }
      // The reciprocal is kept on the diagonal.
      const inverse = (a[k * n + k] = 1 / a[k * n + k]!);
      for (let i = k + 1; i < n; i++) {
        const at = i * n;
        const factor = a[at + k]!;
        if (factor === 0) continue;
        const m = (a[at + k] = factor * inverse);
        for (let j = k + 1; j < n; j++) a[at + j]! -= m * a[k * n + j]!;
      }
    }
    return true;
  }

  solve(b: Float64Array): void {
    const n = this.#n;
    const a = this.#a;
    const pivot = this.#pivot;
    if (this.#exchanged)
      for (let k = 0; k < n; k++) {
        const p = pivot[k]!;
        if (p === k) continue;
        const swap = b[k]!;
        b[k] = b[p]!;
        b[p] = swap;
      }
    for (let i = 1; i < n; i++) {
      let sum = b[i]!;
      for (let j = 0, at = i * n; j < i; j++) sum -= a[at + j]! * b[j]!;
      b[i] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i]!;
      const at = i * n;
      for (let j = i + 1; j < n; j++) sum -= a[at + j]! * b[j]!;
      b[i] = sum * a[at + i]!;
    }
  }

  multiply(jacobian: Float64Array, v: Float64Array, out: Float64Array): void {
    const n = this.#n;
    for (let i = 0, at = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += jacobian[at++]! * v[j]!;
      out[i] = sum;
    }
  }
}

/** Row i holds the columns i − lower … i + upper + lower; the last `lower` ones are room for exchanged rows. */
export class BandedSolver implements ShiftedSolver {
  readonly #n: number;
  readonly #lower: number;
  readonly #upper: number;
  readonly #width: number;
  readonly #a: Float64Array;
  readonly #pivot: Int32Array;
  #exchanged = false;

  constructor(n: number, lower: number, upper: number) {
    this.#n = n;
    this.#lower = lower;
    this.#upper = upper;
    this.#width = 2 * lower + upper + 1;
    this.#a = new Float64Array(n * this.#width);
    this.#pivot = new Int32Array(n);
  }

  factor(shift: number, jacobian: Float64Array): boolean {
    const n = this.#n;
    const lower = this.#lower;
    const upper = this.#upper;
    const width = this.#width;
    const a = this.#a;
    a.fill(0);
    for (let i = 0; i < n; i++) {
      const from = Math.max(0, i - lower);
      const to = Math.min(n - 1, i + upper);
      const at = i * width + lower - i;
      for (let j = from; j <= to; j++) a[at + j] = -jacobian[i * n + j]!;
      a[at + i]! += shift;
    }
    this.#exchanged = false;
    for (let k = 0; k < n; k++) {
      const last = Math.min(n - 1, k + lower);
      let p = k;
      let largest = Math.abs(a[k * width + lower]!);
      for (let i = k + 1; i <= last; i++) {
        const size = Math.abs(a[i * width + lower + k - i]!);
        if (size > largest) {
          largest = size;
          p = i;
        }
      }
      this.#pivot[k] = p;
      if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return false;
      const right = Math.min(n - 1, k + upper + lower);
      const rowK = k * width + lower - k;
      if (p !== k) {
        this.#exchanged = true;
        const rowP = p * width + lower - p;
        for (let j = k; j <= right; j++) {
          const swap = a[rowK + j]!;
          a[rowK + j] = a[rowP + j]!;
          a[rowP + j] = swap;
        }
      }
      const inverse = (a[rowK + k] = 1 / a[rowK + k]!);
      // Without exchanged rows there is no fill-in beyond the band.
      const end = this.#exchanged ? right : Math.min(right, k + upper);
      for (let i = k + 1; i <= last; i++) {
        const row = i * width + lower - i;
        const m = (a[row + k]! *= inverse);
        if (m !== 0) for (let j = k + 1; j <= end; j++) a[row + j]! -= m * a[rowK + j]!;
      }
    }
    return true;
  }

  solve(b: Float64Array): void {
    const n = this.#n;
    const lower = this.#lower;
    const width = this.#width;
    const a = this.#a;
    const pivot = this.#pivot;
    const reach = this.#exchanged ? this.#upper + lower : this.#upper;
    // The factors of exchanged rows stay where they were made, so elimination and exchanges go hand in hand.
    for (let k = 0; k < n; k++) {
      const p = pivot[k]!;
      const value = b[p]!;
      if (p !== k) {
        b[p] = b[k]!;
        b[k] = value;
      }
      const last = Math.min(n - 1, k + lower);
      for (let i = k + 1; i <= last; i++) b[i]! -= a[i * width + lower + k - i]! * value;
    }
    for (let i = n - 1; i >= 0; i--) {
      const at = i * width + lower - i;
      const end = Math.min(n - 1, i + reach);
      let sum = b[i]!;
      for (let j = i + 1; j <= end; j++) sum -= a[at + j]! * b[j]!;
      b[i] = sum * a[at + i]!;
    }
  }

  multiply(jacobian: Float64Array, v: Float64Array, out: Float64Array): void {
    const n = this.#n;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      const to = Math.min(n - 1, i + this.#upper);
      for (let j = Math.max(0, i - this.#lower); j <= to; j++) sum += jacobian[i * n + j]! * v[j]!;
      out[i] = sum;
    }
  }
}
