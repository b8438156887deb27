/** A historian export (CSV with header) as histories of units. */
import { cellTime, cellValue, parseCsv } from "../../machine/csv.ts";
import { describe, TwinError } from "../../twin/envelope.ts";
import type { FleetTable } from "./table.ts";

export interface ReadOptions {
  /** Column that names the unit. Undefined: the whole file is one unit. */
  unit: string | undefined;
  /** Column of the time or age: numbers in units of life, or dates, which count in hours. */
  time: string;
  /** Columns to read; absent: every other column that holds numbers. */
  signals?: readonly string[];
}

export interface FleetFile {
  table: FleetTable;
  /** The times as they stand in the file, per unit and row. */
  times: string[][];
  /** Cells of signals that are neither number nor empty; they count as missing. */
  unreadable: number;
}

/**
 * Rows may stand in any order; those of a unit are sorted by time.
 * @throws TwinError `E_CSV` when a column is missing, or a row has no unit or time
 */
export function readFleet(text: string, options: ReadOptions): FleetFile {
  const { header, rows, decimalComma } = parseCsv(text);
  const columnOf = (name: string) => {
    const at = header.indexOf(name);
    if (at < 0) throw new TwinError("E_CSV", `The table has no column ${describe(name)}; it has ${header.join(", ")}.`);
    return at;
  };
  const twice = header.find((name, i) => name !== "" && header.indexOf(name) !== i);
  if (twice !== undefined) throw new TwinError("E_CSV", `The table has two columns named ${describe(twice)}.`);
  const unitAt = options.unit === undefined ? -1 : columnOf(options.unit);
  const timeAt = columnOf(options.time);
  const numbers = rows.map((row) => header.map((_, c) => cellValue(row[c] ?? "", decimalComma)));
  const holdsNumbers = (c: number) => numbers.some((row) => typeof row[c] === "number");
  const columns = options.signals
    ? options.signals.map(columnOf)
    : [...header.keys()].filter((c) => c !== unitAt && c !== timeAt && header[c] !== "" && holdsNumbers(c));
  const clock = timesOf(
    rows.map((row) => row[timeAt] ?? ""),
    decimalComma,
    options.time,
  );
  const units = new Map<string, number[]>();
  rows.forEach((row, r) => {
    const id = unitAt < 0 ? "1" : (row[unitAt] ?? "").trim();
    if (id === "") throw new TwinError("E_CSV", `Row ${r + 2} names no unit in column ${describe(options.unit)}.`);
    const own = units.get(id);
    if (own) own.push(r);
    else units.set(id, [r]);
  });
  let unreadable = 0;
  const value = (r: number, c: number): number => {
    const x = numbers[r]![c]!;
    if (typeof x === "number") return x;
    if (typeof x === "boolean") return x ? 1 : 0;
    if (x !== null) unreadable++;
    return Number.NaN;
  };
  const times: string[][] = [];
  const table: FleetTable = {
    signals: columns.map((c) => header[c]!),
    units: Array.from(units, ([id, own]) => {
      own.sort((a, b) => clock[a]! - clock[b]! || a - b);
      times.push(own.map((r) => (rows[r]![timeAt] ?? "").trim()));
      return {
        id,
        time: Float64Array.from(own, (r) => clock[r]!),
        values: Float64Array.from(own.flatMap((r) => columns.map((c) => value(r, c)))),
      };
    }),
  };
  return { table, times, unreadable };
}

const HOUR = 3_600_000;

function timesOf(cells: string[], decimalComma: boolean, column: string): Float64Array {
  return Float64Array.from(cells, (cell, r) => {
    const number = cellValue(cell, decimalComma);
    if (typeof number === "number") return number;
    const date = cell.trim() === "" ? undefined : cellTime(cell);
    if (date !== undefined) return date / HOUR;
    throw new TwinError("E_CSV", `Row ${r + 2} has no time in column ${describe(column)}: ${describe(cell)}.`);
  });
}
