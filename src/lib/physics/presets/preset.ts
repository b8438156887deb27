/** A ready model: data in the same equation language that a technician uses, so that it can be read and changed. */
export interface PresetParameter {
  name: string;
  value: number;
  /** UCUM code. */
  unit: string;
  label: string;
}

export interface Preset {
  name: string;
  equations: string;
  parameters: readonly PresetParameter[];
  /** Units in which the equations take and give signals; the node converts from and to those of the asset. */
  units: Readonly<Record<string, string>>;
  /** Values for inputs that an asset may lack. */
  fallback: Readonly<Record<string, number>>;
  derived: readonly string[];
  /** Unit of each derived quantity, for people. */
  derivedUnits: Readonly<Record<string, string>>;
  /** Measured states follow their measurement with this time constant, seconds; 0: never. */
  follow: number;
  /** Seconds until the states have forgotten how they were started; nothing is learned of them before. */
  settle: number;
}
