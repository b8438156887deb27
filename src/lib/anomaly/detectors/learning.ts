/**
 * The learning phase of a baseline: an even sample of bounded size of a stretch of rows, and the judgement that the stretch
 * is long enough. A signal that wanders slowly has to be seen longer than noise: the stretch ends when a slow mean has
 * crossed the mean of everything seen a few times, so that what was seen is its range, not a piece of it; at the latest after
 * two days or many times the wanted length.
 */
import type { Json } from "../../store/store.ts";
import { fields, num, pack } from "../json.ts";

const KEEP = 512;
const CROSSINGS = 8;
const BETWEEN_CROSSINGS = 16;
const SLOW = 1 / 16;
const LONGEST_MS = 2 * 86_400_000;
const LONGEST = 20;

export class Learning {
  /** Share learned, 0 … 1. */
  progress = 0;
  /** Rows kept, each of `width` numbers. */
  rows: number[][] = [];
  count = 0;
  #wanted: number;
  #every = 1;
  #start: number | null = null;
  #mean = 0;
  #slow = 0;
  #side = 0;
  #crossings = 0;
  #since = 0;

  /** @param wanted samples that are enough for a signal that does not wander */
  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** @param row numbers to keep; the first is the signal itself. True when the phase is over. */
  take(time: number, row: readonly number[]): boolean {
    const value = row[0]!;
    this.#start ??= time;
    if (this.count++ % this.#every === 0) this.rows.push(row.slice());
    if (this.rows.length >= KEEP) {
      this.rows = this.rows.filter((_, i) => i % 2 === 0);
      this.#every *= 2;
    }
    this.#mean += (value - this.#mean) / this.count;
    this.#slow += Math.max(SLOW, 1 / this.count) * (value - this.#slow);
    const side = Math.sign(this.#slow - this.#mean) || this.#side;
    if (++this.#since >= BETWEEN_CROSSINGS && side !== this.#side) {
      this.#side = side;
      this.#crossings++;
      this.#since = 0;
    }
    const seen = this.count / this.#wanted;
    const longest = Math.max((time - this.#start) / LONGEST_MS, seen / LONGEST);
    this.progress = Math.min(1, seen, Math.max(this.#crossings / CROSSINGS, longest));
    return this.progress >= 1;
  }

  /** Column i of the kept rows. */
  column(i: number): number[] {
    return this.rows.map((row) => row[i]!);
  }

  snapshot(): Json {
    const numbers = [this.progress, this.count, this.#every, this.#mean, this.#slow, this.#side];
    return {
      numbers: [...numbers, this.#crossings, this.#since],
      start: this.#start,
      rows: this.rows.map(pack),
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.numbers) || s.numbers.length !== 8 || !Array.isArray(s.rows))
      throw new RangeError("The snapshot does not fit.");
    const [progress, count, every, mean, slow, side, crossings, since] = s.numbers.map(num);
    this.progress = progress!;
    this.count = count!;
    this.#every = every!;
    this.#mean = mean!;
    this.#slow = slow!;
    this.#side = side!;
    this.#crossings = crossings!;
    this.#since = since!;
    this.#start = s.start === null ? null : num(s.start);
    this.rows = s.rows.map((row: unknown) => (Array.isArray(row) ? row.map(num) : []));
  }
}
