/**
 * How rare a positive number is among all earlier ones: −ln of the share that was at least as large. A histogram over the
 * logarithm, six bins per e-fold; half of the old weight fades when enough has been seen.
 */
import type { Json } from "../../store/store.ts";
import { fields, num, packSparse, unpackSparse } from "../json.ts";

const PER_E = 6;
const BINS = 96;
/** Steepness of the tail beyond the largest number so far: −d ln p / d ln x. */
const HEAVY = 1;
const SMALLEST = 1e-4;
const MEMORY = 50_000;

export class Rank {
  #histogram = new Float64Array(BINS);
  #count = 0;
  /** Position of the largest number. */
  #top = 0;

  /** @returns −ln p, 0 … ln(count + 1) and more beyond the largest; then counts the number itself, unless `learn` is false */
  surprise(x: number, learn = true): number {
    const at = Math.max(0, Math.min(BINS - 1e-9, PER_E * Math.log(Math.max(x, SMALLEST) / SMALLEST)));
    const k = Math.floor(at);
    const h = this.#histogram;
    const above = this.#beyond(k) + h[k]! * (1 - (at - k));
    const surprise = Math.log((this.#count + 1) / (above + 1)) + (HEAVY * Math.max(0, at - this.#top)) / PER_E;
    if (!learn) return surprise;
    if (at > this.#top) this.#top = at;
    h[k]!++;
    if (++this.#count > MEMORY) {
      for (let i = 0; i < BINS; i++) h[i]! *= 0.5;
      this.#count *= 0.5;
    }
    return surprise;
  }

  /** Weight above bin k, summed from the nearer end. */
  #beyond(k: number): number {
    const h = this.#histogram;
    let sum = 0;
    if (k < BINS / 2) {
      for (let i = 0; i <= k; i++) sum += h[i]!;
      return this.#count - sum;
    }
    for (let i = k + 1; i < BINS; i++) sum += h[i]!;
    return sum;
  }

  snapshot(): Json {
    return { count: this.#count, top: this.#top, histogram: packSparse(this.#histogram) };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.#count = num(s.count);
    this.#top = num(s.top);
    unpackSparse(s.histogram, this.#histogram);
  }
}
