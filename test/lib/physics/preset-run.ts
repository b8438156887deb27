/** Runs a preset as the physics node does, with all values in the units that the preset declares. */
import { compileModel } from "../../../src/lib/physics/model.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { unitsOf } from "../../../src/lib/physics/presets/units.ts";
import { Stepper } from "../../../src/lib/physics/stepper.ts";

export interface Run {
  /** Inputs from a time on, seconds; they hold until the next. */
  inputs?: readonly (readonly [at: number, values: Record<string, number>])[];
  parameters?: Record<string, number>;
  /** States at the start. */
  start?: Record<string, number>;
}

/** @returns what every quantity is at the given times, in the declared units */
export function runPreset(name: string, times: readonly number[], run: Run = {}): Record<string, number>[] {
  const preset = presets.get(name)!;
  const parameters = new Map(preset.parameters.map((p) => [p.name, run.parameters?.[p.name] ?? p.value]));
  const model = compileModel({
    equations: preset.equations,
    signals: Object.keys(preset.units),
    parameters,
    initial: new Map(Object.entries({ ...preset.initial, ...run.start })),
    units: unitsOf(preset),
  });
  const stepper = new Stepper(model, { maxGap: 1e9, follow: 0, rtol: 1e-10, atol: 1e-13, maxSteps: 1e6 });
  const changes = run.inputs ?? [[0, preset.nominal] as const];
  const nothing = model.states.map(() => Number.NaN);
  const results: Record<string, number>[] = [];
  for (const at of Array.from(new Set([0, ...changes.map(([t]) => t), ...times])).sort((a, b) => a - b)) {
    const held = changes.findLast(([t]) => t <= at)![1];
    const inputs = model.inputs.map((n) => model.ports.get(n)!.toSi(held[n] ?? preset.fallback[n]!));
    const code = stepper.step(at * 1000, inputs, nothing);
    if (code !== "ok" && code !== "started") throw new Error(`${name} at ${at} s: ${code}`);
    if (times.includes(at))
      results.push(
        Object.fromEntries(model.quantities.map((n, i) => [n, model.ports.get(n)!.fromSi(stepper.quantities[i]!)])),
      );
  }
  return results;
}

export const at = (name: string, time: number, run: Run = {}): Record<string, number> =>
  runPreset(name, [time], run)[0]!;
