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
 * Samples over which an output's standardised innovation is averaged. From a mean of three of its own standard deviations
 * on, the parameters are taken to drift faster than they were said to: their variance grows with the fourth power of the
 * excess, up to a limit, which is an adaptive fading factor (after Zhou & Frank 1996, Int. J. Control 65). The short mean
 * sees a quick fault, the long one a small one.
 */
const LAG = [100, 600] as const;
const FASTEST = 400;
/**
 * A mean beyond this many times that limit is no drift but a change that is smaller than the noise: as a jump. Every time
 * it takes more, so that an error of the model that no parameter explains does not open them again and again.
 */
const JUMP = 2;
const DULLING = 1.5;
/** Standard deviation of the learned offset, which 100 samples tell to a tenth. */
const OFFSET = 0.1;
const lagging = (window: number, offset: number): number => 3 * Math.hypot(1 / Math.sqrt(2 * window), offset);
/** Adapted noise stays between these shares of the standard deviation that was learned. */
const LEAST_ADAPTED = 0.03;
const MOST_ADAPTED = 5;
/** A larger squared difference counts as this many variances. */
const CLIP = 25;

export class InnovationMonitor {
  readonly #inRow: Int32Array;
  /** Variance of the noise that was learned; 0: it is not adapted. */
  readonly #learned: Float64Array;
  /** Whitened innovation before; NaN before the first. */
  readonly #before: Float64Array;
  /** Running means of every output's standardised innovation, one per window of LAG. */
  readonly #lag: Float64Array;
  #nisSum = 0;
  #nisCount = 0;

  /** Multiple of the limit that counts as a jump, per output. */
  readonly #jump: Float64Array;
  /** Means from which on the parameters lag, in the order of `#lag`. */
  readonly #lagging: Float64Array;

  /** @param corrected outputs from which a learned offset is taken away */
  constructor(corrected: readonly boolean[]) {
    const outputs = corrected.length;
    this.#lagging = Float64Array.from(corrected.flatMap((is) => LAG.map((window) => lagging(window, is ? OFFSET : 0))));
    this.#inRow = new Int32Array(outputs);
    this.#learned = new Float64Array(outputs);
    this.#before = new Float64Array(outputs).fill(Number.NaN);
    this.#lag = new Float64Array(outputs * LAG.length);
    this.#jump = new Float64Array(outputs).fill(JUMP);
  }

  /** Mean normalised innovation squared per measurement; NaN before the first. */
  get nis(): number {
    return this.#nisCount > 0 ? this.#nisSum / this.#nisCount : Number.NaN;
  }

  /** Allows the noise of an output to be adapted, beginning with `variance`; 0 forbids it. */
  allow(output: number, variance: number): void {
    this.#learned[output] = variance;
  }

  /** How much faster than said the parameters seem to drift, in variance: 1 or more. */
  get haste(): number {
    let haste = 1;
    for (let i = 0; i < this.#lag.length; i++)
      haste = Math.max(haste, Math.min(FASTEST, (this.#lag[i]! / this.#lagging[i]!) ** 4));
    return haste;
  }

  /**
   * Takes the innovations of an update, and adapts the noise of the estimator where that is allowed.
   * @param estimating whether parameters are estimated
   * @param onJump is called with an output that says that the machine has jumped: refused for long, or far to one side
   */
  take(estimator: Estimator, estimating: boolean, onJump: (output: number) => void): void {
    const { refused, innovation, whitened, variance, nis, measurements } = estimator;
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
        const z = v / Math.sqrt(variance[i]!);
        let lags = 0;
        for (let k = 0; k < LAG.length; k++) {
          const at = i * LAG.length + k;
          this.#lag[at]! += (z - this.#lag[at]!) / LAG[k]!;
          lags = Math.max(lags, Math.abs(this.#lag[at]!) / this.#lagging[at]!);
        }
        const w = whitened[i]!;
        if (this.#learned[i]! > 0) this.#adapt(estimator, i, lags > 1 ? (w - this.#before[i]!) ** 2 / 2 : w * w);
        this.#before[i] = w;
        if (lags > this.#jump[i]!) {
          this.#jump[i]! *= DULLING;
          this.#lag.fill(0);
          onJump(i);
        }
      } else if (++this.#inRow[i]! >= PATIENCE) {
        this.#inRow[i] = 0;
        onJump(i);
      }
    }
  }

  /**
   * Covariance matching (Mehra 1972, IEEE Trans. AC 17).
   * @param square of the whitened innovation; while innovations stay on one side, half that of the difference of two: it
   * tells the noise, and hardly feels a fault
   */
  #adapt({ r }: Estimator, output: number, square: number): void {
    if (Number.isNaN(square)) return;
    const learned = this.#learned[output]!;
    const next = r[output]! * (1 + (Math.min(square, CLIP) - 1) / NIS_WINDOW);
    r[output] = Math.min(MOST_ADAPTED ** 2 * learned, Math.max(LEAST_ADAPTED ** 2 * learned, next));
  }

  /** After a start: what was refused before says nothing any more. */
  restart(): void {
    this.#inRow.fill(0);
    this.#before.fill(Number.NaN);
  }

  snapshot(): Json {
    return {
      inRow: Array.from(this.#inRow),
      learned: Array.from(this.#learned),
      jump: Array.from(this.#jump),
      before: Array.from(this.#before, (x) => (Number.isNaN(x) ? null : x + 0)),
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
      [s.learned, this.#learned],
      [s.jump, this.#jump],
      [s.before, this.#before],
      [s.lag, this.#lag],
    ] as const) {
      if (!Array.isArray(values) || values.length !== target.length)
        throw new TypeError("the snapshot is of another model");
      target.set((values as (number | null)[]).map((x) => x ?? Number.NaN));
    }
    [this.#nisSum, this.#nisCount] = s.nis as [number, number];
  }
}
