/** Counterflow heat exchanger that fouls. */
import type { Preset } from "./preset.ts";

export const heatExchanger: Preset = {
  name: "heat-exchanger",
  title: "Heat exchanger with fouling",
  source:
    "Effectiveness and number of transfer units in counterflow: Incropera & DeWitt (2007), Fundamentals of Heat and Mass Transfer, eq. 11.29a; films by the 0.8th power of the flow (Dittus & Boelter 1930, eq. 8.60); fouling resistance: TEMA (2019), section 10.",
  diagram: "hotInlet ──▶ [======] ──▶ hotOutlet    coldOutlet ◀── [======] ◀── coldInlet   (counterflow)",
  equations: `# Heat capacity rates; a side that stands still counts with minimumFlow
hot = max(hotFlow, minimumFlow)
cold = max(coldFlow, minimumFlow)
hotRate = hot * hotHeatCapacity
coldRate = cold * coldHeatCapacity
smaller = min(hotRate, coldRate)
ratio = min(smaller / max(hotRate, coldRate), 0.9999)

# Heat transfer: two films in series, and the deposit
cleanCoefficient = 1 / ((nominalHotFlow / hot)^0.8 / hotFilm + (nominalColdFlow / cold)^0.8 / coldFilm)
coefficient = 1 / (1 / cleanCoefficient + foulingResistance)
transferUnits = coefficient * area / smaller
decay = exp(-transferUnits * (1 - ratio))
effectiveness = (1 - decay) / (1 - ratio * decay)
duty = effectiveness * smaller * (hotInlet - coldInlet)

# What is inside has to be exchanged first
dhotOutlet/dt = (hotInlet - duty / hotRate - hotOutlet) * hot / hotContent
dcoldOutlet/dt = (coldInlet + duty / coldRate - coldOutlet) * cold / coldContent

# Share of the heat transfer that is left
cleanliness = coefficient / cleanCoefficient
`,
  parameters: [
    { name: "area", value: 10, unit: "m2", label: "Heat transfer area", low: 0.01, high: 1e5 },
    {
      name: "hotFilm",
      value: 4000,
      unit: "W/(m2.K)",
      label: "Film coefficient of the hot side at nominal flow",
      low: 5,
      high: 50000,
    },
    {
      name: "coldFilm",
      value: 4000,
      unit: "W/(m2.K)",
      label: "Film coefficient of the cold side at nominal flow",
      low: 5,
      high: 50000,
    },
    { name: "nominalHotFlow", value: 2, unit: "kg/s", label: "Nominal flow of the hot side", low: 0.001, high: 1e4 },
    {
      name: "nominalColdFlow",
      value: 2.5,
      unit: "kg/s",
      label: "Nominal flow of the cold side",
      low: 0.001,
      high: 1e4,
    },
    {
      name: "foulingResistance",
      value: 0,
      unit: "m2.K/kW",
      label: "Resistance of the deposit, both sides together",
      low: 0,
      high: 10,
    },
    {
      name: "hotHeatCapacity",
      value: 4.18,
      unit: "kJ/(kg.K)",
      label: "Specific heat of the hot medium (water 4.18)",
      low: 0.5,
      high: 15,
    },
    {
      name: "coldHeatCapacity",
      value: 4.18,
      unit: "kJ/(kg.K)",
      label: "Specific heat of the cold medium (water 4.18)",
      low: 0.5,
      high: 15,
    },
    { name: "hotContent", value: 20, unit: "kg", label: "Content of the hot side", low: 0.01, high: 1e5 },
    { name: "coldContent", value: 20, unit: "kg", label: "Content of the cold side", low: 0.01, high: 1e5 },
    {
      name: "minimumFlow",
      value: 0.001,
      unit: "kg/s",
      label: "Flow below which a side counts as standing",
      constant: true,
    },
  ],
  units: {
    hotFlow: "kg/s",
    coldFlow: "kg/s",
    hotInlet: "Cel",
    coldInlet: "Cel",
    hotOutlet: "Cel",
    coldOutlet: "Cel",
  },
  fallback: {},
  initial: { hotOutlet: 20, coldOutlet: 20 },
  derived: ["duty", "effectiveness", "coefficient", "cleanliness"],
  derivedUnits: { duty: "kW", effectiveness: "1", coefficient: "W/(m2.K)", cleanliness: "%" },
  innerUnits: {
    hot: "kg/s",
    cold: "kg/s",
    hotRate: "W/K",
    coldRate: "W/K",
    smaller: "W/K",
    ratio: "1",
    cleanCoefficient: "W/(m2.K)",
    transferUnits: "1",
    decay: "1",
  },
  nominal: { hotFlow: 2, coldFlow: 2.5, hotInlet: 80, coldInlet: 20 },
  faults: [
    { name: "Fouling", parameter: "foulingResistance", change: "rises", shows: "hotOutlet", effect: "rises" },
    {
      name: "Fouling, seen on the cold side",
      parameter: "foulingResistance",
      change: "rises",
      shows: "coldOutlet",
      effect: "falls",
    },
    { name: "Blocked channels", parameter: "area", change: "falls", shows: "duty", effect: "falls" },
  ],
  drifting: [{ parameter: "foulingResistance", sd: 0.05, perDay: 0.02 }],
  follow: 0,
  settle: 120,
};
