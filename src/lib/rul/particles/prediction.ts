/** What a trend predicts. */
import type { Likeness } from "../similarity.ts";

/** Times in the unit of `update`; a quantile is Infinity where the machine may never fail. */
export interface LifePrediction {
  /** Mean life left, lives beyond `censored` counted as that. */
  mean: number;
  p05: number;
  p10: number;
  p50: number;
  p90: number;
  p95: number;
  /** Mean life left, lives beyond `cap` counted as that. */
  meanWithin(cap: number): number;
  /** Probability of failure within a time from now. */
  probability(horizon: number): number;
  /** The indicator is at its limit: everything is zero. */
  reached: boolean;
  /** The life beyond which nothing can be said, when a part of the distribution lies there; else null. */
  censored: number | null;
  /** Growth so far: logarithm of its odds against a constant, rate towards the limit, share of the way that is covered. */
  trend: { evidence: number; rate: number; climb: number };
  /** Shares of the ways of predicting, and the factor on the spread. */
  weights: { particles: number; laws: number; similarity: number };
  stretch: number;
  /** Standard deviations of its logarithm by which the life was moved, because past forecasts were early (above zero) or late. */
  bias: number;
  /** Past forecasts that came true: how many were judged, how many intervals held the truth, median relative error. */
  tested: { count: number; inside: number; error: number };
  /** Past failures that this machine is like, the most alike first. */
  likeness: readonly Likeness[];
}

/** Nothing has grown yet. */
export const NO_TREND = { evidence: Number.NEGATIVE_INFINITY, rate: 0, climb: 0 };

/** The indicator is at its limit. */
export const REACHED: LifePrediction = {
  mean: 0,
  p05: 0,
  p10: 0,
  p50: 0,
  p90: 0,
  p95: 0,
  meanWithin: () => 0,
  probability: () => 1,
  reached: true,
  censored: null,
  trend: { evidence: Number.POSITIVE_INFINITY, rate: 0, climb: 1 },
  weights: { particles: 1, laws: 0, similarity: 0 },
  tested: { count: 0, inside: 0, error: 0 },
  stretch: 1,
  bias: 0,
  likeness: [],
};
