/** A model on trial, before anything is deployed: its outputs over some seconds while the inputs rest. */
import type { AssetConfig, readAsset } from "../twin/asset-config.ts";
import { isPlainObject, TwinError } from "../twin/envelope.ts";
import { convert, displayUnit } from "../twin/units.ts";
import { type PhysicsConfig, type PhysicsSettings, readPhysics } from "./settings.ts";
import { shownUnit } from "./shown-units.ts";
import { Stepper } from "./stepper.ts";
import { trialAsset } from "./trial-asset.ts";

export interface PreviewRequest {
  config: PhysicsConfig;
  /** As the asset's dialog stores it; empty while none is chosen. */
  asset: Partial<AssetConfig>;
  seconds: number;
  /** Inputs, and measured states at the start, in the asset's units; what is missing gets a usual value. */
  values: Record<string, number>;
}

export interface PreviewSeries {
  name: string;
  /** As people write it. */
  unit: string;
  kind: "output" | "state" | "derived";
  /** Null where the model gives no number. */
  values: (number | null)[];
}

export interface Preview {
  seconds: number[];
  series: PreviewSeries[];
  /** What went in: the fields of the dialog. */
  inputs: { name: string; unit: string; value: number; start: boolean }[];
  /** Why the curves end early, or what is seldom meant. */
  why: string[];
  /** Signals that the model reads and the asset lacks; the trial takes usual values for them. Units for people. */
  missing: { name: string; unit: string }[];
  /** Whether any curve is a signal of the asset, with which it will be compared. */
  compared: boolean;
}

const POINTS = 120;
const LONGEST = 1e7;

/**
 * Runs the model.
 * @throws TwinError with a sentence when the settings or the asset cannot be used
 */
export function preview(request: PreviewRequest): Preview {
  const { asset, standIns } = trialAsset(request.config, request.asset);
  const settings = readPhysics({ ...request.config, estimate: "off" }, asset, { trial: true });
  const isReal = (name: string) => asset.signals.has(name) && !standIns.some((s) => s.name === name);
  const { model } = settings;
  const duration = Number(request.seconds);
  if (!(duration > 0 && duration <= LONGEST))
    throw new TwinError("E_SETTING", `The time of the trial must be above 0 and at most ${LONGEST} s.`);
  const given = isPlainObject(request.values) ? request.values : {};
  const inputs = [
    ...model.inputs.map((name) => entry(name, false)),
    ...model.states.filter((name) => asset.signals.has(name)).map((name) => entry(name, true)),
  ];
  const simulator =
    settings.simulator?.() ??
    new Stepper(settings.equations!, { maxGap: Number.POSITIVE_INFINITY, follow: 0, maxSteps: 20_000 });
  const into = (name: string, value: number) => settings.toModel.get(name)?.(value) ?? value;
  const valueOf = (name: string) => into(name, inputs.find((i) => i.name === name)?.value ?? Number.NaN);
  const u = model.inputs.map(valueOf);
  const measured = model.states.map((name) => (asset.signals.has(name) ? valueOf(name) : Number.NaN));
  const shown = seriesOf(settings, asset);
  const seconds: number[] = [];
  const why = [...(settings.warnings ?? [])];
  for (let k = 0; k <= POINTS; k++) {
    const t = (duration * k) / POINTS;
    const code = simulator.step(Math.round(1000 * t), u, k === 0 ? measured : []);
    seconds.push(t);
    for (const s of shown) s.series.values.push(finite(s.read(simulator.quantities)));
    if (code === "behind" || code === "failed") {
      why.push(
        code === "failed"
          ? `After ${short(t)} s the equations give no finite number: check them and their parameters.`
          : `After ${short(t)} s the equations need more steps than a trial may take.`,
      );
      break;
    }
  }
  return {
    seconds,
    series: shown.map((s) => s.series),
    inputs,
    why,
    missing: standIns.map(({ name, unit }) => ({ name, unit: displayUnit(unit) })),
    compared: Array.from(model.outputs.keys()).some(isReal),
  };

  function entry(name: string, start: boolean): Preview["inputs"][number] {
    const signal = asset.signals.get(name);
    const unit = displayUnit(signal?.unit ?? settings.preset?.units[name] ?? "1");
    const typed = given[name];
    return { name, unit, start, value: typeof typed === "number" && Number.isFinite(typed) ? typed : usual(name) };
  }

  /** The preset's usual value, the middle of the normal range, or one. */
  function usual(name: string): number {
    const standIn = standIns.find((s) => s.name === name);
    if (standIn) return standIn.value;
    const signal = asset.signals.get(name);
    const nominal = settings.preset?.nominal[name] ?? settings.preset?.initial[name];
    const unit = settings.preset?.units[name];
    if (nominal !== undefined && unit !== undefined && signal)
      return Number(convert(nominal, unit, signal.unit).toPrecision(6));
    const [low, high] = signal?.normal ?? [Number.NaN, Number.NaN];
    const middle = (low + high) / 2;
    return Number.isFinite(middle) ? Number(middle.toPrecision(4)) : 1;
  }
}

interface Shown {
  series: PreviewSeries;
  read(quantities: Readonly<Float64Array>): number;
}

/** Predicted signals first, then the states and derived quantities that are none. */
function seriesOf(settings: PhysicsSettings, asset: ReturnType<typeof readAsset>): Shown[] {
  const { model, fromModel } = settings;
  const taken = new Set<number>();
  const shown: Shown[] = [];
  const add = (name: string, index: number, unit: string, kind: PreviewSeries["kind"], key = name) => {
    if (taken.has(index)) return;
    taken.add(index);
    const out = fromModel.get(key);
    shown.push({ series: { name, unit, kind, values: [] }, read: (q) => out?.(q[index]!) ?? q[index]! });
  };
  for (const [signal, index] of model.outputs)
    add(signal, index, displayUnit(asset.signals.get(signal)?.unit ?? "1"), "output");
  for (const [i, name] of model.states.entries()) add(name, i, shownUnit(name, settings, asset), "state");
  for (const [name, index] of model.derived) add(name, index, shownUnit(name, settings, asset), "derived");
  return shown;
}

const finite = (x: number): number | null => (Number.isFinite(x) ? Number(x.toPrecision(6)) : null);
const short = (x: number): string => String(Number(x.toPrecision(3)));
