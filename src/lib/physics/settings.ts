/** The settings of a twin-physics node and an asset → a compiled model with its ports. */
import type { Asset } from "../twin/asset.ts";
import { describe, isSignalName, TwinError } from "../twin/envelope.ts";
import { compatible, convert, converter, displayUnit, parseUnit } from "../twin/units.ts";
import { type EstimateConfig, type EstimateSettings, readEstimate, readMode } from "./estimators/settings.ts";
import { type CompiledModel, compileModel, type ModelSpec } from "./model.ts";
import { ownName } from "./presets/choice.ts";
import { readCopy } from "./presets/copy.ts";
import type { PresetFile } from "./presets/file.ts";
import { presets } from "./presets/index.ts";
import type { Preset } from "./presets/preset.ts";
import { unitsOf } from "./presets/units.ts";
import { readReduced } from "./reduced/read-reduced.ts";
import type { Simulator, TwinModel } from "./twin-model.ts";

/** As the dialog stores it; numbers may arrive as text, empty means the default. */
export interface PhysicsConfig extends EstimateConfig {
  /** Name of a preset, or `file:` and that of an own one; empty or `own` for own equations; `reduced` for a reduced model. */
  preset?: string;
  /** Content of the own preset's file as it was when it was chosen. */
  presetCopy?: PresetFile | null;
  /** Description of a reduced model, JSON (reduced/read-reduced.ts); used with preset `reduced`. */
  reduced?: string;
  /** Files that the description names: MatrixMarket, CalculiX `.dat`. */
  files?: { name: string; text: string }[];
  equations?: string;
  /** Parameters, and values of states at the start. An empty value leaves the asset's or the preset's. */
  parameters?: { name: string; value: number | string; unit?: string }[];
  /** Own equations: check their units and run them in SI, as those of presets. */
  checkUnits?: boolean;
  /** Units of what is neither a signal nor among the parameters, for own equations with `checkUnits`. */
  units?: { name: string; unit: string }[];
  /** Signal → state or variable that predicts it, where the names differ. */
  predictions?: { signal: string; variable: string }[];
  learn?: number | string;
  correct?: boolean;
  /** Least spread, percent. */
  floor?: number | string;
  follow?: number | string;
  settle?: number | string;
  maxGap?: number | string;
  /** Parameters that a calibration fits, with bounds in the parameter's unit. */
  calibrate?: { name: string; low?: number | string; high?: number | string }[];
  /** Whether a calibration also tries a regression of what the model leaves over (default true). */
  correction?: boolean;
  /** Inputs of that regression; empty: all inputs of the model. */
  correctionInputs?: string[];
}

export interface PhysicsSettings {
  model: TwinModel;
  /** The model again when it is made of equations: only those can be estimated and calibrated. */
  equations?: CompiledModel;
  /** What it was compiled from, so that a worker can compile it again. */
  spec?: ModelSpec;
  /** Makes what runs the model, when it is not made of equations. */
  simulator?: () => Simulator;
  estimate?: EstimateSettings;
  preset: Preset | undefined;
  /** UCUM codes of the virtual sensors of a reduced model. */
  virtual?: Readonly<Record<string, string>>;
  /** From the asset's units to the model's, per name, and back; absent where they are the same. */
  toModel: ReadonlyMap<string, (value: number) => number>;
  fromModel: ReadonlyMap<string, (value: number) => number>;
  learn: number;
  correct: boolean;
  floor: number;
  follow: number;
  /** Seconds over which a calibration lets measured states run: the time constant of following, also where it is off. */
  horizon?: number;
  settle: number;
  maxGap: number;
  /** Sentences about what is allowed, but seldom meant. */
  warnings?: readonly string[];
}

export const DEFAULTS = { learn: 100, floor: 0.5, follow: 0, settle: 0, maxGap: 600 } as const;

/**
 * Reads the settings. In a trial nothing needs be predicted.
 * @throws TwinError `E_NO_EQUATIONS`, `E_EQUATIONS`, `E_MODEL` or `E_SETTING` with a sentence that says what to change
 */
