/**
 * Timing of the samples of one signal, learned from itself: a signal that comes regularly and has fallen silent (dropout), and one that comes in
 * floods. They say that something is wrong with the data, not with the machine.
 */
import type { Json } from "../../store/store.ts";
import { Interval } from "../alarm/interval.ts";
import { fields, list, num } from "../json.ts";

/** Silence in longest earlier silences, and in usual intervals. */
const LONGER = 3;
const LATE = 10;
/** A signal whose usual gaps are longer than this many intervals is sent when it changes: its silence says nothing. */
const REGULAR = 5;
/** How much of the longest gap is left after a sample. */
const FADE = 0.9995;
/** Samples in a row at a tenth of the usual interval that are a flood. */
const FLOOD = 50;
const FAST = 0.1;
/** Samples until the usual interval is known, and until its gaps are. */
const SETTLED = 16;
const WARM_UP = 40;

export class Quality {
  readonly interval = new Interval();
  #last: number | null = null;
  #count = 0;
  /** Longest usual gap, in intervals; fades. */
  #gap = 1;
  #fast = 0;

  /** Source time of the newest sample, ms; null before the first. */
  get last(): number | null {
    return this.#last;
  }

  /** True when enough has been seen to know how regularly it comes, and it does. */
  get regular(): boolean {
    return this.#count >= WARM_UP && this.#gap <= REGULAR;
  }

  /** True when a regular signal has been silent for longer than it ever was. @param now source time of the machine, ms */
  silent(now: number): boolean {
    if (this.#last === null || !this.regular) return false;
    return now - this.#last > Math.max(LATE, LONGER * this.#gap) * this.interval.value;
  }

  /** True while samples have come far more often than usual for a while. */
  get flooding(): boolean {
    return this.#fast >= FLOOD;
  }

  /** One sample. @param time its source time, ms; one that is not newer than the last says nothing */
  update(time: number): void {
    const dt = this.#last === null ? 0 : time - this.#last;
    if (this.#last !== null && !(dt > 0)) return;
    const usual = this.interval.value;
    const silent = this.silent(time);
    this.#last = time;
    this.#count++;
    this.#fast = this.#count > WARM_UP && dt < FAST * usual ? this.#fast + 1 : 0;
    // An outage is no usual gap, and while it is flooded it still knows how often it should come.
    if (this.#count > SETTLED && !silent) this.#gap = Math.max(dt / usual, 1 + FADE * (this.#gap - 1));
    this.interval.update(time);
  }

  /** The whole machine was silent until now, which is not this signal's fault. */
  excuse(now: number): void {
    if (this.#last !== null) this.#last = Math.max(this.#last, now);
  }

  snapshot(): Json {
    return { interval: this.interval.snapshot(), last: this.#last, numbers: [this.#count, this.#gap, this.#fast] };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    const [count, gap, fast] = list(s.numbers, 3).map(num);
    this.interval.restore(s.interval);
    this.#last = s.last === null ? null : num(s.last);
    this.#count = count!;
    this.#gap = gap!;
    this.#fast = fast!;
  }
}
