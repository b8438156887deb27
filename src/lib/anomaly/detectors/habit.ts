/**
 * What a signal did at the same hour of the last two weeks, alarm or not: the memory by which something that comes back every week, such as a rest at
 * the weekend or a weekly cleaning, is known in its third week although it was an alarm in the first two.
 *
 * A fault that stays must not become a habit: a deviation that returns is told from one that stays by the time between, so that nothing is a
 * habit while less than a sixth of the last week or so was ordinary.
 */
import type { Json } from "../../store/store.ts";
import { fields, num, pack, unpack } from "../json.ts";
import { EwmaZ } from "./ewma-z.ts";
import { DAY_MS } from "./profile.ts";

const WEEK_MS = 7 * DAY_MS;
const BINS = 1008;
const ORDINARY = 1 / 6;

export class Habit {
  /** Means of the last turn and of the one before it, per ten minutes of the week; NaN when not seen. */
  #last = new Float64Array(BINS).fill(Number.NaN);
  #before = new Float64Array(BINS).fill(Number.NaN);
  #bin = -1;
  #sum = 0;
  #count = 0;
  /** The bin before, which stays as it was last week while it is a neighbour, and its new mean. */
  #left = -1;
  #mean = 0;
  /** Means of the two weeks at the time of the last sample; NaN when not known. */
  readonly means: [last: number, before: number] = [Number.NaN, Number.NaN];
  /** Share of the last week, fading, that was ordinary. */
  #ordinary = 1;
  /** Baseline of the deviation from both weeks. */
  readonly #deviation: EwmaZ;

  /** @param learning samples of the learning phase of the deviation */
  constructor(learning: number) {
    this.#deviation = new EwmaZ({ learning });
  }

  /**
   * One sample, which is remembered whatever it is.
   * @param time source time, ms UTC
   * @param value NaN when missing
   * @param calm true when the sample is ordinary without any habit: only then the deviation teaches how far is far
   * @returns surprise of the deviation from the farther of the two weeks; NaN when there is no habit, or the value is missing
   */
  update(time: number, value: number, calm: boolean): number {
    if (Number.isNaN(value)) return Number.NaN;
    const k = Math.min(BINS - 1, Math.floor(((((time % WEEK_MS) + WEEK_MS) % WEEK_MS) / WEEK_MS) * BINS));
    if (k !== this.#bin) this.#turn(k);
    this.means[0] = this.#last[k]!;
    this.means[1] = this.#before[k]!;
    const last = beyond(this.#last, k, value);
    const before = beyond(this.#before, k, value);
    this.#sum += value;
    this.#count++;
    const farther = Math.abs(last) > Math.abs(before) ? last : before;
    if (Number.isNaN(last + before)) return Number.NaN;
    if (!calm && this.#deviation.progress < 1) return Number.NaN;
    const surprise = this.#deviation.update(time, farther, calm);
    return this.#ordinary < ORDINARY ? Number.NaN : surprise;
  }

  /** Tells whether the last sample was ordinary. @param share of a week that a sample stands for */
  judge(ordinary: boolean, share: number): void {
    this.#ordinary += Math.min(1, share) * ((ordinary ? 1 : 0) - this.#ordinary);
  }

  #turn(k: number): void {
    const i = this.#left;
    if (i >= 0) {
      this.#before[i] = this.#last[i]!;
      this.#last[i] = this.#mean;
    }
    this.#left = this.#count > 0 ? this.#bin : -1;
    this.#mean = this.#sum / this.#count;
    this.#bin = k;
    this.#sum = 0;
    this.#count = 0;
  }

  snapshot(): Json {
    return {
      last: pack(this.#last),
      before: pack(this.#before),
      numbers: [this.#bin, this.#sum, this.#count, this.#left, this.#left < 0 ? 0 : this.#mean, this.#ordinary],
      deviation: this.#deviation.snapshot(),
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    unpack(s.last, this.#last);
    unpack(s.before, this.#before);
    if (!Array.isArray(s.numbers) || s.numbers.length !== 6) throw new RangeError("The snapshot does not fit.");
    const [bin, sum, count, left, mean, ordinary] = s.numbers.map(num);
    this.#bin = bin!;
    this.#sum = sum!;
    this.#count = count!;
    this.#left = left!;
    this.#mean = mean!;
    this.#ordinary = ordinary!;
    this.#deviation.restore(s.deviation);
  }
}

/** How far a value is outside the means of a bin and its neighbours, so that a switch may come a little sooner or later; NaN when the bin is not known. */
function beyond(means: Float64Array, k: number, value: number): number {
  let low = means[k]!;
  let high = low;
  for (const near of [means[(k + 1) % BINS]!, means[(k + BINS - 1) % BINS]!]) {
    if (near < low) low = near;
    if (near > high) high = near;
  }
  return value > high ? value - high : value < low ? value - low : 0 * low;
}
