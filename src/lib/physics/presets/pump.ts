/**
 * Centrifugal pump on a frequency converter: what a healthy pump shows at the measured speed, flow and suction
 * pressure. Affinity laws and NPSH as in ISO 9906:2012 and Gülich (2014), Centrifugal Pumps, ch. 2 and 6. The constants
 * are those of the reference pump (reference-pump.ts); put in those of the pump's data sheet.
 */
import type { Preset } from "./preset.ts";
import { GRAVITY, referencePump } from "./reference-pump.ts";

export const pump: Preset = {
  name: "pump",
  equations: `# Speed ratio and flow relative to the best efficiency point
s = max(speed, 1) / nominalSpeed
q = clamp(flow / (s * nominalFlow), 0, 1.8)

# Water: density in kg/m3, vapour pressure in bar
density = 1000 * (1 - (waterTemperature + 288.9414) * (waterTemperature - 3.9863)^2 / (508929.2 * (waterTemperature + 68.12963)))
vapourPressure = 0.0061121 * exp((18.678 - waterTemperature / 234.5) * waterTemperature / (257.14 + waterTemperature))

# Velocity heads in suction and discharge pipe, m
suctionHead = (flow / 3600 / (pi / 4 * suctionDiameter^2))^2 / (2 * gravity)
dischargeHead = (flow / 3600 / (pi / 4 * dischargeDiameter^2))^2 / (2 * gravity)

# Head by the affinity laws, m; pressures in bar absolute
head = shutOffHead * s^2 - headCurve * flow^2
dischargePressure = suctionPressure + density * gravity * (head - dischargeHead + suctionHead) / 1e5

# Shaft power in kW, with efficiency = bestEfficiency * q * (2 - q); motor voltage follows speed
shaftPower = density * gravity * head * s * nominalFlow / 3600 / (bestEfficiency * (2 - q)) / 1000
motorCurrent = speed < 10 ? 0 : sqrt(magnetisingCurrent^2 + (1000 * shaftPower / (sqrt(3) * motorVoltage * s * motorEfficiency))^2)

# Bearing: friction heat against heat given off to the air
dbearingTemperature/dt = (ambientTemperature + bearingRise * s^2 - bearingTemperature) / bearingTimeConstant
vibration = vibrationBase * s^2 * (1 + vibrationOffDesign * (q - 1)^2)

# Net positive suction head, m
npshAvailable = (suctionPressure - vapourPressure) * 1e5 / (density * gravity) + suctionHead
npshRequired = npshBase * s^2 + npshFlow * (flow / nominalFlow)^2
npshMargin = npshAvailable - npshRequired
`,
  parameters: [
    { name: "nominalSpeed", value: referencePump.nominalSpeed, unit: "/min", label: "Nominal speed" },
    {
      name: "nominalFlow",
      value: referencePump.nominalFlow,
      unit: "m3/h",
      label: "Flow at best efficiency and nominal speed",
    },
    { name: "shutOffHead", value: referencePump.shutOffHead, unit: "m", label: "Head at zero flow and nominal speed" },
    { name: "headCurve", value: referencePump.headCurve, unit: "m/(m3/h)2", label: "Fall of the head curve" },
    { name: "bestEfficiency", value: referencePump.bestEfficiency, unit: "1", label: "Efficiency at the best point" },
    { name: "suctionDiameter", value: referencePump.suctionDiameter, unit: "m", label: "Suction pipe, inner diameter" },
    {
      name: "dischargeDiameter",
      value: referencePump.dischargeDiameter,
      unit: "m",
      label: "Discharge pipe, inner diameter",
    },
    { name: "motorVoltage", value: referencePump.motorVoltage, unit: "V", label: "Motor voltage at nominal speed" },
    { name: "motorEfficiency", value: referencePump.motorEfficiency, unit: "1", label: "Motor efficiency" },
    { name: "magnetisingCurrent", value: referencePump.magnetisingCurrent, unit: "A", label: "Magnetising current" },
    {
      name: "bearingRise",
      value: referencePump.bearingRise,
      unit: "K",
      label: "Bearing above ambient at nominal speed",
    },
    {
      name: "bearingTimeConstant",
      value: referencePump.bearingTimeConstant,
      unit: "s",
      label: "Bearing, thermal time constant",
    },
    {
      name: "vibrationBase",
      value: referencePump.vibrationBase,
      unit: "mm/s",
      label: "Vibration of the healthy pump at the nominal point",
    },
    {
      name: "vibrationOffDesign",
      value: referencePump.vibrationOffDesign,
      unit: "1",
      label: "Growth of vibration away from the best point",
    },
    { name: "npshBase", value: referencePump.npshBase, unit: "m", label: "NPSH required, part of the speed" },
    { name: "npshFlow", value: referencePump.npshFlow, unit: "m", label: "NPSH required, part of the flow" },
    { name: "gravity", value: GRAVITY, unit: "m/s2", label: "Gravity" },
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
  derived: ["head", "shaftPower", "npshAvailable", "npshRequired", "npshMargin"],
  derivedUnits: { head: "m", shaftPower: "kW", npshAvailable: "m", npshRequired: "m", npshMargin: "m" },
  follow: 0,
  settle: 2 * referencePump.bearingTimeConstant,
};
