/**
 * Finds a sensor that froze: its own noise is gone while the machine lives on.
 *
 * A signal qualifies only after it has shown noise: at least 30 samples, 80 % of them different from the one before, and a
 * quarter of the steps turning back (a ramp or a set-point does not turn back). It is suspect after 12 equal samples; with 80 %
 * of steps differing, chance makes such a run less often than once in 10⁸ (0.2^12 = 4·10⁻⁹). The verdict also needs a
 * witness (see `frozen`), because the signals of an idle machine come to rest together.
 */
const LEARN = 30;
const MIN_CHANGING = 0.8;
const MIN_TURNING = 0.25;
const RUN = 12;
const FORGET = 1 / 200;

export type StuckSnapshot = [
  n: number,
  changing: number,
  turning: number,
  run: number,
  last: number | null,
  direction: number,
];

export class StuckWatch {
  #n = 0;
  #changing = 0;
  #turning = 0;
  #run = 0;
  #last: number | undefined;
  #direction = 0;

  /** Takes the next sample, in order of time. */
  push(value: number): void {
    if (this.#last === undefined) this.#last = value;
    else if (value === this.#last) this.#same();
    else this.#changed(value);
  }

  /** True when this signal has noise of its own when it works. */
  get noisy(): boolean {
    return this.#n >= LEARN && this.#changing >= MIN_CHANGING && this.#turning >= MIN_TURNING;
  }

  /** True when a noisy signal has not moved for a whole run. */
  get frozen(): boolean {
    return this.#run >= RUN && this.noisy && this.#last !== 0;
  }

  /** Number of equal samples after the first. */
  get run(): number {
    return this.#run;
  }

  /** A run that turned out to be rest, not a fault: what was learned of the noise fades. */
  rest(): void {
    this.#changing -= FORGET * this.#changing;
  }

  #same(): void {
    this.#run++;
  }

  #changed(value: number): void {
    const direction = value > this.#last! ? 1 : -1;
    // Repeats count only when the run was short: a long one was judged while it lasted.
    if (this.#run < RUN) for (let i = 0; i < this.#run; i++) this.#learn(0, undefined);
    this.#learn(1, this.#direction === 0 ? undefined : direction !== this.#direction ? 1 : 0);
    this.#direction = direction;
    this.#last = value;
    this.#run = 0;
  }

  #learn(changed: number, turned: number | undefined): void {
    this.#n++;
    const rate = Math.max(FORGET, 1 / this.#n);
    this.#changing += rate * (changed - this.#changing);
    if (turned !== undefined) this.#turning += rate * (turned - this.#turning);
  }

  snapshot(): StuckSnapshot {
    return [this.#n, this.#changing, this.#turning, this.#run, this.#last ?? null, this.#direction];
  }

  restore([n, changing, turning, run, last, direction]: StuckSnapshot): void {
    if (![n, changing, turning, run, direction].every(Number.isFinite)) throw new TypeError("stuck");
    this.#n = n;
    this.#changing = changing;
    this.#turning = turning;
    this.#run = run;
    this.#last = last ?? undefined;
    this.#direction = direction;
  }
}
