/** A linear system that can be carried over any time without error of time stepping, or with one far below its mesh's. */
export interface LinearCore {
  /** The state; snapshot and restore copy it. */
  readonly x: Float64Array;
  /**
   * Carries the state over `dt` seconds.
   * @param u inputs at the start
   * @param next inputs at the end, when they run straight from one to the other; absent: they hold
   */
  advance(dt: number, u: Float64Array, next?: Float64Array): void;
  /** Sets the state in which nothing changes any more under `u`; parts that have none are set to zero. */
  steady(u: Float64Array): void;
  /** Sets the state at rest: zero, or one temperature everywhere but where `u` prescribes it. */
  rest(u: Float64Array): void;
  /** Writes the outputs. */
  observe(u: Float64Array, out: Float64Array): void;
}

/** How often a step is built for one length alone; other lengths are put together from powers of two. */
const OWN = 4;
const MAX_BIT = 31;

/**
 * Operators for one step length, made once. Machines report every second, or at odd times: the first few lengths get an
 * operator of their own; any other whole number of milliseconds is the sum of powers of two, so that neither memory nor
 * computing grows with the number of lengths that occur.
 */
export class StepCache<T> {
  readonly #make: (seconds: number) => T;
  readonly #twice: ((half: T, seconds: number) => T | undefined) | undefined;
  readonly #own = new Map<number, T>();
  readonly #bits: (T | undefined)[] = [];

  /** `twice` may make a step from that of half its length, where that is as exact and quicker. */
  constructor(make: (seconds: number) => T, twice?: (half: T, seconds: number) => T | undefined) {
    this.#make = make;
    this.#twice = twice;
  }

  /** The steps that together are `dt` seconds, longest first, each with its length. */
  plan(dt: number): { seconds: number; step: T }[] {
    const known = this.#own.get(dt);
    if (known !== undefined) return [{ seconds: dt, step: known }];
    const ms = Math.round(dt * 1000);
    const whole = Math.abs(ms - dt * 1000) < 1e-6 && ms > 0 && ms < 2 ** MAX_BIT;
    if (this.#own.size >= OWN && whole) return this.#fromBits(ms);
    const step = this.#make(dt);
    if (this.#own.size < OWN) this.#own.set(dt, step);
    return [{ seconds: dt, step }];
  }

  #fromBits(ms: number): { seconds: number; step: T }[] {
    const steps: { seconds: number; step: T }[] = [];
    for (let bit = MAX_BIT - 1; bit >= 0; bit--) {
      if (((ms >>> bit) & 1) === 0) continue;
      steps.push({ seconds: 2 ** bit / 1000, step: this.#bit(bit) });
    }
    return steps;
  }

  #bit(bit: number): T {
    const known = this.#bits[bit];
    if (known !== undefined) return known;
    const seconds = 2 ** bit / 1000;
    const half = bit > 0 && this.#twice ? this.#bits[bit - 1] : undefined;
    const step = (half !== undefined ? this.#twice!(half, seconds) : undefined) ?? this.#make(seconds);
    this.#bits[bit] = step;
    return step;
  }
}
