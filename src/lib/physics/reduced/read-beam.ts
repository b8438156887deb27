/** A beam as a person describes it → modes (beam.ts). */
import { type Beam, type BeamQuantity, beamSystem, type Support } from "./beam.ts";
import { type Built, slowestMode } from "./built.ts";
import { ModalCore } from "./modal-core.ts";
import { type AssetSignals, Inputs, Outputs, type Source, type SpecReader } from "./spec-reader.ts";

export interface BeamSpec {
  kind: "beam";
  support: Support;
  /** m */
  length: number | string;
  /** E, Pa */
  youngsModulus: number | string;
  /** I, m⁴ */
  secondMoment: number | string;
  /** A, m² */
  area: number | string;
  /** kg/m³ */
  density: number | string;
  elements?: number | string;
  modes?: number | string;
  /** ζ of every mode; 0.01 by default. */
  damping?: number | string;
  masses?: { at: number | string; mass: number | string }[];
  /** Force in N at a place, m; without a place it is spread evenly. */
  forces: { from: Source; at?: number | string }[];
  /** `distance` from the neutral axis, m, for a stress; at the root unless `at` says otherwise. */
  points: {
    signal?: string;
    name?: string;
    unit?: string;
    at: number | string;
    quantity?: BeamQuantity;
    distance?: number | string;
  }[];
}

const QUANTITIES = ["displacement", "velocity", "acceleration", "stress", "moment"] as const;
const UNITS = { displacement: "m", velocity: "m/s", acceleration: "m/s2", stress: "Pa", moment: "N.m" } as const;
const SHOWN = { displacement: "mm", velocity: "mm/s", acceleration: "m/s2", stress: "MPa", moment: "N.m" } as const;

export function readBeam(reader: SpecReader, signals: AssetSignals): Built {
  const inputs = new Inputs(signals);
  const outputs = new Outputs(signals);
  const length = reader.number("length", "m", { above: 0 });
  const place = (part: SpecReader) => part.number("at", "m", { from: 0, to: length });
  const E = reader.number("youngsModulus", "Pa", { above: 0 });
  const bendingStiffness = E * reader.number("secondMoment", "m⁴", { above: 0 });
  // Two forces from one signal are one input that acts at both places, so each row keeps a column of its own.
  const forces = reader.list("forces", "force").map((part) => ({
    input: inputs.add(part, "from", "N"),
    at: part.has("at") ? place(part) : ("everywhere" as const),
  }));
  if (forces.length === 0) throw reader.fail("forces is empty: a beam needs at least one force");
  const points = reader.list("points", "point").map((point) => {
    const quantity = point.choice("quantity", QUANTITIES, "displacement");
    outputs.add(point, UNITS[quantity], SHOWN[quantity]);
    const factor = quantity === "stress" ? E * point.number("distance", "m", { above: 0 }) : bendingStiffness;
    return { at: place(point), quantity, factor };
  });
  const beam: Beam = {
    length,
    bendingStiffness,
    massPerLength: reader.number("density", "kg/m³", { above: 0 }) * reader.number("area", "m²", { above: 0 }),
    support: reader.choice("support", ["cantilever", "simply-supported", "clamped", "clamped-pinned"]),
    elements: reader.whole("elements", { from: 2, to: 60, fallback: 30 }),
    modes: reader.whole("modes", { from: 1, to: 60, fallback: 8 }),
    damping: reader.number("damping", "", { from: 0, to: 10, fallback: 0.01 }),
    masses: reader
      .list("masses", "mass")
      .map((part) => ({ at: place(part), mass: part.number("mass", "kg", { above: 0 }) })),
    forces,
    points,
    inputs: inputs.count,
  };
  const system = beamSystem(beam);
  return {
    core: () => new ModalCore(system),
    inputs: inputs.finish(),
    outputs: outputs.finish(reader.where),
    start: "steady",
    ...slowestMode(system.modes),
  };
}
