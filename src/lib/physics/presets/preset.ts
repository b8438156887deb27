/**
 * A ready model as the program uses it, read from a file (file.ts): data in the same equation language that a technician uses, so that it can be read and changed.
 * The equations are written in coherent SI units (m, kg, s, K, A and what follows from them); every name has a unit of
 * daily use beside it, from and to which signals and numbers are converted (model.ts, `units`).
 */
export interface PresetParameter {
  name: string;
  /** In `unit`. */
  value: number;
  /** UCUM code. */
  unit: string;
  label: string;
  /** Believable range, in `unit`; calibration and estimation stay within. */
  low?: number;
  high?: number;
  /** A constant of nature or of a formula: nothing to enter. */
  constant?: true;
}

/** A fault, as the change of one parameter and what it does to a signal. */
export interface PresetFault {
  name: string;
  parameter: string;
  change: "rises" | "falls";
  /** The signal or derived quantity that shows it first. */
  shows: string;
  /** What that does; `lags`: it follows more slowly. */
  effect: "rises" | "falls" | "lags";
}

/** A parameter worth tracking live, with the spreads that a filter starts from; both in the parameter's unit. */
export interface PresetDrift {
  parameter: string;
  /** Standard deviation of the value at the start. */
  sd: number;
  /** Standard deviation of its change in one day. */
  perDay: number;
}

export interface Preset {
  name: string;
  title: string;
  /** Textbook, paper or standard, with the numbers of the equations. */
  source: string;
  /** One line of text. */
  diagram: string;
  equations: string;
  parameters: readonly PresetParameter[];
  /** What the equations read. */
  inputs: readonly string[];
  /** Unit of every name that may be a signal: what the equations read and what they predict. */
  units: Readonly<Record<string, string>>;
  /** Values for inputs that an asset may lack. */
  fallback: Readonly<Record<string, number>>;
  /** Values of states at the start where they are not measured; 0 in their unit by default. */
  initial: Readonly<Record<string, number>>;
  derived: readonly string[];
  /** Unit of each derived quantity. */
  derivedUnits: Readonly<Record<string, string>>;
  /** Unit of every other left side. */
  innerUnits: Readonly<Record<string, string>>;
  /** Inputs at a typical working point. */
  nominal: Readonly<Record<string, number>>;
  faults: readonly PresetFault[];
  drifting: readonly PresetDrift[];
  /** Measured states follow their measurement with this time constant, seconds; 0: never. */
  follow: number;
  /** Seconds until the states have forgotten how they were started; nothing is learned of them before. */
  settle: number;
}
