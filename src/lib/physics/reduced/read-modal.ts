/**
 * A structure from its modes, as a finite-element program computed them: CalculiX `.dat` (calculix.ts) → modes with modal
 * damping, forces at nodes or a shaken base, outputs at nodes, static correction from a *STATIC step or the total mass.
 */
import { describe } from "../../twin/envelope.ts";
import { modalOutputs } from "./beam.ts";
import { type Built, slowestMode } from "./built.ts";
import { type CalculixModes, readCalculixModes, type Vector3 } from "./calculix.ts";
import { type Dense, zeros } from "./dense.ts";
import { ModalCore, type Mode } from "./modal-core.ts";
import { type AssetSignals, Inputs, Outputs, type Source, type SpecReader } from "./spec-reader.ts";

export interface ModalSpec {
  kind: "modal";
  /** Text of the `.dat` file. */
  dat: string;
  /** Length unit of the calculation: metres with kg, or millimetres with tonnes. */
  lengthUnit?: "m" | "mm";
  modes?: number | string;
  /** ζ of every mode; 0.01 by default. */
  damping?: number | string;
  /**
   * Forces at a node of a printed set; the node may be left out where the set has one. `staticStep` is the number of the
   * *STATIC step in which only this force acts, with `staticLoad` N (1 by default).
   */
  forces?: {
    from: Source;
    set: string;
    node?: number | string;
    direction: "x" | "y" | "z";
    staticStep?: number | string;
    staticLoad?: number | string;
  }[];
  /** Acceleration of the base; displacements are then relative to it, and accelerations too. */
  base?: { from: Source; direction: "x" | "y" | "z" }[];
  points: {
    signal?: string;
    name?: string;
    unit?: string;
    /** `reaction` is the force with which the base holds the structure, in `direction`. */
    quantity?: "displacement" | "velocity" | "acceleration" | "reaction";
    set?: string;
    node?: number | string;
    direction: "x" | "y" | "z";
  }[];
}

const DIRECTIONS = ["x", "y", "z"] as const;
const QUANTITIES = ["displacement", "velocity", "acceleration", "reaction"] as const;
const KIND = { displacement: 0, velocity: 1, acceleration: 2, reaction: 0 } as const;

interface Load {
  input: number;
  /** Modal force per unit of the input. */
  modal: number[];
  axis: number;
  base: boolean;
  /** The static step of a force. */
  step?: { index: number; load: number };
}

export function readModal(reader: SpecReader, signals: AssetSignals): Built {
  const dat = reader.get("dat");
  if (typeof dat !== "string" || dat === "")
    throw reader.fail("dat is missing: put in the text of the .dat file that CalculiX wrote");
  const file = readCalculixModes(dat);
  const count = reader.whole("modes", { from: 1, to: 1000, fallback: file.omega.length });
  if (count > file.omega.length) throw reader.fail(`the file holds ${file.omega.length} modes, not ${count}`);
  const damping = reader.number("damping", "", { from: 0, to: 10, fallback: 0.01 });
  const modes: Mode[] = file.omega.slice(0, count).map((rate) => ({ rate, damping }));
  const length = reader.choice("lengthUnit", ["m", "mm"], "m");
  const inputs = new Inputs(signals);
  const outputs = new Outputs(signals);
  const loads = [
    ...reader.list("forces", "force").map((part) => readForce(part, file, count, inputs)),
    ...reader.list("base", "base").map((part) => readBase(part, file, count, inputs, `${length}/s2`)),
  ];
  if (loads.length === 0) throw reader.fail("nothing acts on it: add a row to forces or to base");
  const points = reader.list("points", "point").map((part) => readPoint(part, file, count, outputs, length));
  const B = zeros(count, inputs.count);
  for (const { input, modal } of loads)
    for (const [i, value] of modal.entries()) B.a[i * inputs.count + input]! += value;
  const S = zeros(points.length, count);
  points.forEach(({ shape }, k) => {
    S.a.set(
      shape.map((value, i) => (points[k]!.reaction ? value * modes[i]!.rate ** 2 : value)),
      k * count,
    );
  });
  const gain = staticGain(points, loads, inputs.count, file);
  const kinds = points.map((point) => KIND[point.quantity]);
  // What the base does to displacements beyond the modes is not in the file: that part stays without correction.
  const system = modalOutputs(modes, B, S, kinds, gain);
  for (const [k, { reaction }] of points.entries()) if (reaction) addDamping(system.Cv!, k, modes, S);
  const built = slowestMode(modes);
  const lacking = loads.some((load) => !load.base && !load.step);
  if (lacking && points.some((point) => point.quantity === "displacement")) built.warnings.push(UNCORRECTED);
  return {
    core: () => new ModalCore(system),
    inputs: inputs.finish(),
    outputs: outputs.finish(reader.where),
    start: "steady",
    ...built,
  };
}

const UNCORRECTED =
  "Without a static step for each force, displacements lack the stiffness of the modes left out: add *STATIC steps to the calculation, or take more modes.";

