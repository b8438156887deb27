/** Tables of numbers over time for the command line: rows from a file of any size one by one, and text to a file. */
import { once } from "node:events";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { type Columns, cellNumber, findColumns, isMissingCode, rowTime } from "../lib/anomaly/recorded.ts";
import { CsvStream } from "../lib/machine/csv-stream.ts";
import { describe, TwinError } from "../lib/twin/envelope.ts";
import { fileReason, notWritten } from "./shared.ts";

/** Rows that tell which columns hold numbers. */
const SAMPLE = 200;
const PIECE = 1 << 16;

export interface Table {
  separator: string | undefined;
  /** Name of the time column. */
  time: string | undefined;
  signals: readonly string[] | undefined;
}

export interface Row {
  columns: Columns;
  /** Text of the time cell. */
  text: string;
  /** ms; undefined when the text is no time. */
  time: number | undefined;
  /** Values of the signals, NaN where there is no number or the code for a missing one. */
  x: Float64Array;
  /** Cells with a code for a missing value. */
  codes: number;
}

/** Rows of a file, one by one. @throws TwinError when it cannot be read or lacks a column */
export async function* readRows(file: string, table: Table): AsyncGenerator<Row> {
  const csv = new CsvStream(table.separator);
  let columns: Columns | undefined;
  let waiting: string[][] = [];
  const convert = (row: string[]): Row => {
    const { time, signals } = columns!;
    const text = row[time] ?? "";
    const x = Float64Array.from(signals, (i) => cellNumber(row[i], csv.decimalComma));
    let codes = 0;
    for (let i = 0; i < x.length; i++)
      if (isMissingCode(x[i]!)) {
        x[i] = Number.NaN;
        codes++;
      }
    return { columns: columns!, text, time: rowTime(text), x, codes };
  };
  /** The rows that can be told by now. */
  const known = (next: string[][], last: boolean): string[][] => {
    if (columns) return next;
    waiting.push(...next);
    if (waiting.length < SAMPLE && !last) return [];
    if (!csv.header) throw new TwinError("E_CSV", `The file ${describe(file)} is empty.`);
    columns = findColumns(csv.header, waiting, table, csv.decimalComma);
    [next, waiting] = [waiting, []];
    return next;
  };
  for await (const piece of read(file)) for (const row of known(csv.push(piece), false)) yield convert(row);
  for (const row of known(csv.end(), true)) yield convert(row);
}

async function* read(file: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(file, { encoding: "utf8", highWaterMark: PIECE });
  } catch (error) {
    if (error instanceof TwinError) throw error;
    throw new TwinError("E_FILE", `The file ${describe(file)} cannot be read: ${fileReason(error)}.`);
  }
}

/** Names of the signals and of labels that are left out, and the number of rows with a time. @param most rows to look at */
export async function survey(
  file: string,
  table: Table,
  most = Number.POSITIVE_INFINITY,
): Promise<{ rows: number; names: string[]; labels: string[] }> {
  let rows = 0;
  let found: Columns | undefined;
  let seen = 0;
  for await (const { time, columns } of readRows(file, table)) {
    found = columns;
    if (time !== undefined) rows++;
    if (++seen >= most) break;
  }
  if (!found) throw new TwinError("E_CSV", `The file ${describe(file)} has no rows.`);
  return { rows, names: found.names, labels: found.labels };
}

/** Text to a file, a piece at a time. */
export class Sink {
  readonly #stream: WriteStream;
  readonly #failed: Promise<never>;
  #waiting = "";

  private constructor(stream: WriteStream, failed: Promise<never>) {
    this.#stream = stream;
    this.#failed = failed;
  }

  /** @throws TwinError `E_FILE` when the file cannot be written */
  static async open(file: string): Promise<Sink> {
    const stream = createWriteStream(file);
    const failed = new Promise<never>((_, reject) => {
      stream.once("error", (error) => reject(notWritten(file, error)));
    });
    failed.catch(() => {});
    await Promise.race([once(stream, "open"), failed]);
    return new Sink(stream, failed);
  }

  write(text: string): Promise<unknown> | undefined {
    this.#waiting += text;
    return this.#waiting.length < PIECE ? undefined : this.#flush();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = "";
    if (!this.#stream.write(text)) await Promise.race([once(this.#stream, "drain"), this.#failed]);
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#stream.end();
    await Promise.race([finished(this.#stream), this.#failed]);
  }
}
