/**
 * Rows of a table of text as they arrive, for files larger than memory: separator found from the header or given, quotes
 * (RFC 4180, line breaks within included), byte-order mark, any line ending.
 */
import { TwinError } from "../twin/envelope.ts";

/** A quoted cell longer than this is a quote that was forgotten. */
const LONGEST_CELL = 1_000_000;

export class CsvStream {
  header: string[] | undefined;
  /** True when numbers may use a decimal comma: the separator is not a comma. */
  decimalComma = false;
  #separator: string | undefined;
  #rest = "";
  #first = true;

  /** @param separator one character; found from the header when missing */
  constructor(separator?: string) {
    this.#separator = separator;
  }

  /**
   * Takes the next piece of text.
   * @returns rows that are complete, without the header; an empty line is no row in a table of several columns
   * @throws TwinError `E_CSV` when a quote never ends
   */
  push(text: string): string[][] {
    this.#rest += this.#first ? text.replace(/^\uFEFF/, "") : text;
    this.#first &&= text === "";
    return this.#take(false);
  }

  /** The end of the text: the last row, if the last line did not end. */
  end(): string[][] {
    return this.#take(true);
  }

  #take(last: boolean): string[][] {
    const rows: string[][] = [];
    const text = this.#rest;
    let from = 0;
    for (;;) {
      const end = lineEnd(text, from, last);
      if (end === undefined) break;
      const line = text.slice(from, end).replace(/\r$/, "");
      from = end + 1;
      this.#line(line, rows);
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > LONGEST_CELL)
      throw new TwinError("E_CSV", "A quote never ends, or a line is longer than a million characters.");
    return rows;
  }

  #line(line: string, rows: string[][]): void {
    if (!this.header) {
      if (line.trim() === "") return;
      this.#separator ??= [";", "\t", ","].find((s) => line.includes(s)) ?? ",";
      this.decimalComma = this.#separator !== ",";
      this.header = cells(line, this.#separator).map((name) => name.trim());
    } else if (line !== "" || this.header.length === 1) rows.push(cells(line, this.#separator!));
  }
}

/** Where the line that begins at `from` ends; undefined when it goes on in the next piece. */
function lineEnd(text: string, from: number, last: boolean): number | undefined {
  let end = text.indexOf("\n", from);
  // A line break within quotes belongs to the cell: the number of quotes before it is odd.
  let quotes = 0;
  let counted = from;
  while (end >= 0) {
    for (let at = text.indexOf('"', counted); at >= 0 && at < end; at = text.indexOf('"', at + 1)) quotes++;
    if (quotes % 2 === 0) return end;
    counted = end + 1;
    end = text.indexOf("\n", counted);
  }
  return last && from < text.length ? text.length : undefined;
}

function cells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const row: string[] = [];
  let i = 0;
  while (i <= line.length) {
    let value = "";
    if (line[i] === '"') {
      let end = line.indexOf('"', i + 1);
      while (end >= 0 && line[end + 1] === '"') {
        value += line.slice(i + 1, end + 1);
        i = end + 1;
        end = line.indexOf('"', i + 1);
      }
      value += line.slice(i + 1, end < 0 ? undefined : end);
      i = end < 0 ? line.length : end + 1;
    }
    const next = line.indexOf(separator, i);
    const stop = next < 0 ? line.length : next;
    row.push(value + line.slice(i, stop));
    i = stop + 1;
  }
  return row;
}
