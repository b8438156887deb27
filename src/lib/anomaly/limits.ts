/**
 * The table "warn when": a quantity of the twin (a signal, a derived value or a state of the model) below or above a
 * limit, for what an engineer knows without any learning, such as a small NPSH margin.
 */
import type { Asset } from "../twin/asset.ts";
import { describe, type Envelope, isPlainObject, TwinError } from "../twin/envelope.ts";
import { pathExists, pathLabel, readPath } from "../twin/paths.ts";
import { isGood } from "../twin/status-codes.ts";
import { displayUnit } from "../twin/units.ts";
import { withUnit } from "./words.ts";

export interface LimitRow {
  path: string;
  direction: "below" | "above";
  limit: number;
  /** How far beyond the limit the value must return before the warning may clear. */
  hysteresis: number;
  severity: "info" | "warning" | "alarm";
  /** What it means and what to do, appended to the sentence. */
  text: string;
  /** Display name of the quantity. */
  label: string;
  /** UCUM code. */
  unit: string;
}

export interface LimitReading {
  value: number;
  over: boolean;
  below: boolean;
}

/** @throws TwinError `E_ANOMALY` naming the row and what to correct. */
export function readLimits(rows: unknown, asset: Pick<Asset, "signals">): LimitRow[] {
  if (!Array.isArray(rows)) return [];
  return rows.map((row, i) => readRow(row, `Warn when, row ${i + 1}`, asset));
}

function readRow(row: unknown, where: string, asset: Pick<Asset, "signals">): LimitRow {
  if (!isPlainObject(row)) throw new TwinError("E_ANOMALY", `${where} is ${describe(row)}: it must be a table row.`);
  const path = String(row.path ?? "").trim();
  if (!pathExists(asset, path))
    throw new TwinError(
      "E_ANOMALY",
      `${where}: ${describe(path)} is not a quantity of this twin. Enter a signal or a path like model.derived.npshMargin.`,
    );
  const limit = number(row.limit);
  if (limit === undefined)
    throw new TwinError("E_ANOMALY", `${where}: the limit ${describe(row.limit)} is not a number.`);
  const hysteresis = number(row.hysteresis) ?? Math.abs(limit) * 0.05;
  if (hysteresis < 0) throw new TwinError("E_ANOMALY", `${where}: the hysteresis must not be negative.`);
  return {
    path,
    direction: row.direction === "above" ? "above" : "below",
    limit,
    hysteresis,
    severity: row.severity === "alarm" || row.severity === "info" ? row.severity : "warning",
    text: String(row.text ?? "").trim(),
    label: readable(pathLabel(asset, path)),
    unit: String(row.unit || unitOf(path, asset)),
  };
}

/** Where the quantity stands; undefined when it has no new, good value in this message. */
export function readLimit(row: LimitRow, twin: Envelope): LimitReading | undefined {
  if (!row.path.includes(".") && !(twin.updated.includes(row.path) && isGood(twin.status?.[row.path])))
    return undefined;
  const value = readPath(twin, row.path);
  if (value === undefined) return undefined;
  const beyond = row.direction === "below" ? row.limit - value : value - row.limit;
  return { value, over: beyond > 0, below: beyond <= -row.hysteresis };
}

/** One sentence, for example "NPSH margin 0.42 m is below 0.5 m: cavitation threatens." */
export function limitSentence(row: LimitRow, value: number): string {
  const head = `${row.label} ${reading(row, value)} is ${row.direction} ${withUnit(row.limit, displayUnit(row.unit), 0)}`;
  return row.text ? `${head}: ${row.text.replace(/\.$/, "")}.` : `${head}.`;
}

/** The sentence of the end, for example "NPSH margin is back above 0.5 m: 0.53 m." */
export function limitCleared(row: LimitRow, value: number): string {
  const side = row.direction === "below" ? "above" : "below";
  return `${row.label} is back ${side} ${withUnit(row.limit, displayUnit(row.unit), 0)}: ${reading(row, value)}.`;
}

/** The value with enough digits to tell it from the limit. */
function reading(row: LimitRow, value: number): string {
  const detail = Math.abs(row.limit) / 5 || Math.abs(value) || 1;
  for (let digits = 0; digits < 3; digits++) {
    const text = withUnit(value, displayUnit(row.unit), detail / 10 ** digits);
    if (Number.parseFloat(text) !== row.limit || value === row.limit) return text;
  }
  return withUnit(value, displayUnit(row.unit), 0);
}

function unitOf(path: string, asset: Pick<Asset, "signals">): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return path.startsWith("model.z.") ? "1" : (asset.signals.get(name)?.unit ?? "1");
}

const readable = (label: string): string => label.charAt(0).toUpperCase() + label.slice(1);

function number(x: unknown): number | undefined {
  if (x === undefined || x === null || x === "") return undefined;
  const value = Number(x);
  return Number.isFinite(value) ? value : undefined;
}
