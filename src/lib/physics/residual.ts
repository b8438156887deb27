/**
 * Residual of one signal: measured minus expected, after correction of the model's bias. No parameter set fits a real
 * machine exactly, so the first samples teach two numbers: the offset between machine and model, and the spread that
 * is left. Then both are frozen, so that a slowly growing fault is never taken for the machine's nature.
 *
 * Location and scale are robust: median and MAD of the first samples, then Huber's clipped recursive means
 * (Huber 1981, Robust Statistics, ch. 6), so that single outliers while learning hardly count.
 */
import { median } from "../statistics.ts";
import type { Json } from "../store/store.ts";

export interface ResidualOptions {
  /**
   * Samples to learn from. 100: the offset is then known to a tenth of the spread, and the spread to 7 %, which is
   * little against the three spreads or more at which anything downstream wakes up.
   */
  learn: number;
  /** Correct the offset; otherwise expected values are the model's own. */
  correct: boolean;
  /** The spread is never below this share of the signal's scale: no model is better than that. */
  floor: number;
  /** Scale of the signal, for example the width of its normal range; NaN: the size of the expected value. */
  scale: number;
}

export interface Residual {
  /** Model value plus offset. */
  expected: number;
  /** NaN while nothing is measured. */
  residual: number;
  /** NaN while learning has only begun. */
  sd: number;
  z: number;
}

/** Samples from which the first estimate is made. */
const FIRST = 15;
const CLIP = 3;
/** Nothing is learned from deviations whose square is not finite. */
const ABSURD = 1e150;
/** Mean of min(z², CLIP²) for a standard normal z. */
const CLIPPED_VARIANCE = 0.99502;

export class ResidualLearner {
  readonly #options: ResidualOptions;
  #first: number[] = [];
  #n = 0;
  #frozen = false;
  #offset = 0;
  #variance = 0;
  /** Mean size of the expected value, for the floor. */
  #size = 0;

  constructor(options: ResidualOptions) {
    this.#options = options;
  }

  /** 0 … 1; 1 when nothing more is learned. */
  get progress(): number {
    return this.#frozen ? 1 : Math.min(1, this.#n / this.#options.learn);
  }

  /** What is added to the model's value. */
  get offset(): number {
    return this.#options.correct ? this.#offset : 0;
  }

  /** Whether an offset is learned at all. */
  get corrects(): boolean {
    return this.#options.correct;
  }

  /** Size of the signal: as given, else the mean size of the expected value; NaN while neither is known. */
  get scale(): number {
    if (Number.isFinite(this.#options.scale)) return this.#options.scale;
    return this.#n > 0 ? this.#size : Number.NaN;
  }

  /** Standard deviation that was learned, however small; NaN while not known. */
  get spread(): number {
    return this.#n < FIRST ? Number.NaN : Math.sqrt(this.#variance);
  }

  /** The spread is never below this. */
  get floor(): number {
    return this.#options.floor * this.scale;
  }

  /** Standard deviation of the residual, not below the floor; NaN while not known. */
  get sd(): number {
    return this.#n < FIRST ? Number.NaN : Math.max(this.spread, this.floor, Number.MIN_VALUE);
  }

  /**
   * @param measured a new sample, or NaN
   * @param model the model's value
   * @param learn false when this sample must not teach anything (not Good, the model has not settled …)
   */
  update(measured: number, model: number, learn: boolean): Residual {
    const raw = measured - model;
    if (learn && Math.abs(raw) < ABSURD && this.progress < 1) this.#learn(raw, model);
    const expected = model + this.offset;
    const residual = measured - expected;
    const sd = this.sd;
    return { expected, residual, sd, z: residual / sd };
  }

  #learn(raw: number, model: number): void {
    this.#n++;
    this.#size += (Math.abs(model) - this.#size) / this.#n;
    if (this.#n <= FIRST) {
      this.#first.push(raw);
      // Until there is a median of enough samples, the offset is the median of the few.
      this.#offset = median(this.#first);
      if (this.#n === FIRST) this.#begin();
      return;
    }
    const sd = Math.max(this.sd, Number.MIN_VALUE);
    const deviation = Math.min(CLIP, Math.max(-CLIP, (raw - this.#offset) / sd)) * sd;
    this.#offset += deviation / this.#n;
    this.#variance += (deviation ** 2 / CLIPPED_VARIANCE - this.#variance) / this.#n;
  }

  #begin(): void {
    const mad = median(this.#first.map((r) => Math.abs(r - this.#offset)));
    // 1.4826: the MAD of a normal distribution is its standard deviation divided by this.
    this.#variance = (1.4826 * mad) ** 2;
    this.#first = [];
  }

  /** Learns again from the next sample on. */
  relearn(): void {
    this.#first = [];
    this.#n = 0;
    this.#frozen = false;
    this.#offset = 0;
    this.#variance = 0;
    this.#size = 0;
  }

  /** Stops learning with what is known. Returns false while too little is known. */
  freeze(): boolean {
    if (this.#n < FIRST) return false;
    this.#frozen = true;
    return true;
  }

  snapshot(): Json {
    return {
      // JSON has no −0: + 0 makes it 0.
      first: this.#first.map((r) => r + 0),
      n: this.#n,
      frozen: this.#frozen,
      offset: this.#offset + 0,
      variance: this.#variance,
      size: this.#size,
    };
  }

  /** @throws TypeError when the snapshot is not one of a residual */
  restore(state: Json): void {
    const s = state as { [key: string]: Json };
    for (const key of ["n", "offset", "variance", "size"])
      if (typeof s[key] !== "number") throw new TypeError(`no ${key} in the snapshot`);
    this.#first = (s.first as number[]).slice(0, FIRST);
    this.#n = s.n as number;
    this.#frozen = s.frozen === true;
    this.#offset = s.offset as number;
    this.#variance = s.variance as number;
    this.#size = s.size as number;
  }
}
