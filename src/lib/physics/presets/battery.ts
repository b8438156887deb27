/** Lithium-ion cell or pack: one resistor–capacitor pair and the state of charge. */
import type { Preset } from "./preset.ts";

export const battery: Preset = {
  name: "battery",
  title: "Battery, one RC pair",
  source:
    "Thévenin circuit with state of charge: Plett (2015), Battery Management Systems I, ch. 2. Open-circuit voltage and low-charge resistance: Chen & Rincón-Mora (2006), IEEE Trans. Energy Conversion 21(2), eq. 2 and 3; their cell of 850 mAh.",
  diagram: "OCV(soc) ──[ R0 ]──[ R1 ∥ C1 ]──▶ voltage    current in (positive: discharge)",
  equations: `# State of charge; positive current discharges
dsoc/dt = -current / capacity

# Slow polarisation
dpolarisation/dt = current / polarisationCapacitance - polarisation / (polarisationResistance * polarisationCapacitance)

# Open-circuit voltage of a cell, and its resistance, which grows when it is nearly empty
openCircuit = volt * (3.685 - 1.031 * exp(-35 * soc) + 0.2156 * soc - 0.1178 * soc^2 + 0.3201 * soc^3)
innerResistance = resistance * (1 + emptyRise * exp(-24.37 * soc))
voltage = cells * (openCircuit - innerResistance * current - polarisation)
power = voltage * current
`,
  parameters: [
    { name: "capacity", value: 0.85, unit: "A.h", label: "Capacity", low: 0.01, high: 1e5 },
    { name: "cells", value: 1, unit: "1", label: "Cells in series", low: 1, high: 1000 },
    { name: "resistance", value: 74.46, unit: "mOhm", label: "Resistance of a cell", low: 0.01, high: 5000 },
    { name: "emptyRise", value: 2.098, unit: "1", label: "Growth of the resistance towards empty", low: 0, high: 20 },
    {
      name: "polarisationResistance",
      value: 49.84,
      unit: "mOhm",
      label: "Resistance of the RC pair",
      low: 0.01,
      high: 5000,
    },
    { name: "polarisationCapacitance", value: 4475, unit: "F", label: "Capacitance of the RC pair", low: 1, high: 1e7 },
    { name: "volt", value: 1, unit: "V", label: "One volt", constant: true },
  ],
  units: { current: "A", voltage: "V", soc: "%" },
  fallback: {},
  initial: { soc: 100 },
  derived: ["soc", "openCircuit", "power"],
  derivedUnits: { openCircuit: "V", power: "W" },
  innerUnits: { polarisation: "V", innerResistance: "mOhm" },
  nominal: { current: 0.4 },
  faults: [
    { name: "Growing resistance", parameter: "resistance", change: "rises", shows: "voltage", effect: "falls" },
    { name: "Loss of capacity", parameter: "capacity", change: "falls", shows: "voltage", effect: "falls" },
    { name: "Slow diffusion", parameter: "polarisationResistance", change: "rises", shows: "voltage", effect: "falls" },
  ],
  drifting: [
    { parameter: "resistance", sd: 10, perDay: 0.5 },
    { parameter: "capacity", sd: 0.05, perDay: 0.002 },
  ],
  follow: 0,
  settle: 0,
};
