/** The asset as the dialog stores it, and its check. */
import { type Asset, type FailureThreshold, idMatcher, type Parameter, type Signal } from "./asset.ts";
import { describe, isPlainObject, isSignalName, isTwinId, TwinError } from "./envelope.ts";
import { isUnit, parseUnit } from "./units.ts";

export interface SignalConfig {
  name: string;
  unit: string;
  label?: string;
  component?: string;
  normalLow?: number | string | null;
  normalHigh?: number | string | null;
  limitLow?: number | string | null;
  limitHigh?: number | string | null;
  maxRate?: number | string | null;
  staleAfter?: number | string | null;
}

export interface AssetConfig {
  version: 1;
  name: string;
  idPattern: string;
  mimic: Asset["mimic"];
  clock: Asset["clock"];
  /** Id of a twin-store; empty means the default store. */
  store: string;
  signals: SignalConfig[];
  parameters: { name: string; value: number | string; unit: string; label?: string }[];
  failure: {
    signal: string;
    threshold: number | string;
    direction: "rising" | "falling";
    typicalLife?: number | string;
  };
  relationships?: { name: string; target: string }[];
}

/**
 * Turns the dialog's values into an Asset.
 * @throws TwinError `E_ASSET` with a sentence that names the row and the column to correct.
 */
export function readAsset(config: Partial<AssetConfig>): Asset {
  const idPattern = (config.idPattern ?? "").trim();
  if (idPattern === "" || /[\s+#]/.test(idPattern))
    throw new TwinError(
      "E_ASSET",
      `The twin id ${describe(idPattern)} must be text without spaces, + or #; * stands for any text.`,
    );
  if (!Array.isArray(config.signals) || config.signals.length === 0)
    throw new TwinError("E_ASSET", "The signals table is empty: add at least one signal with a name and a unit.");
  const signals = new Map<string, Signal>();
  config.signals.forEach((row, i) => {
    const signal = readSignal(row, i + 1);
    if (signals.has(signal.name))
      throw new TwinError(
        "E_ASSET",
        `Signal ${describe(signal.name)} is listed twice (row ${i + 1}): give each its own name.`,
      );
    signals.set(signal.name, signal);
  });
  const parameters = new Map<string, Parameter>();
  for (const row of config.parameters ?? []) {
    if (!isSignalName(row.name))
      throw new TwinError("E_ASSET", `Parameter ${describe(row.name)}: names are letters, digits and underscore.`);
    const value = number(row.value, `Parameter ${row.name}`);
    if (value === undefined) throw new TwinError("E_ASSET", `Parameter ${row.name} has no value.`);
    if (parameters.has(row.name))
      throw new TwinError("E_ASSET", `Parameter ${describe(row.name)} is listed twice: give each its own name.`);
    const unit = readUnit(row.unit, `Parameter ${row.name}`);
    parameters.set(row.name, { name: row.name, value, unit, label: row.label || row.name });
  }
  const failure = readFailure(config.failure, signals);
  return {
    name: config.name || idPattern,
    idPattern,
    matches: idMatcher(idPattern),
    mimic: config.mimic ?? "generic",
    clock: config.clock === "data" ? "data" : "wall",
    signals,
    parameters,
    ...(failure && { failure }),
    relationships: readRelationships(config.relationships ?? []),
  };
}

function readSignal(row: SignalConfig, line: number): Signal {
  if (!isPlainObject(row) || !isSignalName(row.name))
    throw new TwinError(
      "E_ASSET",
      `Signal row ${line}: the name ${describe(isPlainObject(row) ? row.name : row)} must be letters, digits and underscore, for example motor_temperature.`,
    );
  if (typeof row.unit !== "string" || row.unit === "")
    throw new TwinError("E_ASSET", `Signal ${row.name} (row ${line}) has no unit: enter one, or – for a plain number.`);
  const where = (column: string) => `Signal ${row.name}, ${column}`;
  const normal = range(row.normalLow, row.normalHigh, where("normal range"));
  const limits = range(row.limitLow, row.limitHigh, where("physical limits"));
  const maxRate = positive(row.maxRate, where("largest rate of change"));
  const staleAfter = positive(row.staleAfter, where("stale after"));
  return {
    name: row.name,
    unit: readUnit(row.unit, `Signal ${row.name}`),
    label: row.label || row.name,
    component: row.component || "",
    ...(normal && { normal }),
    ...(limits && { limits }),
    ...(maxRate !== undefined && { maxRate }),
    ...(staleAfter !== undefined && { staleAfter }),
  };
}

/** The UCUM code of what is stored or typed; none means a pure number. */
function readUnit(unit: unknown, where: string): string {
  if (unit === undefined || unit === null || unit === "") return "1";
  const result = parseUnit(String(unit));
  if (!isUnit(result)) throw new TwinError("E_ASSET", `${where}: ${result.problem}`);
  return result.code;
}

function readRelationships(rows: unknown): Asset["relationships"] {
  if (!Array.isArray(rows)) throw new TwinError("E_ASSET", "The relations to other twins must be a list.");
  return rows.map((row, i) => {
    if (!isPlainObject(row) || typeof row.name !== "string" || row.name.trim() === "" || !isTwinId(row.target))
      throw new TwinError(
        "E_ASSET",
        `Relation ${i + 1} needs a name, for example feeds, and the id of the other twin, for example plant1:tank-3.`,
      );
    return { name: row.name, target: row.target };
  });
}

/** A path such as `anomaly.health` or an expression is checked by the node that uses it. */
function readFailure(
  config: AssetConfig["failure"] | undefined,
  signals: ReadonlyMap<string, Signal>,
): FailureThreshold | undefined {
  if (!config?.signal) return undefined;
  if (isSignalName(config.signal) && !signals.has(config.signal))
    throw new TwinError(
      "E_ASSET",
      `The failure threshold names ${describe(config.signal)}, which is not in the signals table.`,
    );
  const threshold = number(config.threshold, "Failure threshold");
  if (threshold === undefined)
    throw new TwinError(
      "E_ASSET",
      `The failure threshold of ${config.signal} is empty: enter the value at which the machine counts as failed.`,
    );
  const typicalLife = positive(config.typicalLife, "Typical life");
  return {
    signal: config.signal,
    threshold,
    direction: config.direction === "falling" ? "falling" : "rising",
    ...(typicalLife !== undefined && { typicalLife }),
  };
}

function range(low: unknown, high: unknown, where: string): readonly [number, number] | undefined {
  const lo = number(low, where) ?? Number.NEGATIVE_INFINITY;
  const hi = number(high, where) ?? Number.POSITIVE_INFINITY;
  if (lo === Number.NEGATIVE_INFINITY && hi === Number.POSITIVE_INFINITY) return undefined;
  if (lo >= hi) throw new TwinError("E_ASSET", `${where}: the low value ${lo} must be below the high value ${hi}.`);
  return [lo, hi];
}

function positive(x: unknown, where: string): number | undefined {
  const value = number(x, where);
  if (value !== undefined && value <= 0) throw new TwinError("E_ASSET", `${where} is ${value}: it must be above zero.`);
  return value;
}

function number(x: unknown, where: string): number | undefined {
  if (x === undefined || x === null || x === "") return undefined;
  const value = typeof x === "string" ? Number(x) : x;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new TwinError("E_ASSET", `${where}: ${describe(x)} is not a number.`);
  return value;
}
