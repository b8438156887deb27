/**
 * Detector: the oddest single channel at this moment. The deviation of each channel from its robust baseline, in
 * standard deviations, with the share of each; the largest counts, corrected for how many were looked at (Šidák's
 * correction in its small-probability form).
 */
import type { Json } from "../store/store.ts";
import { chi2Surprise } from "./chi2.ts";
import type { Detector, Sample, Verdict } from "./detector.ts";

export class RobustZ implements Detector {
  #verdict: Verdict;

  constructor(channels: number) {
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  update({ z, uncertainty }: Sample): Verdict {
    const { shares } = this.#verdict;
    let largest = 0;
    let looked = 0;
    let sum = 0;
    for (let i = 0; i < z.length; i++) {
      const value = z[i]!;
      shares[i] = 0;
      if (Number.isNaN(value)) continue;
      looked++;
      const square = (value * value) / (1 + uncertainty[i]!);
      if (square > largest) largest = square;
      // What one would expect of noise is nobody's fault.
      if (square > 4) sum += shares[i] = square - 4;
    }
    if (sum > 0) for (let i = 0; i < shares.length; i++) shares[i]! /= sum;
    this.#verdict.surprise = looked ? Math.max(0, chi2Surprise(largest, 1) - Math.log(looked)) : 0;
    return this.#verdict;
  }

  snapshot(): Json {
    return null;
  }

  restore(_state: Json): void {}
}
