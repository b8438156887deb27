/** Whether the equations of a preset can be run, and fit what the preset says of their names. */
import { describe, TwinError } from "../../twin/envelope.ts";
import { analyse } from "../equations.ts";
import { compileModel } from "../model.ts";
import type { Preset } from "./preset.ts";
import { unitsOf } from "./units.ts";

/**
 * Compiles the equations, with their units.
 * @throws EquationError for the text, TwinError `E_PRESET` for what is said of its names
 */
export function checkPreset(preset: Preset): void {
  const parameters = new Map(preset.parameters.map((p) => [p.name, p.value]));
  const { inputs } = preset;
  const roles = analyse(preset.equations, (name) => inputs.includes(name));
  const left = [...roles.states, ...roles.variables];
  for (const name of [...inputs, ...parameters.keys()])
    if (left.includes(name))
      throw wrong(
        `An equation defines ${describe(name)}: it can be no ${inputs.includes(name) ? "input" : "parameter"}.`,
      );
  const unknown = roles.parameters.find((name) => !parameters.has(name));
  if (unknown !== undefined)
    throw wrong(`The equations use ${describe(unknown)}: add it to inputs or parameters, or define it by an equation.`);
  const outputs = Object.keys(preset.units).filter((name) => !inputs.includes(name));
  for (const name of [...outputs, ...preset.derived, ...Object.keys(preset.innerUnits)])
    if (!left.includes(name)) throw wrong(`No equation defines ${describe(name)}, which the preset gives a unit.`);
  for (const name of Object.keys(preset.initial))
    if (!roles.states.includes(name))
      throw wrong(`${describe(name)} has an initial value, but no equation d${name}/dt = … makes it a state.`);
  for (const { name, shows } of preset.faults)
    if (!left.includes(shows))
      throw wrong(`The fault ${describe(name)} shows as ${describe(shows)}, which no equation defines.`);
  compileModel({
    equations: preset.equations,
    signals: Object.keys(preset.units),
    parameters,
    initial: new Map(Object.entries(preset.initial)),
    derived: preset.derived,
    units: unitsOf(preset),
  });
}

const wrong = (sentence: string) => new TwinError("E_PRESET", sentence);
