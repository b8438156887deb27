import { AnomalyEngine } from "../../../src/lib/anomaly/engine.ts";
import { type AnomalyConfig, readOptions } from "../../../src/lib/anomaly/options.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";

export const UNITS: Record<string, string> = {
  speed: "/min",
  dischargePressure: "bar",
  flow: "m3/h",
  motorCurrent: "A",
  bearingTemperature: "Cel",
  vibration: "mm/s",
};

const LABELS: Record<string, string> = {
  dischargePressure: "Discharge pressure",
  vibration: "Vibration",
  flow: "Flow",
};

export const assetWith = (names: string[]) =>
  readAsset({
    idPattern: "*",
    signals: names.map((name) => ({ name, unit: UNITS[name] ?? "1", label: LABELS[name] ?? name })),
  });

export function engineFor(names: string[], config: Partial<AnomalyConfig> = {}): AnomalyEngine {
  const asset = assetWith(names);
  return new AnomalyEngine(asset, readOptions(config, asset));
}

export const START = Date.UTC(2026, 0, 1);

/** A message in which every given value is a new sample. */
export const message = (time: number, values: Envelope["values"], more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: "plant1:pump-1",
  branch: "live",
  time,
  values,
  updated: Object.keys(values),
  ...more,
});

/** The section a model adds: residuals are measured minus expected, with their standard deviation. */
export function modelled(expected: Record<string, number>, residual: Record<string, number>, sd = 0.03) {
  const per = (f: (name: string) => number) => Object.fromEntries(Object.keys(residual).map((n) => [n, f(n)]));
  return { expected, residual, sd: per(() => sd), z: per((n) => residual[n]! / sd) };
}
