/** How a fleet counts time: from the beginning of life, or by a clock that says nothing about age. */

import { ascending, median, quantile } from "../../statistics.ts";
import { WINDOWS } from "./features.ts";
import type { FleetTable } from "./table.ts";

export interface Clock {
  /** True when time is age. */
  isAge: boolean;
  /** Usual time of the first sample of a new unit. */
  start: number;
  /** A first sample within this much of it is a seen start; null: no start was seen in the fleet. */
  tolerance: number | null;
}

/**
 * Time is age when most units begin at about the same time; the others were met in mid-life. It is age, too, when the
 * units begin between zero and the usual end of a life: then all were met in mid-life.
 */
export function clockOf({ units }: FleetTable, life: number): Clock {
  const starts = ascending(units.map(({ time }) => time[0]!));
  const start = quantile(starts, 0.25);
  const tolerance = WINDOWS.short * life;
  const together = starts.filter((t) => Math.abs(t - start) <= tolerance).length;
  if (together >= 0.5 * starts.length) return { isAge: true, start, tolerance };
  // A calendar begins far from zero, or new units go on coming after the first have failed.
  const end = median(units.map(({ time }) => time[time.length - 1]!));
  const isAge = starts[0]! >= 0 && starts[0]! < 0.25 * end && quantile(starts, 0.9) < end;
  return isAge ? { isAge, start: starts[0]!, tolerance: null } : { isAge, start, tolerance };
}

/** Whether a unit's first sample can be the beginning of its life, as far as the clock tells. */
export const startIsSeen = ({ isAge, start, tolerance }: Clock, first: number): boolean =>
  !isAge || (tolerance !== null && first <= start + tolerance);