export function readPhysics(
  config: PhysicsConfig,
  asset: Pick<Asset, "signals" | "parameters">,
  { trial = false } = {},
): PhysicsSettings {
  if (config.preset === "reduced") return readReducedSettings(config, asset);
  const preset = findPreset(config);
  const equations = preset?.equations ?? config.equations ?? "";
  if (equations.trim() === "")
    throw new TwinError("E_NO_EQUATIONS", "There are no equations yet: choose a preset or write your own.");
  if (preset) requireSignals(preset, asset);
  const units = declaredUnits(config, preset, asset);
  const parameters = gatherParameters(config, preset, asset, units);
  const spec: ModelSpec = {
    equations,
    signals: Array.from(asset.signals.keys()),
    parameters,
    initial: parameters,
    outputs: readOutputs(config),
    ...(preset && { derived: preset.derived }),
    ...(units && { units }),
    ...(trial && { trial }),
  };
  const model = compileModel(spec);
  const estimate = readEstimate(config, model, asset, preset);
  const follows = readMode(config) === "follow";
  // A filter knows how uncertain its start is: it needs no time to settle.
  const settle = estimate ? 0 : (preset?.settle ?? DEFAULTS.settle);
  return {
    model,
    equations: model,
    spec,
    ...(estimate && { estimate }),
    preset,
    ...ports(units, asset, model),
    learn: Math.round(setting(config.learn, "Samples to learn from", DEFAULTS.learn, 15, 1e7)),
    correct: config.correct !== false,
    floor: setting(config.floor, "Least spread", DEFAULTS.floor, 0, 100) / 100,
    follow: follows ? setting(config.follow, "Follow measured states", preset?.follow ?? DEFAULTS.follow, 0, 1e9) : 0,
    horizon: setting(config.follow, "Follow measured states", preset?.follow ?? DEFAULTS.follow, 0, 1e9),
    settle: setting(config.settle, "Settling time", settle, 0, 1e9),
    maxGap: setting(config.maxGap, "Longest gap", DEFAULTS.maxGap, 1e-3, 1e9),
  };
}

/** Reduced models take and give the asset's units by themselves. */
function readReducedSettings(config: PhysicsConfig, asset: Pick<Asset, "signals">): PhysicsSettings {
  const files = new Map((config.files ?? []).map(({ name, text }) => [name, text]));
  const reduced = readReduced(config.reduced ?? "", asset.signals, files);
  const maxGap = setting(config.maxGap, "Longest gap", DEFAULTS.maxGap, 1e-3, 1e9);
  return {
    model: reduced.model,
    simulator: () => reduced.simulator({ maxGap }),
    preset: undefined,
    virtual: reduced.units,
    toModel: new Map(),
    fromModel: new Map(),
    learn: Math.round(setting(config.learn, "Samples to learn from", DEFAULTS.learn, 15, 1e7)),
    correct: config.correct !== false,
    floor: setting(config.floor, "Least spread", DEFAULTS.floor, 0, 100) / 100,
    follow: 0,
    settle: setting(config.settle, "Settling time", reduced.settle, 0, 1e9),
    maxGap,
    warnings: reduced.warnings,
  };
}

/**
 * The preset that a node has chosen; undefined for own equations.
 * @throws TwinError when it does not exist, or the node's copy cannot be used
 */
export function findPreset({ preset: name, presetCopy }: PhysicsConfig): Preset | undefined {
  if (!name || name === "own") return undefined;
  const own = ownName(name);
  if (own !== undefined) return readCopy(own, presetCopy);
  const preset = presets.get(name);
  if (!preset)
    throw new TwinError(
      "E_MODEL",
      `The preset ${describe(name)} does not exist: choose ${Array.from(presets.keys())
        .join(", ")
        .replace(/, ([^,]*)$/, " or $1")}.`,
    );
  return preset;
}

function requireSignals(preset: Preset, asset: Pick<Asset, "signals">): void {
  const probe = compileModel({
    equations: preset.equations,
    signals: Object.keys(preset.units),
    parameters: new Map(preset.parameters.map((p) => [p.name, p.value])),
  });
  const missing = probe.inputs.filter((name) => !asset.signals.has(name) && !Object.hasOwn(preset.fallback, name));
  if (missing.length > 0)
    throw new TwinError(
      "E_MODEL",
      `The preset ${preset.name} needs ${missing.map((n) => `${n} (${displayUnit(preset.units[n] ?? "1")})`).join(", ")} as signals of the asset: add them there, or write own equations.`,
    );
}

