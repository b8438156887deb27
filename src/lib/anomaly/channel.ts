/**
 * What is normal for one channel: robust location, scale and lag-one autocorrelation, learned from a first stretch of
 * data (median and MAD), then adapted slowly with clipping (Huber's ψ), so that single wild values move nothing.
 */
import type { Json } from "../store/store.ts";
import { num } from "./json.ts";

const CLIP = 3;
/** Mean z² of a standard normal deviate that is clipped at 3 (0.995) and mostly left out beyond 3 (0.973). */
const CLIPPED_VARIANCE = 0.985;
/** Median absolute deviation of a standard normal deviate, inverted. */
const MAD_TO_SIGMA = 1.4826;

export class Channel {
  location = 0;
  scale = 1;
  /** 0 … 0.999. */
  autocorrelation = 0;
  /** Samples learned; 0 while nothing is known. */
  count = 0;
  #last = 0;
  #floor = 1e-9;

  /**
   * Learns from a first stretch, oldest first.
   * @param floor smallest believable standard deviation
   */
  fit(values: number[], floor: number): void {
    const sorted = values.slice().sort((a, b) => a - b);
    this.location = median(sorted);
    const deviations = values.map((v) => Math.abs(v - this.location)).sort((a, b) => a - b);
    const mad = MAD_TO_SIGMA * median(deviations);
    // Coarsely quantised values can have a MAD of nothing: then the ordinary deviation, clipped, has to do.
    const sd = Math.sqrt(values.reduce((s, v) => s + (v - this.location) ** 2, 0) / values.length);
    // A signal that stood still while learning: one per cent of it is a change.
    this.#floor = sd > 0 ? Math.max(floor, 1e-6 * Math.abs(this.location)) : floor || 0.01 * Math.abs(this.location);
    this.#floor = this.#floor || 0.01;
    const scale = Math.max(mad > 0 ? mad : sd, this.#floor);
    this.count = values.length;
    this.#learnAutocorrelation(values, scale);
    // A short stretch of a slow process shows less than its whole spread.
    this.scale = scale / Math.sqrt(Math.max(0.25, 1 - this.uncertainty(values.length)));
    this.#last = clip((values[values.length - 1]! - this.location) / this.scale);
  }

  #learnAutocorrelation(values: number[], scale: number): void {
    let product = 0;
    let square = 0;
    let last = 0;
    for (const v of values) {
      const z = clip((v - this.location) / scale);
      product += z * last;
      square += z * z;
      last = z;
    }
    const n = values.length;
    const rho = square > 0 ? product / square : 0;
    // Kendall's (1954) correction of the estimate's bias.
    this.autocorrelation = between(rho + (1 + 3 * rho) / n, 0, 0.999);
  }

  /** Variance of the location in variances of the channel. @param horizon samples after which the baseline forgets */
  uncertainty(horizon: number): number {
    const phi = this.autocorrelation;
    return Math.min(1, (1 + phi) / ((1 - phi) * Math.min(this.count, 2 * horizon)));
  }

  /** Deviation in standard deviations. */
  z(value: number): number {
    return (value - this.location) / this.scale;
  }

  /**
   * Takes a sample into account.
   * @param calm false during an excursion: then only the location follows, slowly, and spread and autocorrelation, which would blind
   * the detectors to a fault that comes slowly, stay as they are
   */
  learn(value: number, horizon: number, calm: boolean): void {
    this.count++;
    const rate = 1 / Math.min(this.count, horizon);
    const z = clip(this.z(value));
    this.location += rate * this.scale * z;
    if (calm) {
      this.scale = Math.max(this.#floor, this.scale * Math.sqrt(1 + rate * ((z * z) / CLIPPED_VARIANCE - 1)));
      this.autocorrelation = between(this.autocorrelation + rate * (z * this.#last - this.autocorrelation), 0, 0.999);
    }
    this.#last = z;
  }

  snapshot(): Json {
    return [this.location, this.scale, this.autocorrelation, this.count, this.#last, this.#floor];
  }

  restore(state: unknown): void {
    if (!Array.isArray(state)) throw new RangeError("The snapshot does not fit.");
    const [location, scale, autocorrelation, count, last, floor] = state.map(num);
    this.location = location!;
    this.scale = scale!;
    this.autocorrelation = autocorrelation!;
    this.count = count!;
    this.#last = last!;
    this.#floor = num(floor);
  }
}

/** Median of a sorted list. */
export function median(sorted: readonly number[]): number {
  const mid = sorted.length >> 1;
  return sorted.length % 2 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
}

const clip = (x: number): number => between(x, -CLIP, CLIP);
const between = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));
