/**
 * Which mode of operation is it? From one chosen signal: a word, a switch or a small whole number is the mode itself; a measured quantity such
 * as a speed is put into few levels, found as they come: a new level is where the signal stays for a while, away from all
 * known ones (leader clustering, Hartigan 1975, ch. 3, with hysteresis). On the way from one level to another there is no mode.
 */
import type { Json } from "../store/store.ts";
import { fields, num } from "./json.ts";

/** Rows that a signal stays before it counts as a level. */
const DWELL = 5;
/** Half width of a level, in widths of the normal range, or of the largest value seen. */
const HALF_WIDTH = 0.1;
const LEVELS = 8;
/** Whole numbers up to this one are codes of modes. */
const CODES = 20;

export class Modes {
  readonly #range: number;
  #levels: number[] = [];
  #current = -1;
  /** Where the signal seems to go: value, rows there. */
  #there = 0;
  #stays = 0;
  #largest = 0;
  /** True once a value has been seen that is no code. */
  #measured = false;

  /** @param range width of the signal's normal range; 0 when unknown */
  constructor(range = 0) {
    this.#range = range;
  }

  /** @returns the mode's name; undefined while it is changing or unknown */
  update(value: unknown): string | undefined {
    if (typeof value === "string" || typeof value === "boolean") return String(value);
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    this.#measured ||= !(Number.isInteger(value) && value >= 0 && value <= CODES);
    return this.#measured ? this.#level(value) : String(value);
  }

  #level(value: number): string | undefined {
    this.#largest = Math.max(this.#largest, Math.abs(value));
    const half = HALF_WIDTH * (this.#range || this.#largest);
    const now = this.#levels[this.#current];
    if (now !== undefined && Math.abs(value - now) <= half) {
      this.#stays = 0;
      return name(now);
    }
    if (this.#stays === 0 || Math.abs(value - this.#there) > half / 2) {
      this.#there = value;
      this.#stays = 1;
    } else if (++this.#stays >= DWELL) return name(this.#enter(value, half));
    return undefined;
  }

  #enter(value: number, half: number): number {
    this.#stays = 0;
    const near = this.#levels.map((level) => Math.abs(value - level));
    let k = near.indexOf(Math.min(...near));
    if (k < 0 || (near[k]! > half && this.#levels.length < LEVELS)) k = this.#levels.push(value) - 1;
    this.#current = k;
    return this.#levels[k]!;
  }

  snapshot(): Json {
    return {
      levels: this.#levels.slice(),
      numbers: [this.#current, this.#there, this.#stays, this.#largest],
      measured: this.#measured,
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.levels) || !Array.isArray(s.numbers) || s.numbers.length !== 4)
      throw new RangeError("The snapshot does not fit.");
    const [current, there, stays, largest] = s.numbers.map(num);
    this.#levels = s.levels.map(num);
    this.#current = current!;
    this.#there = there!;
    this.#stays = stays!;
    this.#largest = largest!;
    this.#measured = s.measured === true;
  }
}

const name = (level: number): string => String(Number(level.toPrecision(3)));
