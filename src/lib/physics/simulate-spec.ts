/** What `twinwire-simulate` reads: a model with its numbers as JSON, and a table of inputs. Everything wrong is one sentence. */
import { namesIn } from "../expression/ast.ts";
import { cellValue, parseCsv } from "../machine/csv.ts";
import { describe, isPlainObject, TwinError } from "../twin/envelope.ts";
import { isFreeName, readModel, treesOf } from "./equations.ts";
import { type CompiledModel, compileModel } from "./model.ts";
import { parsePreset } from "./presets/parse.ts";
import { isPresetFile, presetSimulation, requireUsual } from "./simulate-preset.ts";

export interface Simulation {
  model: CompiledModel;
  /** Names of the inputs, as the file lists them. */
  inputs: string[];
  /** Columns after `t`: the states, then the outputs that are none. */
  columns: string[];
  /** Presets only: values of inputs that the table of inputs may lack. */
  usual?: ReadonlyMap<string, number>;
  /** Presets only: from the unit of a name to that of the equations, and back. */
  toModel?: (name: string, value: number) => number;
  fromModel?: (name: string, value: number) => number;
  /** As people write it. */
  unitOf?: (name: string) => string;
}

/** Values of all inputs from `t` on. */
export interface InputRow {
  t: number;
  values: Float64Array;
}

const KEYS = ["equations", "initial", "parameters", "inputs", "outputs"];
/** What people add to say what a file is. */
const NOTES = ["$schema", "id", "name", "title", "description", "comment", "notes", "source", "version", "author"];

/**
 * Reads MODEL.json: a model as in docs/simulate.md, or a preset.
 * @throws TwinError `E_MODEL` or EquationError, with a sentence
 */
export function readSimulation(text: string): Simulation {
  const json = parse(text);
  if (isPresetFile(json)) return presetSimulation(parsePreset(text));
  for (const key of Object.keys(json))
    if (!KEYS.includes(key) && !NOTES.includes(key))
      throw wrong(`The model has a key ${describe(key)} that is not known: use ${KEYS.join(", ")}.`);
  const equations = Array.isArray(json.equations) ? json.equations.join("\n") : json.equations;
  if (typeof equations !== "string" || equations.trim() === "")
    throw wrong('The model has no equations: give a text such as "dy/dt = -k*y".');
  const parameters = numbers(json.parameters, "parameters");
  const initial = numbers(json.initial, "initial");
  const inputs = names(json.inputs, "inputs");
  const outputs = names(json.outputs, "outputs");
  const { states, quantities } = roles(equations, parameters, inputs);
  for (const name of initial.keys())
    if (!states.includes(name))
      throw wrong(
        `The model gives ${describe(name)} an initial value, but no equation d${name}/dt = … makes it a state.`,
      );
  for (const name of outputs)
    if (!quantities.includes(name) && !inputs.includes(name))
      throw wrong(`The output ${describe(name)} is not defined: no equation has it on its left side.`);
  // Every quantity counts as measured, so that a model predicts something whatever it is called.
  const model = compileModel({ equations, signals: [...inputs, ...quantities], parameters, initial });
  return { model, inputs, columns: [...states, ...outputs.filter((name) => !states.includes(name))] };
}

function roles(equations: string, parameters: ReadonlyMap<string, number>, inputs: readonly string[]) {
  const given = (name: string) => parameters.has(name) || inputs.includes(name);
  const text = readModel(equations, (name) => given(name) || isFreeName(name));
  const quantities = text.equations.map((e) => e.name);
  for (const name of inputs) {
    if (parameters.has(name)) throw wrong(`${describe(name)} is both an input and a parameter: choose one.`);
    if (name === "t") throw wrong('"t" is the time: it cannot be an input.');
  }
  for (const name of [...inputs, ...parameters.keys()])
    if (quantities.includes(name))
      throw wrong(
        `${describe(name)} is given as ${inputs.includes(name) ? "an input" : "a parameter"}, but an equation defines it.`,
      );
  const known = new Set(["t", ...quantities]);
  for (const ast of treesOf(text))
    for (const name of namesIn(ast))
      if (!known.has(name) && !given(name))
        throw wrong(
          `${describe(name)} has no value: no equation defines it, and it is neither a parameter nor an input.`,
        );
  return { states: text.equations.filter((e) => e.kind === "state").map((e) => e.name), quantities };
}

