/**
 * The course of one alarm: when it is over, and for how long afterwards it is not believed to be over.
 *
 * Over: the score has stayed calm for `clear` samples; where the signal is correlated over more samples than that, for as many (a slow
 * signal takes as long to say anything new); and for longer than the pauses that this alarm has made already.
 *
 * Probation: for as long as the alarm lasted nothing is learned. When it comes back in that time it is the same alarm: an intermittent
 * fault, or one that swings with the load, is one alarm, and no sample of it is learned as normal. A first pause may be chance, a second one is a habit:
 * from then on the alarm stands through such pauses.
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

export class Course {
  /** Samples since the alarm was raised first, pauses included. */
  age = 0;
  /** Samples that are worth one independent value of the signal; its owner keeps it up to date. */
  correlation = 0;
  readonly #clear: number;
  /** Calm samples in a row; samples since it was last over its threshold. */
  #calm = 0;
  #quiet = 0;
  /** The two longest pauses after which it came back. */
  #longest = 0;
  #second = 0;
  /** Samples from the last time it was raised to the last time it was over its threshold. */
  #stretch = 0;
  #lasted = 0;
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
    const needed = Math.min(LONGEST, LONGER * this.#second);
    return needed > this.#steady ? needed : 0;
  }

  /** The alarm is raised. @returns true when it is a new one, false when it goes on after a pause */
  begin(): boolean {
    const again = this.probation;
    // A pause is one between two stretches of a fault; what follows a single wild value is no pause.
    if (again) this.#remember(Math.min(this.#quiet, this.#lasted));
    else this.age = this.#longest = this.#second = 0;
    this.#calm = this.#quiet = this.#stretch = this.#lasted = this.#probation = 0;
    return !again;
  }

  #remember(pause: number): void {
    this.#second = Math.min(this.#longest, Math.max(this.#second, pause));
    this.#longest = Math.max(this.#longest, pause);
  }

  /** One sample while the alarm stands. @returns true when it is over */
  stand(calm: boolean, over: boolean): boolean {
    this.age++;
    this.#stretch++;
    this.#quiet = over ? 0 : this.#quiet + 1;
    if (over) this.#lasted = this.#stretch;
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
    return [
      age,
      correlation,
      this.#calm,
      this.#quiet,
      this.#longest,
      this.#second,
      this.#stretch,
      this.#lasted,
      this.#probation,
    ];
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 9) throw new RangeError("The snapshot does not fit.");
    const [age, correlation, calm, quiet, longest, second, stretch, lasted, probation] = state.map(num);
    this.age = age!;
    this.correlation = correlation!;
    this.#calm = calm!;
    this.#quiet = quiet!;
    this.#longest = longest!;
    this.#second = second!;
    this.#stretch = stretch!;
    this.#lasted = lasted!;
    this.#probation = probation!;
  }
}
