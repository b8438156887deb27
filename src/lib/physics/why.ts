/** Sentences that say why a model has no answer, or what to look at. */
import type { Asset } from "../twin/asset.ts";
import { displayUnit } from "../twin/units.ts";
import type { Output } from "./physics-twin.ts";
import { label, list } from "./ports.ts";
import type { PhysicsSettings } from "./settings.ts";
import type { StepCode } from "./stepper.ts";

/** Offsets beyond this share of the signal's size are worth a sentence: the parameters are probably another machine's. */
const LARGE_OFFSET = 0.1;

const NONE: readonly string[] = [];

export interface Reasons {
  code: StepCode;
  /** Display names of inputs that are missing. */
  missing: readonly string[];
  settings: PhysicsSettings;
  asset: Pick<Asset, "signals">;
  outputs: readonly Output[];
  settled: boolean;
  /** Inputs whose values may not teach anything now. */
  doubtful: readonly string[];
}

export function reasons({ code, missing, settings, asset, outputs, settled, doubtful }: Reasons): string[] {
  const why: string[] = [];
  if (missing.length > 0) why.push(`The model waits for ${list(missing)}.`);
  if (code === "gap")
    why.push(`No data for more than ${settings.maxGap} s: the model started again from what is measured.`);
  if (code === "behind") why.push("The model needs more steps than it may take per sample: its equations are stiff.");
  if (code === "failed") why.push("The equations gave no finite number: check them and their parameters.");
  const settling = settled ? NONE : outputs.filter((o) => o.dynamic).map((o) => label(asset, o.signal));
  if (settling.length > 0 && missing.length === 0)
    why.push(`The model of ${list(settling)} settles for ${settings.settle} s before it is compared.`);
  const untrusted =
    doubtful.length > 0 ? doubtful.map((name) => label(asset, name)).filter((name) => !missing.includes(name)) : NONE;
  if (untrusted.length > 0 && outputs.some((o) => o.learner.progress < 1))
    why.push(`Learning waits until ${list(untrusted)} can be trusted again.`);
  for (const output of outputs) {
    const size = Math.abs(output.last?.expected ?? Number.NaN);
    if (Math.abs(output.learner.offset) > LARGE_OFFSET * size && output.learner.progress === 1)
      why.push(offsetText(output, asset));
  }
  return why;
}

function offsetText({ signal, learner }: Output, asset: Pick<Asset, "signals">): string {
  const side = learner.offset > 0 ? "above" : "below";
  const unit = displayUnit(asset.signals.get(signal)?.unit ?? "1");
  const size = Number(Math.abs(learner.offset).toPrecision(2));
  return `${label(asset, signal)} was ${size} ${unit} ${side} the model while it learned: check the parameters.`;
}