/** The preset's values, over them the asset's of equal name, over them those of the node. */
function gatherParameters(
  config: PhysicsConfig,
  preset: Preset | undefined,
  asset: Pick<Asset, "signals" | "parameters">,
  units: ReadonlyMap<string, string> | undefined,
): Map<string, number> {
  const values = new Map<string, number>();
  for (const [name, value] of Object.entries(preset?.fallback ?? {}))
    if (!asset.signals.has(name)) values.set(name, value);
  for (const [name, value] of Object.entries(preset?.initial ?? {})) values.set(name, value);
  for (const { name, value } of preset?.parameters ?? []) values.set(name, value);
  for (const { name, value, unit } of asset.parameters.values()) {
    const own = units?.get(name);
    if (!asset.signals.has(name)) values.set(name, own && compatible(unit, own) ? convert(value, unit, own) : value);
  }
  for (const row of config.parameters ?? []) {
    if (!isSignalName(row?.name))
      throw new TwinError("E_MODEL", `Parameter ${describe(row?.name)}: names are letters, digits and underscore.`);
    if (row.value === "" || row.value === undefined || row.value === null) continue;
    const value = Number(row.value);
    if (!Number.isFinite(value))
      throw new TwinError("E_MODEL", `Parameter ${row.name}: ${describe(row.value)} is not a number.`);
    values.set(row.name, value);
  }
  return values;
}

function readOutputs(config: PhysicsConfig): Map<string, string> {
  const rows = (config.predictions ?? []).filter((row) => row?.signal || row?.variable);
  return new Map(rows.map((row) => [String(row.signal ?? ""), String(row.variable ?? "")]));
}

/** The unit of every name as far as it is declared; undefined for own equations that run in the asset's units. */
function declaredUnits(
  config: PhysicsConfig,
  preset: Preset | undefined,
  asset: Pick<Asset, "signals" | "parameters">,
): Map<string, string> | undefined {
  if (preset) return unitsOf(preset);
  if (config.checkUnits !== true) return undefined;
  const units = new Map(Array.from(asset.parameters.values(), ({ name, unit }) => [name, unit]));
  for (const { name, unit } of [...(config.units ?? []), ...(config.parameters ?? [])]) {
    if (!unit || asset.signals.has(name)) continue;
    units.set(name, unitCode(name, unit));
  }
  for (const { name, unit } of asset.signals.values()) units.set(name, unit);
  return units;
}

/** The dialog stores UCUM codes, in which C is coulomb and F farad; what somebody wrote by hand is read as typed. */
function unitCode(name: string, unit: string): string {
  if (compatible(unit, unit)) return unit;
  const parsed = parseUnit(unit);
  if ("problem" in parsed) throw new TwinError("E_MODEL", `Unit of ${describe(name)}: ${parsed.problem}`);
  return parsed.code;
}

/** Presets have units of their own; with units a model runs in SI, otherwise in the asset's units. */
function ports(units: ReadonlyMap<string, string> | undefined, asset: Pick<Asset, "signals">, model: CompiledModel) {
  const toModel = new Map<string, (value: number) => number>();
  const fromModel = new Map<string, (value: number) => number>();
  for (const [name, unit] of units ?? []) {
    const port = model.ports.get(name)!;
    const own = asset.signals.get(name)?.unit ?? unit;
    try {
      const [into, out] = [converter(own, unit), converter(unit, own)];
      toModel.set(name, (value) => port.toSi(into(value)));
      fromModel.set(name, (value) => out(port.fromSi(value)));
    } catch {
      throw new TwinError(
        "E_MODEL",
        `Signal ${name} is in ${displayUnit(own)}, but the preset needs a unit like ${displayUnit(unit)}: correct the unit in the asset.`,
      );
    }
  }
  return { toModel, fromModel };
}

function setting(value: number | string | undefined, label: string, fallback: number, low: number, high: number) {
  if (value === undefined || value === null || value === "") return fallback;
  const number = Number(value);
  if (!(number >= low && number <= high))
    throw new TwinError("E_SETTING", `${label} is ${describe(value)}: enter a number from ${low} to ${high}.`);
  return number;
}
