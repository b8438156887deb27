/** Which parameters a calibration fits, from the node's settings and the details of the action that asks for it. */
import { describe, isPlainObject, isTime, TwinError } from "../../twin/envelope.ts";
import type { CompiledModel } from "../model.ts";
import type { Preset } from "../presets/preset.ts";
import type { PhysicsConfig, PhysicsSettings } from "../settings.ts";
import type { Fitted } from "./problem.ts";

export interface CalibrationRequest {
  fitted: Fitted[];
  /** Source times of the rows to use, milliseconds; open ends by default. */
  from: number | undefined;
  to: number | undefined;
  /** Rows in place of the store's history. */
  csv: string | undefined;
}

/**
 * Reads an action `calibrate`. Its details: `from` and `to` (milliseconds or ISO 8601), `parameters` (names, or rows with
 * `name`, `low` and `high`; by default those of the node's settings, else the drifting ones), `csv` (text).
 * @throws TwinError `E_CALIBRATE` with a sentence that says what to change
 */
export function readCalibration(
  details: Readonly<Record<string, unknown>>,
  config: PhysicsConfig,
  settings: PhysicsSettings,
  present: ReadonlyMap<string, number>,
): CalibrationRequest {
  const model = settings.equations;
  if (!model) throw new TwinError("E_CALIBRATE", "Only a model of equations can be calibrated.");
  if (details.csv !== undefined && typeof details.csv !== "string")
    throw new TwinError("E_CALIBRATE", `The csv of a calibration is ${describe(details.csv)}: it must be text.`);
  const [from, to] = [instant(details.from, "from"), instant(details.to, "to")];
  if (from !== undefined && to !== undefined && from >= to)
    throw new TwinError("E_CALIBRATE", "The time of a calibration ends before it begins: exchange from and to.");
  return {
    fitted: chosen(details.parameters, config, settings).map((row) => fittedOf(row, model, present, settings.preset)),
    from,
    to,
    csv: details.csv,
  };
}

type Row = { name: string; low?: unknown; high?: unknown };

function chosen(asked: unknown, config: PhysicsConfig, settings: PhysicsSettings): Row[] {
  if (asked !== undefined && !Array.isArray(asked))
    throw new TwinError("E_CALIBRATE", `The parameters of a calibration are ${describe(asked)}: they must be a list.`);
  const own = (config.calibrate ?? []).filter((row) => row?.name);
  const drifting = settings.estimate?.drifting ?? [];
  const rows: unknown[] = asked ?? (own.length > 0 ? own : drifting.map((d) => d.name));
  if (rows.length === 0)
    throw new TwinError(
      "E_CALIBRATE",
      "There is nothing to calibrate: choose the parameters that the data shall tell.",
    );
  return rows.map((row): Row => {
    const name = isPlainObject(row) ? row.name : row;
    if (typeof name !== "string")
      throw new TwinError("E_CALIBRATE", `A parameter to calibrate is ${describe(row)}: it must be a name.`);
    const bounds = own.find((r) => r.name === name);
    return { ...bounds, ...(isPlainObject(row) && row), name };
  });
}

function fittedOf(
  row: Row,
  model: CompiledModel,
  present: ReadonlyMap<string, number>,
  preset: Preset | undefined,
): Fitted {
  const { name } = row;
  const inside = present.get(name);
  if (inside === undefined || !model.parameters.includes(name))
    throw new TwinError("E_CALIBRATE", `${describe(name)} is not a number of the model.`);
  const port = model.ports.get(name);
  const value = port?.fromSi(inside) ?? inside;
  const known = preset?.parameters.find((p) => p.name === name);
  // A tenth to ten times the value, unless somebody knows better; a parameter that is 0 may go either way.
  const [small, large] = value === 0 ? [-10, 10] : [Math.min(value / 10, value * 10), Math.max(value / 10, value * 10)];
  const bounds = [
    bound(row.low, name, Math.min(value, known?.low ?? small)),
    bound(row.high, name, Math.max(value, known?.high ?? large)),
  ].map((x) => port?.toSi(x) ?? x);
  return { name, low: Math.min(...bounds), high: Math.max(...bounds) };
}

const isEmpty = (x: unknown): boolean => x === undefined || x === null || x === "";

function bound(x: unknown, name: string, fallback: number): number {
  if (isEmpty(x)) return fallback;
  const value = Number(x);
  if (!Number.isFinite(value))
    throw new TwinError("E_CALIBRATE", `A bound of ${name} is ${describe(x)}: enter a number.`);
  return value;
}

function instant(x: unknown, label: string): number | undefined {
  if (isEmpty(x)) return undefined;
  const time = typeof x === "string" && !/^-?\d+(\.\d+)?$/.test(x) ? Date.parse(x) : Number(x);
  if (!isTime(time))
    throw new TwinError("E_CALIBRATE", `The ${label} of a calibration is ${describe(x)}: enter a time.`);
  return time;
}
