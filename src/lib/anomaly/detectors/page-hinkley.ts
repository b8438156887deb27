/**
 * Detector: Page–Hinkley test (Hinkley, Biometrika 58, 1971; as in Gama et al., ACM Computing Surveys 46, 2014): the sum of deviations from
 * the running mean of everything since the last reset, less an allowance, above its own minimum (or below its maximum). It needs no
 * baseline and finds that the mean *has changed*, not where it should be.
 *
 * With a known mean it is the CUSUM with k = allowance (the sum above its minimum obeys the same recursion), so the same run
 * lengths apply once the running mean has settled.
 */
import type { Json } from "../../store/store.ts";
import { num } from "../json.ts";
import { cusumLimit } from "./arl.ts";
import { beyond } from "./mewma.ts";

const CLIP = 4;

export interface PageHinkleyOptions {
  /** Mean number of samples between false alarms, both directions together. */
  arl?: number;
  /** Limit in standard deviations, instead of `arl`. */
  lambda?: number;
  /** Allowance: half the change to be found, in standard deviations. */
  delta?: number;
}

export class PageHinkley {
  readonly lambda: number;
  readonly delta: number;
  mean = 0;
  count = 0;
  /** The statistic is kept below this: the deeper, the longer it takes to come back. */
  most = Number.POSITIVE_INFINITY;
  #sumUp = 0;
  #least = 0;
  #sumDown = 0;
  #most = 0;

  /** @throws RangeError when the wanted run length is too short */
  constructor({ arl = 43_200, delta = 0.5, lambda }: PageHinkleyOptions = {}) {
    this.delta = delta;
    this.lambda = lambda ?? cusumLimit(arl, delta);
  }

  /**
   * @param z value in standard deviations of the signal, from any origin; NaN when missing
   * @param learn false while the running mean must not follow
   * @param band smallest deviation from the mean that counts, standard deviations
   * @returns the larger test statistic over its limit: a change above 1. Does not reset by itself.
   */
  update(z: number, learn = true, band = 0): number {
    if (!Number.isNaN(z)) this.#take(z, learn, band);
    return Math.max(this.#sumUp - this.#least, this.#most - this.#sumDown) / this.lambda;
  }

  #take(z: number, learn: boolean, band: number): void {
    if (learn) {
      this.count++;
      this.mean += (z - this.mean) / this.count;
    }
    const d = Math.max(-CLIP, Math.min(CLIP, beyond(z - this.mean, band)));
    this.#sumUp += d - this.delta;
    this.#least = Math.min(this.#least, this.#sumUp);
    this.#sumUp = Math.min(this.#sumUp, this.#least + this.most);
    this.#sumDown += d + this.delta;
    this.#most = Math.max(this.#most, this.#sumDown);
    this.#sumDown = Math.max(this.#sumDown, this.#most - this.most);
  }

  /** The sums start again; the mean stays. */
  settle(): void {
    this.#sumUp = this.#least = this.#sumDown = this.#most = 0;
  }

  reset(): void {
    this.mean = 0;
    this.count = 0;
    this.settle();
  }

  snapshot(): Json {
    return [this.mean, this.count, this.#sumUp, this.#least, this.#sumDown, this.#most];
  }

  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 6) throw new RangeError("The snapshot does not fit.");
    const [mean, count, sumUp, least, sumDown, most] = state.map(num);
    this.mean = mean!;
    this.count = count!;
    this.#sumUp = sumUp!;
    this.#least = least!;
    this.#sumDown = sumDown!;
    this.#most = most!;
  }
}
