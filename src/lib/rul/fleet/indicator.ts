/** Fuses the sensors to one health indicator, 0 when healthy and 1 at failure, by ridge regression (Hoerl and Kennard 1970). */
import { CholeskyDecomposition, Matrix } from "ml-matrix";

/**
 * @param rows normalised (smoothed) sensor values, `n × width`; NaN counts as 0
 * @param target what the indicator should be, per row
 * @param ridge penalty per row, on normalised values; the intercept has none
 */
export function fitIndicator(
  rows: Float64Array,
  width: number,
  target: Float64Array,
  ridge: number,
): { weights: Float64Array; intercept: number } {
  const n = target.length;
  const size = width + 1;
  const square = Matrix.zeros(size, size).to2DArray();
  const right = Matrix.zeros(size, 1);
  const row = new Float64Array(size);
  row[width] = 1;
  for (let r = 0; r < n; r++) {
    for (let i = 0; i < width; i++) row[i] = Number.isNaN(rows[r * width + i]!) ? 0 : rows[r * width + i]!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) square[i]![j]! += row[i]! * row[j]!;
      right.set(i, 0, right.get(i, 0) + row[i]! * target[r]!);
    }
  }
  for (let i = 0; i < size; i++) {
    if (i < width) square[i]![i]! += ridge * n;
    for (let j = i + 1; j < size; j++) square[i]![j] = square[j]![i]!;
  }
  const solution = new CholeskyDecomposition(new Matrix(square)).solve(right).to1DArray();
  return { weights: Float64Array.from(solution.slice(0, width)), intercept: solution[width]! };
}
