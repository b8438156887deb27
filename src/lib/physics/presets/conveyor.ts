/** Belt conveyor with its drive. */
import type { Preset } from "./preset.ts";
import { GRAVITY } from "./reference-pump.ts";

export const conveyor: Preset = {
  name: "conveyor",
  title: "Belt conveyor with drive",
  source:
    "Resistance to motion: ISO 5048:1989 and DIN 22101:2011, F = C·f·L·g·(m'R + 2m'G + m'L) + H·g·m'L. The drive is a motor near its synchronous speed: force in proportion to slip.",
  diagram: "massFlow ▼  ◯═══════▶ beltSpeed ═══════◉ drive    motorPower out, lift H",
  equations: `# Material on the belt
dload/dt = massFlow - load * abs(beltSpeed) / beltLength

# Resistance: friction of rollers and belt with all secondary parts, and lift; a backstop holds a belt that stands
friction = secondaryFactor * frictionCoefficient * gravity * (movingMass + load)
lifting = gravity * load * lift / beltLength
resistance = (friction + lifting) * tanh(beltSpeed / creepSpeed)

# Drive
driveForce = clamp(slipStiffness * (speedSetpoint - beltSpeed), -maximumForce, maximumForce)
dbeltSpeed/dt = (driveForce - resistance) / (movingMass + load)
motorPower = driveForce * beltSpeed / driveEfficiency
slip = 1 - beltSpeed / max(speedSetpoint, creepSpeed)
`,
  parameters: [
    { name: "beltLength", value: 100, unit: "m", label: "Length of the conveyor", low: 1, high: 20000 },
    { name: "lift", value: 10, unit: "m", label: "Height of lift (negative: downhill)", low: -1000, high: 1000 },
    {
      name: "movingMass",
      value: 3500,
      unit: "kg",
      label: "Mass of both belt strands and all turning rollers",
      low: 1,
      high: 1e7,
    },
    {
      name: "frictionCoefficient",
      value: 0.02,
      unit: "1",
      label: "Artificial friction coefficient f",
      low: 0.005,
      high: 0.2,
    },
    {
      name: "secondaryFactor",
      value: 1.78,
      unit: "1",
      label: "Factor C for secondary resistances (100 m: 1.78)",
      low: 1,
      high: 10,
    },
    {
      name: "slipStiffness",
      value: 300,
      unit: "kN.s/m",
      label: "Force of the drive per m/s of slip",
      low: 0.01,
      high: 1e6,
    },
    {
      name: "maximumForce",
      value: 20,
      unit: "kN",
      label: "Largest force of the drive at the belt",
      low: 0.01,
      high: 1e5,
    },
    { name: "driveEfficiency", value: 0.9, unit: "1", label: "Efficiency of motor and gear", low: 0.2, high: 1 },
    { name: "creepSpeed", value: 0.01, unit: "m/s", label: "Speed above which friction is full", constant: true },
    { name: "gravity", value: GRAVITY, unit: "m/s2", label: "Gravity", constant: true },
  ],
  units: { massFlow: "t/h", speedSetpoint: "m/s", beltSpeed: "m/s", motorPower: "kW" },
  fallback: { speedSetpoint: 2 },
  initial: {},
  derived: ["load", "slip", "driveForce"],
  derivedUnits: { load: "kg", slip: "%", driveForce: "kN" },
  innerUnits: { friction: "kN", lifting: "kN", resistance: "kN" },
  nominal: { massFlow: 400, speedSetpoint: 2 },
  faults: [
    {
      name: "Seized rollers, belt off centre",
      parameter: "frictionCoefficient",
      change: "rises",
      shows: "motorPower",
      effect: "rises",
    },
    {
      name: "Belt slipping on the drive",
      parameter: "slipStiffness",
      change: "falls",
      shows: "beltSpeed",
      effect: "falls",
    },
    {
      name: "Gear or motor losses",
      parameter: "driveEfficiency",
      change: "falls",
      shows: "motorPower",
      effect: "rises",
    },
  ],
  drifting: [{ parameter: "frictionCoefficient", sd: 0.003, perDay: 0.0005 }],
  follow: 0,
  settle: 150,
};
