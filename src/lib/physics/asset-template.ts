/**
 * The asset that a preset asks for: its inputs and outputs as signals, each with a normal range. Those of the inputs lie around
 * their usual values; those of the outputs are where the model itself goes while the inputs move within theirs.
 */
import type { SignalConfig } from "../twin/asset-config.ts";
import { spoken } from "../twin/paths.ts";
import { displayUnit, toSi } from "../twin/units.ts";
import { type CompiledModel, compileModel } from "./model.ts";
import type { Preset } from "./presets/preset.ts";
import { unitsOf } from "./presets/units.ts";
import { Stepper } from "./stepper.ts";

export interface AssetTemplate {
  signals: SignalConfig[];
  /** Inputs that need not be measured: the model takes the value, in the unit as people write it. */
  optional: { name: string; value: number; unit: string }[];
}

/** Ends of an input's range as shares of its usual value. */
const SHARES = [0.5, 1.2] as const;
/** Half the range of a temperature and the like, which have no natural zero, in their unit. */
const AROUND = 15;
/** Settling times that are simulated. */
const SETTLES = 4;
/** Seconds that are simulated where the preset does not say when it has settled. */
const HOUR = 3600;
const POINTS = 100;
/** An output that moves by less than this share between half-time and the end has settled. */
const SETTLED = 0.02;
/** An output that ends below this share of where it has been has come to rest. */
const REST = 0.1;

type Range = readonly [low: number, high: number];

/** Deterministic; about 20 runs of the model, some milliseconds in all. */
export function assetTemplate(preset: Preset): AssetTemplate {
  const needed = preset.inputs.filter((name) => !Object.hasOwn(preset.fallback, name));
  const ranges = new Map(needed.map((name) => [name, inputRange(preset.nominal[name] ?? 0, preset.units[name]!)]));
  const model = compile(preset);
  for (const inputs of corners(preset, ranges)) run(model, preset, inputs, ranges);
  const outputs = Object.keys(preset.units).filter((name) => !preset.inputs.includes(name));
  return {
    signals: [...needed, ...outputs].map((name) => signal(name, preset.units[name]!, ranges.get(name))),
    optional: Object.entries(preset.fallback).map(([name, value]) => ({
      name,
      value,
      unit: displayUnit(preset.units[name]!),
    })),
  };
}

function signal(name: string, unit: string, range: Range | undefined): SignalConfig {
  const label = spoken(name).replace(/(?<=[a-z])(?=\d+$)/, " ");
  return {
    name,
    unit,
    label: label.charAt(0).toUpperCase() + label.slice(1),
    ...(range && range[0] < range[1] && { normalLow: range[0], normalHigh: range[1] }),
  };
}

function inputRange(usual: number, unit: string): Range {
  if (toSi(unit).offset !== 0) return [tidy(usual - AROUND, Math.floor), tidy(usual + AROUND, Math.ceil)];
  if (usual === 0) return [0, 1];
  const ends = SHARES.map((share) => share * usual).sort((a, b) => a - b) as [number, number];
  return share(unit, [tidy(ends[0], Math.floor), tidy(ends[1], Math.ceil)]);
}

/** A percentage ends at 100. */
const share = (unit: string, [low, high]: Range): Range => (unit === "%" ? [low, Math.min(high, 100)] : [low, high]);

/** Everything at its usual value, without what need not be measured, and every input at either end of its range. */
function corners(preset: Preset, ranges: ReadonlyMap<string, Range>): Record<string, number>[] {
  const usual = { ...preset.fallback, ...preset.nominal };
  const ends = Array.from(ranges, ([name, range]) => range.map((value) => ({ ...usual, [name]: value })));
  return [usual, { ...usual, ...preset.fallback }, ...ends.flat()];
}

function compile(preset: Preset): CompiledModel {
  return compileModel({
    equations: preset.equations,
    signals: Object.keys(preset.units),
    parameters: new Map(preset.parameters.map((p) => [p.name, p.value])),
    initial: new Map(Object.entries(preset.initial)),
    derived: preset.derived,
    units: unitsOf(preset),
  });
}

/** Widens the ranges of the outputs by where they go with these inputs. */
function run(
  model: CompiledModel,
  preset: Preset,
  inputs: Readonly<Record<string, number>>,
  ranges: Map<string, Range>,
): void {
  const stepper = new Stepper(model, { maxGap: Number.POSITIVE_INFINITY, follow: 0, maxSteps: 20_000 });
  const into = (name: string) => model.ports.get(name)?.toSi(inputs[name] ?? 0) ?? inputs[name] ?? 0;
  const u = model.inputs.map(into);
  const duration = preset.settle > 0 ? SETTLES * preset.settle : HOUR;
  const courses = new Map(Array.from(model.outputs.keys(), (name) => [name, [] as number[]]));
  for (let k = 0; k <= POINTS; k++) {
    const code = stepper.step(Math.round((1000 * duration * k) / POINTS), u, []);
    if (code === "failed" || code === "behind" || isUsedUp(model, preset, stepper.quantities)) break;
    for (const [name, index] of model.outputs) {
      const x = stepper.quantities[index]!;
      courses.get(name)!.push(model.ports.get(name)?.fromSi(x) ?? x);
    }
  }
  for (const [name, course] of courses) {
    const values = lasting(course).filter(Number.isFinite);
    const [low, high] = ranges.get(name) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const reached: Range = [
      Math.min(low, ...values.map((x) => tidy(x, Math.floor))),
      Math.max(high, ...values.map((x) => tidy(x, Math.ceil))),
    ];
    if (reached[0] <= reached[1]) ranges.set(name, share(preset.units[name]!, reached));
  }
}

/** A percentage beyond its ends: a battery that is empty, of which the model knows no more. */
const isUsedUp = (model: CompiledModel, preset: Preset, quantities: Readonly<Float64Array>): boolean =>
  Array.from(model.outputs).some(([name, index]) => {
    const x = model.ports.get(name)!.fromSi(quantities[index]!);
    return preset.units[name] === "%" && (x < -1e-6 || x > 100 + 1e-6);
  });

/** What settles is normal where it ends; what goes on moving, or comes to rest at 0, wherever it was after the first moments. */
function lasting(course: readonly number[]): readonly number[] {
  const half = course.slice(course.length >> 1);
  const moved = Math.max(...half) - Math.min(...half);
  const size = Math.max(...course.map(Math.abs));
  const rests = Math.max(...half.map(Math.abs)) < REST * size;
  return moved <= SETTLED * size && !rests ? half : course.slice(Math.ceil(course.length / 20));
}

/** Two digits are all that a usual value deserves; rounded outwards. */
function tidy(x: number, round: (x: number) => number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(x))) - 1);
  // 10·0.1 must not become 1.1.
  const whole = Number((x / step).toPrecision(9));
  return Number((round(whole) * step).toPrecision(6));
}
