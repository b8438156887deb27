/**
 * What is normal for one stream of numbers: its median, its spread upwards and downwards (from the 5 and 95 % quantiles, so that
 * skewed and two-level signals have their own shape), and its lag-one autocorrelation. Fitted to a first stretch, then
 * followed slowly: each quantile moves by small steps of fixed size (stochastic approximation, Robbins & Monro 1951), which
 * single wild values cannot lengthen.
 */
import type { Json } from "../../store/store.ts";
import { num } from "../json.ts";

const SHARE = 0.05;
/** The standard normal's 95 % quantile, and 1 / density there and at the median. */
const EDGE = 1.645;
const EDGE_STEP = 9.7;
const MEDIAN_STEP = 2.507;
/** Spread by quantiles over ordinary standard deviation below which the quantiles have met. */
const RARE = 0.01;
/** The spread follows this much slower than the level: else it would take a drift for noise. */
const SLOWER = 0.5;
const CLIP = 3;
const MAD_TO_SIGMA = 1.4826;
/** Samples after which the baseline forgets. */
const HORIZON = 10_000;

export class Baseline {
  location = 0;
  /** Standard deviation of a normal law with the same upper, or lower, quantile. */
  up = 1;
  down = 1;
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
    const sorted = Float64Array.from(values).sort();
    const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
    this.location = at(0.5);
    const sd = Math.sqrt(values.reduce((s, v) => s + (v - this.location) ** 2, 0) / values.length);
    // A signal that stood still while learning: one per cent of it is a change.
    this.#floor = sd > 0 ? Math.max(1e-9 * Math.abs(this.location), 1e-3 * sd) : 0.01 * Math.abs(this.location) || 0.01;
    this.up = (at(1 - SHARE) - this.location) / EDGE;
    this.down = (this.location - at(SHARE)) / EDGE;
    // Where nearly all values are the same, the quantiles meet: the rare others tell the spread.
    if (Math.max(this.up, this.down) < RARE * sd) this.#floor = Math.max(this.#floor, sd / 2);
    // No value is known better than the rounding of its steps.
    this.#floor = Math.max(this.#floor, resolution(sorted) / Math.sqrt(12));
    this.up = Math.max(this.up, this.#floor);
    this.down = Math.max(this.down, this.#floor);
    this.count = count;
    // Von Neumann's ratio (1941), robustly: E(Δ²) = 2 σ² (1 − φ).
    const step = MAD_TO_SIGMA * median(steps.map(Math.abs));
    this.autocorrelation = between(1 - ((step / this.up) * (step / this.down)) / 2, 0, 0.9999);
    this.#last = 0;
  }

  /** Independent values the baseline is worth. */
  get effective(): number {
    return Math.max(2, Math.min(this.count, 2 * HORIZON) / this.memory);
  }

  /** Samples that are worth one independent value. */
  get memory(): number {
    return (1 + this.autocorrelation) / (1 - this.autocorrelation);
  }

  /** Deviation in standard deviations. */
  z(value: number): number {
    const d = value - this.location;
    return d > 0 ? d / this.up : d / this.down;
  }

  /**
   * Takes a value into account.
   * @param calm false during an excursion: then only the location follows, slowly; spread and autocorrelation, which would blind the
   *   detector to a fault that comes slowly, stay as they are
   */
  learn(value: number, calm: boolean): void {
    this.count++;
    const rate = 1 / Math.min(this.count, HORIZON);
    const z = this.z(value);
    const level = this.location;
    this.location += rate * MEDIAN_STEP * 0.5 * Math.sign(z) * 0.5 * (this.up + this.down);
    const moved = this.location - level;
    const clipped = between(z, -CLIP, CLIP);
    const step = clipped - this.#last;
    this.#last = clipped;
    if (!calm) return;
    const wide = (SLOWER * rate * EDGE_STEP) / EDGE;
    this.up = Math.max(this.#floor, this.up * (1 + wide * ((z > EDGE ? 1 : 0) - SHARE)) - moved / EDGE);
    this.down = Math.max(this.#floor, this.down * (1 + wide * ((z < -EDGE ? 1 : 0) - SHARE)) + moved / EDGE);
    // From the steps, which a drift leaves alone, unlike the product of neighbours.
    this.autocorrelation = between(
      this.autocorrelation + rate * (1 - (step * step) / 2 - this.autocorrelation),
      0,
      0.9999,
    );
  }

  /** A new level, known from `count` samples; the spread stays. */
  move(location: number, count: number): void {
    this.location = location;
    this.count = Math.min(this.count, count);
    this.#last = 0;
  }

  snapshot(): Json {
    return [this.location, this.up, this.down, this.autocorrelation, this.count, this.#last, this.#floor];
  }

  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 7) throw new RangeError("The snapshot does not fit.");
    const [location, up, down, autocorrelation, count, last, floor] = state.map(num);
    this.location = location!;
    this.up = up!;
    this.down = down!;
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

/** The usual step between neighbouring values of a sorted list: the rounding, where a signal is rounded; 0 when all are the same. */
export function resolution(sorted: Float64Array): number {
  const steps: number[] = [];
  for (let i = 1; i < sorted.length; i++) if (sorted[i]! > sorted[i - 1]!) steps.push(sorted[i]! - sorted[i - 1]!);
  return median(steps);
}

const between = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));
