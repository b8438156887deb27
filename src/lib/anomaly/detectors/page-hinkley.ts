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
   * @returns the larger test statistic over its limit: a change above 1. Does not reset by itself.
   */
  update(z: number): number {
    if (!Number.isNaN(z)) this.#take(z);
    return Math.max(this.#sumUp - this.#least, this.#most - this.#sumDown) / this.lambda;
  }

  #take(z: number): void {
    this.count++;
    this.mean += (z - this.mean) / this.count;
    const d = Math.max(-CLIP, Math.min(CLIP, z - this.mean));
    this.#sumUp += d - this.delta;
    this.#least = Math.min(this.#least, this.#sumUp);
    this.#sumDown += d + this.delta;
    this.#most = Math.max(this.#most, this.#sumDown);
  }

  reset(): void {
    this.mean = 0;
    this.count = 0;
    this.#sumUp = this.#least = this.#sumDown = this.#most = 0;
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
