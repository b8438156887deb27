/** A preset file as something to simulate: its numbers, states and inputs at their usual values, all in its own units. */
import { describe, TwinError } from "../twin/envelope.ts";
import { displayUnit } from "../twin/units.ts";
import { compileModel } from "./model.ts";
import { checkPreset } from "./presets/check.ts";
import { readPreset } from "./presets/file.ts";
import { unitsOf } from "./presets/units.ts";
import type { Simulation } from "./simulate-spec.ts";

/** True for what says that it is a preset. */
export const isPresetFile = (json: Record<string, unknown>): boolean => json.format !== undefined;

/**
 * Columns are the states, then the outputs, then the derived quantities that are neither.
 * @throws TwinError `E_PRESET` or EquationError, with a sentence
 */
export function presetSimulation(json: unknown): Simulation {
  const preset = readPreset("preset", json);
  checkPreset(preset);
  const units = unitsOf(preset);
  const model = compileModel({
    equations: preset.equations,
    signals: Object.keys(preset.units),
    parameters: new Map(preset.parameters.map((p) => [p.name, p.value])),
    initial: new Map(Object.entries(preset.initial)),
    units,
  });
  const { ports, states } = model;
  const outputs = Object.keys(preset.units).filter((name) => !preset.inputs.includes(name));
  return {
    model,
    inputs: [...preset.inputs],
    columns: [...new Set([...states, ...outputs, ...preset.derived])],
    usual: new Map(
      preset.inputs.flatMap((name) => {
        const value = preset.nominal[name] ?? preset.fallback[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    toModel: (name, value) => ports.get(name)!.toSi(value),
    fromModel: (name, value) => ports.get(name)?.fromSi(value) ?? value,
    unitOf: (name) => displayUnit(units.get(name) ?? "1"),
  };
}

/** @throws TwinError `E_INPUTS` when an input has no value at all */
export function requireUsual(inputs: readonly string[], usual: ReadonlyMap<string, number>): void {
  const lacking = inputs.filter((name) => !usual.has(name));
  if (lacking.length > 0)
    throw new TwinError(
      "E_INPUTS",
      `The preset gives ${lacking.map(describe).join(", ")} no usual value: give a column of the table of inputs.`,
    );
}
