/** Names of the features of a waveform, for settings and the dialog. */

/** Feature → UCUM unit; "wave" is the unit of the waveform. */
export const FEATURES = {
  velocityRms: "mm/s",
  rms: "wave",
  peak: "wave",
  crestFactor: "1",
  kurtosis: "1",
  skewness: "1",
  peakFrequency: "Hz",
  peakAmplitude: "wave",
  order1: "wave",
  order2: "wave",
  order3: "wave",
  outerRace: "1",
  innerRace: "1",
  ball: "1",
  cage: "1",
  quefrency: "ms",
} as const;
export type Feature = keyof typeof FEATURES;
