/**
 * Whether a level is moving: a slow average of its deviations from the baseline that is farther out than that of a process with this
 * autocorrelation would be. While it is, a baseline must not learn spread: a fault that grows slowly would become its own noise.
 */
import { list, num } from "./json.ts";

/** Own standard deviations of the average beyond which the level is moving. */
const STEADY = 2;

export class SlowAverage {
  readonly #weight: number;
  #mean = 0;
  /** Variance of the average, were the deviations independent. */
  #variance = 0;

  /** @param weight of the newest deviation, 0 < λ < 1 */
  constructor(weight: number) {
    this.#weight = weight;
  }

  /**
   * One deviation.
   * @param z deviation in standard deviations, clipped
   * @param phi lag-one autocorrelation of the deviations
   * @param uncertainty variance of the baseline's location, in variances of the signal
   * @returns true while the level is where it is known to be
   */
  take(z: number, phi: number, uncertainty: number): boolean {
    const lambda = this.#weight;
    const keep = 1 - lambda;
    this.#mean = keep * this.#mean + lambda * z;
    this.#variance = keep * keep * this.#variance + lambda * lambda;
    // Variance of an EWMA of an AR(1) process relative to white noise (e.g. Schmid 1997), never above the process's own.
    const widened = Math.min(1, (this.#variance * (1 + phi * keep)) / (1 - phi * keep));
    return this.#mean ** 2 < STEADY ** 2 * (widened + uncertainty);
  }

  /** The level is a new one. */
  forget(): void {
    this.#mean = this.#variance = 0;
  }

  snapshot(): [number, number] {
    return [this.#mean, this.#variance];
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const [mean, variance] = list(state, 2).map(num);
    this.#mean = mean!;
    this.#variance = variance!;
  }
}
