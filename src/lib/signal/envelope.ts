/**
 * Squared envelope spectrum after cepstral prewhitening (Borghesani, Pennacchi, Randall, Sawalhi & Ricci 2013): every line of
 * the spectrum gets the same magnitude, so that shaft tones and resonances no longer drown the train of impacts, and no band
 * has to be chosen. Under noise alone each line's power is exponentially distributed about its floor.
 */
import { planOf, powerOfTwo } from "./plan.ts";

export interface EnvelopeSpectrum {
  /** Hz between two lines. */
  df: number;
  /** Power of each line over its floor: about 1 on average under noise. */
  power: Float64Array;
}

/**
 * @param x detrended samples; the first power of two of them is used
 * @param fs samples per second
 * @param band Hz; only this part of the spectrum is demodulated
 */
export function envelopeSpectrum(
  x: Float64Array,
  fs: number,
  band: readonly [number, number] = [0, fs / 2],
): EnvelopeSpectrum {
  const n = powerOfTwo(x.length);
  const plan = planOf(n);
  const spectrum = new Float64Array(2 * n);
  plan.realTransform(spectrum, x.subarray(0, n));
  const first = Math.max(1, Math.round((band[0] * n) / fs));
  const last = Math.min(n / 2 - 1, Math.round((band[1] * n) / fs));
  // Analytic signal: positive frequencies only, each of magnitude one.
  const white = new Float64Array(2 * n);
  for (let k = first; k <= last; k++) {
    const re = spectrum[2 * k]!;
    const im = spectrum[2 * k + 1]!;
    const size = Math.sqrt(re * re + im * im);
    if (!(size > 0)) continue;
    white[2 * k] = re / size;
    white[2 * k + 1] = im / size;
  }
  plan.inverseTransform(spectrum, white);
  const squared = new Float64Array(n);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    squared[i] = spectrum[2 * i]! ** 2 + spectrum[2 * i + 1]! ** 2;
    mean += squared[i]! / n;
  }
  for (let i = 0; i < n; i++) squared[i]! -= mean;
  plan.realTransform(spectrum, squared);
  const power = new Float64Array(n / 2);
  for (let k = 1; k < n / 2; k++) power[k] = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
  divideByFloor(power);
  return { df: fs / n, power };
}

/** Divides by the local mean under noise: median / ln 2, which impacts hardly move. */
function divideByFloor(power: Float64Array): void {
  const width = Math.min(512, power.length);
  const floors: number[] = [];
  for (let from = 0; from < power.length; from += width) {
    const part = Array.from(power.subarray(from, from + width)).sort((a, b) => a - b);
    floors.push(part[part.length >> 1]! / Math.LN2 || Number.POSITIVE_INFINITY);
  }
  for (let k = 0; k < power.length; k++) {
    const at = k / width - 0.5;
    const i = Math.min(floors.length - 1, Math.max(0, Math.floor(at)));
    const j = Math.min(floors.length - 1, i + 1);
    const share = Math.min(1, Math.max(0, at - i));
    power[k]! /= floors[i]! * (1 - share) + floors[j]! * share;
  }
}
