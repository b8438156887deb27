/** Fan with filter and duct: the flow is where the curve of the fan meets that of the system. */
import type { Preset } from "./preset.ts";

export const fan: Preset = {
  name: "fan",
  title: "Fan with filter",
  source:
    "Affinity laws: ISO 5801:2017; Eck (1973), Fans, ch. 3. Duct: Darcy–Weisbach. A filter medium loses pressure in proportion to the flow (Darcy; EN ISO 16890-2). Density: ideal gas.",
  diagram:
    "air ──▶ |filter| ──▶ (✣ fan ═ motor) ──▶ duct    speed in; flow, filterPressure, fanPressure, motorPower out",
  equations: `# Speed ratio and density ratio
s = abs(speed) / nominalSpeed
thin = airPressure / (gasConstant * airTemperature) / nominalDensity

# Where fan and system meet: thrust = filterResistance * flow + curve * flow^2
thrust = shutOffPressure * s^2 * thin
curve = (fanCurve + ductResistance) * thin
flow = (sqrt(filterResistance^2 + 4 * curve * thrust) - filterResistance) / (2 * curve)
filterPressure = filterResistance * flow
fanPressure = thrust - fanCurve * thin * flow^2

# Power, with efficiency = bestEfficiency * q * (2 - q), over the drive
q = clamp(flow / (max(s, 0.001) * nominalFlow), 0, 1.8)
motorPower = fanPressure * s * nominalFlow / (bestEfficiency * (2 - q)) / driveEfficiency
specificPower = motorPower / max(flow, 0.001 * nominalFlow)
`,
  parameters: [
    { name: "nominalSpeed", value: 1450, unit: "/min", label: "Nominal speed", low: 50, high: 20000 },
    {
      name: "nominalFlow",
      value: 10000,
      unit: "m3/h",
      label: "Flow at best efficiency and nominal speed",
      low: 1,
      high: 1e7,
    },
    {
      name: "shutOffPressure",
      value: 1200,
      unit: "Pa",
      label: "Pressure at zero flow and nominal speed",
      low: 1,
      high: 1e5,
    },
    {
      name: "fanCurve",
      value: 4e-6,
      unit: "Pa.h2/m6",
      label: "Fall of the fan's curve, Pa per (m³/h)²",
      low: 1e-14,
      high: 100,
    },
    {
      name: "ductResistance",
      value: 5e-6,
      unit: "Pa.h2/m6",
      label: "Pressure loss of the ducts, Pa per (m³/h)²",
      low: 0,
      high: 100,
    },
    {
      name: "filterResistance",
      value: 0.01,
      unit: "Pa.h/m3",
      label: "Pressure loss of the filter, Pa per m³/h",
      low: 0,
      high: 100,
    },
    {
      name: "bestEfficiency",
      value: 0.7,
      unit: "1",
      label: "Efficiency of the fan at the best point",
      low: 0.1,
      high: 0.95,
    },
    {
      name: "driveEfficiency",
      value: 0.85,
      unit: "1",
      label: "Efficiency of motor, belt and converter",
      low: 0.2,
      high: 1,
    },
    { name: "airPressure", value: 1013.25, unit: "hPa", label: "Air pressure", low: 500, high: 1100 },
    { name: "nominalDensity", value: 1.2, unit: "kg/m3", label: "Density of the data sheet", low: 0.5, high: 2 },
    { name: "gasConstant", value: 287.05, unit: "J/(kg.K)", label: "Gas constant of air", constant: true },
  ],
  units: {
    speed: "/min",
    airTemperature: "Cel",
    flow: "m3/h",
    filterPressure: "Pa",
    fanPressure: "Pa",
    motorPower: "kW",
  },
  fallback: { airTemperature: 20 },
  initial: {},
  derived: ["specificPower"],
  derivedUnits: { specificPower: "W.h/m3" },
  innerUnits: { s: "1", thin: "1", thrust: "Pa", curve: "Pa.h2/m6", q: "1" },
  nominal: { speed: 1450, airTemperature: 20 },
  faults: [
    {
      name: "Clogged filter",
      parameter: "filterResistance",
      change: "rises",
      shows: "filterPressure",
      effect: "rises",
    },
    {
      name: "Clogged filter, seen in the flow",
      parameter: "filterResistance",
      change: "rises",
      shows: "flow",
      effect: "falls",
    },
    {
      name: "Dirty or worn wheel, slipping belt",
      parameter: "shutOffPressure",
      change: "falls",
      shows: "fanPressure",
      effect: "falls",
    },
    {
      name: "Closed damper or blocked duct",
      parameter: "ductResistance",
      change: "rises",
      shows: "flow",
      effect: "falls",
    },
    {
      name: "Bearing or belt friction",
      parameter: "driveEfficiency",
      change: "falls",
      shows: "motorPower",
      effect: "rises",
    },
  ],
  drifting: [
    { parameter: "filterResistance", sd: 0.002, perDay: 0.0005 },
    { parameter: "shutOffPressure", sd: 40, perDay: 5 },
  ],
  follow: 0,
  settle: 0,
};
