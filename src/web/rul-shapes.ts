/** What the dialog of twin rul gets of a recorded history. Times are ages in the asked unit since the first point. */

/** Predictions that can be judged: how many intervals held the truth, and the median error as a share of the truth. */
export interface Promised {
  count: number;
  inside: number;
  error: number;
  /** Judged on whole lives, or on forecasts of the present level within one life. */
  of: "lives" | "levels";
}

/** A stretch of the record from a beginning (or a repair) to its end. */
export interface Stretch {
  from: number;
  to: number;
  /** True when it ends at the limit. */
  failed: boolean;
}

export interface Preview {
  points: [age: number, value: number][];
  lives: Stretch[];
  /** Null when the record ends dead, or is too short. */
  answer: { p05: number | null; p50: number | null; p95: number | null; reached: boolean } | null;
  promised: Promised | null;
}
