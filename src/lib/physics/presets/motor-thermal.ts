/** Induction motor as two thermal bodies: the winding, which is seldom measured, and the frame. */
import type { Preset } from "./preset.ts";

export const motorThermal: Preset = {
  name: "motor-thermal",
  title: "Induction motor, winding temperature",
  source:
    "Two thermal bodies with losses that follow the square of the current: IEC 60034-1:2022 (limits of rise, duty types) and IEC 60034-11 (thermal protection); Boglietti et al. (2009), Evolution and modern approaches for thermal analysis of electrical machines, IEEE Trans. Ind. Electron. 56(3). Ageing: Montsinger (1930), half the life per 10 K; thermal classes IEC 60085.",
  diagram: "I² losses ▶ [ winding ] ──R── [ frame ] ──R── air (fan on the shaft)",
  equations: `# Losses: copper by the square of the current and warmer, iron and friction by the speed
load = motorCurrent / ratedCurrent
copperLoss = ratedCopperLoss * load^2 * (1 + copperCoefficient * (windingTemperature - referenceTemperature))
otherLoss = ratedOtherLoss * abs(speed) / nominalSpeed

# The fan on the shaft cools less at low speed
cooling = (standstillCooling + (1 - standstillCooling) * abs(speed) / nominalSpeed) / frameResistance

# Two bodies
windingHeat = (windingTemperature - frameTemperature) / windingResistance
dwindingTemperature/dt = (copperLoss - windingHeat) / windingCapacity
dframeTemperature/dt = (windingHeat + otherLoss - cooling * (frameTemperature - ambientTemperature)) / frameCapacity

# Distance to the limit of the insulation, and how fast it ages: 1 at the limit, half for every 10 K below
windingMargin = thermalClass - windingTemperature
ageing = 2^((windingTemperature - thermalClass) / halving)
`,
  parameters: [
    { name: "ratedCurrent", value: 21, unit: "A", label: "Rated current", low: 0.1, high: 5000 },
    { name: "nominalSpeed", value: 1480, unit: "/min", label: "Rated speed", low: 100, high: 20000 },
    {
      name: "ratedCopperLoss",
      value: 670,
      unit: "W",
      label: "Losses in stator and rotor winding at rated current",
      low: 1,
      high: 1e6,
    },
    {
      name: "ratedOtherLoss",
      value: 550,
      unit: "W",
      label: "Losses in iron, bearings and fan at rated speed",
      low: 0,
      high: 1e6,
    },
    {
      name: "windingResistance",
      value: 0.045,
      unit: "K/W",
      label: "Thermal resistance from winding to frame",
      low: 1e-5,
      high: 10,
    },
    {
      name: "frameResistance",
      value: 0.041,
      unit: "K/W",
      label: "Thermal resistance from frame to air at rated speed",
      low: 1e-5,
      high: 10,
    },
    {
      name: "standstillCooling",
      value: 0.2,
      unit: "1",
      label: "Share of the cooling that is left at standstill",
      low: 0.02,
      high: 1,
    },
    { name: "windingCapacity", value: 3.1, unit: "kJ/K", label: "Heat capacity of the winding", low: 0.01, high: 1e5 },
    { name: "frameCapacity", value: 34, unit: "kJ/K", label: "Heat capacity of core and frame", low: 0.01, high: 1e6 },
    {
      name: "thermalClass",
      value: 155,
      unit: "Cel",
      label: "Limit of the insulation (class F: 155 °C)",
      low: 90,
      high: 250,
    },
    {
      name: "copperCoefficient",
      value: 0.00393,
      unit: "/K",
      label: "Temperature coefficient of copper",
      constant: true,
    },
    {
      name: "referenceTemperature",
      value: 95,
      unit: "Cel",
      label: "Winding temperature of the rated losses",
      low: 0,
      high: 200,
    },
    { name: "halving", value: 10, unit: "K", label: "Kelvin that halve the life of the insulation", low: 5, high: 20 },
  ],
  units: {
    motorCurrent: "A",
    speed: "/min",
    ambientTemperature: "Cel",
    frameTemperature: "Cel",
    windingTemperature: "Cel",
  },
  fallback: { speed: 1480, ambientTemperature: 25 },
  initial: { windingTemperature: 25, frameTemperature: 25 },
  derived: ["windingMargin", "ageing", "copperLoss"],
  derivedUnits: { windingMargin: "K", ageing: "1", copperLoss: "W" },
  innerUnits: { load: "1", otherLoss: "W", cooling: "W/K", windingHeat: "W" },
  nominal: { motorCurrent: 21, speed: 1480, ambientTemperature: 25 },
  faults: [
    {
      name: "Blocked or dirty cooling",
      parameter: "frameResistance",
      change: "rises",
      shows: "frameTemperature",
      effect: "rises",
    },
    {
      name: "Bearing friction",
      parameter: "ratedOtherLoss",
      change: "rises",
      shows: "frameTemperature",
      effect: "rises",
    },
    {
      name: "Loose or aged winding",
      parameter: "windingResistance",
      change: "rises",
      shows: "windingTemperature",
      effect: "rises",
    },
  ],
  drifting: [{ parameter: "frameResistance", sd: 0.004, perDay: 0.002 }],
  follow: 0,
  settle: 7200,
};
