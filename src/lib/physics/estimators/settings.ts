/** Settings of the estimation: which parameters drift, how good the measurements and the model are. */
import type { Asset } from "../../twin/asset.ts";
import { describe, TwinError } from "../../twin/envelope.ts";
import type { CompiledModel } from "../model.ts";
import type { Preset } from "../presets/preset.ts";
import type { Drifting } from "./estimating-stepper.ts";

export type EstimateMode = "off" | "follow" | "ekf" | "ukf";

/** As the dialog stores it; numbers may arrive as text, empty means the default. */
export interface EstimateConfig {
  /** `off`, `follow` (default), `ekf` or `ukf`. */
  estimate?: string;
  /**
   * Parameters that drift; empty: those of the preset. Spreads in percent of the value (of 1 where the value is 0), bounds
   * in its unit.
   */
  drifting?: { name: string; startSd?: Text; driftSd?: Text; low?: Text; high?: Text }[];
  /** Standard deviation of a signal's measurement, in the asset's unit; signals that are not listed are learned. */
  noise?: { signal: string; sd: Text }[];
  /** Process noise of a state: standard deviation per √hour, in its unit. */
  process?: { state: string; sd: Text }[];
  /** Measurements further than this many standard deviations from the expected value are not used; 0: all are. */
  gate?: Text;
}

type Text = number | string;

export interface EstimateSettings {
  method: "ekf" | "ukf";
  drifting: readonly Drifting[];
  /** Signal → standard deviation in the asset's unit. */
  noise: ReadonlyMap<string, number>;
  process: ReadonlyMap<string, number>;
  gate: number;
}

/** Percent of the value; per √hour for `driftSd`. */
export const ESTIMATE_DEFAULTS = { startSd: 20, driftSd: 5, gate: 5 } as const;

const MODES: readonly string[] = ["off", "follow", "ekf", "ukf"] satisfies EstimateMode[];

export function readMode(config: EstimateConfig): EstimateMode {
  const mode = config.estimate || "follow";
  if (!MODES.includes(mode))
    throw new TwinError("E_SETTING", `Estimation is ${describe(mode)}: choose off, follow, ekf or ukf.`);
  return mode as EstimateMode;
}

/**
 * Reads the settings.
 * @returns undefined when nothing is estimated
 * @throws TwinError `E_SETTING` with a sentence that says what to change
 */
