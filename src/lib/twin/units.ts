/** Units: what people type, the UCUM codes that are stored, conversion and dimensions. */
import { describe, TwinError } from "./envelope.ts";
import type { Dimension } from "./units-atoms.ts";
import { UNITS, type UnitRow } from "./units-table.ts";
import { readUcum } from "./units-ucum.ts";

export { DIMENSIONLESS, type Dimension } from "./units-atoms.ts";

export interface ParsedUnit {
  /** UCUM code. */
  code: string;
  /** Exponents of m, kg, s, K, A, mol, cd, rad. */
  dimension: Dimension;
  /** For people. */
  display: string;
}

export interface UnitProblem {
  /** One sentence that says what is wrong, with suggestions. */
  problem: string;
  /** Units that may be meant, as people type them. */
  suggestions: string[];
}

/**
 * Exponents of m, kg, s, K, A, mol, cd and plane angle (rad).
 * @throws TwinError `E_UNIT` when the code is not understood.
 */
export const dimensionOf = (code: string): Dimension => readUcum(code).dimension;

/**
 * Value in SI (m, kg, s, K, A, mol, cd, rad) = value × factor + offset.
 * @throws TwinError `E_UNIT` when the code is not understood.
 */
export function toSi(code: string): { factor: number; offset: number } {
  const { factor, offset } = readUcum(code);
  return { factor, offset };
}

/** True when values can be converted between two codes; false also when one is not understood. */
export function compatible(a: string, b: string): boolean {
  try {
    const from = readUcum(a);
    const to = readUcum(b);
    return from.log === to.log && from.dimension.every((d, i) => d === to.dimension[i]);
  } catch {
    return false;
  }
}

/**
 * Converts a value, temperatures with their offset.
 * @example convert(68, "[degF]", "Cel") // 20
 * @throws TwinError `E_UNIT` when a code is not understood or the two do not measure the same quantity.
 */
export function convert(value: number, from: string, to: string): number {
  return converter(from, to)(value);
}

/**
 * The conversion as a function, for streams.
 * @throws TwinError `E_UNIT`, as `convert`
 */
export function converter(from: string, to: string): (value: number) => number {
  const a = readUcum(from);
  const b = readUcum(to);
  if (!compatible(from, to))
    throw new TwinError(
      "E_UNIT",
      `${displayUnit(from)} cannot be converted to ${displayUnit(to)}: they do not measure the same quantity.`,
    );
  if (from === to) return (value) => value;
  const factor = a.factor / b.factor;
  const offset = (a.offset - b.offset) / b.factor;
  return (value) => value * factor + offset;
}

/**
 * Reads a unit as people type it (`°C`, `rpm`, `m³/h`, `lb/h`, also a UCUM code).
 * @returns the unit, or what is wrong with it as a sentence; never throws.
 */
export function parseUnit(text: string): ParsedUnit | UnitProblem {
  const typed = normal(String(text));
  if (typed === "")
    return { problem: "The unit is empty: type for example °C, bar or rpm, or – for none.", suggestions: [] };
  const row = byName.get(typed);
  if (row) return parsed(row.code);
  if (/\^-?\d*\.\d/.test(text))
    return {
      problem: `The unit ${describe(text)} is not known: its exponents must be whole numbers.`,
      suggestions: [],
    };
  for (const code of [typed, composed(typed)]) {
    const found = code === undefined ? undefined : tryCode(code);
    if (found) return found;
  }
  const loose = byLooseName.get(typed.toLowerCase());
  // Somebody who writes mVA does not mean MVA.
  const isMilli = /^m[A-ZΩ]/.test(typed) && loose?.[0]?.display.startsWith("M");
  if (loose?.length === 1 && !isMilli) return parsed(loose[0]!.code);
  const suggestions = suggest(typed, loose ?? []);
  const hint = suggestions.length
    ? `Did you mean ${suggestions.join(", ")}?`
    : "Type for example °C, bar, rpm or m³/h.";
  return { problem: `The unit ${describe(text)} is not known. ${hint}`, suggestions };
}

export const isUnit = (result: ParsedUnit | UnitProblem): result is ParsedUnit => "code" in result;

