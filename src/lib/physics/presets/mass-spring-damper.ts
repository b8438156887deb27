/** One mass on spring and damper: a machine on its mounts, a screen, a valve spool. */
import type { Preset } from "./preset.ts";

export const massSpringDamper: Preset = {
  name: "mass-spring-damper",
  title: "Mass, spring and damper",
  source:
    "Newton's second law with viscous damping: Den Hartog (1985), Mechanical Vibrations, ch. 2; Inman (2014), Engineering Vibration, ch. 1.",
  diagram: "base (baseAcceleration) ──[ spring ]──[ damper ]── ( mass ) ◀── force    position relative to the base",
  equations: `acceleration = (force - damping * velocity - stiffness * position) / mass - baseAcceleration
dvelocity/dt = acceleration
dposition/dt = velocity

naturalFrequency = sqrt(stiffness / mass) / (2 * pi)
dampingRatio = damping / (2 * sqrt(stiffness * mass))
springForce = stiffness * position
`,
  parameters: [
    { name: "mass", value: 100, unit: "kg", label: "Mass", low: 1e-6, high: 1e7 },
    { name: "stiffness", value: 1000, unit: "kN/m", label: "Stiffness of the springs", low: 1e-6, high: 1e8 },
    { name: "damping", value: 400, unit: "N.s/m", label: "Viscous damping", low: 0, high: 1e9 },
  ],
  units: { force: "N", baseAcceleration: "m/s2", position: "mm", velocity: "mm/s", acceleration: "m/s2" },
  fallback: { force: 0, baseAcceleration: 0 },
  initial: {},
  derived: ["naturalFrequency", "dampingRatio", "springForce"],
  derivedUnits: { naturalFrequency: "Hz", dampingRatio: "%", springForce: "N" },
  innerUnits: {},
  nominal: { force: 500, baseAcceleration: 0 },
  faults: [
    { name: "Broken or cracked spring", parameter: "stiffness", change: "falls", shows: "position", effect: "rises" },
    { name: "Worn damper", parameter: "damping", change: "falls", shows: "dampingRatio", effect: "falls" },
    { name: "Deposits on the mass", parameter: "mass", change: "rises", shows: "naturalFrequency", effect: "falls" },
  ],
  drifting: [
    { parameter: "stiffness", sd: 50, perDay: 5 },
    { parameter: "damping", sd: 80, perDay: 10 },
  ],
  follow: 0,
  settle: 2,
};
