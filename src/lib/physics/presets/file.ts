/** A preset as a JSON file: what is in it, read with a sentence for everything that is wrong. docs/presets.md explains it. */
import { describe, isPlainObject, isSignalName, TwinError } from "../../twin/envelope.ts";
import { compatible, displayUnit, isUnit, parseUnit } from "../../twin/units.ts";
import type { Preset, PresetDrift, PresetFault, PresetParameter } from "./preset.ts";

/** What a file says of itself in its key `format`. */
export const PRESET_FORMAT = "twinwire preset 1";

/** The content of a file; units as people type them, or UCUM codes. presets/preset.schema.json is its JSON Schema. */
export interface PresetFile {
  $schema?: string;
  format: typeof PRESET_FORMAT;
  title: string;
  source?: string;
  diagram?: string;
  /** Lines, or one text. */
  equations: string[] | string;
  /** What the equations read, by name: unit, value at a typical working point, and a value where an asset lacks it. */
  inputs?: Record<string, { unit: string; usual?: number; fallback?: number }>;
  /** Unit of what is predicted and may be a signal. */
  outputs: Record<string, string>;
  /** Unit of what is shown beside. */
  derived?: Record<string, string>;
  /** Unit of other left sides. */
  units?: Record<string, string>;
  /** States at the start. */
  initial?: Record<string, number>;
  parameters?: Record<string, Omit<PresetParameter, "name">>;
  faults?: PresetFault[];
  drifting?: PresetDrift[];
  follow?: number;
  settle?: number;
}

type Json = Record<string, unknown>;

const KEYS =
  "format title source diagram equations inputs outputs derived units initial parameters faults drifting follow settle";

/**
 * Reads the content of a preset file. Equations are only joined; check.ts compiles them.
 * @param name of the preset: that of its file
 * @throws TwinError `E_PRESET` with a sentence
 */
export function readPreset(name: string, json: unknown): Preset {
  if (!isPlainObject(json)) throw wrong(`A preset is a JSON object with format, title, equations and outputs.`);
  if (json.format !== PRESET_FORMAT)
    throw wrong(
      json.format === undefined
        ? `This is no preset, for it has no format: add "format": "${PRESET_FORMAT}".`
        : `The format of the preset is ${describe(json.format)}: this version reads "${PRESET_FORMAT}".`,
    );
  onlyKeys(json, `${KEYS} $schema`, "The preset");
  const inputs = rows(json, "inputs");
  for (const [input, row] of inputs) onlyKeys(row, "unit usual fallback", `The input ${describe(input)}`);
  const inputUnits = inputs.map(([input, row]) => [input, unit(row.unit, input)] as const);
  const outputs = units(json, "outputs");
  if (outputs.length === 0)
    throw wrong(
      'The preset predicts nothing: name at least one left side in outputs, such as { "temperature": "°C" }.',
    );
  const derived = units(json, "derived");
  const parameters = rows(json, "parameters").map(([parameter, row]) => readParameter(parameter, row));
  const preset: Preset = {
    name,
    title: text(json, "title"),
    source: text(json, "source", ""),
    diagram: text(json, "diagram", ""),
    equations: readLines(json.equations),
    parameters,
    inputs: inputs.map(([input]) => input),
    units: Object.fromEntries([...inputUnits, ...outputs]),
    fallback: valuesOf(inputs, "fallback"),
    initial: Object.fromEntries(
      entries(json, "initial").map(([state, x]) => [state, number(x, `The initial value of ${state}`)]),
    ),
    derived: derived.map(([quantity]) => quantity),
    derivedUnits: Object.fromEntries(derived.filter((d) => !outputs.some(([output]) => output === d[0]))),
    innerUnits: Object.fromEntries(units(json, "units")),
    nominal: valuesOf(inputs, "usual"),
    faults: list(json, "faults").map(readFault),
    drifting: list(json, "drifting").map(readDrift),
    follow: atLeastZero(json, "follow"),
    settle: atLeastZero(json, "settle"),
  };
  namesFit(preset, outputs, derived);
  return preset;
}

/** Every name is declared once, and what refers to a name finds it. */
function namesFit(preset: Preset, outputs: Pairs, derived: Pairs): void {
  const declared = new Map<string, string>();
  const declare = (names: readonly string[], part: string) => {
    for (const name of names) {
      const before = declared.get(name);
      if (before) throw wrong(`${describe(name)} is among ${before} and among ${part}: leave it in one of them.`);
      declared.set(name, part);
    }
  };
  const names = (pairs: Pairs) => pairs.map(([name]) => name);
  declare(preset.inputs, "inputs");
  declare(names(outputs), "outputs");
  declare(
    preset.parameters.map((p) => p.name),
    "parameters",
  );
  declare(Object.keys(preset.derivedUnits), "derived");
  declare(Object.keys(preset.innerUnits), "units");
  for (const [name, code] of derived) {
    const other = preset.units[name];
    if (other !== undefined && other !== code)
      throw wrong(
        `${describe(name)} is in ${displayUnit(other)} among outputs, but in ${displayUnit(code)} in derived.`,
      );
  }
  for (const name of Object.keys(preset.initial))
    if (!declared.has(name))
      throw wrong(`The initial value of ${describe(name)} has no unit: add ${describe(name)} to outputs or units.`);
  for (const { parameter } of [...preset.faults, ...preset.drifting])
    if (declared.get(parameter) !== "parameters")
      throw wrong(`${describe(parameter)}, of a fault or of drifting, is none of the parameters.`);
}

