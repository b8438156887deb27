/** Transform plans (fft.js) and windows, made once per length. */
import FFT from "fft.js";

export const MIN_LENGTH = 16;
export const MAX_LENGTH = 1 << 20;

const plans = new Map<number, FFT>();
const windows = new Map<number, Window>();
/** Lengths that a process really uses are few; more than this means that someone feeds lengths at random. */
const MOST = 24;

export interface Window {
  /** Periodic Hann window (Harris 1978). */
  w: Float64Array;
  /** Coherent gain: mean of w. */
  gain: number;
  /** Sum of w²: what noise of unit variance becomes. */
  power: number;
}

/** @throws RangeError when `n` is no power of two from 16 to 2^20 */
export function planOf(n: number): FFT {
  if (!(n >= MIN_LENGTH && n <= MAX_LENGTH) || (n & (n - 1)) !== 0)
    throw new RangeError(`A transform needs a power of two from ${MIN_LENGTH} to ${MAX_LENGTH}, got ${n}.`);
  return cached(plans, n, () => new FFT(n));
}

export function hann(n: number): Window {
  return cached(windows, n, () => {
    const w = Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
    return { w, gain: 0.5, power: w.reduce((sum, x) => sum + x * x, 0) };
  });
}

/** Largest power of two that is not above `n`. */
export const powerOfTwo = (n: number): number => 2 ** Math.floor(Math.log2(n));

function cached<T>(map: Map<number, T>, n: number, make: () => T): T {
  const known = map.get(n);
  if (known) return known;
  if (map.size >= MOST) map.delete(map.keys().next().value!);
  const made = make();
  map.set(n, made);
  return made;
}
