/** Whether a limit can be meant: a signal that begins beyond it, moves away from it or never comes near probably has another one. */
import { median } from "../statistics.ts";
import { sampleDeviation } from "./fleet/spikes.ts";

export type LimitDoubt = "beyond" | "away" | "far";

/** Samples whose median is a level. */
const LEVEL = 5;
/** Deviations of a sample by which a level must have moved. */
const CLEAR = 3;
/** Below this share of the way a limit was not approached. */
const APPROACHED = 0.05;

/**
 * What speaks against the limit of one record; undefined when nothing does, or too little was recorded.
 * @param values in their order in time; NaN is missing
 */
export function limitDoubt(
  values: ArrayLike<number>,
  threshold: number,
  direction: "rising" | "falling",
): LimitDoubt | undefined {
  const sign = direction === "rising" ? 1 : -1;
  const known = Float64Array.from(values).filter((x) => !Number.isNaN(x));
  if (known.length < 2 * LEVEL) return undefined;
  const way = sign * (threshold - median(known.subarray(0, LEVEL)));
  if (way <= 0) return "beyond";
  const gone = way - sign * (threshold - median(known.subarray(-LEVEL)));
  if (gone < -CLEAR * sampleDeviation([known])) return "away";
  return gone < APPROACHED * way ? "far" : undefined;
}

/** The sentence about a whole table; empty when nothing speaks against the limit, or only few machines do that have hardly begun. */
export function limitSentence(
  doubts: readonly (LimitDoubt | undefined)[],
  { signal, threshold, direction }: { signal: string; threshold: number; direction: "rising" | "falling" },
): string {
  const count = (what: LimitDoubt) => doubts.filter((d) => d === what).length;
  const of = (n: number) => (doubts.length === 1 ? "" : ` in ${n} of ${doubts.length} units`);
  const [beyond, away, far] = [count("beyond"), count("away"), count("far")];
  const other =
    direction === "rising" ? "add --falling if it fails by falling" : "leave --falling out if it fails by rising";
  const side = direction === "rising" ? "at or above" : "at or below";
  if (beyond > 0)
    return `${signal} begins ${side} the threshold ${threshold}${of(beyond)}, so that life counts as over: probably the direction is wrong (${other}), or the threshold.`;
  if (2 * away > doubts.length)
    return `${signal} moves away from the threshold ${threshold}${of(away)}: probably the direction is wrong (${other}), or the threshold.`;
  if (away + far === doubts.length && doubts.length > 0)
    return `${signal} has not come nearer to the threshold ${threshold} by ${100 * APPROACHED} % of the way${doubts.length === 1 ? "" : " in any unit"}: the numbers are guesses; check the threshold and the direction.`;
  return "";
}
