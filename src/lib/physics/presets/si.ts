/** Between the units of daily use, which a preset declares, and the coherent SI units, in which its equations run. */
import { convert, dimensionOf } from "../../twin/units.ts";
import type { Preset } from "./preset.ts";

const BASES = ["m", "kg", "s", "K", "A", "mol", "cd", "rad"] as const;

/**
 * UCUM code of the coherent SI unit of the same quantity.
 * @example coherentUnit("m3/h") // "m3.s-1"
 * @throws TwinError `E_UNIT` when the code is not understood
 */
export function coherentUnit(code: string): string {
  const factors = dimensionOf(code).flatMap((power, i) =>
    power === 0 ? [] : [`${BASES[i]}${power === 1 ? "" : power}`],
  );
  return factors.join(".") || "1";
}

/** The declared unit of every name of a preset. */
export function unitsOf(preset: Preset): Map<string, string> {
  return new Map([
    ...preset.parameters.map((p) => [p.name, p.unit] as const),
    ...Object.entries(preset.units),
    ...Object.entries(preset.derivedUnits),
    ...Object.entries(preset.innerUnits),
  ]);
}

/** A value in its declared unit, or in `unit`, → SI. */
export function toModel(preset: Preset, name: string, value: number, unit = unitsOf(preset).get(name)): number {
  return unit === undefined ? value : convert(value, unit, coherentUnit(unit));
}

/** Values of all parameters, and of the states that are not measured at the start, in SI. */
export function numbersOf(preset: Preset): Map<string, number> {
  const values = new Map<string, number>();
  for (const { name, value } of preset.parameters) values.set(name, toModel(preset, name, value));
  for (const [name, value] of Object.entries(preset.initial)) values.set(name, toModel(preset, name, value));
  return values;
}
