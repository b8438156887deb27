/** Where a technician can start from: the signals of common machines. Every value is to be checked against the machine. */
import type { AssetConfig, SignalConfig } from "./asset-config.ts";

export type Template = Pick<AssetConfig, "signals" | "parameters" | "failure" | "mimic">;

type Range = readonly [low: number, high: number];

function signal(
  name: string,
  unit: string,
  label: string,
  component: string,
  normal: Range,
  limits: Range,
): SignalConfig {
  const [normalLow, normalHigh] = normal;
  const [limitLow, limitHigh] = limits;
  return { name, unit, label, component, normalLow, normalHigh, limitLow, limitHigh };
}

/** Centrifugal pump on a frequency converter: the signals of the preset pump of twin physics. */
const pump: Template = {
  mimic: "pump",
  signals: [
    signal("speed", "/min", "Speed", "motor", [600, 1500], [0, 1800]),
    signal("flow", "m3/h", "Flow", "discharge", [20, 70], [0, 120]),
    signal("suctionPressure", "bar", "Suction pressure", "suction", [0.4, 0.9], [0, 3]),
    signal("dischargePressure", "bar", "Discharge pressure", "discharge", [2, 4.2], [0, 10]),
    signal("motorCurrent", "A", "Motor current", "motor", [8, 18], [0, 40]),
    signal("bearingTemperature", "Cel", "Bearing temperature", "bearing", [20, 65], [-30, 150]),
    signal("vibration", "mm/s", "Vibration", "bearing", [0, 2.8], [0, 50]),
    signal("tankLevel", "m", "Tank level", "tank", [2, 4], [0, 6]),
    signal("waterTemperature", "Cel", "Water temperature", "tank", [5, 30], [-5, 100]),
    signal("ambientTemperature", "Cel", "Ambient temperature", "surroundings", [0, 40], [-40, 60]),
  ],
  parameters: [],
  failure: { signal: "vibration", threshold: 7.1, direction: "rising", typicalLife: "" },
};

/** Tank with inflow and outlet valve: the signals of the preset tank of twin physics. */
const tank: Template = {
  mimic: "tank",
  signals: [
    signal("level", "m", "Level", "tank", [0.5, 3], [0, 5]),
    signal("inflow", "m3/h", "Inflow", "inlet", [0, 40], [0, 100]),
    signal("outflow", "m3/h", "Outflow", "outlet", [0, 40], [0, 100]),
    signal("valve", "%", "Outlet valve", "outlet", [0, 100], [0, 100]),
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising", typicalLife: "" },
};

export const TEMPLATES: ReadonlyMap<string, Template> = new Map([
  ["pump", pump],
  ["tank", tank],
]);
