/**
 * Reads the `.dat` file that CalculiX CrunchiX writes for a *FREQUENCY step: frequencies, participation factors, effective
 * modal masses, mode shapes at the nodes of `*NODE PRINT, NSET=… / U`, and static deflections of *STATIC steps behind it
 * (CalculiX CrunchiX User's Manual 2.20, sections 6.9.2 and 7). Modes are scaled by CalculiX to unit modal mass.
 */
import { TwinError } from "../../twin/envelope.ts";

export type Vector3 = readonly [number, number, number];

export interface CalculixModes {
  /** Per mode: ω in rad/s. */
  omega: number[];
  /** Per mode and direction x, y, z: factor Γ = φᵀ M r. Empty when not printed. */
  participation: Vector3[];
  /** Mass that moves with the structure, per direction; absent when not printed. */
  totalMass?: Vector3;
  /** Per mode: node set → node → displacement of the mode. */
  shapes: Map<string, Map<number, Vector3>>[];
  /** Per static step behind the frequency step, the same. */
  statics: Map<string, Map<number, Vector3>>[];
}

const MAX_TEXT = 20_000_000;

/** @throws TwinError `E_MODEL` when the text is not the result of a *FREQUENCY step */
export function readCalculixModes(text: string): CalculixModes {
  if (typeof text !== "string" || text.length > MAX_TEXT)
    throw new TwinError("E_MODEL", "The CalculiX file is larger than 20 MB: print fewer nodes with *NODE PRINT.");
  const lines = text.split(/\r\n|\r|\n/);
  const modes: CalculixModes = { omega: [], participation: [], shapes: [], statics: [] };
  let section: "frequencies" | "participation" | "mass" | "shape" | undefined;
  let block: Map<number, Vector3> | undefined;
  let mode = -1;
  for (const line of lines) {
    const title = line.replace(/\s+/g, "").toUpperCase();
    if (/[A-Z]{8}/.test(title) || title.startsWith("EIGENVALUE")) {
      if (title === "EIGENVALUEOUTPUT") section = "frequencies";
      else if (title === "PARTICIPATIONFACTORS") section = "participation";
      else if (title === "TOTALEFFECTIVEMASS") section = "mass";
      else if (title === "EFFECTIVEMODALMASS") section = undefined;
      else if (title.startsWith("EIGENVALUENUMBER")) {
        mode = Number(title.slice("EIGENVALUENUMBER".length)) - 1;
        section = "shape";
      }
      const set = /^\s*displacements \(vx,vy,vz\) for set (\S+)/i.exec(line);
      if (set) block = openBlock(modes, mode, set[1]!.toUpperCase());
      else if (title.startsWith("EIGENVALUENUMBER") || section !== "shape") block = undefined;
      continue;
    }
    if (title === "") continue;
    const numbers = line.trim().split(/\s+/).map(Number);
    if (!numbers.every(Number.isFinite)) continue;
    if (block && numbers.length === 4) block.set(numbers[0]!, [numbers[1]!, numbers[2]!, numbers[3]!]);
    else if (section === "frequencies" && numbers.length >= 4) modes.omega.push(omega(numbers));
    else if (section === "participation" && numbers.length === 7)
      modes.participation.push([numbers[1]!, numbers[2]!, numbers[3]!]);
    else if (section === "mass" && numbers.length >= 3) modes.totalMass = [numbers[0]!, numbers[1]!, numbers[2]!];
  }
  if (modes.omega.length === 0)
    throw new TwinError(
      "E_MODEL",
      "The CalculiX file holds no eigenvalues: it must be the .dat file of a calculation with a *FREQUENCY step.",
    );
  return modes;
}

/** ω² may be slightly negative for a free structure. */
const omega = ([, eigenvalue]: readonly number[]): number => Math.sqrt(Math.max(0, eigenvalue!));

/** A node set that is printed a second time within the last mode belongs to a static step behind it. */
function openBlock(modes: CalculixModes, mode: number, set: string): Map<number, Vector3> {
  const block = new Map<number, Vector3>();
  const known = Number.isInteger(mode) && mode >= 0 && mode < modes.omega.length;
  const shape = known ? (modes.shapes[mode] ??= new Map()) : undefined;
  if (shape && !shape.has(set)) shape.set(set, block);
  else {
    let step = modes.statics.find((s) => !s.has(set));
    if (!step) modes.statics.push((step = new Map()));
    step.set(set, block);
  }
  return block;
}
