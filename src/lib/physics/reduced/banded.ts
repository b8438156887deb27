/** Symmetric positive definite matrices with a narrow band, by Cholesky (Golub & Van Loan, Matrix Computations, 4.3.5). */
export class SymmetricBand {
  readonly n: number;
  /** Half bandwidth: element (i, j) is zero for |i − j| > width. */
  readonly width: number;
  /** Row i: elements (i, i − width) … (i, i). */
  readonly a: Float64Array;

  constructor(n: number, width: number) {
    this.n = n;
    this.width = width;
    this.a = new Float64Array(n * (width + 1));
  }

  /** Adds to element (i, j). Only i ≥ j is stored: call it for (i, j) and for (j, i), as for a full matrix. */
  add(i: number, j: number, value: number): void {
    if (i >= j) this.a[i * (this.width + 1) + this.width - i + j]! += value;
  }

  /** out = this · x */
  multiply(x: Float64Array, out: Float64Array): void {
    const { n, width, a } = this;
    out.fill(0);
    for (let i = 0; i < n; i++) {
      const row = i * (width + 1) + width - i;
      const xi = x[i]!;
      let sum = a[row + i]! * xi;
      for (let j = Math.max(0, i - width); j < i; j++) {
        const value = a[row + j]!;
        sum += value * x[j]!;
        out[j]! += value * xi;
      }
      out[i]! += sum;
    }
  }
}

export class BandCholesky {
  readonly #L: SymmetricBand;

  /** @throws RangeError when the matrix is not positive definite */
  constructor(matrix: SymmetricBand) {
    const { n, width } = matrix;
    const L = new SymmetricBand(n, width);
    const a = L.a;
    a.set(matrix.a);
    for (let i = 0; i < n; i++) {
      const row = i * (width + 1) + width - i;
      const first = Math.max(0, i - width);
      const size = a[row + i]!;
      for (let j = first; j <= i; j++) {
        const other = j * (width + 1) + width - j;
        let sum = a[row + j]!;
        for (let k = Math.max(first, j - width); k < j; k++) sum -= a[row + k]! * a[other + k]!;
        if (j < i) a[row + j] = sum / a[other + j]!;
        else if (sum > size * n * Number.EPSILON) a[row + i] = Math.sqrt(sum);
        else throw new RangeError("the matrix is not positive definite");
      }
    }
    this.#L = L;
  }

  /** Solves in place. */
  solve(b: Float64Array): void {
    const { n, width, a } = this.#L;
    for (let i = 0; i < n; i++) {
      const row = i * (width + 1) + width - i;
      let sum = b[i]!;
      for (let j = Math.max(0, i - width); j < i; j++) sum -= a[row + j]! * b[j]!;
      b[i] = sum / a[row + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = i * (width + 1) + width - i;
      const x = (b[i]! /= a[row + i]!);
      for (let j = Math.max(0, i - width); j < i; j++) b[j]! -= a[row + j]! * x;
    }
  }
}
