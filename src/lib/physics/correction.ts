/**
 * Learned correction: what a calibrated model leaves over, as a polynomial of chosen inputs. It is learned once, with a
 * calibration (correction-fit.ts), and only evaluated here.
 */
import type { Json } from "../store/store.ts";

/** Correction of one signal, in the model's unit. */
export interface Polynomial {
  /** Indices of its inputs in the model's inputs. */
  inputs: number[];
  /** An input x enters as (x − centre) / scale, and not beyond what was seen while learning. */
  centre: number[];
  scale: number[];
  low: number[];
  high: number[];
  /** Products of inputs, by position in `inputs`: `[0]`, `[0, 1]`, `[1, 1]` … */
  terms: number[][];
  weights: number[];
  constant: number;
  /** Share of the held-out squared residual that it takes away. */
  gain: number;
}

export class LearnedCorrection {
  readonly #polynomials: ReadonlyMap<string, Polynomial>;

  private constructor(polynomials: ReadonlyMap<string, Polynomial>) {
    this.#polynomials = polynomials;
  }

  /** @param saved signal → Polynomial */
  static from(saved: Json): LearnedCorrection {
    return new LearnedCorrection(new Map(Object.entries(saved as unknown as Record<string, Polynomial>)));
  }

  /**
   * What is to be added to the model's value of a signal; 0 for a signal without correction or while inputs are missing.
   * @param inputs one per input of the model
   */
  at(signal: string, inputs: ArrayLike<number>): number {
    const polynomial = this.#polynomials.get(signal);
    if (!polynomial) return 0;
    const value = evaluate(polynomial, inputs);
    return Number.isFinite(value) ? value : 0;
  }
}

export function evaluate(
  { inputs, centre, scale, low, high, terms, weights, constant }: Polynomial,
  u: ArrayLike<number>,
) {
  let sum = constant;
  for (let k = 0; k < terms.length; k++) {
    let product = weights[k]!;
    for (const i of terms[k]!) {
      const x = (u[inputs[i]!]! - centre[i]!) / scale[i]!;
      product *= x < low[i]! ? low[i]! : x > high[i]! ? high[i]! : x;
    }
    sum += product;
  }
  return sum;
}