/** A UCUM code for people: `Cel` is °C, `m3/h` is m³/h. A code that is not understood is returned as it is. */
export function displayUnit(code: string): string {
  const row = byCode.get(code);
  if (row) return row.code === "1" ? "" : row.display;
  return code
    .replace(/\{[^}]*\}/g, (note) => (code === note ? note.slice(1, -1) : ` (${note.slice(1, -1)})`))
    .replace(/[A-Za-z%]*(?:\[[^\]]*\]|[A-Za-z%]+)[A-Za-z]*/g, (atom) => byCode.get(atom)?.display ?? atom)
    .replace(/^\//, "1/")
    .replace(/\./g, "·")
    .replace(/(?<=[A-Za-zµΩ°)])-?\d+/g, superscript);
}

const superscript = (digits: string): string =>
  digits.replace(/./g, (d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]!));

/** One spelling for signs that look alike or that keyboards write differently. */
function normal(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, " ")
    .replace(/[µμ]/g, "u")
    .replace(/\u2126/g, "Ω")
    .replace(/[º˚]/g, "°")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (c) => (c === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))))
    .replace(/[₀-₉]/g, (c) => String("₀₁₂₃₄₅₆₇₈₉".indexOf(c)))
    .replace(/(?<=[A-Za-z])\^(?=-?\d)/g, "")
    .replace(/\s*([/·*×⋅])\s*/g, "$1");
}

const byCode = new Map<string, UnitRow>(UNITS.map((row) => [row.code, row]));
const byName = new Map<string, UnitRow>();
const byLooseName = new Map<string, UnitRow[]>();
for (const row of UNITS)
  for (const name of [row.display, row.code, ...row.names]) {
    const typed = normal(name);
    if (!byName.has(typed)) byName.set(typed, row);
    const loose = byLooseName.get(typed.toLowerCase()) ?? [];
    if (!loose.includes(row)) byLooseName.set(typed.toLowerCase(), [...loose, row]);
  }

function parsed(code: string): ParsedUnit {
  return { code, dimension: readUcum(code).dimension, display: byCode.get(code)?.display ?? displayUnit(code) };
}

function tryCode(code: string): ParsedUnit | undefined {
  try {
    return parsed(code);
  } catch {
    return undefined;
  }
}

/** Translates products and quotients of units that people type, such as lb/(ft2·h), part by part. */
function composed(text: string): string | undefined {
  if (!/[/·⋅*× ]/.test(text) || text.length > 60) return undefined;
  // UCUM knows no power of a bracket: (m3/h)2 is (m3/h).(m3/h).
  const product = text.replace(
    /(\([^()]*\))\^?([23])(?!\d)/g,
    (_, part, n) => `(${Array(Number(n)).fill(part).join(".")})`,
  );
  const parts = product.split(/([/·⋅*×. ()])/).filter((part) => part !== "");
  const codes = parts.map((part) => {
    if (/^[·⋅*×. ]$/.test(part)) return ".";
    if (/^[/()]$/.test(part)) return part;
    const [, name, exponent] = byName.has(part) ? [part, part] : /^(.*?)(-?\d+)?$/.exec(part)!;
    const code = byName.get(name!)?.code ?? name!;
    const difference = code === "Cel" ? "K" : code === "[degF]" ? "[degR]" : code;
    if (/[./]/.test(difference)) return exponent ? "?" : `(${difference})`;
    return `${difference}${exponent ?? ""}`;
  });
  return codes.join("");
}

function suggest(typed: string, close: UnitRow[]): string[] {
  const wanted = typed.toLowerCase();
  const scored = Array.from(byName, ([name, row]) => ({ row, cost: distance(wanted.slice(0, 30), name.toLowerCase()) }))
    .filter(({ cost }) => cost <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.cost - b.cost);
  const rows = new Set([...close, ...scored.map(({ row }) => row)]);
  return Array.from(rows, (row) => row.display).slice(0, 4);
}

/** Levenshtein distance: insertions, deletions and substitutions between two short texts. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++)
      current[j] = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    previous = current;
  }
  return previous[b.length]!;
}
