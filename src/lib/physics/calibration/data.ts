/** Recorded rows for a calibration: inputs and measured outputs over time, from a store's history or a CSV. */
import { cellTime, cellValue, parseCsv } from "../../machine/csv.ts";
import type { HistoryPoint } from "../../store/store.ts";
import { TwinError } from "../../twin/envelope.ts";
import { isGood } from "../../twin/status-codes.ts";

export interface CalibrationData {
  /** Source times, milliseconds, ascending. */
  readonly time: Float64Array;
  /** One row per time, row-major; NaN where there is no new value. In the model's units. */
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
}

export interface DataPorts {
  inputs: readonly string[];
  outputs: readonly string[];
  /** From the asset's units to the model's. */
  toModel: ReadonlyMap<string, (value: number) => number>;
}

/** More rows are thinned to every second, third …: they hardly add to what is known and cost time. */
export const MAX_ROWS = 20_000;

/**
 * Joins the histories of the signals on their times.
 * @param history the points of one signal, oldest first
 * @throws TwinError `E_DATA` when there is not enough to calibrate with
 */
export function fromHistory(ports: DataPorts, history: (signal: string) => readonly HistoryPoint[]): CalibrationData {
  const rows = new Map<number, Float64Array>();
  const width = ports.inputs.length + ports.outputs.length;
  for (const [column, signal] of [...ports.inputs, ...ports.outputs].entries())
    for (const { time, value, status } of history(signal)) {
      const x = typeof value === "boolean" ? Number(value) : value;
      if (typeof x !== "number" || !Number.isFinite(x) || !isGood(status)) continue;
      let row = rows.get(time);
      if (!row) rows.set(time, (row = new Float64Array(width).fill(Number.NaN)));
      row[column] = ports.toModel.get(signal)?.(x) ?? x;
    }
  return collect(
    ports,
    Array.from(rows).sort((a, b) => a[0] - b[0]),
  );
}

/**
 * Reads a CSV with a column `time` (ISO 8601 or milliseconds; or `t`, seconds) and one for every signal, in the asset's units.
 * @param range source times of the rows to use, milliseconds, ends included
 * @throws TwinError `E_CSV` or `E_DATA`
 */
export function fromCsv(text: string, ports: DataPorts, range: { from?: number; to?: number } = {}): CalibrationData {
  const csv = parseCsv(text);
  const clock = csv.header.findIndex((name) => /^(t|time|timestamp)$/i.test(name));
  if (clock < 0) throw new TwinError("E_DATA", "The CSV has no column named time (or t, in seconds).");
  const names = [...ports.inputs, ...ports.outputs];
  const columns = names.map((name) => csv.header.indexOf(name));
  const lacking = names.find((_, i) => columns[i] === -1 && i < ports.inputs.length);
  if (lacking) throw new TwinError("E_DATA", `The CSV has no column named ${lacking}, which the model reads.`);
  const seconds = csv.header[clock]!.toLowerCase() === "t";
  const rows: [number, Float64Array][] = [];
  for (const cells of csv.rows) {
    const cell = cells[clock] ?? "";
    const time = seconds ? 1000 * Number(cell) : (cellTime(cell) ?? Number.NaN);
    if (!Number.isFinite(time) || time < (range.from ?? time) || time > (range.to ?? time)) continue;
    const row = Float64Array.from(columns, (column, i) => {
      const value = column < 0 ? null : cellValue(cells[column] ?? "", csv.decimalComma);
      const x = typeof value === "boolean" ? Number(value) : value;
      return typeof x === "number" ? (ports.toModel.get(names[i]!)?.(x) ?? x) : Number.NaN;
    });
    rows.push([time, row]);
  }
  rows.sort((a, b) => a[0] - b[0]);
  return collect(ports, rows);
}

function collect(ports: DataPorts, all: readonly (readonly [number, Float64Array])[]): CalibrationData {
  const step = Math.ceil(all.length / MAX_ROWS) || 1;
  const rows = step > 1 ? thin(all, step) : all;
  const [ni, no] = [ports.inputs.length, ports.outputs.length];
  const inputs = new Float64Array(rows.length * ni);
  const outputs = new Float64Array(rows.length * no);
  for (const [k, [, row]] of rows.entries()) {
    inputs.set(row.subarray(0, ni), k * ni);
    outputs.set(row.subarray(ni), k * no);
  }
  const measured = outputs.reduce((count, x) => count + (Number.isNaN(x) ? 0 : 1), 0);
  if (measured < 30)
    throw new TwinError(
      "E_DATA",
      `There are only ${measured} measurements of what the model predicts: record more before calibrating, or widen the time.`,
    );
  return { time: Float64Array.from(rows, ([time]) => time), inputs, outputs };
}

/** Keeps every n-th row, with every input that came in between held on. */
function thin(all: readonly (readonly [number, Float64Array])[], step: number): [number, Float64Array][] {
  const kept: [number, Float64Array][] = [];
  let row: Float64Array | undefined;
  for (const [k, [time, values]] of all.entries()) {
    row ??= new Float64Array(values.length).fill(Number.NaN);
    for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) row[i] = values[i]!;
    if (k % step !== step - 1) continue;
    kept.push([time, row]);
    row = undefined;
  }
  return kept;
}

/** The first `rows` rows. */
export const head = (data: CalibrationData, rows: number): CalibrationData => {
  const n = data.time.length;
  return {
    time: data.time.subarray(0, rows),
    inputs: data.inputs.subarray(0, (data.inputs.length / n) * rows),
    outputs: data.outputs.subarray(0, (data.outputs.length / n) * rows),
  };
};
