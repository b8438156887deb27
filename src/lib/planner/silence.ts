/** Machines that do not report any more: how old their remaining life is, and from when it counts as stale. */
import type { MachineState } from "./plan.ts";
import { failsBefore } from "./remaining.ts";
import { reliability, type Weibull } from "./weibull.ts";
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

/**
 * Probability that a machine has failed since its last report, 0 … 1: by its remaining life, else by its age.
 * @param fit lives of its kind in hours; undefined: nothing is known by age
 * @param now milliseconds UTC
 */
export function failedSince({ rul, age, time }: MachineState, fit: Weibull | undefined, now: number): number {
  const elapsed = Math.max(0, (now - time) / HOUR);
  if (rul) return failsBefore(rul, elapsed);
  return fit ? 1 - reliability(fit, age + elapsed) / Math.max(reliability(fit, age), Number.MIN_VALUE) : 0;
}

/** A silent machine that has more likely failed than not: no date can be kept, somebody has to look at it. */
export const isProbablyOver = (machine: MachineState, fit: Weibull | undefined, now: number): boolean =>
  isStale(machine, now) && failedSince(machine, fit, now) >= 0.5;

/** A sentence, for a machine whose number is stale. @param what rests on the last report, "the date" or "this" */
export const silentWords = ({ time }: MachineState, now: number, what: string): string =>
  `Has not reported for ${hours((now - time) / HOUR)}: ${what} rests on its last report, as if it had run ever since.`;
