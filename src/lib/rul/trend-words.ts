/** Tiers A and B in words: why there is no number, and what a number rests on. */
import { FEWEST_FAILURES } from "./particles/particle-predictor.ts";
import type { LifePrediction } from "./particles/prediction.ts";
import type { RulOptions } from "./predictor.ts";

/** Logarithm of the odds for growth against a constant: in 1 500 samples of pure noise fewer than 1 % of looks exceed it. */
const ENOUGH_EVIDENCE = 4;
/** Below this share of the way to the limit every law of growth still fits, and any number would be a guess. */
const LEAST_CLIMB = 0.05;
/** Share of the evidence from which one past failure is named. */
const ALIKE = 0.3;

/** Why a prediction is no answer; empty when it is one. @param livesKnown with lives known beforehand there is always one */
export function doubtOf({ trend, p50 }: LifePrediction, options: RulOptions, livesKnown: boolean): string {
  const { label, longest, timeUnit, direction } = options;
  const verb = direction === "rising" ? "grow" : "fall";
  if (!livesKnown) {
    if (trend.evidence < ENOUGH_EVIDENCE || !(trend.rate > 0))
      return `No trend yet: ${label} does not ${verb} towards its limit beyond its noise.`;
    if (trend.climb < LEAST_CLIMB)
      return `No number yet: ${label} has begun to ${verb}, but has covered less than ${100 * LEAST_CLIMB} % of the way to its limit.`;
  }
  if (p50 > longest)
    return `No end in sight: at the present growth ${label} needs more than ${format(longest)} ${timeUnit} to its limit.`;
  return "";
}

export interface Seen {
  /** The indicator now, and its growth per unit of time towards the limit. */
  value: number;
  slope: number;
  /** Number of past failures, and the longest life that is stated when a part lies beyond it. */
  failures: number;
  censored: number | null;
}

export function whyOf({ trend, likeness }: LifePrediction, options: RulOptions, seen: Seen): string[] {
  const { label, unit, threshold, timeUnit, typicalLife, direction } = options;
  const { value, slope, failures, censored } = seen;
  const grows = slope >= 0 === (direction === "rising") ? "grows" : "falls";
  const why = [
    `${label} ${grows} ${amount(Math.abs(slope), unit)} per ${timeUnit === "cycles" ? "cycle" : timeUnit}, now ${amount(value, unit)}, limit ${amount(threshold, unit)}.`,
  ];
  if (censored !== null) why.push(`Failure may lie beyond ${format(censored)} ${timeUnit}.`);
  if (failures >= FEWEST_FAILURES) why.push(`Tier B: ${failures} past failures and the trend.`);
  else if (typicalLife !== undefined) why.push(`Tier A: no ${FEWEST_FAILURES} past failures are known yet.`);
  if (trend.evidence < ENOUGH_EVIDENCE)
    why.push(`Low confidence: ${label} shows no trend yet, so this is mostly what such machines last.`);
  const most = likeness[0];
  if (most && most.share > ALIKE) why.push(`Most like ${most.unit}.`);
  return why;
}

export const tooFew = ({ label }: RulOptions): string => `No trend yet: ${label} has too few samples.`;

export const reachedSentence = ({ label, unit, threshold }: RulOptions, value: number): string =>
  `${label} ${amount(value, unit)} has reached its limit of ${amount(threshold, unit)}: the machine counts as failed.`;

const amount = (x: number, unit: string): string => (unit === "" ? format(x) : `${format(x)} ${unit}`);
/** A number with the three significant digits that a remaining life can claim. */
export const format = (x: number): string => String(Number(x.toPrecision(3)));
