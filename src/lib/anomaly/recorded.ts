/** Rows of text of somebody's recording as rows for the detector: which columns, what time, which numbers. */
import { cellTime, cellValue } from "../machine/csv.ts";
import { describe, TwinError } from "../twin/envelope.ts";

export interface Columns {
  time: number;
  signals: number[];
  names: string[];
  /** Columns with numbers that are left out because they say what somebody else thought of the rows. */
  labels: string[];
}

/** Names that benchmarks give to their labels: a detector that watches them reads the answer. */
const LABEL = /^(is_?)?(anomal(y|ies|ous)|attack|att|label|target|change_?point|ground_?truth)s?(_?(label|flag)s?)?$/i;
/** What data loggers write where they have nothing. */
const MISSING = new Set([-999, -999.25, -9999, -99999]);

/**
 * Finds the columns.
 * @param header names of the columns
 * @param sample first rows; a column without a single number in them is no signal
 * @param wanted names of time column and signals; the first column with "time" or "date" in its name and all others but labels when
 * missing
 * @throws TwinError `E_CSV` naming the column that is missing
 */
export function findColumns(
  header: readonly string[],
  sample: readonly string[][],
  wanted: { time?: string | undefined; signals?: readonly string[] | undefined },
  decimalComma: boolean,
): Columns {
  const find = (name: string, option: string) => {
    const at = header.indexOf(name);
    if (at < 0)
      throw new TwinError("E_CSV", `${option} names ${describe(name)}; the columns are ${header.join(", ")}.`);
    return at;
  };
  const time = wanted.time === undefined ? header.findIndex((h) => /time|date/i.test(h)) : find(wanted.time, "--time");
  if (time < 0)
    throw new TwinError(
      "E_CSV",
      `No column has "time" or "date" in its name: give --time, one of ${header.join(", ")}.`,
    );
  const isNumber = (i: number) => sample.some((row) => !Number.isNaN(cellNumber(row[i], decimalComma)));
  const numeric = header.map((_, i) => i).filter((i) => i !== time && isNumber(i));
  const labels = wanted.signals ? [] : numeric.filter((i) => LABEL.test(header[i]!));
  const signals = wanted.signals?.map((name) => find(name, "--signals")) ?? numeric.filter((i) => !labels.includes(i));
  if (signals.length === 0)
    throw new TwinError(
      "E_CSV",
      labels.length > 0
        ? `Beside the time only ${labels.map((i) => header[i]).join(", ")} holds numbers, and that looks like labels: name it with --signals to watch it all the same.`
        : "No column holds numbers beside the time.",
    );
  const names = (columns: number[]) => columns.map((i) => header[i]!);
  return { time, signals, names: names(signals), labels: names(labels) };
}

export const isMissingCode = (x: number): boolean => MISSING.has(x);

/** A number; NaN for anything else. */
export function cellNumber(cell: string | undefined, decimalComma: boolean): number {
  const value = cell === undefined ? null : cellValue(cell, decimalComma);
  return typeof value === "number" ? value : value === true ? 1 : value === false ? 0 : Number.NaN;
}

/** Source time, ms UTC; besides what recordings usually have also day first with a two-digit year, `31/12/16 23`. */
export function rowTime(cell: string): number | undefined {
  const time = cellTime(cell);
  if (time !== undefined) return time;
  const match = /^(\d\d?)[/.](\d\d?)[/.](\d\d|\d{4})(?:[ T](\d\d?)(?::(\d\d)(?::(\d\d))?)?)?$/.exec(cell.trim());
  if (!match) return undefined;
  const [day, month, year, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const whole = year! < 100 ? 2000 + year! : year!;
  const ms = Date.UTC(whole, month! - 1, day, hour, minute, second);
  const date = new Date(ms);
  return date.getUTCDate() === day && date.getUTCMonth() === month! - 1 ? ms : undefined;
}
