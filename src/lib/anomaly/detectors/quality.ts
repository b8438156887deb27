/**
 * Data-quality events of one signal, learned from itself: samples that come late (dropout), a clock that goes back, samples
 * that come in floods, a signal that stands still. They say that the *data* is wrong, not the machine.
 */
import type { Json } from "../../store/store.ts";
import { Interval } from "../alarm/interval.ts";
import { fields, num } from "../json.ts";
import { Stuck } from "./stuck.ts";

export type QualityEvent = "dropout" | "clock-jump" | "stuck" | "flood";

/** Silence in longest earlier silences, and in usual intervals. */
const LONGER = 3;
const LATE = 10;
/** Samples per usual interval that are a flood: this many in a row at a tenth of it. */
const FLOOD = 50;
const WARM_UP = 30;
const STUCK_AT = 16;

export class Quality {
  readonly interval = new Interval();
  readonly #stuck = new Stuck();
  #last: number | null = null;
  #count = 0;
  /** Longest usual gap, in intervals; fades. */
  #gap = 1;
  #fast = 0;
  #wasStuck = false;

  /**
   * @param time source time, ms
   * @param value NaN when missing
   * @returns what is wrong since the last sample, once per event; undefined when nothing is
   */
  update(time: number, value: number, learn = true): QualityEvent | undefined {
    const dt = this.#last === null ? 0 : time - this.#last;
    const first = this.#last === null;
    this.#last = time;
    const usual = this.interval.value;
    const event = first || this.#count < WARM_UP ? undefined : this.#timing(dt, usual);
    this.interval.update(time);
    this.#count++;
    if (learn && event === undefined && dt > 0) this.#gap = Math.max(dt / usual, 1 + 0.9995 * (this.#gap - 1));
    return event ?? this.#standing(time, value, learn);
  }

  #timing(dt: number, usual: number): QualityEvent | undefined {
    if (dt < 0) return "clock-jump";
    if (dt > Math.max(LATE, LONGER * this.#gap) * usual) return "dropout";
    this.#fast = dt < usual / 10 ? this.#fast + 1 : 0;
    return this.#fast === FLOOD ? "flood" : undefined;
  }

  #standing(time: number, value: number, learn: boolean): QualityEvent | undefined {
    const stuck = this.#stuck.update(time, value, learn) > STUCK_AT;
    const begins = stuck && !this.#wasStuck;
    this.#wasStuck = stuck;
    return begins ? "stuck" : undefined;
  }

  snapshot(): Json {
    return {
      interval: this.interval.snapshot(),
      stuck: this.#stuck.snapshot(),
      last: this.#last,
      numbers: [this.#count, this.#gap, this.#fast],
      wasStuck: this.#wasStuck,
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.numbers) || s.numbers.length !== 3) throw new RangeError("The snapshot does not fit.");
    const [count, gap, fast] = s.numbers.map(num);
    this.interval.restore(s.interval);
    this.#stuck.restore(s.stuck);
    this.#last = s.last === null ? null : num(s.last);
    this.#count = count!;
    this.#gap = gap!;
    this.#fast = fast!;
    this.#wasStuck = s.wasStuck === true;
  }
}
