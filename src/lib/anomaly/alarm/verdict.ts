/** What the alert layer is told, and what it says of one sample. */

export interface AlertLayerOptions {
  /** False alarms per 30 days that are worth it. */
  falseAlarmsPerMonth: number;
  /** Consecutive samples over the threshold before the alarm is raised. Default 1. */
  hold?: number;
  /** Consecutive calm samples before it is cleared at the earliest. Default 32. */
  clear?: number;
  /**
   * What counts as calm, in thresholds, or as much more as normal operation needs to be calm for `clear` samples nine times out of ten; else
   * where normal operation spends its time, at most 0.6.
   */
  calm?: number;
  /** Samples after a clearing during which it is not raised again. Default 0. */
  refractory?: number;
  /** Weight, in peaks, of the assumption that scores have the tail of Gaussian data. Default 20. */
  assumed?: number;
}

export interface AlertVerdict {
  /** 0 … 1; 0.5 at the threshold. */
  score: number;
  /** The raw score held for `hold` samples; what the threshold is about. */
  surprise: number;
  threshold: number;
  over: boolean;
  active: boolean;
  /** True for the one sample at which a new alarm was raised. */
  raised: boolean;
  /** True for the one sample at which an alarm that seemed to be over goes on. */
  resumed: boolean;
  severity: "none" | "warning" | "alarm";
}
