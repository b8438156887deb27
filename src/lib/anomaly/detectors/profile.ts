/**
 * A rhythm of a signal with a known period: its mean per time of day or week (bins, interpolated), used only where it explains at least half
 * of the variance. Times are counted in UTC: a rhythm needs no time zone, only the same one all the time.
 */
import type { Json } from "../../store/store.ts";
import { fields, num, pack, unpack } from "../json.ts";

export const DAY_MS = 86_400_000;
/** A bin's mean follows its last five turns or so. */
const SLOWEST = 0.2;
/** Shares of variance left at which the rhythm is believed, and no longer believed. */
const FOUND = 0.5;
const LOST = 0.8;
const HORIZON = 2000;
const CLIP = 9;
/** Samples a bin's spread rests on at most, and the weight of the whole period's. */
const MOST = 200;
const PRIOR = 10;
/** Samples that were judged before anything is said. */
const ENOUGH = 100;

export class Profile {
  /** True while the time explains the signal. */
  found = false;
  /** Variance left around the profile. */
  left = 0;
  /** What was usual at the time of the last sample, and the mean absolute deviation then. */
  expected = 0;
  usual = 0;
  readonly #period: number;
  readonly #bins: number;
  #mean: Float64Array;
  #turns: Float64Array;
  /** Mean absolute deviation and samples it rests on, per bin; that of the whole period. */
  #spread: Float64Array;
  #samples: Float64Array;
  #typical = 0;
  #bin = -1;
  #sum = 0;
  #count = 0;
  /** Mean of all; variance around it; samples they rest on. */
  #level = 0;
  #total = 0;
  #seen = 0;
  #judged = 0;
  /** The sample that was looked at last, its residual and its bin. */
  #value = Number.NaN;
  #residual = Number.NaN;
  #at = 0;

  /**
   * @param period milliseconds
   * @param bins stretches that the period is cut into
   */
  constructor(period: number, bins: number) {
    this.#period = period;
    this.#bins = bins;
    this.#mean = new Float64Array(bins);
    this.#turns = new Float64Array(bins);
    this.#spread = new Float64Array(bins);
    this.#samples = new Float64Array(bins);
  }

  /** One sample, looked at and, if wanted, learned. @returns as `look` */
  update(time: number, value: number, learn: boolean): number {
    this.look(time, value);
    if (learn) this.learn();
    return this.#deviation;
  }

  /**
   * One sample is compared with what is usual; nothing is learned.
   * @returns deviation from what is usual at this time, in mean absolute deviations usual at this time; NaN while the time has not
   *   been seen twice, or when the value is missing
   */
  look(time: number, value: number): number {
    this.#value = this.#residual = value;
    if (Number.isNaN(value)) return Number.NaN;
    const period = this.#period;
    const at = ((((time % period) + period) % period) / period) * this.#bins;
    const k = Math.min(this.#bins - 1, Math.floor(at));
    if (k !== this.#bin) this.#turn(k);
    const expected = this.#expected(at, k);
    const residual = value - expected;
    const usual = this.#usual(k);
    if (!Number.isNaN(expected)) this.expected = expected;
    this.usual = usual;
    this.#residual = residual;
    this.#at = k;
    return this.#deviation;
  }

  get #deviation(): number {
    return this.#judged < ENOUGH ? Number.NaN : this.#residual / this.usual;
  }

  /** The sample that was looked at last is normal. Once for each. */
  learn(): void {
    if (Number.isNaN(this.#value)) return;
    this.#sum += this.#value;
    this.#count++;
    this.#judge(this.#value, this.#residual, this.#at);
  }

  /** Mean absolute deviation at this time, drawn towards that of the whole period while it rests on few samples. */
  #usual(k: number): number {
    const n = Math.min(this.#samples[k]!, MOST);
    const usual = (n * this.#spread[k]! + PRIOR * this.#typical) / (n + PRIOR);
    return Math.max(usual, 1e-9 * Math.abs(this.#level), 1e-12);
  }

  /** What is usual at a position in bins; NaN when unknown. */
  #expected(at: number, k: number): number {
    if (this.#turns[k]! < 2) return Number.NaN;
    const aside = at - k - 0.5;
    const near = (k + (aside < 0 ? this.#bins - 1 : 1)) % this.#bins;
    const share = this.#turns[near]! < 2 ? 0 : Math.abs(aside);
    return this.#mean[k]! * (1 - share) + this.#mean[near]! * share;
  }

  #turn(k: number): void {
    if (this.#count > 0) {
      const i = this.#bin;
      const turns = ++this.#turns[i]!;
      this.#mean[i]! += Math.max(SLOWEST, 1 / turns) * (this.#sum / this.#count - this.#mean[i]!);
    }
    this.#bin = k;
    this.#sum = 0;
    this.#count = 0;
  }

  #judge(value: number, residual: number, k: number): void {
    if (this.#seen++ === 0) this.#level = value;
    const rate = 1 / Math.min(this.#seen, HORIZON);
    const e = value - this.#level;
    this.#level += rate * e;
    if (Number.isNaN(residual)) {
      this.#total += rate * (e * e - this.#total);
      return;
    }
    this.#judged++;
    const size = Math.abs(residual);
    const n = ++this.#samples[k]!;
    const most = CLIP * this.#usual(k);
    this.#spread[k]! += Math.max(1 / n, 1 / MOST) * (Math.min(size, n > 1 ? most : size) - this.#spread[k]!);
    const part = Math.max(1 / this.#judged, 1 / HORIZON);
    this.#typical += part * (Math.min(size, this.#judged > 1 ? CLIP * this.#typical : size) - this.#typical);
    this.#total += rate * (clipped(e * e, this.#total) - this.#total);
    const fast = Math.max(rate, 1 / this.#judged);
    this.left += fast * (clipped(residual * residual, this.#judged > 1 ? this.left : this.#total) - this.left);
    if (this.#judged < ENOUGH) return;
    this.found = this.left < (this.found ? LOST : FOUND) * this.#total;
  }

  snapshot(): Json {
    const numbers = [this.#bin, this.#sum, this.#count, this.#level, this.#total, this.#seen];
    return {
      found: this.found,
      now: [this.left, this.expected, this.usual],
      mean: pack(this.#mean),
      turns: pack(this.#turns),
      spread: pack(this.#spread),
      samples: pack(this.#samples),
      numbers: [...numbers, this.#judged, this.#typical],
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.numbers) || s.numbers.length !== 8) throw new RangeError("The snapshot does not fit.");
    this.found = s.found === true;
    unpack(s.mean, this.#mean);
    unpack(s.turns, this.#turns);
    const [bin, sum, count, level, total, seen, judged, typical] = s.numbers.map(num);
    this.#bin = bin!;
    this.#sum = sum!;
    this.#count = count!;
    this.#level = level!;
    this.#total = total!;
    if (!Array.isArray(s.now) || s.now.length !== 3) throw new RangeError("The snapshot does not fit.");
    [this.left, this.expected, this.usual] = s.now.map(num) as [number, number, number];
    this.#seen = seen!;
    this.#judged = judged!;
    this.#typical = typical!;
    unpack(s.spread, this.#spread);
    unpack(s.samples, this.#samples);
  }
}

const clipped = (square: number, usual: number): number => (usual > 0 ? Math.min(square, CLIP * usual) : square);
