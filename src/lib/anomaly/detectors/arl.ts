/**
 * Average run length of a one-sided CUSUM of standard normal deviates, S ← max(0, S + z − k), alarm at S > h: the mean number of
 * samples until the alarm, and the limit h for a wanted one.
 *
 * Brook & Evans (Biometrika 59, 1972): the interval [0, h] in cells is a Markov chain, whose mean absorption times solve (I − R) a = 1.
 * The cells' error falls with the square of their width, so two widths and Richardson's extrapolation give 4 digits. h from ARL
 * starts from Siegmund's approximation (Sequential Analysis, 1985, eq. 2.57 ff.): ARL ≈ (e^(−2 Δ b) + 2 Δ b − 1) / (2 Δ²) with Δ = shift − k, b = h + 1.166.
 */

/**
 * @param h decision interval, standard deviations
 * @param k reference value, standard deviations
 * @param shift mean of the deviates, standard deviations
 * @returns mean number of samples until the alarm, from S = 0; of a two-sided chart take `twoSidedArl`
 */
export function cusumArl(h: number, k = 0.5, shift = 0): number {
  const coarse = chain(h, k, shift, 50);
  const fine = chain(h, k, shift, 100);
  return fine + (fine - coarse) / 3;
}

/** Both directions at once (Van Dobben de Bruyn 1968): 1/ARL = 1/ARL⁺ + 1/ARL⁻. */
export const twoSidedCusumArl = (h: number, k = 0.5, shift = 0): number =>
  1 / (1 / cusumArl(h, k, shift) + 1 / cusumArl(h, k, -shift));

/** Siegmund's approximation of `cusumArl`: within 3 % for h ≥ 3 and shifts up to 1. */
export function siegmundArl(h: number, k = 0.5, shift = 0): number {
  const b = h + 1.166;
  const d = shift - k;
  return d === 0 ? b * b : (Math.exp(-2 * d * b) + 2 * d * b - 1) / (2 * d * d);
}

/**
 * The decision interval with a wanted two-sided average run length at no shift.
 * @throws RangeError when `arl` is not a number above 2
 */
export function cusumLimit(arl: number, k = 0.5): number {
  if (!(arl > 2 && Number.isFinite(arl))) throw new RangeError(`An average run length of ${arl} is too short.`);
  // Siegmund's is monotone: halve, then correct by the chain, whose logarithm is almost linear in h.
  let [low, high] = [0, 200];
  while (high - low > 1e-6) {
    const mid = (low + high) / 2;
    if (siegmundArl(mid, k) / 2 < arl) low = mid;
    else high = mid;
  }
  let h = low;
  if (h * k > 15) return h;
  for (let i = 0; i < 4; i++) h -= (Math.log(twoSidedCusumArl(h, k)) - Math.log(arl)) / (2 * k);
  return h;
}

/** Mean absorption time from the lowest of `n` cells. */
function chain(h: number, k: number, shift: number, n: number): number {
  // Cells of width w around 0, w, 2 w …; the lowest holds everything below w / 2.
  const w = (2 * h) / (2 * n - 1);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const upper = (j - i + 0.5) * w + k - shift;
      const p = j === 0 ? normalCdf(upper) : normalCdf(upper) - normalCdf(upper - w);
      a[i * n + j] = (i === j ? 1 : 0) - p;
    }
  return solve(a, n)[0]!;
}

/** Solves A x = 1 by elimination; I − R of a chain is diagonally dominant and needs no pivots. */
function solve(a: Float64Array, n: number): Float64Array {
  const x = new Float64Array(n).fill(1);
  for (let c = 0; c < n; c++)
    for (let r = c + 1; r < n; r++) {
      const f = a[r * n + c]! / a[c * n + c]!;
      if (f === 0) continue;
      for (let j = c; j < n; j++) a[r * n + j]! -= f * a[c * n + j]!;
      x[r]! -= f * x[c]!;
    }
  for (let r = n - 1; r >= 0; r--) {
    for (let j = r + 1; j < n; j++) x[r]! -= a[r * n + j]! * x[j]!;
    x[r]! /= a[r * n + r]!;
  }
  return x;
}

/** Normal distribution function by the continued fraction and series of Marsaglia (2004): full double precision near the centre. */
function normalCdf(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let i = 3; i < 300 && Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) sum += term *= (x * x) / i;
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
