/** Temperature of a rolling bearing from its friction. */
import type { Preset } from "./preset.ts";

export const bearingThermal: Preset = {
  name: "bearing-thermal",
  title: "Bearing temperature",
  source:
    "Friction torque of the load, M = 0.5·μ·P·d: SKF, Rolling bearings (2018); of the lubricant, by the power 2/3 of the speed: Palmgren (1959), Harris & Kotzalas (2006), Essential Concepts of Bearing Technology, ch. 10. One thermal body.",
  diagram: "speed, load ▶ ((o)) friction heat ▶ [ bearingTemperature ] ──▶ ambientTemperature",
  equations: `# Friction of the load and of the lubricant
loadTorque = 0.5 * frictionCoefficient * load * boreDiameter
lubricantTorque = nominalLubricantTorque * (abs(speed) / nominalSpeed)^(2 / 3)
frictionPower = (loadTorque + lubricantTorque) * 2 * pi * abs(speed)

# Heat given off to the air
dbearingTemperature/dt = (frictionPower - conductance * (bearingTemperature - ambientTemperature)) / capacity
`,
  parameters: [
    { name: "boreDiameter", value: 50, unit: "mm", label: "Bore of the bearing", low: 1, high: 3000 },
    {
      name: "frictionCoefficient",
      value: 0.0015,
      unit: "1",
      label: "Friction coefficient (deep groove ball 0.0015)",
      low: 0.0005,
      high: 0.1,
    },
    { name: "nominalSpeed", value: 1480, unit: "/min", label: "Speed of the lubricant torque", low: 1, high: 1e5 },
    {
      name: "nominalLubricantTorque",
      value: 0.3,
      unit: "N.m",
      label: "Friction torque of the lubricant at that speed",
      low: 0,
      high: 1e4,
    },
    {
      name: "conductance",
      value: 2,
      unit: "W/K",
      label: "Heat given off per kelvin above ambient",
      low: 0.001,
      high: 1e4,
    },
    { name: "capacity", value: 2, unit: "kJ/K", label: "Heat capacity of bearing and housing", low: 0.001, high: 1e5 },
  ],
  units: { speed: "/min", load: "kN", ambientTemperature: "Cel", bearingTemperature: "Cel" },
  fallback: { load: 5, ambientTemperature: 20 },
  initial: { bearingTemperature: 20 },
  derived: ["frictionPower"],
  derivedUnits: { frictionPower: "W" },
  innerUnits: { loadTorque: "N.m", lubricantTorque: "N.m" },
  nominal: { speed: 1480, load: 5, ambientTemperature: 20 },
  faults: [
    {
      name: "Damaged raceway, missing lubricant",
      parameter: "frictionCoefficient",
      change: "rises",
      shows: "bearingTemperature",
      effect: "rises",
    },
    {
      name: "Too much or aged grease",
      parameter: "nominalLubricantTorque",
      change: "rises",
      shows: "bearingTemperature",
      effect: "rises",
    },
    { name: "Dirty housing", parameter: "conductance", change: "falls", shows: "bearingTemperature", effect: "rises" },
  ],
  drifting: [{ parameter: "frictionCoefficient", sd: 0.0003, perDay: 0.0001 }],
  follow: 0,
  settle: 3000,
};
