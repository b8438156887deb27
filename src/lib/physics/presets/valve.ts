/** Control valve with the pipeline behind it. */
import type { Preset } from "./preset.ts";

export const valve: Preset = {
  name: "valve",
  title: "Control valve and pipeline",
  source:
    "Flow through a control valve and choked flow: IEC 60534-2-1:2011, eq. 1, 3 and 4; equal-percentage characteristic: IEC 60534-2-4; cavitation index: ISA-RP75.23. The pipe loses pressure with the square of the flow (Darcy–Weisbach).",
  diagram: "inletPressure ──▷◁ valvePosition ──/\\/\\/── pipe ──▶ outletPressure    flow out",
  equations: `# The stem follows the command; position 0 closed … 1 open
dvalvePosition/dt = (valveCommand - valvePosition) / strokeTime

# Flow coefficient, equal percentage; the plug sits down on the last bit of the travel
opening = rangeability^(valvePosition - 1) * clamp(valvePosition / closingTravel, 0, 1)
kv = fullKv * opening + seatLeak

# Kv is the flow of cold water at 1 bar
scale = referencePressure * density / referenceDensity
drop = (inletPressure - outletPressure + abs(inletPressure - outletPressure)) / 2
pipeShare = pipeResistance * kv^2 / scale

# Beyond the choked drop a liquid boils in the valve, and the flow grows no more; pressures are absolute
criticalRatio = 0.96 - 0.28 * sqrt(vapourPressure / criticalPressure)
chokedDrop = recovery^2 * (inletPressure - criticalRatio * vapourPressure)
valveDrop = drop / (1 + pipeShare)
flow = kv * sqrt(min(valveDrop, max(chokedDrop, 0)) / scale)
chokedMargin = chokedDrop - valveDrop
cavitationIndex = (inletPressure - vapourPressure) / valveDrop
`,
  parameters: [
    {
      name: "fullKv",
      value: 100,
      unit: "m3/h",
      label: "Kvs: flow of water at 1 bar, fully open",
      low: 0.001,
      high: 1e5,
    },
    { name: "rangeability", value: 50, unit: "1", label: "Rangeability of the characteristic", low: 5, high: 200 },
    { name: "strokeTime", value: 2, unit: "s", label: "Time constant of the stem", low: 0.01, high: 600 },
    { name: "seatLeak", value: 0, unit: "m3/h", label: "Kv of a worn seat when closed", low: 0, high: 1e4 },
    {
      name: "pipeResistance",
      value: 1e-4,
      unit: "bar.h2/m6",
      label: "Pressure loss of the pipe, bar per (m³/h)²",
      low: 0,
      high: 1e4,
    },
    { name: "recovery", value: 0.9, unit: "1", label: "Pressure recovery factor FL", low: 0.3, high: 1 },
    { name: "density", value: 998, unit: "kg/m3", label: "Density of the liquid", low: 300, high: 3000 },
    {
      name: "vapourPressure",
      value: 0.0234,
      unit: "bar",
      label: "Vapour pressure of the liquid, absolute",
      low: 0,
      high: 200,
    },
    {
      name: "criticalPressure",
      value: 221.2,
      unit: "bar",
      label: "Critical pressure of the liquid (water 221.2)",
      low: 1,
      high: 1000,
    },
    { name: "closingTravel", value: 5, unit: "%", label: "Travel on which the plug sits down", low: 0.1, high: 30 },
    { name: "referencePressure", value: 1, unit: "bar", label: "Pressure drop that defines Kv", constant: true },
    {
      name: "referenceDensity",
      value: 999.1,
      unit: "kg/m3",
      label: "Density of water that defines Kv (15 °C)",
      constant: true,
    },
  ],
  units: { valveCommand: "%", valvePosition: "%", inletPressure: "bar", outletPressure: "bar", flow: "m3/h" },
  fallback: {},
  initial: {},
  derived: ["kv", "valveDrop", "chokedMargin", "cavitationIndex"],
  derivedUnits: { kv: "m3/h", valveDrop: "bar", chokedMargin: "bar", cavitationIndex: "1" },
  innerUnits: {
    opening: "1",
    scale: "Pa",
    drop: "bar",
    pipeShare: "1",
    criticalRatio: "1",
    chokedDrop: "bar",
  },
  nominal: { valveCommand: 70, inletPressure: 6, outletPressure: 4 },
  faults: [
    { name: "Worn seat", parameter: "seatLeak", change: "rises", shows: "flow", effect: "rises" },
    { name: "Something in the valve", parameter: "fullKv", change: "falls", shows: "flow", effect: "falls" },
    { name: "Deposits in the pipe", parameter: "pipeResistance", change: "rises", shows: "flow", effect: "falls" },
    { name: "Sticking stem", parameter: "strokeTime", change: "rises", shows: "valvePosition", effect: "lags" },
  ],
  drifting: [
    { parameter: "fullKv", sd: 5, perDay: 1 },
    { parameter: "pipeResistance", sd: 2e-5, perDay: 5e-6 },
  ],
  follow: 0,
  settle: 10,
};
