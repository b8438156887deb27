/** Reads tables of text: comma, semicolon or tab, quotes (RFC 4180), byte-order mark, decimal comma with semicolons. */
import { TwinError } from "../twin/envelope.ts";

export interface Csv {
  header: string[];
  rows: string[][];
  /** True when numbers may use a decimal comma (the separator is a semicolon). */
  decimalComma: boolean;
}

/** @throws TwinError `E_CSV` when there is no header and at least one row, or a quote never ends */
export function parseCsv(text: string): Csv {
  const body = text.replace(/^\uFEFF/, "");
  const firstLine = body.slice(0, body.search(/[\r\n]|$/));
  const separator = [";", "\t", ","].find((s) => firstLine.includes(s)) ?? ",";
  const all = split(body.replace(/[\r\n]+$/, ""), separator);
  // In a table of one column an empty line is a missing value, and rows may be counted.
  const rows = all[0]!.length === 1 ? all : all.filter((row) => row.length > 1 || row[0] !== "");
  if (rows.length < 2) throw new TwinError("E_CSV", "The table needs a header row and at least one row of values.");
  const header = rows[0]!.map((name) => name.trim());
  return { header, rows: rows.slice(1), decimalComma: separator === ";" };
}

function split(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let start = 0;
  let i = 0;
  const cell = (raw: string) => row.push(raw);
  const ends = (c: string) => c === separator || c === "\n" || c === "\r";
  while (i <= text.length) {
    if (text[i] === '"' && i === start) {
      let value = "";
      for (;;) {
        const end = text.indexOf('"', i + 1);
        if (end < 0) throw new TwinError("E_CSV", `A quote that opens in row ${rows.length + 1} never ends.`);
        value += text.slice(i + 1, end);
        i = end + 1;
        if (text[i] !== '"') break;
        value += '"';
      }
      // What stands behind the closing quote still belongs to this cell.
      const from = i;
      while (i < text.length && !ends(text[i]!)) i++;
      cell(value + text.slice(from, i).trimEnd());
    } else {
      while (i < text.length && !ends(text[i]!)) i++;
      cell(text.slice(start, i));
    }
    if (i >= text.length || text[i] === "\n" || text[i] === "\r") {
      rows.push(row);
      row = [];
      if (text[i] === "\r" && text[i + 1] === "\n") i++;
      if (i >= text.length) break;
    }
    i++;
    start = i;
  }
  return rows;
}

/** A cell as a value: number, true/false, text; null when empty or one of the usual words for missing. */
export function cellValue(cell: string, decimalComma: boolean): number | boolean | string | null {
  const text = cell.trim();
  if (text === "" || /^(nan|n\/a|na|null|none|-)$/i.test(text)) return null;
  const number = Number(decimalComma ? text.replace(",", ".") : text);
  if (Number.isFinite(number)) return number;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return text;
}

/**
 * Source time of a cell, milliseconds UTC: ISO 8601 or `YYYY-MM-DD hh:mm:ss` (UTC when no zone is given), seconds or
 * milliseconds since 1970.
 */
export function cellTime(cell: string): number | undefined {
  const text = cell.trim();
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    return Math.abs(number) < 1e11 ? Math.round(number * 1000) : Math.round(number);
  }
  const match =
    /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/.exec(
      text,
    );
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Math.round(Number(`0.${match[7] ?? "0"}`) * 1000);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  // 24:00 is the end of a day (ISO 8601), :60 a leap second.
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 24 || minute > 59 || second > 60) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - zone(match[8]);
}

function zone(text: string | undefined): number {
  if (!text || text === "Z") return 0;
  const digits = text.replace(":", "");
  return Number(`${digits[0]}1`) * (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))) * 60_000;
}
