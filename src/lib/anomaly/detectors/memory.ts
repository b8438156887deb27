/**
 * What values a signal has had, in bounded memory, and how far a new one is from the nearest of them.
 *
 * A sorted array of values, searched by halving. A value closer to a kept one than the grain is not kept, so that the memory
 * covers the range instead of filling with the ordinary; when it is full, the grain grows until a quarter of it is free. It
 * therefore never forgets a place, only its detail, and needs no window.
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";

export class Memory {
  /** Values kept. */
  size = 0;
  #sorted: Float64Array;
  #grain = 0;

  constructor(capacity = 1024) {
    this.#sorted = new Float64Array(capacity);
  }

  /**
   * Distance to the nearest kept value; 0 while there is none.
   * @param keep true to remember the value
   */
  visit(value: number, keep: boolean): number {
    const at = this.#rank(value);
    const distance = this.size ? this.#distance(value, at) : 0;
    if (keep && (distance > this.#grain || this.size === 0)) this.#insert(value, at);
    return distance;
  }

  #insert(value: number, at: number): void {
    const sorted = this.#sorted;
    if (this.size === sorted.length) {
      this.#coarsen();
      return this.#insert(value, this.#rank(value));
    }
    sorted.copyWithin(at + 1, at, this.size);
    sorted[at] = value;
    this.size++;
  }

  /** Number of kept values below `value`. */
  #rank(value: number): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = this.size;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (sorted[mid]! < value) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  #distance(value: number, at: number): number {
    const below = at > 0 ? value - this.#sorted[at - 1]! : Number.POSITIVE_INFINITY;
    const above = at < this.size ? this.#sorted[at]! - value : Number.POSITIVE_INFINITY;
    return Math.min(below, above);
  }

  #coarsen(): void {
    const sorted = this.#sorted;
    while (this.size > 0.75 * sorted.length) {
      const gaps = new Float64Array(this.size - 1);
      for (let i = 1; i < this.size; i++) gaps[i - 1] = sorted[i]! - sorted[i - 1]!;
      gaps.sort();
      this.#grain = Math.max(1.25 * this.#grain, gaps[gaps.length >> 2]!);
      let kept = 1;
      for (let i = 1; i < this.size; i++) if (sorted[i]! - sorted[kept - 1]! > this.#grain) sorted[kept++] = sorted[i]!;
      this.size = kept;
    }
  }

  snapshot(): Json {
    return { grain: this.#grain, values: Array.from(this.#sorted.subarray(0, this.size)) };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.values) || s.values.length > this.#sorted.length)
      throw new RangeError("The snapshot does not fit.");
    this.#grain = num(s.grain);
    this.#sorted.set(s.values.map(num));
    this.size = s.values.length;
  }
}
