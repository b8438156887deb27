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
