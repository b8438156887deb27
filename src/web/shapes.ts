/** What the API says of twins: the server makes it, the live page reads it. */
export interface Summary {
  store: string;
  branch: string;
  id: string;
  asset: string;
  mimic: string;
  simulated: boolean;
  time: number;
  state: string;
  severity: string;
  health: number | null;
  why: string;
  rul: { unit: string; p05: number | null; p50: number | null; p95: number | null; severity: string } | null;
  proposals: number;
  notGood: number;
}

export interface SignalView {
  name: string;
  label: string;
  unit: string;
  component: string;
  normal: readonly [number | null, number | null] | null;
}

/** A state or derived quantity of the twin's model. */
export interface QuantityView {
  name: string;
  label: string;
  /** For people; empty where it has none, or nobody knows it. */
  unit: string;
  /** It says nothing of its own: the change of a parameter that is calibrated to zero is its value. */
  same?: true;
}

/** A curve over the frequency: point i is the highest line around `from + i · step` Hz. */
export interface CurveView {
  from: number;
  step: number;
  /** For people; empty for the envelope, which is power over the noise. */
  unit: string;
  values: number[];
}

/** The latest spectrum of one twin-spectrum node. */
export interface SpectrumView {
  /** Changes with every new spectrum. */
  id: string;
  /** What was measured. */
  label: string;
  time: number;
  fs: number;
  n: number;
  rpm: number | null;
  zone: "A" | "B" | "C" | "D" | null;
  /** Which part of the bearing is damaged, `none`, `unknown`; null where no bearing is set. */
  verdict: string | null;
  why: string[];
  features: { name: string; value: number; unit: string }[];
  curves: { velocity?: CurveView; amplitude: CurveView; envelope?: CurveView };
  /** Where to look: shaft and bearing, with the evidence of each part of the bearing. */
  marks: { part: string; symbol: string; frequency: number; evidence: number | null }[];
}
