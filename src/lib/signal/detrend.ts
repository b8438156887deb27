/**
 * Removes mean and straight line (least squares), so that gravity and the drift of a sensor are not taken for vibration.
 * @returns a new array of the same length
 */
export function detrend(x: ArrayLike<number>): Float64Array {
  const n = x.length;
  const out = new Float64Array(n);
  const middle = (n - 1) / 2;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += x[i]!;
  mean /= n || 1;
  let slope = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const t = i - middle;
    slope += t * (x[i]! - mean);
    squares += t * t;
  }
  slope = squares > 0 ? slope / squares : 0;
  for (let i = 0; i < n; i++) out[i] = x[i]! - mean - slope * (i - middle);
  return out;
}