/** What a table of inputs says, and which inputs it has no column for. */
export interface InputTable {
  rows: InputRow[];
  held: string[];
}

/**
 * Reads IN.csv for a simulation: as `readInputs`, but inputs with a usual value may be missing and are held at it.
 * @param text undefined without a table
 * @throws TwinError `E_INPUTS` with a sentence
 */
export function readInputTable(text: string | undefined, { inputs, usual }: Simulation): InputTable {
  if (text !== undefined) {
    const table = parseCsv(text);
    const held = usual ? inputs.filter((name) => !table.header.includes(name)) : [];
    if (held.length > 0 && held.length === inputs.length)
      throw bad(`The table of inputs has no column of an input: the model reads ${inputs.join(", ")}.`);
    requireUsual(held, usual ?? new Map());
    return { rows: rowsOf(table, inputs, usual), held };
  }
  if (inputs.length === 0) return { rows: [], held: [] };
  if (!usual) throw bad(`The model has the inputs ${inputs.join(", ")}: give --inputs IN.csv.`);
  requireUsual(inputs, usual);
  return { rows: [{ t: 0, values: Float64Array.from(inputs, (name) => usual.get(name)!) }], held: inputs };
}

/**
 * Reads IN.csv: `t` in seconds and a column per input; an empty cell holds the value before.
 * @throws TwinError `E_INPUTS` with a sentence
 */
export const readInputs = (text: string, inputs: readonly string[]): InputRow[] => rowsOf(parseCsv(text), inputs);

/** @param usual values before the first cell, and of inputs without a column */
function rowsOf(
  { header, rows, decimalComma }: ReturnType<typeof parseCsv>,
  inputs: readonly string[],
  usual: ReadonlyMap<string, number> = new Map(),
): InputRow[] {
  const column = (name: string): number => {
    const at = header.indexOf(name);
    if (at < 0 && usual.has(name)) return at;
    if (at < 0) throw bad(`The table of inputs has no column ${describe(name)}.`);
    if (header.indexOf(name, at + 1) >= 0) throw bad(`The table of inputs has two columns ${describe(name)}.`);
    return at;
  };
  const time = column("t");
  const columns = inputs.map(column);
  const read: InputRow[] = [];
  for (const [i, row] of rows.entries()) {
    const at = (index: number, name: string): number => {
      const value = cellValue(row[index] ?? "", decimalComma);
      if (typeof value === "boolean") return Number(value);
      if (value !== null && typeof value !== "number")
        throw bad(`Row ${i + 1} of the inputs has ${describe(value)} for ${name}: give a number.`);
      return value ?? Number.NaN;
    };
    const t = at(time, "t");
    const before = read.at(-1);
    if (Number.isNaN(t)) throw bad(`Row ${i + 1} of the inputs has no time t.`);
    if (before && t < before.t)
      throw bad(`The rows of the inputs are not in order of time: row ${i + 1} has t = ${t} after ${before.t}.`);
    const values = Float64Array.from(columns, (index, j) => {
      const value = at(index, inputs[j]!);
      if (!Number.isNaN(value)) return value;
      if (!before && usual.has(inputs[j]!)) return usual.get(inputs[j]!)!;
      if (!before) throw bad(`The first row of the inputs has no value for ${inputs[j]}.`);
      return before.values[j]!;
    });
    // Two rows of the same time: the later one holds.
    if (before?.t === t) read.pop();
    read.push({ t, values });
  }
  return read;
}

function parse(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw wrong(`The model is not JSON: ${(error as Error).message}.`);
  }
  if (!isPlainObject(json)) throw wrong("The model must be a JSON object with a text equations.");
  return json;
}

function numbers(value: unknown, key: string): Map<string, number> {
  if (value === undefined || value === null) return new Map();
  if (!isPlainObject(value)) throw wrong(`${key} must map names to numbers, such as { "k": 0.5 }.`);
  return new Map(
    Object.entries(value).map(([name, x]) => {
      if (typeof x !== "number" || !Number.isFinite(x))
        throw wrong(`In ${key}, ${describe(name)} is ${describe(x)}: give a finite number.`);
      return [name, x];
    }),
  );
}

function names(value: unknown, key: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((x): x is string => typeof x === "string"))
    throw wrong(`${key} must be an array of names, such as ["P"].`);
  return [...new Set(value)];
}

const wrong = (sentence: string) => new TwinError("E_MODEL", sentence);
const bad = (sentence: string) => new TwinError("E_INPUTS", sentence);
