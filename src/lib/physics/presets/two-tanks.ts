/** Two tanks in a row, joined by a pipe through which water may run both ways. */
import type { Preset } from "./preset.ts";
import { GRAVITY } from "./reference-pump.ts";

export const twoTanks: Preset = {
  name: "two-tanks",
  title: "Two tanks in a row",
  source:
    "Volume balances and Torricelli's law for both openings (Torricelli 1644); the benchmark of Blanke, Kinnaert, Lunze & Staroswiecki (2016), Diagnosis and Fault-Tolerant Control, ch. 2.",
  diagram: "inflow ──▶ [ level1 ] ──◁▷── [ level2 ] ──▶ outflow",
  equations: `# Between the tanks; below smallHead the square root is rounded off, so that equal levels are no kink
head = gravity * (level1 - level2)
crossflow = dischargeCoefficient * connectionArea * 2 * head / sqrt(sqrt((2 * head)^2 + (2 * gravity * smallHead)^2))

# Out of the second tank
outflow = dischargeCoefficient * outletArea * sqrt(gravity * (level2 + abs(level2)))

# A leak at the bottom of the first tank
leak = dischargeCoefficient * leakArea * sqrt(gravity * (level1 + abs(level1)))

# Volume balances
dlevel1/dt = (inflow - crossflow - leak) / area1
dlevel2/dt = (crossflow - outflow) / area2
`,
  parameters: [
    { name: "area1", value: 2, unit: "m2", label: "Cross-section of the first tank", low: 0.001, high: 1e5 },
    { name: "area2", value: 2, unit: "m2", label: "Cross-section of the second tank", low: 0.001, high: 1e5 },
    {
      name: "connectionArea",
      value: 30,
      unit: "cm2",
      label: "Cross-section of the pipe between them",
      low: 0.001,
      high: 1e5,
    },
    { name: "outletArea", value: 20, unit: "cm2", label: "Cross-section of the outlet", low: 0.001, high: 1e5 },
    {
      name: "dischargeCoefficient",
      value: 0.62,
      unit: "1",
      label: "Discharge coefficient (sharp edge 0.62)",
      low: 0.05,
      high: 1,
    },
    { name: "leakArea", value: 0, unit: "cm2", label: "Cross-section of a leak in the first tank", low: 0, high: 1e4 },
    {
      name: "smallHead",
      value: 0.1,
      unit: "mm",
      label: "Difference of levels below which the flow is linear",
      constant: true,
    },
    { name: "gravity", value: GRAVITY, unit: "m/s2", label: "Gravity", constant: true },
  ],
  units: { inflow: "m3/h", level1: "m", level2: "m", crossflow: "m3/h", outflow: "m3/h" },
  fallback: {},
  initial: {},
  derived: ["leak"],
  derivedUnits: { leak: "m3/h" },
  innerUnits: { head: "m2/s2" },
  nominal: { inflow: 18 },
  faults: [
    { name: "Leak in the first tank", parameter: "leakArea", change: "rises", shows: "level1", effect: "falls" },
    {
      name: "Blocked pipe between the tanks",
      parameter: "connectionArea",
      change: "falls",
      shows: "level1",
      effect: "rises",
    },
    { name: "Blocked outlet", parameter: "outletArea", change: "falls", shows: "level2", effect: "rises" },
  ],
  drifting: [
    { parameter: "outletArea", sd: 2, perDay: 0.5 },
    { parameter: "connectionArea", sd: 3, perDay: 0.5 },
  ],
  follow: 1800,
  settle: 0,
};
