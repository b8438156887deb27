/** Lithium-ion cell after Daigle and Kulkarni: bulk, surface and concentration charge. */
import type { Preset } from "./preset.ts";

export const batteryCircuit: Preset = {
  name: "battery-circuit",
  title: "Battery, electric circuit for discharge",
  source:
    "Daigle & Kulkarni (2013), Electrochemistry-based battery modeling for prognostics, Annual Conference of the PHM Society; the electric circuit equivalent of Daigle, Saxena & Goebel (2012) with its 18650 cell.",
  diagram: "Cb(soc) ──[ Rs ∥ Cs ]──[ Rcp(soc) ∥ Ccp ]──▶ voltage, Rp across    current in (positive: discharge)",
  equations: `soc = (capacity - fullCharge + bulkCharge) / capacity

# The capacitance of the bulk and the resistance of the concentration depend on the charge
bulkCapacitance = bulk3 * soc^3 + bulk2 * soc^2 + bulk1 * soc + bulk0
concentrationResistance = concentration0 + concentration1 * exp(concentration2 * (1 - soc))

bulkVoltage = bulkCharge / bulkCapacitance
surfaceVoltage = surfaceCharge / surfaceCapacitance
concentrationVoltage = concentrationCharge / concentrationCapacitance
voltage = bulkVoltage - concentrationVoltage - surfaceVoltage

# Charges; a little flows through the parallel resistance
bulkCurrent = current + voltage / parallelResistance
dbulkCharge/dt = -bulkCurrent
dconcentrationCharge/dt = bulkCurrent - concentrationVoltage / concentrationResistance
dsurfaceCharge/dt = bulkCurrent - surfaceVoltage / surfaceResistance
`,
  parameters: [
    { name: "capacity", value: 7777, unit: "C", label: "Charge between full and empty, CMax", low: 10, high: 1e8 },
    { name: "fullCharge", value: 7856.3254, unit: "C", label: "Charge of the full cell, qMax", low: 10, high: 1e8 },
    { name: "bulk0", value: 27.055726, unit: "F", label: "Bulk capacitance, constant part", low: -1e5, high: 1e5 },
    { name: "bulk1", value: 2079.9, unit: "F", label: "Bulk capacitance, linear part", low: -1e6, high: 1e6 },
    { name: "bulk2", value: 1.2, unit: "F", label: "Bulk capacitance, quadratic part", low: -1e6, high: 1e6 },
    { name: "bulk3", value: -230, unit: "F", label: "Bulk capacitance, cubic part", low: -1e6, high: 1e6 },
    { name: "surfaceResistance", value: 53.8926, unit: "mOhm", label: "Surface resistance Rs", low: 0.01, high: 1e4 },
    { name: "surfaceCapacitance", value: 234.387, unit: "F", label: "Surface capacitance Cs", low: 0.1, high: 1e6 },
    {
      name: "concentration0",
      value: 69.7776,
      unit: "mOhm",
      label: "Concentration resistance, constant part",
      low: 0.01,
      high: 1e4,
    },
    {
      name: "concentration1",
      value: 1.50528e-14,
      unit: "mOhm",
      label: "Concentration resistance, growing part",
      low: 0,
      high: 1,
    },
    { name: "concentration2", value: 37.223, unit: "1", label: "Growth towards empty", low: 0, high: 100 },
    {
      name: "concentrationCapacitance",
      value: 14.8223,
      unit: "F",
      label: "Concentration capacitance Ccp",
      low: 0.01,
      high: 1e6,
    },
    {
      name: "parallelResistance",
      value: 10,
      unit: "kOhm",
      label: "Parallel resistance Rp (self-discharge)",
      low: 0.001,
      high: 1e6,
    },
  ],
  units: { current: "A", voltage: "V", soc: "%" },
  fallback: {},
  initial: { bulkCharge: 7856.3254 },
  derived: ["soc", "bulkVoltage"],
  derivedUnits: { bulkVoltage: "V" },
  innerUnits: {
    bulkCharge: "C",
    concentrationCharge: "C",
    surfaceCharge: "C",
    bulkCapacitance: "F",
    concentrationResistance: "mOhm",
    surfaceVoltage: "V",
    concentrationVoltage: "V",
    bulkCurrent: "A",
  },
  nominal: { current: 2 },
  faults: [
    { name: "Growing resistance", parameter: "surfaceResistance", change: "rises", shows: "voltage", effect: "falls" },
    {
      name: "Growing concentration resistance",
      parameter: "concentration0",
      change: "rises",
      shows: "voltage",
      effect: "falls",
    },
  ],
  drifting: [
    { parameter: "surfaceResistance", sd: 5, perDay: 0.2 },
    { parameter: "concentration0", sd: 5, perDay: 0.2 },
  ],
  follow: 0,
  settle: 0,
};
