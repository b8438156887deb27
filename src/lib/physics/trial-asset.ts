/** The asset of a trial: the one that was chosen, with stand-ins for signals that the model reads and it lacks, or none at all. */
import type { Asset } from "../twin/asset.ts";
import { type AssetConfig, readAsset } from "../twin/asset-config.ts";
import { isSignalName } from "../twin/envelope.ts";
import { analyse, EquationError } from "./equations.ts";
import { missingSignals, type StandIn } from "./reduced/stand-ins.ts";
import { findPreset, type PhysicsConfig } from "./settings.ts";

export interface TrialAsset {
  asset: Asset;
  standIns: StandIn[];
}

/** @throws TwinError when the asset's rows, or a preset, cannot be used */
export function trialAsset(config: PhysicsConfig, rows: Partial<AssetConfig>): TrialAsset {
  const own = readRows(rows);
  const standIns = missing(config, own);
  if (standIns.length === 0) return { asset: own, standIns };
  const signals = [...(rows.signals ?? []), ...standIns.map(({ name, unit }) => ({ name, unit }))];
  return { asset: readRows({ ...rows, signals }), standIns };
}

/** A model of states alone needs no signal, which an asset must have. */
function readRows(rows: Partial<AssetConfig>): Asset {
  const base = { name: "trial", idPattern: "trial", ...rows };
  if ((rows.signals ?? []).length > 0) return readAsset(base);
  return { ...readAsset({ ...base, signals: [{ name: "none", unit: "1" }] }), signals: new Map() };
}

function missing(config: PhysicsConfig, { signals, parameters }: Asset): StandIn[] {
  if (config.preset === "reduced") return missingSignals(config.reduced ?? "", signals);
  const preset = findPreset(config);
  if (preset)
    return preset.inputs
      .filter((name) => !signals.has(name) && !Object.hasOwn(preset.fallback, name))
      .map((name) => ({ name, unit: preset.units[name]!, value: preset.nominal[name] ?? 0 }));
  // A name without a value may become a signal or a number; with a check of units it needs its unit first.
  const rows = config.parameters ?? [];
  const unit = (name: string) => [...rows, ...(config.units ?? [])].find((r) => r?.name === name && r.unit)?.unit;
  const known = new Set([...parameters.keys(), ...rows.filter((r) => isValue(r?.value)).map((r) => r.name)]);
  return unknownNames(config.equations ?? "", (name) => signals.has(name))
    .filter((name) => isSignalName(name) && !known.has(name) && (config.checkUnits !== true || unit(name)))
    .map((name) => ({ name, unit: unit(name) ?? "1", value: 1 }));
}

const isValue = (x: unknown): boolean => x !== undefined && x !== null && x !== "";

function unknownNames(equations: string, isSignal: (name: string) => boolean): readonly string[] {
  try {
    return analyse(equations, isSignal).parameters;
  } catch (error) {
    // The trial itself says what is wrong with the text.
    if (error instanceof EquationError) return [];
    throw error;
  }
}
