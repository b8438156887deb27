/**
 * Detector: streaming half-space trees (Tan, Ting & Liu, IJCAI 2011): random binary partitions of the work range, built before any data. Each node counts
 * the samples of a reference window; a sample that falls where few have fallen is odd. At the end of each window the counts of the latest
 * become the reference. Cost is trees × depth, whatever the window.
 *
 * The paper's score Σ mass · 2^depth, taken down to the first node with little mass, becomes a surprise here: −ln of the mean density
 * relative to the densest there can be at half the depth, never below 0.
 */

import { createRandom } from "../../random.ts";
import type { Json } from "../../store/store.ts";
import { fields, num, packSparse, unpackSparse } from "../json.ts";

export interface HalfSpaceTreesOptions {
  /** Numbers per sample. */
  channels: number;
  trees?: number;
  depth?: number;
  /** Samples per window. */
  window?: number;
  seed?: string | number;
}

export class HalfSpaceTrees {
  /** −ln of the mean density at the sample last judged, in those of the whole work space: without a bottom, for averages. */
  oddness = 0;
  readonly #options: Required<HalfSpaceTreesOptions>;
  readonly #nodes: number;
  /** Per tree and inner node, heap order: channel and split. */
  readonly #channel: Uint16Array;
  readonly #split: Float64Array;
  #reference: Float64Array;
  #latest: Float64Array;
  #count = 0;
  /** The work range, then the first masses are known. */
  #ranged = false;
  #ready = false;
  /** Work range: from the first window, with a margin. */
  readonly #low: Float64Array;
  readonly #high: Float64Array;

  /** @throws RangeError when an option is not a positive whole number */
  constructor(options: HalfSpaceTreesOptions) {
    this.#options = { trees: 25, depth: 8, window: 250, seed: 1, ...options };
    const { channels, trees, depth, window } = this.#options;
    for (const [name, x] of Object.entries({ channels, trees, depth, window }))
      if (!(Number.isInteger(x) && x > 0))
        throw new RangeError(`The number of ${name} is ${x}: it must be a whole number above 0.`);
    this.#nodes = 2 ** (depth + 1);
    this.#channel = new Uint16Array(trees * this.#nodes);
    this.#split = new Float64Array(trees * this.#nodes);
    this.#reference = new Float64Array(trees * this.#nodes);
    this.#latest = new Float64Array(trees * this.#nodes);
    this.#low = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
    this.#high = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#grow();
  }

  /** Splits in shares of the work range: each node halves one random channel of its cell, the whole shifted at random. */
  #grow(): void {
    const { channels, trees, depth, seed } = this.#options;
    const random = createRandom(seed);
    for (let t = 0; t < trees; t++) {
      // The paper's work space: a random point s, and 2 max(s, 1 − s) around it.
      const cells = new Map<number, [number[], number[]]>();
      const points = Array.from({ length: channels }, () => random.next());
      const reach = points.map((s) => 2 * Math.max(s, 1 - s));
      cells.set(1, [points.map((s, i) => s - reach[i]!), points.map((s, i) => s + reach[i]!)]);
      for (let node = 1; node < 2 ** depth; node++) {
        const [low, high] = cells.get(node)!;
        const c = Math.min(channels - 1, Math.floor(random.next() * channels));
        const split = (low[c]! + high[c]!) / 2;
        this.#channel[t * this.#nodes + node] = c;
        this.#split[t * this.#nodes + node] = split;
        cells.delete(node);
        cells.set(2 * node, [low, high.with(c, split)]);
        cells.set(2 * node + 1, [low.with(c, split), high]);
      }
    }
  }

  /**
   * @param x one value per channel; a sample with a missing one (NaN) is not judged
   * @param own 1 when the sample is one of those that made the reference, so that it does not excuse itself
   * @returns surprise ≥ 0; 0 during the first two windows (range, then masses), NaN when a value is missing
   */
  update(x: ArrayLike<number>, learn = true, own = 0): number {
    const { channels, window } = this.#options;
    for (let i = 0; i < channels; i++) if (!Number.isFinite(x[i]!)) return Number.NaN;
    if (!this.#ranged) return this.#range(x);
    const surprise = this.#judge(x, learn, own);
    if (learn && ++this.#count >= window) this.#turn();
    return surprise;
  }

  #range(x: ArrayLike<number>): number {
    for (let i = 0; i < this.#low.length; i++) {
      this.#low[i] = Math.min(this.#low[i]!, x[i]!);
      this.#high[i] = Math.max(this.#high[i]!, x[i]!);
    }
    if (++this.#count === this.#options.window) {
      this.#ranged = true;
      this.#count = 0;
    }
    return 0;
  }

  #judge(x: ArrayLike<number>, learn: boolean, own: number): number {
    const { trees, depth, window } = this.#options;
    const few = 0.1 * window;
    let density = 0;
    for (let t = 0; t < trees; t++) {
      const base = t * this.#nodes;
      let node = 1;
      let mass = 0;
      for (let d = 0; ; d++) {
        if (learn) this.#latest[base + node]!++;
        const known = this.#reference[base + node]! - own;
        if (mass === 0 && (known <= few || d === depth)) mass = Math.max(0.5, known) * 2 ** d;
        if (d === depth || (mass > 0 && !learn)) break;
        const c = this.#channel[base + node]!;
        const span = this.#high[c]! - this.#low[c]! || Math.abs(this.#low[c]!) || 1;
        node = 2 * node + ((x[c]! - this.#low[c]!) / span >= this.#split[base + node]! ? 1 : 0);
      }
      density += mass / window;
    }
    if (!this.#ready) return 0;
    this.oddness = -Math.log(density / trees);
    return Math.max(0, this.oddness + depth * Math.LN2 * 0.5);
  }

  #turn(): void {
    [this.#reference, this.#latest] = [this.#latest, this.#reference];
    this.#latest.fill(0);
    this.#count = 0;
    this.#ready = true;
  }

  snapshot(): Json {
    return {
      reference: packSparse(this.#reference),
      latest: packSparse(this.#latest),
      count: this.#count,
      ready: this.#ready,
      ranged: this.#ranged,
      low: Array.from(this.#low, (v) => (Number.isFinite(v) ? v : null)),
      high: Array.from(this.#high, (v) => (Number.isFinite(v) ? v : null)),
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    unpackSparse(s.reference, this.#reference);
    unpackSparse(s.latest, this.#latest);
    this.#count = num(s.count);
    this.#ready = s.ready === true;
    this.#ranged = s.ranged === true;
    const [low, high] = [s.low, s.high];
    if (
      !Array.isArray(low) ||
      !Array.isArray(high) ||
      low.length !== this.#low.length ||
      high.length !== this.#high.length
    )
      throw new RangeError("The snapshot does not fit.");
    for (let i = 0; i < low.length; i++) {
      this.#low[i] = low[i] ?? Number.POSITIVE_INFINITY;
      this.#high[i] = high[i] ?? Number.NEGATIVE_INFINITY;
    }
  }
}
