/**
 * Detector: the oddest single channel at this moment. The deviation of each channel from its robust baseline, in
 * standard deviations, with the share of each. The largest counts; how surprising it is, is judged against the largest deviations of
 * the learning rows, because single values of real signals have heavier tails than Gauss's, but never as more surprising
 * than Gauss's law would have it.
 */
import type { Json } from "../../store/store.ts";
import { chi2Surprise } from "../chi2.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fields } from "../json.ts";
import { Exceedance } from "./exceedance.ts";
import { beyond } from "./mewma.ts";

/** Learning rows below which their tail is not known. */
const ENOUGH = 100;

export class RobustZ implements Detector {
  readonly #exceedance = new Exceedance();
  #fitted = false;
  #verdict: Verdict;

  constructor(channels: number) {
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  /** Learns from the rows of the learning phase. */
  fit(samples: readonly Sample["z"][], uncertainty: Float64Array): void {
    if (samples.length < ENOUGH) return;
    const none = new Float64Array(uncertainty.length);
    this.#exceedance.fit(samples.map((z) => this.#largest(z, uncertainty, none)[0]));
    this.#fitted = true;
  }

  update({ z, uncertainty, band }: Sample): Verdict {
    const [largest, looked] = this.#largest(z, uncertainty, band);
    const gauss = looked ? Math.max(0, chi2Surprise(largest, 1) - Math.log(looked)) : 0;
    this.#verdict.surprise = this.#fitted ? Math.min(gauss, this.#exceedance.surprise(largest)) : gauss;
    return this.#verdict;
  }

  /** The largest square and how many channels were looked at; sets the shares. */
  #largest(z: Float64Array, uncertainty: Float64Array, band: Float64Array): [largest: number, looked: number] {
    const { shares } = this.#verdict;
    let largest = 0;
    let looked = 0;
    let sum = 0;
    for (let i = 0; i < z.length; i++) {
      const value = z[i]!;
      shares[i] = 0;
      if (Number.isNaN(value)) continue;
      looked++;
      const square = beyond(value, band[i]!) ** 2 / (1 + uncertainty[i]!);
      if (square > largest) largest = square;
      // What one would expect of noise is nobody's fault.
      if (square > 4) sum += shares[i] = square - 4;
    }
    if (sum > 0) for (let i = 0; i < shares.length; i++) shares[i]! /= sum;
    return [largest, looked];
  }

  snapshot(): Json {
    return { fitted: this.#fitted, exceedance: this.#exceedance.snapshot() };
  }

  restore(state: Json): void {
    const s = fields(state);
    this.#fitted = s.fitted === true;
    this.#exceedance.restore(s.exceedance);
  }
}
