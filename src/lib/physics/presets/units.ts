/** What a preset declares about its names, as the compiler, the filter and the dialog need it. */
import type { Preset } from "./preset.ts";

/** The declared unit of every name of a preset. */
export function unitsOf(preset: Preset): Map<string, string> {
  return new Map([
    ...preset.parameters.map((p) => [p.name, p.unit] as const),
    ...Object.entries(preset.units),
    ...Object.entries(preset.derivedUnits),
    ...Object.entries(preset.innerUnits),
  ]);
}
