/** Amplitude spectrum of one block: Hann window, Welch's averaging (1967), amplitudes that read right at any frequency. */
import { hann, MIN_LENGTH, planOf, powerOfTwo } from "./plan.ts";

export interface Spectrum {
  /** Hz (or orders) between two lines. */
  df: number;
  /** Peak amplitude of a sine on each line, from 0 to half the sampling frequency: n/2 + 1 values. */
  amplitude: Float64Array;
  /** Factor from the sum of amplitude² over lines to mean square: undoes the window's width. */
  toMeanSquare: number;
  averages: number;
}

/** Scratch of the last length: one frame at a time is transformed. */
let frame = new Float64Array(0);
let complex = new Float64Array(0);

/**
 * @param x samples, at least 16, evenly spaced, without NaN
 * @param fs samples per second (or per revolution)
 * @param length samples per transform; by default the largest power of two that fits
 * @param overlap share 0 … 0.9 of two neighbouring transforms
 * @param into n/2 + 1 values to write to, for a caller that makes many: allocation costs as much as the transform
 * @throws RangeError when there are fewer samples than one transform needs
 */
export function spectrumOf(
  x: ArrayLike<number>,
  fs: number,
  length?: number,
  overlap = 0.5,
  into?: Float64Array,
): Spectrum {
  const n = length ?? powerOfTwo(x.length);
  if (!(fs > 0)) throw new RangeError(`fs must be above zero, got ${fs}`);
  if (x.length < Math.max(n, MIN_LENGTH))
    throw new RangeError(`${x.length} samples are fewer than one transform of ${n}.`);
  const plan = planOf(n);
  const { w, gain, power } = hann(n);
  if (frame.length !== n) {
    frame = new Float64Array(n);
    complex = new Float64Array(2 * n);
  }
  const half = n / 2;
  const amplitude = into?.length === half + 1 ? into : new Float64Array(half + 1);
  const hop = Math.max(1, Math.round(n * (1 - overlap)));
  const averages = 1 + Math.floor((x.length - n) / hop);
  const scale = 2 / (n * gain);
  for (let a = 0; a < averages; a++) {
    applyWindow(x, a * hop, w, frame);
    plan.realTransform(complex, frame);
    if (averages === 1) setAmplitude(complex, amplitude, scale);
    else addPower(complex, amplitude, a === 0);
  }
  if (averages > 1) toAmplitude(amplitude, scale / Math.sqrt(averages));
  // A constant and the highest line have no mirror image.
  amplitude[0]! /= 2;
  amplitude[half]! /= 2;
  return { df: fs / n, amplitude, toMeanSquare: (n * gain * gain) / (2 * power), averages };
}

// Small loops of their own: each becomes tight machine code, and the arrays are of one kind.
function applyWindow(x: ArrayLike<number>, from: number, w: Float64Array, out: Float64Array): void {
  // Four at a time, read before anything is written: arrays a multiple of 4096 bytes apart would wait for each other.
  for (let i = 0, j = from; i < w.length; i += 4, j += 4) {
    const a = x[j]! * w[i]!;
    const b = x[j + 1]! * w[i + 1]!;
    const c = x[j + 2]! * w[i + 2]!;
    const d = x[j + 3]! * w[i + 3]!;
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = d;
  }
}

function setAmplitude(z: Float64Array, out: Float64Array, scale: number): void {
  for (let k = 0, j = 0; k < out.length; k++, j += 2) out[k] = scale * Math.sqrt(z[j]! * z[j]! + z[j + 1]! * z[j + 1]!);
}

function addPower(z: Float64Array, out: Float64Array, first: boolean): void {
  for (let k = 0, j = 0; k < out.length; k++, j += 2)
    out[k] = (first ? 0 : out[k]!) + z[j]! * z[j]! + z[j + 1]! * z[j + 1]!;
}

function toAmplitude(out: Float64Array, scale: number): void {
  for (let k = 0; k < out.length; k++) out[k] = scale * Math.sqrt(out[k]!);
}

/**
 * Mean square of what lies between two frequencies, each line divided by (2πf)^(2·integrations): 1 makes velocity of
 * acceleration, 2 displacement.
 */
export function bandMeanSquare(s: Spectrum, low: number, high: number, integrations = 0): number {
  const first = Math.max(1, Math.ceil(low / s.df - 1e-9));
  const last = Math.min(s.amplitude.length - 1, Math.floor(high / s.df + 1e-9));
  let sum = 0;
  for (let k = first; k <= last; k++) sum += (s.amplitude[k]! / (2 * Math.PI * k * s.df) ** integrations) ** 2;
  return sum * s.toMeanSquare;
}

export interface Peak {
  /** Hz (or orders). */
  frequency: number;
  /** Peak amplitude, in the unit of the samples. */
  amplitude: number;
}

/**
 * The highest lines that stand out of their surroundings, at most `count`, highest first. Frequency and amplitude come from
 * the two highest lines of the Hann window's main lobe (Grandke 1983, eq. 10), exact for a lone sine between two lines.
 * @param above times the median of the neighbourhood that a line must reach
 */
export function peaksOf(s: Spectrum, count = 10, above = 4): Peak[] {
  const { amplitude: a, df } = s;
  const floor = neighbourhoodMedian(a);
  const found: Peak[] = [];
  for (let k = 2; k < a.length - 2; k++)
    if (a[k]! > a[k - 1]! && a[k]! >= a[k + 1]! && a[k]! > above * floor(k)) found.push(interpolate(a, k, df));
  return found.sort((p, q) => q.amplitude - p.amplitude).slice(0, count);
}

/** Frequency and amplitude of the sine whose highest line is `k`. */
export function interpolate(a: Float64Array, k: number, df: number): Peak {
  const upper = (a[k + 1] ?? 0) >= (a[k - 1] ?? 0);
  const left = upper ? k : k - 1;
  const low = a[left]!;
  const high = a[left + 1]!;
  const ratio = low > 0 ? high / low : Number.POSITIVE_INFINITY;
  const delta = ratio === Number.POSITIVE_INFINITY ? 1 : Math.min(1, Math.max(0, (2 * ratio - 1) / (ratio + 1)));
  // Main lobe of the Hann window: sinc(δ) / (1 − δ²).
  const d = upper ? delta : 1 - delta;
  const lobe = d < 1e-9 ? 1 : Math.sin(Math.PI * d) / (Math.PI * d * (1 - d * d));
  return { frequency: (left + delta) * df, amplitude: a[k]! / lobe };
}

/** Median of 64 lines around, at coarse steps: a peak does not raise its own floor. */
function neighbourhoodMedian(a: Float64Array): (k: number) => number {
  const width = 64;
  const medians: number[] = [];
  for (let from = 0; from < a.length; from += width / 2) {
    const part = Array.from(a.subarray(Math.max(0, from - width / 2), from + width / 2)).sort((x, y) => x - y);
    medians.push(part[part.length >> 1]!);
  }
  return (k) => medians[Math.round(k / (width / 2))] ?? medians[medians.length - 1]!;
}
