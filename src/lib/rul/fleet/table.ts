/** Histories of many units, as the learner reads them. */

export interface FleetUnit {
  id: string;
  /** Ascending, in units of life (hours, cycles, starts). */
  time: Float64Array;
  /** `rows × signals`, row by row; NaN is missing. */
  values: Float64Array;
}

export interface FleetTable {
  signals: string[];
  units: FleetUnit[];
}
