/** A description of each kind to begin with, and the signals it takes. */
import type { ReducedKind } from "./read-reduced.ts";

export interface ReducedExample {
  /** Signal → UCUM code that an asset may have it in. */
  signals: Readonly<Record<string, string>>;
  /** What the signals usually show, in these units: for a trial before there is an asset. */
  usual: Readonly<Record<string, number>>;
  description: object;
}

export const REDUCED_EXAMPLES: Readonly<Record<ReducedKind, ReducedExample>> = {
  rod: {
    signals: { coolant: "Cel", ambient: "Cel", surface: "Cel" },
    usual: { coolant: 80, ambient: 20 },
    description: {
      kind: "rod",
      length: 0.2,
      conductivity: 1.6,
      density: 2200,
      specificHeat: 900,
      left: { type: "convection", film: 300, ambient: { signal: "coolant" } },
      right: { type: "convection", film: 12, ambient: { signal: "ambient" } },
      points: [
        { signal: "surface", at: 0.2 },
        { name: "core", at: 0.1 },
      ],
    },
  },
  plate: {
    signals: { coldPlate: "Cel", ambient: "Cel", power: "W", caseTemperature: "Cel" },
    usual: { coldPlate: 30, ambient: 25, power: 150 },
    description: {
      kind: "plate",
      width: 0.2,
      height: 0.1,
      thickness: 0.01,
      conductivity: 200,
      density: 2700,
      specificHeat: 900,
      edges: { bottom: { type: "temperature", from: { signal: "coldPlate" } } },
      faces: { film: 10, ambient: { signal: "ambient" } },
      heat: [{ from: { signal: "power" }, x: [0.05, 0.11], y: [0.03, 0.07] }],
      points: [
        { signal: "caseTemperature", x: 0.19, y: 0.05 },
        { name: "hotSpot", x: 0.08, y: 0.05 },
      ],
    },
  },
  beam: {
    signals: { force: "N", deflection: "mm" },
    usual: { force: 10 },
    description: {
      kind: "beam",
      support: "cantilever",
      length: 1,
      youngsModulus: 2.1e11,
      secondMoment: 1.667e-9,
      area: 2e-4,
      density: 7850,
      damping: 0.01,
      forces: [{ from: { signal: "force" }, at: 1 }],
      points: [
        { signal: "deflection", at: 1 },
        { name: "rootStress", at: 0, quantity: "stress", distance: 0.005 },
      ],
    },
  },
  modal: {
    signals: { force: "N", deflection: "mm" },
    usual: { force: 10 },
    description: {
      kind: "modal",
      dat: { file: "cantilever.dat" },
      damping: 0.01,
      forces: [{ from: { signal: "force" }, set: "TIP", direction: "z", staticStep: 1 }],
      points: [
        { signal: "deflection", set: "TIP", direction: "z" },
        { name: "middle", set: "MID", direction: "z", unit: "mm" },
      ],
    },
  },
  "state-space": {
    signals: { power: "W", rise: "K" },
    usual: { power: 100 },
    description: {
      kind: "state-space",
      A: [
        [-0.002, 0.001],
        [0.004, -0.004],
      ],
      B: [[0.0001], [0]],
      C: [
        [1, 0],
        [0, 1],
      ],
      inputs: [{ signal: "power", unit: "W" }],
      outputs: [
        { name: "core", unit: "K" },
        { signal: "rise", unit: "K" },
      ],
    },
  },
};
