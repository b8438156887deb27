/** A dimension as a unit of SI: its UCUM code and how people read it. */
import { convert, type Dimension, dimensionOf, displayUnit, toSi } from "../twin/units.ts";
import { UNITS } from "../twin/units-table.ts";

export interface NamedUnit {
  /** UCUM code of the coherent SI unit; absent where exponents are broken, which UCUM cannot write. */
  code?: string;
  display: string;
}

/** Base units as they are usually written one after the other, with their place in a dimension. */
const BASE = [
  ["kg", 1],
  ["m", 0],
  ["s", 2],
  ["K", 3],
  ["A", 4],
  ["mol", 5],
  ["cd", 6],
] as const;
const key = (d: Dimension): string =>
  d
    .slice(0, 7)
    .map((x) => Math.round(x * 1e6) / 1e6 + 0)
    .join();

/** Coherent units by dimension; of several the shortest: J before N·m, W before V·A. */
const named = new Map<string, string>();
for (const code of [...UNITS.map((row) => row.code), "C", "T", "Wb", "S", "N.s", "Pa.s", "m2/s", "V/K", "J/(kg.K)"]) {
  const { factor, offset } = toSi(code);
  if (Math.abs(factor - 1) > 1e-12 || offset !== 0 || /[{%]|rad/.test(code)) continue;
  const at = key(dimensionOf(code));
  const before = named.get(at);
  if (before === undefined || code.length < before.length) named.set(at, code);
}

export function namedUnit(dimension: Dimension): NamedUnit {
  const code = named.get(key(dimension));
  if (code !== undefined) return { code, display: displayUnit(code) };
  const parts = BASE.flatMap(([base, i]) => {
    const exponent = Math.round(dimension[i]! * 1e6) / 1e6;
    return exponent === 0 ? [] : [{ base, exponent }];
  });
  const whole = parts.every(({ exponent }) => Number.isInteger(exponent));
  const text = (sign: string) => parts.map(({ base, exponent }) => `${base}${exponent === 1 ? "" : sign + exponent}`);
  if (!whole) return { display: text("^").join("·") };
  const composed = text("").join(".");
  return { code: composed, display: displayUnit(composed) };
}

/** Between a declared unit and SI: value in SI = value × factor + offset. */
export interface SiPort {
  factor: number;
  offset: number;
  toSi(value: number): number;
  fromSi(value: number): number;
}

/**
 * What converts each name's values to the SI units in which equations with units run, and back. Logarithmic units (dB, pH)
 * pass as they are.
 * @throws TwinError `E_UNIT` when a code is not understood
 */
export function siPorts(units: ReadonlyMap<string, string>): Map<string, SiPort> {
  return new Map(Array.from(units, ([name, code]) => [name, siPort(code)]));
}

function siPort(code: string): SiPort {
  if (isLogarithmic(code)) return { factor: 1, offset: 0, toSi: (x) => x, fromSi: (x) => x };
  const { factor, offset } = toSi(code);
  return { factor, offset, toSi: (x) => x * factor + offset, fromSi: (x) => (x - offset) / factor };
}

/** The SI unit of a code for people: K for °C, m³/s for gpm; dB stays dB. */
export const siName = (code: string): string =>
  isLogarithmic(code) ? displayUnit(code) : namedUnit(dimensionOf(code)).display;

/** Decibel and pH convert only to themselves. */
function isLogarithmic(code: string): boolean {
  dimensionOf(code);
  try {
    convert(0, code, namedUnit(dimensionOf(code)).code ?? "1");
    return false;
  } catch {
    return true;
  }
}
