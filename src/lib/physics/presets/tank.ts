/**
 * Tank with a free outlet: volume balance and Torricelli's law (Torricelli 1644; any text on fluid mechanics). A leak
 * shows as a level below the expected one, a blocked outlet as one above.
 */
import type { Preset } from "./preset.ts";
import { GRAVITY } from "./reference-pump.ts";

export const tank: Preset = {
  name: "tank",
  equations: `# Outlet by Torricelli's law, m3/h; valve: 0 closed … 1 open
outflow = 3600 * dischargeCoefficient * outletArea * valve * sqrt(2 * gravity * max(level - outletHeight, 0))

# Volume balance; flows in m3/h, level in m
dlevel/dt = (inflow - outflow) / 3600 / tankArea
volume = tankArea * level
`,
  parameters: [
    { name: "tankArea", value: 4, unit: "m2", label: "Cross-section of the tank" },
    { name: "outletArea", value: 0.002, unit: "m2", label: "Cross-section of the outlet" },
    { name: "outletHeight", value: 0, unit: "m", label: "Height of the outlet above level 0" },
    { name: "dischargeCoefficient", value: 0.62, unit: "1", label: "Discharge coefficient (sharp edge 0.62)" },
    { name: "gravity", value: GRAVITY, unit: "m/s2", label: "Gravity" },
  ],
  units: { level: "m", inflow: "m3/h", outflow: "m3/h", valve: "1" },
  fallback: { valve: 1 },
  derived: ["volume"],
  derivedUnits: { volume: "m3" },
  follow: 1800,
  settle: 0,
};
