/** How a fleet counts time: from the beginning of life, or by a clock that says nothing about age. */
import { WINDOWS } from "./features.ts";
import { ascending, type FleetTable, quantile } from "./table.ts";

export interface Clock {
  /** True when all units begin at about the same time, so that time is age. */
  isAge: boolean;
  /** Usual time of the first sample. */
  start: number;
  /** A first sample within this much of the usual one is a seen start. */
  tolerance: number;
}

/** Time is age when most units begin at about the same time; the others were met in mid-life. */
export function clockOf(table: FleetTable, life: number): Clock {
  const starts = ascending(table.units.map((u) => u.time[0]!));
  const start = quantile(starts, 0.25);
  const tolerance = WINDOWS.short * life;
  const together = starts.filter((t) => Math.abs(t - start) <= tolerance).length;
  return { isAge: together >= 0.6 * starts.length, start, tolerance };
}

/** Whether a unit's first sample can be the beginning of its life, as far as the clock tells. */
export const startIsSeen = (clock: Clock, first: number): boolean =>
  !clock.isAge || first <= clock.start + clock.tolerance;
