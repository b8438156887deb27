/** Small dense matrices, row by row in one array: element (i, j) of an m × n matrix is a[i * n + j]. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly a: Float64Array;
}

export const zeros = (rows: number, columns: number): Dense => ({ rows, columns, a: new Float64Array(rows * columns) });

export function identity(n: number): Dense {
  const m = zeros(n, n);
  for (let i = 0; i < n; i++) m.a[i * n + i] = 1;
  return m;
}

/** From rows of numbers. @throws RangeError when the rows differ in length */
export function fromRows(rows: readonly (readonly number[])[], columns = rows[0]?.length ?? 0): Dense {
  const m = zeros(rows.length, columns);
  rows.forEach((row, i) => {
    if (row.length !== columns) throw new RangeError(`row ${i + 1} has ${row.length} numbers, not ${columns}`);
    m.a.set(row, i * columns);
  });
  return m;
}

export function transpose(m: Dense): Dense {
  const t = zeros(m.columns, m.rows);
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) t.a[j * m.rows + i] = m.a[i * m.columns + j]!;
  return t;
}

export function multiply(x: Dense, y: Dense): Dense {
  if (x.columns !== y.rows) throw new RangeError(`${x.rows}×${x.columns} times ${y.rows}×${y.columns}`);
  const out = zeros(x.rows, y.columns);
  const n = y.columns;
  for (let i = 0; i < x.rows; i++)
    for (let k = 0; k < x.columns; k++) {
      const factor = x.a[i * x.columns + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) out.a[i * n + j]! += factor * y.a[k * n + j]!;
    }
  return out;
}

/** Σ factorᵢ · matrixᵢ of equal size. */
export function combine(...terms: readonly (readonly [number, Dense])[]): Dense {
  const first = terms[0]![1];
  const out = zeros(first.rows, first.columns);
  for (const [factor, m] of terms) for (let i = 0; i < out.a.length; i++) out.a[i]! += factor * m.a[i]!;
  return out;
}

/** Largest column sum of absolute values; NaN when an element is. */
export function norm1(m: Dense): number {
  let largest = 0;
  for (let j = 0; j < m.columns; j++) {
    let sum = 0;
    for (let i = 0; i < m.rows; i++) sum += Math.abs(m.a[i * m.columns + j]!);
    if (Number.isNaN(sum)) return sum;
    if (sum > largest) largest = sum;
  }
  return largest;
}

/** out += m · x */
export function addProduct(m: Dense, x: ArrayLike<number>, out: Float64Array): void {
  const n = m.columns;
  for (let i = 0; i < m.rows; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += m.a[i * n + j]! * x[j]!;
    out[i]! += sum;
  }
}

/**
 * Solves m · X = right by Gaussian elimination with partial pivoting (Golub & Van Loan, Matrix Computations, 3.4).
 * @returns undefined when the matrix is singular to working precision
 */
export function solve(m: Dense, right: Dense): Dense | undefined {
  const n = m.rows;
  const k = right.columns;
  const a = m.a.slice();
  const b = right.a.slice();
  const tiny = norm1(m) * n * Number.EPSILON;
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]!) > Math.abs(a[pivot * n + c]!)) pivot = r;
    if (!(Math.abs(a[pivot * n + c]!) > tiny)) return undefined;
    if (pivot !== c) {
      swap(a, n, c, pivot);
      swap(b, k, c, pivot);
    }
    for (let r = c + 1; r < n; r++) {
      const factor = a[r * n + c]! / a[c * n + c]!;
      if (factor === 0) continue;
      for (let j = c + 1; j < n; j++) a[r * n + j]! -= factor * a[c * n + j]!;
      for (let j = 0; j < k; j++) b[r * k + j]! -= factor * b[c * k + j]!;
    }
  }
  for (let r = n - 1; r >= 0; r--)
    for (let j = 0; j < k; j++) {
      let sum = b[r * k + j]!;
      for (let c = r + 1; c < n; c++) sum -= a[r * n + c]! * b[c * k + j]!;
      b[r * k + j] = sum / a[r * n + r]!;
    }
  return { rows: n, columns: k, a: b };
}

function swap(a: Float64Array, columns: number, i: number, j: number): void {
  for (let c = 0; c < columns; c++) {
    const x = a[i * columns + c]!;
    a[i * columns + c] = a[j * columns + c]!;
    a[j * columns + c] = x;
  }
}
