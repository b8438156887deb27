/**
 * What is normal for one stream of numbers: robust location, scale and lag-one autocorrelation, from a first stretch
 * (median and median absolute deviation), then followed slowly with clipping (Huber's ψ, 1964), so that single wild values move nothing.
 */
import type { Json } from "../../store/store.ts";
import { num } from "../json.ts";

const CLIP = 3;
/** Mean z² of a standard normal deviate clipped at 3. */
const CLIPPED_VARIANCE = 0.995;
const MAD_TO_SIGMA = 1.4826;
/** Samples after which the baseline forgets. */
const HORIZON = 10_000;

export class Baseline {
  location = 0;
  /** Standard deviation. */
  scale = 1;
  /** Lag-one autocorrelation, 0 … 0.9999. */
  autocorrelation = 0;
  /** Samples it rests on; 0 while nothing is known. */
  count = 0;
  #last = 0;
  #floor = 1e-12;

  /**
   * Learns from a first stretch.
   * @param values a sample of the stretch, any order
   * @param steps differences between neighbouring values of the stream, for the autocorrelation
   * @param count samples the stretch had
   */
  fit(values: readonly number[], steps: readonly number[], count: number): void {
    this.location = median(values);
    const mad = MAD_TO_SIGMA * median(values.map((v) => Math.abs(v - this.location)));
    const sd = Math.sqrt(values.reduce((s, v) => s + (v - this.location) ** 2, 0) / values.length);
    // A signal that stood still while learning: one per cent of it is a change.
    this.#floor = sd > 0 ? Math.max(1e-9 * Math.abs(this.location), 1e-3 * sd) : 0.01 * Math.abs(this.location) || 0.01;
    // Coarsely quantised values can have a MAD of next to nothing: then the ordinary deviation has to do.
    this.scale = Math.max(mad > 0.2 * sd ? mad : sd, this.#floor);
    this.count = count;
    // Von Neumann's ratio (1941), robustly: E(Δ²) = 2 σ² (1 − φ).
    const step = MAD_TO_SIGMA * median(steps.map(Math.abs));
    this.autocorrelation = between(1 - step ** 2 / (2 * this.scale ** 2), 0, 0.9999);
    this.#last = 0;
  }

  /** Independent values the baseline is worth. */
  get effective(): number {
    const phi = this.autocorrelation;
    return Math.max(2, (Math.min(this.count, 2 * HORIZON) * (1 - phi)) / (1 + phi));
  }

  /** Deviation in standard deviations. */
  z(value: number): number {
    return (value - this.location) / this.scale;
  }

  learn(value: number): void {
    this.count++;
    const rate = 1 / Math.min(this.count, HORIZON);
    const z = between(this.z(value), -CLIP, CLIP);
    this.location += rate * this.scale * z;
    this.scale = Math.max(this.#floor, this.scale * Math.sqrt(1 + rate * ((z * z) / CLIPPED_VARIANCE - 1)));
    this.autocorrelation = between(this.autocorrelation + rate * (z * this.#last - this.autocorrelation), 0, 0.9999);
    this.#last = z;
  }

  /** A new level, known from `count` samples; the spread stays. */
  move(location: number, count: number): void {
    this.location = location;
    this.count = Math.min(this.count, count);
    this.#last = 0;
  }

  snapshot(): Json {
    return [this.location, this.scale, this.autocorrelation, this.count, this.#last, this.#floor];
  }

  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 6) throw new RangeError("The snapshot does not fit.");
    const [location, scale, autocorrelation, count, last, floor] = state.map(num);
    this.location = location!;
    this.scale = scale!;
    this.autocorrelation = autocorrelation!;
    this.count = count!;
    this.#last = last!;
    this.#floor = floor!;
  }
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const mid = sorted.length >> 1;
  return sorted.length % 2 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
}

const between = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));
