/**
 * The rhythm of a signal, daily or weekly, whichever explains it: the week is taken where it leaves clearly less than the day, as where machines
 * rest at the weekend.
 */
import type { Json } from "../../store/store.ts";
import { fields } from "../json.ts";
import { DAY_MS, Profile } from "./profile.ts";

/** Shares of the variance around the day's profile at which the week is taken, and given up. */
const BETTER = 0.7;
const WORSE = 1.1;

export class Rhythm {
  readonly #day = new Profile(DAY_MS, 48);
  readonly #week = new Profile(7 * DAY_MS, 168);
  #weekly = false;

  /** True while there is one. */
  get found(): boolean {
    return this.#weekly ? this.#week.found : this.#day.found;
  }

  /** True while the week is the rhythm. */
  get weekly(): boolean {
    return this.#weekly;
  }

  /** What was usual at the time of the last sample. */
  get expected(): number {
    return (this.#weekly ? this.#week : this.#day).expected;
  }

  /** Mean absolute deviation usual at the time of the last sample. */
  get usual(): number {
    return (this.#weekly ? this.#week : this.#day).usual;
  }

  /** One sample, looked at and, if wanted, learned. @returns as `look`, before it was learned */
  update(time: number, value: number, learn: boolean): number {
    const deviation = this.look(time, value);
    if (learn) this.learn();
    return deviation;
  }

  /**
   * One sample is compared with what is usual; nothing is learned.
   * @param time source time, ms UTC
   * @param value NaN when missing
   * @returns deviation from what is usual at this time, in mean absolute deviations usual at this time; NaN while it is not known
   */
  look(time: number, value: number): number {
    const day = this.#day.look(time, value);
    const week = this.#week.look(time, value);
    return this.#weekly ? week : day;
  }

  /** The sample that was looked at last is normal. Once for each. */
  learn(): void {
    this.#day.learn();
    this.#week.learn();
    this.#weekly = this.#week.found && this.#week.left < (this.#weekly ? WORSE : BETTER) * this.#day.left;
  }

  snapshot(): Json {
    return { day: this.#day.snapshot(), week: this.#week.snapshot(), weekly: this.#weekly };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.#day.restore(s.day);
    this.#week.restore(s.week);
    this.#weekly = s.weekly === true;
  }
}
