/** What `GET twin/api/calibration/data` answers. */
import type { Doubt } from "../lib/physics/calibration/faults.ts";

export interface CalibrationData {
  /** Source times of the oldest and newest sample, milliseconds; null where there is none. */
  from: number | null;
  to: number | null;
  /** What speaks against the stretch of time that was asked for. */
  doubts: Doubt[];
}
