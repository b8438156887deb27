/** Real cepstrum (Bogert, Healy & Tukey 1963): families of harmonics, as of gears, become one line at their period. */
import { detrend } from "./detrend.ts";
import { hann, planOf, powerOfTwo } from "./plan.ts";

export interface Rahmonic {
  /** Seconds. */
  quefrency: number;
  /** Value of the cepstrum, natural logarithms of amplitude. */
  value: number;
}

/**
 * @param x samples; the first power of two of them is used
 * @returns n/2 values, one per sample of quefrency
 */
export function cepstrumOf(x: ArrayLike<number>): Float64Array {
  const n = powerOfTwo(x.length);
  const plan = planOf(n);
  const { w } = hann(n);
  const data = detrend(Array.prototype.slice.call(x, 0, n) as number[]);
  for (let i = 0; i < n; i++) data[i]! *= w[i]!;
  const out = new Float64Array(2 * n);
  plan.realTransform(out, data);
  const log = new Float64Array(n);
  let largest = 0;
  for (let k = 0; k <= n / 2; k++) largest = Math.max(largest, Math.hypot(out[2 * k]!, out[2 * k + 1]!));
  // Lines below −160 dB are rounding noise, and their logarithm would be all there is to see.
  const floor = largest * 1e-8 || 1;
  for (let k = 0; k <= n / 2; k++) {
    log[k] = Math.log(Math.max(floor, Math.hypot(out[2 * k]!, out[2 * k + 1]!)));
    if (k > 0 && k < n / 2) log[n - k] = log[k]!;
  }
  plan.realTransform(out, log);
  return Float64Array.from({ length: n / 2 }, (_, i) => out[2 * i]! / n);
}

/**
 * The first strong line between two quefrencies: the highest, or the one of which the highest is a multiple.
 * @param fs samples per second; @param from, to seconds
 */
export function mainRahmonic(cepstrum: Float64Array, fs: number, from: number, to: number): Rahmonic | undefined {
  const first = Math.max(2, Math.ceil(from * fs));
  const last = Math.min(cepstrum.length - 2, Math.floor(to * fs));
  let best = -1;
  for (let i = first; i <= last; i++) if (isPeak(cepstrum, i) && (best < 0 || cepstrum[i]! > cepstrum[best]!)) best = i;
  if (best < 0) return undefined;
  for (const part of [4, 3, 2]) {
    const around = Math.round(best / part);
    if (around < first) continue;
    for (const i of [around - 1, around, around + 1])
      if (isPeak(cepstrum, i) && cepstrum[i]! > 0.5 * cepstrum[best]!) return refine(cepstrum, i, fs);
  }
  return refine(cepstrum, best, fs);
}

const isPeak = (c: Float64Array, i: number): boolean => c[i]! > c[i - 1]! && c[i]! >= c[i + 1]!;

/** Top of the parabola through three values. */
function refine(c: Float64Array, i: number, fs: number): Rahmonic {
  const [a, b, d] = [c[i - 1]!, c[i]!, c[i + 1]!];
  const bend = a - 2 * b + d;
  const shift = bend < 0 ? (0.5 * (a - d)) / bend : 0;
  return { quefrency: (i + shift) / fs, value: b - 0.25 * (a - d) * shift };
}
