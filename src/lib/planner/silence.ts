/** Machines that do not report any more: how old their remaining life is, and from when it counts as stale. */
import type { MachineState } from "./plan.ts";
import { HOUR } from "./windows.ts";
import { hours } from "./words.ts";

/** As delivered: hours without a report, or so many of the machine's usual intervals where that is longer. */
const USUAL = { hours: 24, intervals: 3 };

/**
 * Hours without a report from which a remaining life is stale.
 * @param given what a person has set, hours; undefined: as delivered
 * @param interval mean time between the machine's reports, hours; undefined while it has made one only
 */
export const staleAfter = (given: number | undefined, interval: number | undefined): number =>
  given ?? Math.max(USUAL.hours, USUAL.intervals * (interval ?? 0));

/** @param now milliseconds UTC */
export const isStale = ({ time, staleAfter: after }: MachineState, now: number): boolean =>
  after !== undefined && now - time > after * HOUR;

/** A sentence, for a machine whose number is stale. @param what rests on the last report, "the date" or "this" */
export const silentWords = ({ time }: MachineState, now: number, what: string): string =>
  `Has not reported for ${hours((now - time) / HOUR)}: ${what} rests on its last report, as if it had run ever since.`;
