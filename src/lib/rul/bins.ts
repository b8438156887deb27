import type { Json } from "../store/store.ts";

export interface Bin {
  /** Mean time of its samples. */
  t: number;
  /** Mean value. */
  y: number;
  /** Number of samples. */
  n: number;
  /** Sum of squared deviations from the mean. */
  s2: number;
}

/**
 * A series of any length in at most `capacity` bins: when they are full, neighbours are merged in pairs, so that bins
 * always cover equal stretches of time and the cost per sample stays constant.
 */
export class Bins {
  #capacity: number;
  #bins: Bin[] = [];
  /** Length of a bin; 0 until the first merge (then every sample is a bin of its own). */
  #width = 0;

  constructor(capacity: number) {
    if (!(Number.isInteger(capacity) && capacity >= 8))
      throw new RangeError(`capacity must be a whole number of at least 8, got ${capacity}`);
    this.#capacity = capacity;
  }

  get all(): readonly Bin[] {
    return this.#bins;
  }

  get count(): number {
    return this.#bins.length;
  }

  /** Adds a sample; times must not run back. True when a new bin was begun. */
  push(t: number, y: number): boolean {
    const last = this.#bins.at(-1);
    if (last && this.#width > 0 && Math.floor(t / this.#width) === Math.floor(last.t / this.#width)) {
      const delta = y - last.y;
      last.n++;
      last.y += delta / last.n;
      last.t += (t - last.t) / last.n;
      last.s2 += delta * (y - last.y);
      return false;
    }
    this.#bins.push({ t, y, n: 1, s2: 0 });
    if (this.#bins.length > this.#capacity) this.#merge();
    return true;
  }

  clear(): void {
    this.#bins = [];
    this.#width = 0;
  }

  snapshot(): Json {
    return { width: this.#width, bins: this.#bins.map((b) => [b.t, b.y, b.n, b.s2]) };
  }

  restore(state: Json): void {
    const s = state as { width: number; bins: [number, number, number, number][] };
    this.#width = s.width;
    this.#bins = s.bins.map(([t, y, n, s2]) => ({ t, y, n, s2 }));
  }

  #merge(): void {
    const span = this.#bins.at(-1)!.t - this.#bins[0]!.t;
    this.#width = this.#width > 0 ? this.#width * 2 : (2 * span) / this.#capacity;
    const merged: Bin[] = [];
    for (const bin of this.#bins) {
      const last = merged.at(-1);
      if (last && Math.floor(bin.t / this.#width) === Math.floor(last.t / this.#width)) {
        const n = last.n + bin.n;
        const delta = bin.y - last.y;
        last.s2 += bin.s2 + (delta * delta * last.n * bin.n) / n;
        last.t += ((bin.t - last.t) * bin.n) / n;
        last.y += (delta * bin.n) / n;
        last.n = n;
      } else merged.push({ ...bin });
    }
    this.#bins = merged;
  }
}
