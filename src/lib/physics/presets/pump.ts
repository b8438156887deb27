/**
 * Centrifugal pump on a frequency converter: what a healthy pump shows at the measured speed, flow and suction
 * pressure. The constants are those of the reference pump (reference-pump.ts); put in those of the pump's data sheet.
 */
import type { Preset } from "./preset.ts";
import { GRAVITY, referencePump } from "./reference-pump.ts";

export const pump: Preset = {
  name: "pump",
  title: "Centrifugal pump",
  source:
    "Affinity laws and NPSH: ISO 9906:2012, annexes; Gülich (2014), Centrifugal Pumps, ch. 2 and 6. Wear: head follows the square of the impeller's diameter (Gülich, ch. 4). Density of water: McCutcheon, Martin & Barnwell (1993); vapour pressure: Buck (1981, 1996).",
  diagram:
    "suction ──▶(◯ pump ═ motor)──▶ discharge    speed, flow, suctionPressure in; dischargePressure, motorCurrent out",
  equations: `# Speed ratio, and flow through the impeller relative to the best efficiency point
s = max(speed / nominalSpeed, 0.0007)
impellerFlow = flow + leakage * s
q = clamp(impellerFlow / (s * nominalFlow), 0, 1.8)

# Water: density and vapour pressure, from its temperature in °C
celsius = (waterTemperature - zeroCelsius) / kelvin
density = densestWater * (1 - (celsius + 288.9414) * (celsius - 3.9863)^2 / (508929.2 * (celsius + 68.12963)))
vapourPressure = freezingVapour * exp((18.678 - celsius / 234.5) * celsius / (257.14 + celsius))

# Velocity heads in suction and discharge pipe
suctionHead = (flow / (pi / 4 * suctionDiameter^2))^2 / (2 * gravity)
dischargeHead = (flow / (pi / 4 * dischargeDiameter^2))^2 / (2 * gravity)

# Head by the affinity laws; pressures are absolute
head = shutOffHead * (s * (1 - impellerWear))^2 - headCurve * impellerFlow^2
dischargePressure = suctionPressure + density * gravity * (head - dischargeHead + suctionHead)

# Shaft power, with efficiency = bestEfficiency * q * (2 - q); motor voltage follows speed
shaftPower = density * gravity * head * s * nominalFlow / (bestEfficiency * (2 - q))
activeCurrent = shaftPower / (sqrt(3) * motorVoltage * s * motorEfficiency)
motorCurrent = (speed > 0.0067 * nominalSpeed ? 1 : 0) * sqrt(magnetisingCurrent^2 + activeCurrent^2)

# Bearing: friction heat against heat given off to the air
dbearingTemperature/dt = (ambientTemperature + bearingRise * s^2 - bearingTemperature) / bearingTimeConstant
vibration = vibrationBase * s^2 * (1 + vibrationOffDesign * (q - 1)^2)

# Net positive suction head
npshAvailable = (suctionPressure - vapourPressure) / (density * gravity) + suctionHead
npshRequired = npshBase * s^2 + npshFlow * (flow / nominalFlow)^2
npshMargin = npshAvailable - npshRequired
`,
  parameters: [
    {
      name: "nominalSpeed",
      value: referencePump.nominalSpeed,
      unit: "/min",
      label: "Nominal speed",
      low: 200,
      high: 6000,
    },
    {
      name: "nominalFlow",
      value: referencePump.nominalFlow,
      unit: "m3/h",
      label: "Flow at best efficiency and nominal speed",
      low: 0.1,
      high: 1e5,
    },
    {
      name: "shutOffHead",
      value: referencePump.shutOffHead,
      unit: "m",
      label: "Head at zero flow and nominal speed",
      low: 1,
      high: 2000,
    },
    {
      name: "headCurve",
      value: referencePump.headCurve,
      unit: "m.h2/m6",
      label: "Fall of the head curve, m per (m³/h)²",
      low: 0,
      high: 100,
    },
    {
      name: "impellerWear",
      value: 0,
      unit: "1",
      label: "Wear: share by which the impeller acts smaller",
      low: 0,
      high: 0.5,
    },
    {
      name: "leakage",
      value: 0,
      unit: "m3/h",
      label: "Flow back through worn wear rings, at nominal speed",
      low: 0,
      high: 1e4,
    },
    {
      name: "bestEfficiency",
      value: referencePump.bestEfficiency,
      unit: "1",
      label: "Efficiency at the best point",
      low: 0.1,
      high: 0.95,
    },
    {
      name: "suctionDiameter",
      value: referencePump.suctionDiameter,
      unit: "m",
      label: "Suction pipe, inner diameter",
      low: 0.01,
      high: 3,
    },
    {
      name: "dischargeDiameter",
      value: referencePump.dischargeDiameter,
      unit: "m",
      label: "Discharge pipe, inner diameter",
      low: 0.01,
      high: 3,
    },
    {
      name: "motorVoltage",
      value: referencePump.motorVoltage,
      unit: "V",
      label: "Motor voltage at nominal speed",
      low: 12,
      high: 15000,
    },
    {
      name: "motorEfficiency",
      value: referencePump.motorEfficiency,
      unit: "1",
      label: "Motor efficiency",
      low: 0.3,
      high: 0.99,
    },
    {
      name: "magnetisingCurrent",
      value: referencePump.magnetisingCurrent,
      unit: "A",
      label: "Magnetising current",
      low: 0,
      high: 2000,
    },
    {
      name: "bearingRise",
      value: referencePump.bearingRise,
      unit: "K",
      label: "Bearing above ambient at nominal speed",
      low: 0,
      high: 150,
    },
    {
      name: "bearingTimeConstant",
      value: referencePump.bearingTimeConstant,
      unit: "s",
      label: "Bearing, thermal time constant",
      low: 10,
      high: 1e5,
    },
    {
      name: "vibrationBase",
      value: referencePump.vibrationBase,
      unit: "mm/s",
      label: "Vibration of the healthy pump at the nominal point",
      low: 0,
      high: 50,
    },
    {
      name: "vibrationOffDesign",
      value: referencePump.vibrationOffDesign,
      unit: "1",
      label: "Growth of vibration away from the best point",
      low: 0,
      high: 10,
    },
    {
      name: "npshBase",
      value: referencePump.npshBase,
      unit: "m",
      label: "NPSH required, part of the speed",
      low: 0,
      high: 50,
    },
    {
      name: "npshFlow",
      value: referencePump.npshFlow,
      unit: "m",
      label: "NPSH required, part of the flow",
      low: 0,
      high: 50,
    },
    { name: "gravity", value: GRAVITY, unit: "m/s2", label: "Gravity", constant: true },
    { name: "zeroCelsius", value: 0, unit: "Cel", label: "0 °C", constant: true },
    { name: "kelvin", value: 1, unit: "K", label: "One kelvin", constant: true },
    { name: "densestWater", value: 1000, unit: "kg/m3", label: "Factor of the density of water", constant: true },
    {
      name: "freezingVapour",
      value: 0.0061121,
      unit: "bar",
      label: "Vapour pressure of water at 0 °C",
      constant: true,
    },
  ],
  units: {
    speed: "/min",
    flow: "m3/h",
    suctionPressure: "bar",
    dischargePressure: "bar",
    motorCurrent: "A",
    bearingTemperature: "Cel",
    vibration: "mm/s",
    waterTemperature: "Cel",
    ambientTemperature: "Cel",
  },
  fallback: { waterTemperature: 15, ambientTemperature: 20 },
  initial: {},
  derived: ["head", "shaftPower", "npshAvailable", "npshRequired", "npshMargin"],
  derivedUnits: { head: "m", shaftPower: "kW", npshAvailable: "m", npshRequired: "m", npshMargin: "m" },
  innerUnits: {
    s: "1",
    impellerFlow: "m3/h",
    q: "1",
    celsius: "1",
    density: "kg/m3",
    vapourPressure: "bar",
    suctionHead: "m",
    dischargeHead: "m",
    activeCurrent: "A",
  },
  nominal: { speed: 1480, flow: 60, suctionPressure: 1.2, waterTemperature: 15, ambientTemperature: 20 },
  faults: [
    { name: "Worn impeller", parameter: "impellerWear", change: "rises", shows: "dischargePressure", effect: "falls" },
    { name: "Worn wear rings", parameter: "leakage", change: "rises", shows: "dischargePressure", effect: "falls" },
    {
      name: "Loss of efficiency",
      parameter: "bestEfficiency",
      change: "falls",
      shows: "motorCurrent",
      effect: "rises",
    },
    {
      name: "Bearing friction",
      parameter: "bearingRise",
      change: "rises",
      shows: "bearingTemperature",
      effect: "rises",
    },
    {
      name: "Imbalance or looseness",
      parameter: "vibrationBase",
      change: "rises",
      shows: "vibration",
      effect: "rises",
    },
  ],
  drifting: [
    { parameter: "impellerWear", sd: 0.02, perDay: 0.005 },
    { parameter: "bestEfficiency", sd: 0.03, perDay: 0.005 },
    { parameter: "bearingRise", sd: 5, perDay: 1 },
  ],
  follow: 0,
  settle: 2 * referencePump.bearingTimeConstant,
};