/** A set with one node needs no node number. */
function shapesAt(part: SpecReader, file: CalculixModes, count: number) {
  const set = String(part.get("set") ?? "").toUpperCase();
  const first = file.shapes[0]?.get(set);
  if (!first) {
    const sets = Array.from(file.shapes[0]?.keys() ?? []).join(", ") || "none";
    throw part.fail(
      `the file prints no mode shape for the node set ${describe(part.get("set"))} (it has ${sets}): add *NODE PRINT, NSET=… with U to the *FREQUENCY step`,
    );
  }
  const node = part.has("node") ? Number(part.get("node")) : first.size === 1 ? first.keys().next().value! : Number.NaN;
  if (!first.has(node))
    throw part.fail(
      `the set ${set} has no node ${part.has("node") ? describe(part.get("node")) : "alone"}: give one of ${Array.from(first.keys()).slice(0, 8).join(", ")}`,
    );
  const axis = DIRECTIONS.indexOf(part.choice("direction", DIRECTIONS));
  const shape = file.shapes.slice(0, count).map((modes) => modes.get(set)?.get(node)?.[axis] ?? Number.NaN);
  if (shape.length < count || shape.some(Number.isNaN))
    throw part.fail(`the file does not print the node ${node} of ${set} for all ${count} modes`);
  return { set, node, axis, shape };
}

function readForce(part: SpecReader, file: CalculixModes, count: number, inputs: Inputs): Load {
  const { shape, axis } = shapesAt(part, file, count);
  const load: Load = { input: inputs.add(part, "from", "N"), modal: shape, axis, base: false };
  if (!part.has("staticStep")) return load;
  const index = part.whole("staticStep", { from: 1, to: 1000, fallback: 1 }) - 1;
  if (!file.statics[index])
    throw part.fail(`the file holds ${file.statics.length} static steps with printed displacements, not ${index + 1}`);
  const newton = part.number("staticLoad", "N", { from: -1e15, fallback: 1 });
  if (newton === 0) throw part.fail("staticLoad is 0; enter the force of the static step");
  return { ...load, step: { index, load: newton } };
}

function readBase(part: SpecReader, file: CalculixModes, count: number, inputs: Inputs, unit: string): Load {
  const axis = DIRECTIONS.indexOf(part.choice("direction", DIRECTIONS));
  if (file.participation.length < count)
    throw part.fail("the file holds no participation factors, which a shaken base needs");
  // Seen from the base, its acceleration is an inertia force against it.
  const modal = file.participation.slice(0, count).map((factors: Vector3) => -factors[axis]!);
  return { input: inputs.add(part, "from", unit), modal, axis, base: true };
}

function readPoint(part: SpecReader, file: CalculixModes, count: number, outputs: Outputs, length: "m" | "mm") {
  const quantity = part.choice("quantity", QUANTITIES, "displacement");
  if (quantity === "reaction") {
    // The base carries the spring and damper forces of all modes: −Σ Γ (ω² q + 2 ζ ω q').
    outputs.add(part, "N");
    const axis = DIRECTIONS.indexOf(part.choice("direction", DIRECTIONS));
    if (file.participation.length < count)
      throw part.fail("the file holds no participation factors, which a reaction needs");
    const shape = file.participation.slice(0, count).map((factors: Vector3) => -factors[axis]!);
    return { quantity, reaction: true, shape, axis, set: "", node: 0 };
  }
  const unit = { displacement: length, velocity: `${length}/s`, acceleration: `${length}/s2` }[quantity];
  outputs.add(part, unit, { displacement: "mm", velocity: "mm/s", acceleration: "m/s2" }[quantity]);
  return { quantity, reaction: false, ...shapesAt(part, file, count) };
}

/** Static response per output and input, as far as the file tells it; NaN where not. */
function staticGain(
  points: readonly ReturnType<typeof readPoint>[],
  loads: readonly Load[],
  inputs: number,
  file: CalculixModes,
): Dense {
  const gain = zeros(points.length, inputs);
  points.forEach((point, k) => {
    for (const { input, step, base, axis } of loads)
      gain.a[k * inputs + input]! += point.reaction
        ? reactionTo(base, axis, point.axis, file)
        : step
          ? (file.statics[step.index]!.get(point.set)?.get(point.node)?.[point.axis] ?? Number.NaN) / step.load
          : Number.NaN;
  });
  return gain;
}

/** Forces are in balance: against a steady force the base pushes with the same, and a shaken base pushes the whole mass. */
function reactionTo(base: boolean, axis: number, direction: number, file: CalculixModes): number {
  if (axis !== direction) return 0;
  return base ? (file.totalMass?.[axis] ?? Number.NaN) : -1;
}

function addDamping(Cv: Dense, row: number, modes: readonly Mode[], S: Dense): void {
  modes.forEach(({ rate, damping }, i) => {
    // S holds −Γ ω² here.
    Cv.a[row * modes.length + i] = rate > 0 ? (S.a[row * modes.length + i]! * 2 * damping!) / rate : 0;
  });
}
