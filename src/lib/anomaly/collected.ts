/** Standardised rows that are collected while relations are learned after the rest, or anew. */
import type { Json } from "../store/store.ts";
import type { Sample } from "./detector.ts";
import { list, packRow, type Row, unpackRow } from "./json.ts";

export class Collected {
  #rows: Row[] = [];

  /** @returns the rows when there are `wanted`; then it is empty again */
  take({ time, z }: Sample, wanted: number): Row[] | undefined {
    this.#rows.push({ time, x: z.slice() });
    if (this.#rows.length < wanted) return undefined;
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  clear(): void {
    this.#rows = [];
  }

  snapshot(): Json {
    return this.#rows.map(packRow);
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown, channels: number): void {
    this.#rows = list(state).map((row) => unpackRow(row, channels));
  }
}
