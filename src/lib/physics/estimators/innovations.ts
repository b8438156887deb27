/**
 * Watches the innovations of an estimator, one output beside the other: whether it is as good as it believes (NIS),
 * whether its parameters lag behind the machine, how noisy the measurements are, and whether the machine has jumped.
 */
import type { Json } from "../../store/store.ts";
import type { Estimator } from "./estimator.ts";

/** Measurements over which the mean normalised innovation squared is formed, and noise is adapted. */
const NIS_WINDOW = 200;
/** Refused measurements of one output in a row, after which the machine is believed and not the model. */
const PATIENCE = 10;
/**
 * Samples over which an output's standardised innovation is averaged, and the average from which the parameters are taken
 * to drift faster than they were said to: four of its own standard deviations. The variance then grows with the fourth
 * power of the excess, up to the limit: an adaptive fading factor (after Zhou & Frank 1996, Int. J. Control 65).
 */
const LAG_WINDOW = 50;
const LAGGING = 4 / Math.sqrt(2 * LAG_WINDOW);
const FASTEST = 400;
/** Adapted noise is never below this share of what was learned; a larger innovation² counts as this many variances. */
const LEAST_ADAPTED = 0.03;
const CLIP = 25;
/** A variance that was learned from 100 samples is known to 14 %, and of one working point: it may turn out larger by this. */
const HEADROOM = 1.5;

export class InnovationMonitor {
  readonly #inRow: Int32Array;
  /** Variance of the noise above which adaptation does not go; 0: not adapted. */
  readonly #ceiling: Float64Array;
  /** Running mean of every output's standardised innovation. */
  readonly #lag: Float64Array;
  #nisSum = 0;
  #nisCount = 0;

  constructor(outputs: number) {
    this.#inRow = new Int32Array(outputs);
    this.#ceiling = new Float64Array(outputs);
    this.#lag = new Float64Array(outputs);
  }

  /** Mean normalised innovation squared per measurement; NaN before the first. */
  get nis(): number {
    return this.#nisCount > 0 ? this.#nisSum / this.#nisCount : Number.NaN;
  }

  /** Allows the noise of an output to be adapted downwards from `variance`; 0 forbids it. */
  allow(output: number, variance: number): void {
    this.#ceiling[output] = HEADROOM * variance;
  }

  /** How much faster than said the parameters seem to drift, in variance: 1 or more. */
  get haste(): number {
    let largest = 0;
    for (let i = 0; i < this.#lag.length; i++) largest = Math.max(largest, Math.abs(this.#lag[i]!));
    return Math.min(FASTEST, Math.max(1, (largest / LAGGING) ** 4));
  }

  /**
   * Takes the innovations of an update, and adapts the noise of the estimator where that is allowed.
   * @param estimating whether parameters are estimated
   * @param onJump is called with an output that has been refused for so long that the machine must have jumped
   */
  take(estimator: Estimator, estimating: boolean, onJump: (output: number) => void): void {
    const { refused, innovation, variance, nis, measurements } = estimator;
    if (measurements > 0) {
      const keep = (1 - 1 / NIS_WINDOW) ** measurements;
      this.#nisSum = this.#nisSum * keep + nis;
      this.#nisCount = this.#nisCount * keep + measurements;
    }
    for (let i = 0; i < refused.length; i++) {
      const v = innovation[i]!;
      if (!Number.isFinite(v)) continue;
      if (refused[i] === 0) {
        this.#inRow[i] = 0;
        if (!estimating) continue;
        this.#lag[i]! += (v / Math.sqrt(variance[i]!) - this.#lag[i]!) / LAG_WINDOW;
        if (this.#ceiling[i]! > 0) this.#adapt(estimator, i, v);
      } else if (++this.#inRow[i]! >= PATIENCE) {
        this.#inRow[i] = 0;
        onJump(i);
      }
    }
  }

  /** Covariance matching (Mehra 1972, IEEE Trans. AC 17). */
  #adapt({ r, variance }: Estimator, output: number, innovation: number): void {
    const s = variance[output]!;
    const ceiling = this.#ceiling[output]!;
    const next = r[output]! + (Math.min(innovation ** 2, CLIP * s) - s) / NIS_WINDOW;
    r[output] = Math.min(ceiling, Math.max(LEAST_ADAPTED ** 2 * ceiling, next));
  }

  /** After a start: what was refused before says nothing any more. */
  restart(): void {
    this.#inRow.fill(0);
  }

  snapshot(): Json {
    return {
      inRow: Array.from(this.#inRow),
      ceiling: Array.from(this.#ceiling),
      // JSON has no −0: + 0 makes it 0.
      lag: Array.from(this.#lag, (x) => x + 0),
      nis: [this.#nisSum, this.#nisCount],
    };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json | undefined): void {
    const s = (state ?? {}) as { [key: string]: Json };
    for (const [values, target] of [
      [s.inRow, this.#inRow],
      [s.ceiling, this.#ceiling],
      [s.lag, this.#lag],
    ] as const) {
      if (!Array.isArray(values) || values.length !== target.length)
        throw new TypeError("the snapshot is of another model");
      target.set(values as number[]);
    }
    [this.#nisSum, this.#nisCount] = s.nis as [number, number];
  }
}
