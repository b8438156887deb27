/**
 * The description of a finite-element or reduced model and the signals of an asset → a model that runs in the place of
 * one of equations. Inputs and outputs are in the units of the asset.
 */
import { describe, isPlainObject, TwinError } from "../../twin/envelope.ts";
import type { Simulator, TwinModel } from "../twin-model.ts";
import type { Built } from "./built.ts";
import { LinearStepper } from "./linear-stepper.ts";
import { type BeamSpec, readBeam } from "./read-beam.ts";
import { type PlateSpec, type RodSpec, readPlate, readRod } from "./read-heat.ts";
import { type ModalSpec, readModal } from "./read-modal.ts";
import { readStateSpace, type StateSpaceSpec } from "./read-state-space.ts";
import { type AssetSignals, SpecReader } from "./spec-reader.ts";

export type ReducedSpec = (StateSpaceSpec | ModalSpec | RodSpec | PlateSpec | BeamSpec) & {
  /** Between two samples inputs hold their old value (`zero`, the default) or run straight to the new one (`first`). */
  hold?: "zero" | "first";
};
export type ReducedKind = ReducedSpec["kind"];

export interface ReducedModel {
  kind: ReducedKind;
  model: TwinModel;
  /** A new simulation, for one machine. `maxGap`: longest time between two samples that is integrated, seconds. */
  simulator(options: { maxGap: number }): Simulator;
  /** UCUM code of every virtual sensor. */
  units: Readonly<Record<string, string>>;
  /** Seconds until the model has forgotten how it was started; 0 when it never does. */
  settle: number;
  /** Sentences about what is allowed, but seldom meant. */
  warnings: readonly string[];
  /** Number of states inside. */
  size: number;
  /** Natural frequencies in Hz of a structure, lowest first. */
  frequencies?: readonly number[];
}

const READERS: Readonly<
  Record<ReducedKind, { where: string; read: (reader: SpecReader, signals: AssetSignals) => Built }>
> = {
  "state-space": { where: "State space", read: readStateSpace },
  modal: { where: "Modal model", read: readModal },
  rod: { where: "Rod", read: readRod },
  plate: { where: "Plate", read: readPlate },
  beam: { where: "Beam", read: readBeam },
};
export const REDUCED_KINDS = Object.keys(READERS) as ReducedKind[];

/** exp(−5) is 0.7 %. */
const SETTLED = 5;

/**
 * Reads a description (ReducedSpec, as JSON) and builds its model.
 * @param spec an object, or its JSON text
 * @param files name → text of files that stand in the description as `{ "file": "name" }`, for A, B, C, D and dat
 * @throws TwinError `E_MODEL` with one sentence that says what to change
 */
export function readReduced(
  spec: unknown,
  signals: AssetSignals,
  files: ReadonlyMap<string, string> = new Map(),
): ReducedModel {
  const fields = withFiles(typeof spec === "string" ? parse(spec) : spec, files);
  const kind = isPlainObject(fields) ? (fields.kind as ReducedKind) : undefined;
  const entry = kind !== undefined && Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  if (!entry)
    throw new TwinError("E_MODEL", `The model needs a kind: choose ${REDUCED_KINDS.map((k) => `"${k}"`).join(", ")}.`);
  const reader = new SpecReader(fields, entry.where);
  const hold = reader.choice("hold", ["zero", "first"], "zero");
  const built = build(() => entry.read(reader, signals), entry.where);
  const { quantities, outputs, derived, ports, units } = built.outputs;
  return {
    kind: kind!,
    model: {
      inputs: built.inputs.signals,
      states: [],
      parameters: [],
      p: new Float64Array(0),
      quantities,
      dynamic: new Set(quantities),
      outputs,
      derived,
    },
    simulator: ({ maxGap }) =>
      new LinearStepper(built.core(), {
        maxGap,
        start: built.start,
        hold,
        inputs: built.inputs.ports,
        fixed: built.inputs.fixed,
        outputs: ports,
      }),
    units,
    settle: Number.isFinite(built.slowest) ? SETTLED * built.slowest : 0,
    warnings: built.warnings,
    size: built.size,
    ...(built.frequencies && { frequencies: built.frequencies }),
  };
}

function withFiles(fields: unknown, files: ReadonlyMap<string, string>): unknown {
  if (!isPlainObject(fields)) return fields;
  const filled = { ...fields };
  for (const name of ["A", "B", "C", "D", "dat"]) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!isPlainObject(value) || typeof value.file !== "string") continue;
    const text = files.get(value.file);
    if (text === undefined)
      throw new TwinError("E_MODEL", `${name}: there is no file ${describe(value.file)}: add it to the node's files.`);
    filled[name] = text;
  }
  return filled;
}

function parse(text: string): unknown {
  if (text.trim() === "")
    throw new TwinError("E_MODEL", "There is no description of the model yet: paste one, or begin with an example.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TwinError("E_MODEL", `The model is not JSON: ${(error as Error).message}.`);
  }
}

/** Numbers that are each allowed, but together give no solvable system. */
function build(read: () => Built, where: string): Built {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError)
      throw new TwinError("E_MODEL", `${where}: these numbers give no solvable model (${error.message}).`);
    throw error;
  }
}
