/** Float arrays as plain JSON: NaN and infinities become null and come back as NaN. */
import type { Json } from "../store/store.ts";
import { isPlainObject } from "../twin/envelope.ts";

export const pack = (x: ArrayLike<number>): Json[] => Array.from(x, (v) => (Number.isFinite(v) ? v : null));

/** Fills `into` from a packed array. @throws RangeError when it is not an array of that length. */
export function unpack(x: unknown, into: Float64Array): void {
  if (!Array.isArray(x) || x.length !== into.length) throw new RangeError("The snapshot does not fit.");
  for (let i = 0; i < into.length; i++) into[i] = typeof x[i] === "number" ? x[i] : Number.NaN;
}

/** @throws RangeError when a snapshot is not an object. */
export function fields(x: unknown): Record<string, unknown> {
  if (!isPlainObject(x)) throw new RangeError("The snapshot does not fit.");
  return x;
}

/** @throws RangeError when a snapshot's number is missing. */
export function num(x: unknown): number {
  if (typeof x !== "number" || !Number.isFinite(x)) throw new RangeError("The snapshot does not fit.");
  return x;
}

/** A mostly empty array as a flat list of index, value. */
export function packSparse(x: ArrayLike<number>): Json[] {
  const out: Json[] = [];
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) out.push(i, x[i]!);
  return out;
}

/** Fills `into` from a sparse list. @throws RangeError when an index lies outside */
export function unpackSparse(x: unknown, into: Float64Array): void {
  if (!Array.isArray(x) || x.length % 2) throw new RangeError("The snapshot does not fit.");
  into.fill(0);
  for (let k = 0; k < x.length; k += 2) {
    const i = num(x[k]);
    if (!(Number.isInteger(i) && i >= 0 && i < into.length)) throw new RangeError("The snapshot does not fit.");
    into[i] = num(x[k + 1]);
  }
}

/** @throws RangeError when it is not a list, of that length if one is given */
export function list(x: unknown, length?: number): unknown[] {
  if (!Array.isArray(x) || (length !== undefined && x.length !== length))
    throw new RangeError("The snapshot does not fit.");
  return x;
}

/** One row of values at a time. */
export interface Row {
  time: number;
  x: Float64Array;
}

export const packRow = ({ time, x }: Row): Json => [time, pack(x)];

/** @throws RangeError when it is not a row of so many channels */
export function unpackRow(row: unknown, channels: number): Row {
  const [time, x] = list(row, 2);
  const values = new Float64Array(channels);
  unpack(x, values);
  return { time: num(time), x: values };
}
