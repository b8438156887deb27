/**
 * From a false-alarm budget to a threshold: which level the score of normal operation reaches so many times per month.
 *
 * Peaks over threshold on block maxima (Coles 2001, ch. 3 and 4): the highest score of each stretch of about 64 samples goes into a
 * histogram. A stretch ends only when the score has been at rest, so that an excursion counts once, when it is over: a
 * fault, however slowly it comes, does not raise the threshold that is to find it. Where the histogram has seen the wanted rate often enough the level is its quantile; beyond,
 * the excess over the highest peaks is exponential, and the level is the one that the *predictive* distribution
 * exceeds at the wanted rate (a gamma posterior of the mean excess gives a Lomax distribution), which puts the
 * uncertainty of a young estimate into the threshold instead of into extra false alarms.
 *
 * Scores are surprises, about −ln p: of Gaussian data their excess is exponential with mean 1. The histogram starts from
 * that (a Gumbel law of weight 8), so that a young model is sensible too.
 */
import type { Json } from "../../store/store.ts";
import { fields, num, packSparse, unpackSparse } from "../json.ts";

const BLOCK = 64;
/** Samples below the usual peak that end a stretch, and the samples that end it in any case. */
const CALM = 32;
const LONGEST = 64 * BLOCK;
const BINS = 1024;
/** Bins per e-fold of 1 + score. */
const FINE = 100;
/** Starting law: weight in stretches, location of the Gumbel law: ln of half a stretch. */
const PRIOR = 8;
const LOCATION = Math.log(BLOCK / 2);
/** Peaks that a quantile or a mean excess is taken from. */
const PEAKS = 60;
/** Stretches after which old ones begin to fade. */
const MEMORY = 20_000;

export class Budget {
  /** Median peak of a stretch: what normal operation reaches all the time. */
  usual = LOCATION;
  /** Mean excess of the highest peaks. */
  excess = 1;
  #histogram = new Float64Array(BINS);
  #blocks = 0;
  #samples = 0;
  /** The stretch that is going on: samples, its peak, calm samples in a row. */
  #length = 0;
  #peak = 0;
  #calm = 0;

  readonly #assumed: number;

  /** @param assumed weight, in peaks, of the mean excess of 1 that Gaussian data have; the smaller, the sooner a heavy tail is believed */
  constructor(assumed = 20) {
    this.#assumed = assumed;
    this.#assume(PRIOR);
  }

  /** Adds stretches of the starting law. */
  #assume(stretches: number): void {
    for (let i = 0; i < BINS; i++) {
      const share = gumbel(edge(i + 1) - LOCATION) - (i ? gumbel(edge(i) - LOCATION) : 0);
      this.#histogram[i]! += stretches * share;
    }
    this.#blocks += stretches;
    this.#samples += stretches * BLOCK;
  }

  /** Scores have another law from now on: what was learned counts as much as the starting law. */
  doubt(): void {
    this.#assume(this.#blocks);
  }

  /** Takes the score of one calm sample into account. True when a stretch has ended, so that levels may have changed. */
  learn(score: number): boolean {
    this.#length++;
    this.#calm = score <= this.usual ? this.#calm + 1 : 0;
    if (score > this.#peak) this.#peak = score;
    if (this.#length < BLOCK || (this.#calm < CALM && this.#length < LONGEST)) return false;
    this.#commit(this.#peak);
    return true;
  }

  /** The stretch became an alarm: it counts once, as a little above the threshold (its mean), however long the fault lasts. */
  alarm(threshold: number): number {
    const counted = threshold + this.excess;
    this.#commit(counted);
    return counted;
  }

  /** Counts a peak, or with a negative weight takes it back. */
  count(score: number, weight: number): void {
    const i = bin(score);
    const before = this.#histogram[i]!;
    this.#histogram[i] = Math.max(0, before + weight);
    this.#blocks += this.#histogram[i]! - before;
  }

  #commit(peak: number): void {
    this.#histogram[bin(peak)]!++;
    this.#blocks++;
    this.#samples += Math.max(1, this.#length);
    this.#length = 0;
    this.#peak = 0;
    this.#calm = 0;
    if (this.#blocks <= MEMORY) return;
    for (let i = 0; i < BINS; i++) this.#histogram[i]! *= 0.5;
    this.#blocks *= 0.5;
    this.#samples *= 0.5;
  }

  /** Score that normal operation exceeds with `rate` excursions per sample. */
  level(rate: number): number {
    this.usual = this.#above(this.#blocks / 2)[0];
    const wanted = rate * this.#samples;
    const few = Math.min(PEAKS, this.#blocks / 4);
    const count = Math.min(Math.max(few, wanted), this.#blocks * 0.9);
    const [u, sum] = this.#above(count);
    const weight = count + this.#assumed;
    this.excess = (sum + this.#assumed) / weight;
    const rarer = Math.log(count / wanted);
    return Math.max(0, u + this.excess * (rarer > 0 ? weight * Math.expm1(rarer / weight) : rarer));
  }

  /** The level with `count` peaks above it, and the sum of their excesses. */
  #above(count: number): [number, number] {
    let n = 0;
    let sum = 0;
    for (let i = BINS - 1; i >= 0; i--) {
      const w = this.#histogram[i]!;
      if (w === 0) continue;
      const low = edge(i);
      const high = edge(i + 1);
      if (n + w >= count) {
        const part = (count - n) / w;
        const u = high - part * (high - low);
        return [u, sum + part * w * ((high - u) / 2) - n * u];
      }
      n += w;
      sum += (w * (low + high)) / 2;
    }
    return [0, sum];
  }

  snapshot(): Json {
    const { excess, usual } = this;
    return {
      excess,
      usual,
      histogram: packSparse(this.#histogram),
      counts: [this.#blocks, this.#samples, this.#length, this.#peak, this.#calm],
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.excess = num(s.excess);
    this.usual = num(s.usual);
    unpackSparse(s.histogram, this.#histogram);
    if (!Array.isArray(s.counts) || s.counts.length !== 5) throw new RangeError("The snapshot does not fit.");
    const [blocks, samples, length, peak, calm] = s.counts.map(num);
    this.#blocks = blocks!;
    this.#samples = samples!;
    this.#length = length!;
    this.#peak = peak!;
    this.#calm = calm!;
  }
}

const bin = (score: number): number => Math.max(0, Math.min(BINS - 1, Math.floor(FINE * Math.log1p(score))));
const edge = (i: number): number => Math.expm1(i / FINE);
const gumbel = (x: number): number => Math.exp(-Math.exp(-x));
