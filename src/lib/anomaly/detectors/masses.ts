/**
 * Detector: half-space trees over standardised rows. Of one row in many channels the trees tell little; how odd the rows have been
 * lately tells more. So the oddness and its exponentially weighted average are judged like two signals, upwards, by the tails of the learning rows,
 * each of which is judged without itself; the tail of single rows is learned again with every window. The share of each channel is how much less odd the row would be, were that channel where it usually is.
 */
import type { Json } from "../../store/store.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fields, list, num } from "../json.ts";
import { Exceedance } from "./exceedance.ts";
import { HalfSpaceTrees } from "./half-space-trees.ts";
import { beyond } from "./mewma.ts";

/** Turns of the learning record in the first window, so that the masses of the next ones rest on more rows; and rows of a window at most. */
const TURNS = 10;
const WINDOW = 2000;
const LAMBDA = 1 / 16;
/** Surprise below which nobody asks whose it is. */
const WORTH = 2;

export class Masses implements Detector {
  readonly #channels: number;
  #window: number;
  #trees: HalfSpaceTrees;
  /** Mean oddness of the learning rows, its average lately, and the tails of both above the mean. */
  #mean = 0;
  #average = 0;
  readonly #row = new Exceedance();
  readonly #lately = new Exceedance();
  /** Oddness of the rows of the window that goes on, as they came. */
  #seen: number[] = [];
  readonly #verdict: Verdict;

  /** @param rows of the learning record */
  constructor(channels: number, rows: number) {
    this.#channels = channels;
    this.#window = rows * Math.max(1, Math.min(TURNS, Math.floor(WINDOW / rows)));
    this.#trees = new HalfSpaceTrees({ channels, window: this.#window });
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  /** Learns the work range, the masses and the tails from complete rows. */
  fit(rows: readonly Float64Array[]): void {
    for (let k = 0; k < 2 * this.#window; k++) this.#trees.update(rows[k % rows.length]!);
    const own = this.#window / rows.length;
    const odd = rows.map((row) => {
      this.#trees.update(row, false, own);
      return this.#trees.oddness;
    });
    this.#mean = this.#average = odd.reduce((a, b) => a + b, 0) / odd.length;
    this.#learnTail(odd);
    this.#lately.fit(odd.map((v) => this.#smooth(v)));
    this.resume();
  }

  #learnTail(odd: readonly number[]): void {
    this.#row.fit(odd.map((v) => Math.max(0, v - this.#mean)));
  }

  /** @returns the average beyond the usual */
  #smooth(oddness: number): number {
    this.#average += LAMBDA * (oddness - this.#average);
    return Math.max(0, this.#average - this.#mean);
  }

  /** A complete row. */
  update({ z, band, learn }: Sample): Verdict {
    const x = z.map((v, i) => beyond(v, band[i]!));
    this.#trees.update(x, learn);
    const { oddness } = this.#trees;
    const row = this.#row.surprise(Math.max(0, oddness - this.#mean));
    const lately = this.#lately.surprise(this.#smooth(oddness));
    this.#verdict.surprise = Math.max(0, Math.max(row, lately) - Math.LN2);
    this.#verdict.shares.fill(0);
    if (this.#verdict.surprise > WORTH) this.#blame(x, oddness);
    if (learn && this.#seen.push(oddness) >= this.#window) {
      this.#learnTail(this.#seen);
      this.#seen = [];
    }
    return this.#verdict;
  }

  #blame(x: Float64Array, oddness: number): void {
    const { shares } = this.#verdict;
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      this.#trees.update(x.with(i, 0), false);
      sum += shares[i] = Math.max(0, oddness - this.#trees.oddness);
    }
    if (sum > 0) for (let i = 0; i < x.length; i++) shares[i]! /= sum;
  }

  /** What was lately says nothing any more. */
  resume(): void {
    this.#average = this.#mean;
  }

  snapshot(): Json {
    return {
      window: this.#window,
      trees: this.#trees.snapshot(),
      seen: this.#seen.slice(),
      levels: [this.#mean, this.#average],
      row: this.#row.snapshot(),
      lately: this.#lately.snapshot(),
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    this.#window = num(s.window);
    this.#trees = new HalfSpaceTrees({ channels: this.#channels, window: this.#window });
    this.#trees.restore(s.trees);
    const [mean, average] = list(s.levels, 2).map(num);
    this.#seen = list(s.seen).map(num);
    this.#mean = mean!;
    this.#average = average!;
    this.#row.restore(s.row);
    this.#lately.restore(s.lately);
  }
}
