/** A recorded machine: a table of samples over time, read once, played in order. */
import { describe, isSignalName, isTwinId, TwinError, type Value } from "../twin/envelope.ts";
import { cellTime, cellValue, parseCsv } from "./csv.ts";

export interface RecordingOptions {
  /** Name of the time column; by default the first one called time, timestamp or date, else the first column. */
  timeColumn?: string;
  /** Name of a column with twin ids: one recording of many machines. */
  idColumn?: string;
  /** Put before every id of the id column, for example `engine-`. */
  idPrefix?: string;
  /** Seconds between rows when there is no time column, or when the time column counts rows (cycles). */
  period?: number;
  /** Source time of the first row when there is no time column, milliseconds UTC. */
  start?: number;
}

export interface RecordedSample {
  time: number;
  /** Undefined: the recording is of one machine, whose id the node knows. */
  id?: string;
  values: Record<string, Value>;
}

export interface Recording {
  samples: RecordedSample[];
  signals: string[];
  /** Unit per signal as typed in the second row, if the table has one. */
  units: Record<string, string>;
  /** Milliseconds from the first to the last sample. */
  duration: number;
  /** Rows that could not be read, with the first reason. */
  skipped: { rows: number; reason: string } | null;
}

/** @throws TwinError `E_CSV` with a sentence when the table cannot be used */
export function readRecording(text: string, options: RecordingOptions = {}): Recording {
  const { header, rows, decimalComma } = parseCsv(text);
  const timeAt = timeIndex(header, options);
  const idAt = options.idColumn ? header.indexOf(options.idColumn) : -1;
  if (options.idColumn && idAt < 0)
    throw new TwinError(
      "E_CSV",
      `The recording has no column ${describe(options.idColumn)} with twin ids; its columns are ${header.join(", ")}.`,
    );
  const columns = signalColumns(header).filter(({ at }) => at !== timeAt && at !== idAt);
  const hasUnits = isUnitRow(
    rows[0]!,
    timeAt,
    columns.map((c) => c.at),
    decimalComma,
  );
  const units: Record<string, string> = {};
  if (hasUnits) for (const { name, at } of columns) if (rows[0]![at]?.trim()) units[name] = rows[0]![at]!.trim();
  const samples: RecordedSample[] = [];
  const unreadable: string[] = [];
  const counted = new Map<string, number>();
  for (const [i, row] of rows.slice(hasUnits ? 1 : 0).entries()) {
    const result = readRow(row, counted);
    if (typeof result !== "string") samples.push(result);
    else unreadable.push(`row ${i + 2}: ${result}`);
  }
  if (samples.length === 0)
    throw new TwinError("E_CSV", `No row of the recording could be read: ${unreadable[0] ?? "it is empty"}.`);
  samples.sort((a, b) => a.time - b.time);
  return {
    samples,
    signals: columns.map((c) => c.name),
    units,
    duration: samples.at(-1)!.time - samples[0]!.time,
    skipped: unreadable.length ? { rows: unreadable.length, reason: unreadable[0]! } : null,
  };

  function readRow(row: string[], counts: Map<string, number>): RecordedSample | string {
    const own = idAt < 0 ? undefined : (row[idAt] ?? "").trim();
    if (own === "") return "the twin id is missing";
    const id = own === undefined ? undefined : `${options.idPrefix ?? ""}${own}`;
    if (id !== undefined && !isTwinId(id)) return `${describe(id)} is not a twin id`;
    // Rows of a machine are its cycles: every machine starts at the first row of its own.
    const n = counts.get(id ?? "") ?? 0;
    const time =
      timeAt < 0 || options.period
        ? (options.start ?? 0) + n * (options.period ?? 1) * 1000
        : cellTime(row[timeAt] ?? "");
    if (time === undefined) return `${describe(row[timeAt])} is not a time`;
    counts.set(id ?? "", n + 1);
    const values: Record<string, Value> = {};
    for (const { name, at } of columns) if (at < row.length) values[name] = cellValue(row[at]!, decimalComma);
    return { time, ...(id !== undefined && { id }), values };
  }
}

function timeIndex(header: string[], options: RecordingOptions): number {
  if (options.timeColumn) {
    const at = header.indexOf(options.timeColumn);
    if (at < 0)
      throw new TwinError(
        "E_CSV",
        `The recording has no time column ${describe(options.timeColumn)}; its columns are ${header.join(", ")}.`,
      );
    return at;
  }
  const named = header.findIndex((name) => /^(time|timestamp|date|datetime|ts)$/i.test(name));
  return named >= 0 ? named : options.period ? -1 : 0;
}

/** A second header row with units: no time in the time column, and no number among the values. */
function isUnitRow(row: string[], timeAt: number, columns: number[], decimalComma: boolean): boolean {
  if (timeAt >= 0 && cellTime(row[timeAt] ?? "") !== undefined) return false;
  const cells = columns.map((at) => cellValue(row[at] ?? "", decimalComma));
  return cells.some((c) => typeof c === "string") && !cells.some((c) => typeof c === "number");
}

/** The columns with their signal names; names that would be the same are numbered, so that no column hides another. */
function signalColumns(header: string[]): { name: string; at: number }[] {
  const taken = new Set<string>();
  return header.map((text, at) => {
    const plain = signalName(text);
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`;
    taken.add(name);
    return { name, at };
  });
}

/** A column's name as a signal name: other characters become underscores. */
export function signalName(column: string): string {
  const name =
    column
      .trim()
      .replace(/[^A-Za-z0-9_]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .replace(/^(\d)/, "_$1") || "value";
  return isSignalName(name) ? name : `_${name}`;
}
