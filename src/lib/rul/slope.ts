import { TheilSenRegression } from "ml-regression";
import type { Bin } from "./bins.ts";

/** Present growth per unit of time: the median slope (Theil 1950, Sen 1968) of the newest bins, which outliers cannot move. */
export function presentSlope(bins: readonly Bin[], newest = 24): number {
  const last = bins.slice(-newest);
  if (last.length < 2) return 0;
  const t0 = last[0]!.t;
  return new TheilSenRegression(
    last.map((b) => b.t - t0),
    last.map((b) => b.y),
  ).slope;
}
