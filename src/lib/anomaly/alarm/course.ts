/**
 * The course of one alarm: when it is over, and for how long afterwards it is not believed to be over.
 *
 * Over: the score has stayed calm for `clear` samples; where the signal is correlated over more samples than that, for as many (a slow
 * signal takes as long to say anything new); and for longer than the longest pause that this alarm has made already. A pause lies between two stretches of a
 * fault: it is believed as far as the fault was there for as long before it, and since its first return, so that one wild value later on prolongs nothing.
 *
 * Probation: for as long as the alarm lasted nothing is learned. When it comes back in that time it is the same alarm, which goes on: an intermittent
 * fault, or one that swings with the load, is one alarm, and no sample of it is learned as normal. From its first return on the alarm stands through such pauses.
 *
 * What is over its threshold for few samples, or for a small share of the time between its first and its last, is no lasting state but events: it came and went.
 */
import type { Json } from "../../store/store.ts";
import { num } from "../json.ts";

/** Correlation makes an alarm stand at most this many calm samples. */
const SLOWEST = 256;
/** How much longer than its pauses the calm must be. */
const LONGER = 1.5;
/** Samples of probation at least, and at most, as the calm after pauses. */
const SHORTEST = 128;
const LONGEST = 4096;
/** What is over its threshold for no larger share of its time came and went. */
const EVENTS = 1 / 10;

export class Course {
  /** Samples since the alarm was raised first, pauses included. */
  age = 0;
  /** Samples that are worth one independent value of the signal; its owner keeps it up to date. */
  correlation = 0;
  readonly #clear: number;
  /** Calm samples in a row; samples since it was last over its threshold. */
  #calm = 0;
  #quiet = 0;
  /** The longest pause after which it came back. */
  #longest = 0;
  /** Samples over its threshold, in all and since its first return; samples from the first of them to the last. */
  #over = 0;
  #returned = 0;
  #span = 0;
  /** Samples of probation left; 0 while the alarm stands and when nothing is pending. */
  #probation = 0;

  /** @param clear calm samples that end the alarm at the earliest */
  constructor(clear: number) {
    this.#clear = clear;
  }

  /** True after an alarm, while it may only be making a pause. */
  get probation(): boolean {
    return this.#probation > 0;
  }

  /** Calm samples that end the alarm when it has made no pauses. */
  get #steady(): number {
    return Math.max(this.#clear, Math.min(SLOWEST, this.correlation / 2));
  }

  /** Calm samples that its pauses ask for; 0 when it made none, or none longer than calm has to last anyway. */
  get pauses(): number {
    const needed = Math.min(LONGEST, LONGER * Math.min(this.#longest, this.#returned));
    return needed > this.#steady ? needed : 0;
  }

  /** It has come back after a pause. */
  again = false;

  /** Of the alarm so far: it came and went, as events do, instead of lasting. */
  get brief(): boolean {
    return this.#over <= Math.max(this.#clear, EVENTS * this.#span);
  }

  /** The alarm is raised. @returns true when it is a new one, false when it goes on after a pause */
  begin(): boolean {
    const again = (this.again = this.probation);
    if (again) this.#longest = Math.max(this.#longest, Math.min(this.#quiet, this.#over));
    else this.age = this.#longest = this.#over = this.#returned = this.#span = 0;
    this.#calm = this.#quiet = this.#probation = 0;
    this.#count();
    return !again;
  }

  #count(): void {
    this.#over++;
    if (this.again) this.#returned++;
    this.#span = this.age + 1;
  }

  /** One sample while the alarm stands. @returns true when it is over */
  stand(calm: boolean, over: boolean): boolean {
    this.age++;
    this.#quiet = over ? 0 : this.#quiet + 1;
    if (over) this.#count();
    this.#calm = calm ? this.#calm + 1 : 0;
    if (this.#calm < (this.pauses || this.#steady)) return false;
    this.#probation = Math.max(SHORTEST, Math.min(LONGEST, this.age));
    return true;
  }

  /** One sample while no alarm stands. @returns true when its probation has just ended: it is over for good */
  wait(): boolean {
    if (!this.probation) return false;
    this.age++;
    this.#quiet++;
    return --this.#probation === 0;
  }

  /** A person has ended it. */
  forget(): void {
    this.#probation = 0;
  }

  snapshot(): Json {
    const { age, correlation } = this;
    const pauses = [this.#calm, this.#quiet, this.#longest, this.#probation, this.again ? 1 : 0];
    return [age, correlation, ...pauses, this.#over, this.#returned, this.#span];
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 10) throw new RangeError("The snapshot does not fit.");
    const [age, correlation, calm, quiet, longest, probation, again, over, returned, span] = state.map(num);
    this.age = age!;
    this.correlation = correlation!;
    this.#calm = calm!;
    this.#quiet = quiet!;
    this.#longest = longest!;
    this.#probation = probation!;
    this.#over = over!;
    this.#returned = returned!;
    this.again = again === 1;
    this.#span = span!;
  }
}
