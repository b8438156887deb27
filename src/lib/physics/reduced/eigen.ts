/** The symmetric generalised eigenvalue problem K φ = λ M φ. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Dense, zeros } from "./dense.ts";

export interface Eigen {
  /** Ascending; what rounding made negative is 0. */
  values: Float64Array;
  /** n × n, one mode per column, with φᵀ M φ = 1. */
  vectors: Dense;
}

/**
 * @param K symmetric, positive semidefinite
 * @param M symmetric, positive definite
 * @throws RangeError when M is not positive definite
 */
export function generalisedEigen(K: Dense, M: Dense): Eigen {
  const n = K.rows;
  const L = cholesky(M);
  // C = L⁻¹ K L⁻ᵀ: forward substitution on the columns, then on the rows.
  const C = K.a.slice();
  forward(L, C, n);
  transposeSquare(C, n);
  forward(L, C, n);
  const { values, vectors } = symmetricEigen({ rows: n, columns: n, a: C });
  backward(L, vectors.a, n);
  return { values, vectors };
}

/** The same for M = 1. */
export function symmetricEigen(C: Dense): Eigen {
  const n = C.rows;
  const symmetric = new Matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) symmetric.set(i, j, (C.a[i * n + j]! + C.a[j * n + i]!) / 2);
  const evd = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = Array.from(evd.realEigenvalues.keys()).sort(
    (a, b) => evd.realEigenvalues[a]! - evd.realEigenvalues[b]!,
  );
  const vectors = zeros(n, n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors.a[i * n + to] = evd.eigenvectorMatrix.get(i, from);
  });
  const largest = Math.abs(evd.realEigenvalues[order[n - 1]!]!);
  const values = Float64Array.from(order, (i) => {
    const value = evd.realEigenvalues[i]!;
    return value > n * Number.EPSILON * largest ? value : 0;
  });
  return { values, vectors };
}

function cholesky(M: Dense): Float64Array {
  const n = M.rows;
  const L = M.a.slice();
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) {
      const factor = L[j * n + k]!;
      if (factor !== 0) for (let i = j; i < n; i++) L[i * n + j]! -= L[i * n + k]! * factor;
    }
    const pivot = L[j * n + j]!;
    if (!(pivot > 0)) throw new RangeError("the mass matrix is not positive definite");
    const root = Math.sqrt(pivot);
    for (let i = j; i < n; i++) L[i * n + j]! /= root;
  }
  return L;
}

/** X ← L⁻¹ X */
function forward(L: Float64Array, X: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const factor = L[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < n; j++) X[i * n + j]! -= factor * X[k * n + j]!;
    }
    for (let j = 0; j < n; j++) X[i * n + j]! /= L[i * n + i]!;
  }
}

/** X ← L⁻ᵀ X */
function backward(L: Float64Array, X: Float64Array, n: number): void {
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) {
      const factor = L[k * n + i]!;
      if (factor !== 0) for (let j = 0; j < n; j++) X[i * n + j]! -= factor * X[k * n + j]!;
    }
    for (let j = 0; j < n; j++) X[i * n + j]! /= L[i * n + i]!;
  }
}

function transposeSquare(X: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const x = X[i * n + j]!;
      X[i * n + j] = X[j * n + i]!;
      X[j * n + i] = x;
    }
}
