/** The tiny interface that every detector has, one file per detector. */
import type { Json } from "../store/store.ts";

/** One row of standardised channels. All arrays have one entry per channel. */
export interface Sample {
  /** Source time, milliseconds UTC. */
  time: number;
  /** Time since the last row in usual sampling intervals, about 1; at least a small positive number. */
  steps: number;
  /** Deviation from the baseline in standard deviations; NaN where there is no new Good value. */
  z: Float64Array;
  /** Lag-one autocorrelation of each channel, 0 … 1. */
  autocorrelation: Float64Array;
  /** Variance of the baseline's own location, in variances of the channel: 1 / effective number of samples. */
  uncertainty: Float64Array;
  /** Smallest deviation that matters, in standard deviations; 0 when any does. */
  band: Float64Array;
  /** False while an alarm stands or the baseline is frozen: the detector answers but learns nothing. */
  learn: boolean;
}

export interface Verdict {
  /**
   * Surprise: −ln of the probability of something at least as odd under normal Gaussian behaviour. About 1 on average
   * when all is well; 14 is one in a million.
   */
  surprise: number;
  /** Share of each channel, ≥ 0; sums to one, or to zero when nothing deviates. */
  shares: Float64Array;
}

export interface Detector {
  update(sample: Sample): Verdict;
  snapshot(): Json;
  restore(state: Json): void;
}

/** Runs through the rows of a learning record once more, oldest first, standardised, and gives what the callback returns for each. */
export type Samples = <T>(use: (sample: Sample, k: number) => T) => T[];

/** A detector that a learning record is given to before it judges. */
export interface LearnedDetector extends Detector {
  /** @returns surprise of each row by what has not seen it, where the detector can tell */
  fit(samples: Samples): number[] | undefined;
  /** A channel measures something else from now on. */
  forget(channel: number): void;
  /** Averages, sums and the previous row say nothing any more. */
  resume(): void;
}