function readParameter(name: string, row: Json): PresetParameter {
  const where = `The parameter ${describe(name)}`;
  onlyKeys(row, "value unit low high label constant", where);
  const value = number(row.value, `${where}: its value`);
  const bound = (key: "low" | "high") =>
    row[key] === undefined ? undefined : number(row[key], `${where}: its ${key}`);
  const [low, high] = [bound("low"), bound("high")];
  if ((low !== undefined && low > value) || (high !== undefined && high < value))
    throw wrong(`${where} is ${value}, which is not between its bounds ${low ?? "–"} and ${high ?? "–"}.`);
  if (row.constant !== undefined && row.constant !== true)
    throw wrong(`${where}: "constant" can only be true; leave it out otherwise.`);
  return {
    name,
    value,
    unit: unit(row.unit, name),
    label: row.label === undefined ? name : text(row, "label", undefined, where),
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
    ...(row.constant === true && { constant: true }),
  };
}

function readFault(row: Json): PresetFault {
  onlyKeys(row, "name parameter change shows effect", "A fault");
  const name = text(row, "name", undefined, "A fault");
  const where = `The fault ${describe(name)}`;
  return {
    name,
    parameter: text(row, "parameter", undefined, where),
    change: oneOf(row.change, ["rises", "falls"], `${where}: its change`),
    shows: text(row, "shows", undefined, where),
    effect: oneOf(row.effect, ["rises", "falls", "lags"], `${where}: its effect`),
  };
}

function readDrift(row: Json): PresetDrift {
  onlyKeys(row, "parameter sd perDay", "A row of drifting");
  const parameter = text(row, "parameter", undefined, "A row of drifting");
  const spread = (key: "sd" | "perDay") => {
    const x = number(row[key], `Drifting ${describe(parameter)}: its ${key}`);
    if (!(x > 0)) throw wrong(`Drifting ${describe(parameter)}: its ${key} is ${x}, it must be above 0.`);
    return x;
  };
  return { parameter, sd: spread("sd"), perDay: spread("perDay") };
}

function readLines(x: unknown): string {
  const lines = typeof x === "string" ? [x] : x;
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === "string") || lines.join("").trim() === "")
    throw wrong('The preset has no equations: give an array of lines, such as ["dT/dt = (P - k * T) / C"].');
  return `${lines.join("\n").replace(/\n$/, "")}\n`;
}

type Pairs = (readonly [name: string, code: string])[];

function units(json: Json, key: string): Pairs {
  return entries(json, key).map(([name, code]) => [name, unit(code, name)] as const);
}

/** A code as it is; `C` is coulomb and `F` farad. What is no code is read as people type it. */
function unit(x: unknown, name: string): string {
  if (typeof x !== "string" || x.trim() === "")
    throw wrong(`${describe(name)} has no unit: give one such as "bar", or "1" for none.`);
  if (compatible(x, x)) return x;
  const read = parseUnit(x);
  if (!isUnit(read)) throw wrong(`${describe(name)}: ${read.problem}`);
  return read.code;
}

function entries(json: Json, key: string): [string, unknown][] {
  const x = json[key] ?? {};
  if (!isPlainObject(x)) throw wrong(`${describe(key)} must be an object with a key for each name.`);
  for (const name of Object.keys(x))
    if (!isSignalName(name))
      throw wrong(`The name ${describe(name)} in ${key}: names are letters, digits and underscore, no digit first.`);
  return Object.entries(x);
}

function rows(json: Json, key: string): [string, Json][] {
  return entries(json, key).map(([name, row]) => {
    if (!isPlainObject(row)) throw wrong(`${describe(name)} in ${key} must be an object, such as { "unit": "bar" }.`);
    return [name, row];
  });
}

function list(json: Json, key: string): Json[] {
  const x = json[key] ?? [];
  if (!Array.isArray(x) || !x.every(isPlainObject)) throw wrong(`${describe(key)} must be an array of objects.`);
  return x;
}

function valuesOf(inputs: [string, Json][], key: "usual" | "fallback"): Record<string, number> {
  return Object.fromEntries(
    inputs
      .filter(([, row]) => row[key] !== undefined)
      .map(([name, row]) => [name, number(row[key], `The input ${describe(name)}: its ${key} value`)]),
  );
}

function text(json: Json, key: string, fallback?: string, where = "The preset"): string {
  const x = json[key] ?? fallback;
  if (typeof x !== "string" || (fallback === undefined && x.trim() === ""))
    throw wrong(`${where} has ${x === undefined ? "no" : "no text as"} ${key}: give a text.`);
  return x;
}

function number(x: unknown, what: string): number {
  if (typeof x !== "number" || !Number.isFinite(x)) throw wrong(`${what} is ${describe(x)}: give a number.`);
  return x;
}

function atLeastZero(json: Json, key: string): number {
  const x = number(json[key] ?? 0, describe(key));
  if (x < 0) throw wrong(`${describe(key)} is ${x}: it is a time in seconds, 0 or more.`);
  return x;
}

function oneOf<T extends string>(x: unknown, known: readonly T[], what: string): T {
  if (!known.includes(x as T)) throw wrong(`${what} is ${describe(x)}: write ${known.join(" or ")}.`);
  return x as T;
}

function onlyKeys(json: Json, known: string, what: string): void {
  const names = known.split(" ");
  for (const key of Object.keys(json))
    if (!names.includes(key))
      throw wrong(
        `${what} has a key ${describe(key)} that is not known: use ${names.filter((n) => n !== "$schema").join(", ")}.`,
      );
}

const wrong = (sentence: string) => new TwinError("E_PRESET", sentence);
