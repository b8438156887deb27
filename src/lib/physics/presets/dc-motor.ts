/** Permanent-magnet DC motor with its load. */
import type { Preset } from "./preset.ts";

export const dcMotor: Preset = {
  name: "dc-motor",
  title: "DC motor",
  source:
    "Armature circuit and equation of motion: Krishnan (2001), Electric Motor Drives, ch. 2. Default numbers: a 24 V motor of 470 W.",
  diagram: "voltage ──[ R, L ]──(M back-EMF)══▶ omega ══ friction ══ loadTorque",
  equations: `# Armature circuit
dcurrent/dt = (voltage - resistance * current - torqueConstant * omega) / inductance

# Shaft; omega is the angular speed in 1/s
domega/dt = (torqueConstant * current - friction * omega - loadTorque) / inertia
speed = omega / (2 * pi)

torque = torqueConstant * current
copperLoss = resistance * current^2
mechanicalPower = (torque - friction * omega) * omega
`,
  parameters: [
    {
      name: "resistance",
      value: 0.081,
      unit: "Ohm",
      label: "Resistance of armature and brushes",
      low: 1e-4,
      high: 1000,
    },
    { name: "inductance", value: 0.083, unit: "mH", label: "Inductance of the armature", low: 1e-4, high: 1e5 },
    {
      name: "torqueConstant",
      value: 0.0265258,
      unit: "N.m/A",
      label: "Torque constant (equals the back-EMF constant)",
      low: 1e-4,
      high: 100,
    },
    { name: "inertia", value: 1.269e-4, unit: "kg.m2", label: "Inertia of rotor and load", low: 1e-9, high: 1e5 },
    {
      name: "friction",
      value: 5.0060675e-5,
      unit: "N.m.s",
      label: "Viscous friction of the bearings",
      low: 0,
      high: 1e3,
    },
  ],
  units: { voltage: "V", loadTorque: "N.m", current: "A", speed: "/min" },
  fallback: { loadTorque: 0 },
  initial: {},
  derived: ["torque", "copperLoss", "mechanicalPower"],
  derivedUnits: { torque: "N.m", copperLoss: "W", mechanicalPower: "W" },
  innerUnits: { omega: "/s" },
  nominal: { voltage: 24, loadTorque: 0.2 },
  faults: [
    { name: "Bearing friction", parameter: "friction", change: "rises", shows: "current", effect: "rises" },
    {
      name: "Worn brushes or a bad contact",
      parameter: "resistance",
      change: "rises",
      shows: "speed",
      effect: "falls",
    },
    { name: "Weak magnets", parameter: "torqueConstant", change: "falls", shows: "current", effect: "rises" },
  ],
  drifting: [
    { parameter: "friction", sd: 1e-5, perDay: 5e-6 },
    { parameter: "resistance", sd: 0.01, perDay: 0.002 },
  ],
  follow: 0,
  settle: 1,
};
