/** Collects the samples of one signal to blocks of equal length that overlap. */
import type { Json } from "../store/store.ts";

export interface Block {
  samples: number[];
  /** Samples per second, from the source times. */
  fs: number;
  /** Source time of the first and the last sample, milliseconds UTC. */
  from: number;
  to: number;
}

/** A step this much longer than usual is a gap: a transform over it would show lines that are not there. */
const GAP = 1.8;

export class Blocks {
  #length: number;
  #hop: number;
  #fs: number | undefined;
  #samples: number[] = [];
  #times: number[] = [];

  /**
   * @param length samples per block
   * @param overlap share 0 … 0.9 of a block that the next one repeats
   * @param fs samples per second, if known; else measured per block
   */
  constructor(length: number, overlap: number, fs?: number) {
    this.#length = length;
    this.#hop = Math.max(1, Math.round(length * (1 - overlap)));
    this.#fs = fs;
  }

  get collected(): number {
    return this.#samples.length;
  }

  /** @returns a full block, or undefined. A sample that is not newer than the last is ignored; after a gap the block begins anew. */
  push(time: number, value: number): Block | undefined {
    const last = this.#times.at(-1);
    if (last !== undefined && time <= last) return undefined;
    if (last !== undefined && time - last > GAP * this.#usualStep()) this.clear();
    this.#samples.push(value);
    this.#times.push(time);
    if (this.#samples.length < this.#length) return undefined;
    const from = this.#times[0]!;
    const block = {
      samples: this.#samples.slice(),
      fs: this.#fs ?? (1000 * (this.#length - 1)) / (time - from),
      from,
      to: time,
    };
    this.#samples.splice(0, this.#hop);
    this.#times.splice(0, this.#hop);
    return block;
  }

  /** A missing sample breaks the block. */
  clear(): void {
    this.#samples = [];
    this.#times = [];
  }

  /** Milliseconds; clocks of a millisecond make single steps uneven, so it is the mean of what is collected. */
  #usualStep(): number {
    if (this.#fs) return Math.max(1000 / this.#fs, 1);
    const n = this.#times.length;
    return n < 3 ? Number.POSITIVE_INFINITY : (this.#times[n - 1]! - this.#times[0]!) / (n - 1);
  }

  snapshot(): Json {
    return { samples: this.#samples.slice(), times: this.#times.slice() };
  }

  restore(state: Json): void {
    const s = state as { samples: number[]; times: number[] };
    this.#samples = s.samples.slice();
    this.#times = s.times.slice();
  }
}