export function readEstimate(
  config: EstimateConfig,
  model: CompiledModel,
  asset: Pick<Asset, "signals">,
  preset?: Pick<Preset, "parameters" | "drifting">,
): EstimateSettings | undefined {
  const mode = readMode(config);
  if (mode === "off" || mode === "follow") return undefined;
  const chosen = rows(config.drifting, "name");
  const used = preset?.drifting.filter((d) => model.parameters.includes(d.parameter)) ?? [];
  const drifting = (chosen.length > 0 ? chosen : used.map((d) => ({ name: d.parameter }))).map((row) =>
    readDrifting(row, model, preset),
  );
  const names = drifting.map((d) => d.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new TwinError("E_SETTING", `Drifting parameters: ${twice} is there twice.`);
  if (model.states.length + drifting.length === 0)
    throw new TwinError(
      "E_SETTING",
      "There is nothing to estimate: the model has no state, so choose at least one parameter that drifts.",
    );
  const noise = rows(config.noise, "signal").map((row): [string, number] => {
    if (!model.outputs.has(row.signal))
      throw new TwinError(
        "E_SETTING",
        `Measurement noise: the model does not predict ${describe(asset.signals.get(row.signal)?.label ?? row.signal)}.`,
      );
    return [row.signal, positive(row.sd, `Measurement noise of ${row.signal}`)];
  });
  const process = rows(config.process, "state").map((row): [string, number] => {
    if (!model.states.includes(row.state))
      throw new TwinError("E_SETTING", `Process noise: ${describe(row.state)} is not a state of the model.`);
    const factor = Math.abs(model.ports.get(row.state)?.factor ?? 1);
    return [row.state, factor * number(row.sd, `Process noise of ${row.state}`, 0, 0, 1e300)];
  });
  return {
    method: mode,
    drifting,
    noise: new Map(noise),
    process: new Map(process),
    gate: number(config.gate, "Gate", ESTIMATE_DEFAULTS.gate, 0, 1e9),
  };
}

function readDrifting(
  row: NonNullable<EstimateConfig["drifting"]>[number],
  model: CompiledModel,
  preset: Pick<Preset, "parameters" | "drifting"> | undefined,
): Drifting {
  const { name } = row;
  const index = model.parameters.indexOf(name);
  if (index < 0)
    throw new TwinError("E_SETTING", `Drifting parameters: ${describe(name)} is not a number of the model.`);
  const port = model.ports.get(name);
  const value = port ? port.fromSi(model.p[index]!) : model.p[index]!;
  const known = preset?.parameters.find((p) => p.name === name);
  const spread = preset?.drifting.find((d) => d.parameter === name);
  const low = number(row.low, `Lower bound of ${name}`, Math.min(value, known?.low ?? lowest(value)), -1e300, 1e300);
  const high = number(
    row.high,
    `Upper bound of ${name}`,
    Math.max(value, known?.high ?? highest(value)),
    -1e300,
    1e300,
  );
  if (!(low < high && value >= low && value <= high))
    throw new TwinError(
      "E_SETTING",
      `Drifting parameters: ${name} is ${value}, which must lie between its bounds ${low} and ${high}.`,
    );
  const percent = (Math.abs(value) || 1) / 100;
  const sd = (text: Text | undefined, label: string, ready: number | undefined, fallback: number) =>
    ready !== undefined && isEmpty(text) ? ready : percent * number(text, `${label} of ${name}`, fallback, 0, 1e6);
  const startSd = sd(row.startSd, "Spread at the start", spread?.sd, ESTIMATE_DEFAULTS.startSd);
  // A random walk goes √24 times as far in a day as in an hour.
  const daily = spread && spread.perDay / Math.sqrt(24);
  const driftSd = sd(row.driftSd, "Drift", daily, ESTIMATE_DEFAULTS.driftSd);
  if (!port) return { name, startSd, driftSd, low, high };
  const factor = Math.abs(port.factor);
  const bounds = [low, high].map((x) => (Number.isFinite(x) ? port.toSi(x) : x)).sort((a, b) => a - b);
  return { name, startSd: startSd * factor, driftSd: driftSd * factor, low: bounds[0]!, high: bounds[1]! };
}

/** A physical constant keeps its sign: a tenth to ten times the value, unless somebody knows better. */
const lowest = (value: number): number => (value > 0 ? value / 10 : value < 0 ? value * 10 : Number.NEGATIVE_INFINITY);
const highest = (value: number): number => (value > 0 ? value * 10 : value < 0 ? value / 10 : Number.POSITIVE_INFINITY);

const rows = <R extends object>(list: R[] | undefined, key: keyof R): R[] =>
  (Array.isArray(list) ? list : []).filter((row) => row?.[key]);

const isEmpty = (x: Text | undefined | null): boolean => x === undefined || x === null || x === "";

function number(value: Text | undefined, label: string, fallback: number, low: number, high: number): number {
  if (isEmpty(value)) return fallback;
  const x = Number(value);
  if (!(x >= low && x <= high))
    throw new TwinError("E_SETTING", `${label} is ${describe(value)}: enter a number from ${low} to ${high}.`);
  return x;
}

function positive(value: Text | undefined, label: string): number {
  const x = isEmpty(value) ? Number.NaN : Number(value);
  if (!(x > 0 && Number.isFinite(x)))
    throw new TwinError("E_SETTING", `${label} is ${describe(value)}: enter a number above 0.`);
  return x;
}
