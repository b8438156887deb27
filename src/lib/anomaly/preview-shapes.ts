/** What the dialog of twin anomaly gets of a recorded history. */
export interface PreviewAlarm {
  /** Source times, ms; `to` is null when it stands at the end of the record. */
  from: number;
  to: number | null;
  severity: "info" | "warning" | "alarm";
  /** Complete sentences, those of the events raised. */
  text: string[];
  /** The change (for the worse, or another reading of the cause) at which the score was highest. */
  later?: string;
}

/** A stretch in which the alarm was about a sensor and not about the machine; the score may be low there. */
export interface PreviewSensor {
  /** Display name of its signal. */
  label: string;
  /** Source times, ms; `to` is null when it still reads wrong at the end of the record. */
  from: number;
  to: number | null;
}

export interface PreviewPanel {
  label: string;
  unit: string;
  /** The measured value, one per time; null where there is none. */
  values: (number | null)[];
  /** What the model upstream expected, where residuals were watched. */
  expected?: (number | null)[];
}

export interface Preview {
  /** First and last source time, ms. */
  from: number;
  to: number;
  rows: number;
  /** True when the record is longer than what was replayed. */
  cut: boolean;
  /** Source time at which learning was over; null when the record ends before. */
  learned: number | null;
  /** Learned share at the end of the record. */
  progress: number;
  alarms: PreviewAlarm[];
  /** In order of time. */
  sensors: PreviewSensor[];
  /** Alarms per 30 days of calm watching, were all of them false, with its 95 % interval; null when nothing was watched. */
  perMonth: { estimate: number; low: number; high: number } | null;
  /** The time axis of the panels, ms. */
  times: number[];
  score: (number | null)[];
  /** At most four: the signals that the alarms were about come first. */
  panels: PreviewPanel[];
  /** Signals watched in all. */
  watched: number;
}
