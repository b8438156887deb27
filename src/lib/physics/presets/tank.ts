/**
 * Tank with a free outlet. A leak shows as a level below the expected one, a blocked outlet as one above.
 */
import type { Preset } from "./preset.ts";
import { GRAVITY } from "./reference-pump.ts";

export const tank: Preset = {
  name: "tank",
  title: "Tank with free outlet",
  source:
    "Volume balance and Torricelli's law (Torricelli 1644); discharge coefficients: ISO 5167-1; White (2016), Fluid Mechanics, 6.12.",
  diagram: "inflow ──▶ [ level ] ──▷◁ valve ──▶ outflow",
  equations: `# Outlet by Torricelli's law; valve: 0 closed … 1 open
outflow = dischargeCoefficient * outletArea * valve * sqrt(2 * gravity * (max(level, outletHeight) - outletHeight))

# A leak at the bottom
leak = dischargeCoefficient * leakArea * sqrt(gravity * (level + abs(level)))

# Volume balance
dlevel/dt = (inflow - outflow - leak) / tankArea
volume = tankArea * level
`,
  parameters: [
    { name: "tankArea", value: 4, unit: "m2", label: "Cross-section of the tank", low: 0.001, high: 1e5 },
    { name: "outletArea", value: 0.002, unit: "m2", label: "Cross-section of the outlet", low: 1e-7, high: 10 },
    { name: "outletHeight", value: 0, unit: "m", label: "Height of the outlet above level 0", low: -100, high: 100 },
    {
      name: "dischargeCoefficient",
      value: 0.62,
      unit: "1",
      label: "Discharge coefficient (sharp edge 0.62)",
      low: 0.05,
      high: 1,
    },
    { name: "leakArea", value: 0, unit: "cm2", label: "Cross-section of a leak at the bottom", low: 0, high: 1e4 },
    { name: "gravity", value: GRAVITY, unit: "m/s2", label: "Gravity", constant: true },
  ],
  units: { level: "m", inflow: "m3/h", outflow: "m3/h", valve: "1" },
  fallback: { valve: 1 },
  initial: {},
  derived: ["volume"],
  derivedUnits: { volume: "m3" },
  innerUnits: { leak: "m3/h" },
  nominal: { inflow: 18, valve: 1 },
  faults: [
    { name: "Leak", parameter: "leakArea", change: "rises", shows: "level", effect: "falls" },
    { name: "Blocked outlet", parameter: "dischargeCoefficient", change: "falls", shows: "level", effect: "rises" },
  ],
  drifting: [
    { parameter: "dischargeCoefficient", sd: 0.05, perDay: 0.01 },
    { parameter: "leakArea", sd: 0.2, perDay: 0.2 },
  ],
  follow: 1800,
  settle: 0,
};
