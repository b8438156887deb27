/** Cuts every feature at the quantiles of the training rows, so that the trees see small integers. */
import { quantile } from "../../statistics.ts";
import type { Binned } from "./trees.ts";
import { BINS } from "./trees.ts";

/** Cuts are whole steps between the smallest and the largest value, so that a model file holds them in 16 bits. */
const STEPS = 65535;

export interface Edges {
  low: Float32Array;
  high: Float32Array;
  /** Ascending cuts per feature in steps, at most `BINS - 2`; a value above k cuts is in bin k + 1. */
  steps: Uint16Array[];
  /** The same as values, `BINS` places per feature, filled up with Infinity. */
  cuts: Float64Array;
}

/** @param values `rows × columns`, row by row; NaN is missing */
export function findEdges(values: Float32Array, columns: number): Edges {
  const rows = values.length / columns;
  const stride = Math.max(1, Math.floor(rows / 6000));
  const low = new Float32Array(columns);
  const high = new Float32Array(columns);
  const steps: Uint16Array[] = [];
  const buffer = new Float32Array(rows);
  for (let c = 0; c < columns; c++) {
    let n = 0;
    for (let r = 0; r < rows; r += stride) {
      const x = values[r * columns + c]!;
      if (!Number.isNaN(x)) buffer[n++] = x;
    }
    const sorted = buffer.subarray(0, n).sort();
    low[c] = n > 0 ? sorted[0]! : 0;
    high[c] = n > 0 ? sorted[n - 1]! : 0;
    const own: number[] = [];
    for (let k = 1; k < BINS - 1 && high[c]! > low[c]!; k++) {
      const share = (quantile(sorted, k / (BINS - 1)) - low[c]!) / (high[c]! - low[c]!);
      const step = Math.round(STEPS * share);
      if (step > (own[own.length - 1] ?? -1)) own.push(step);
    }
    steps.push(Uint16Array.from(own));
  }
  return edgesOf(low, high, steps);
}

export function edgesOf(low: Float32Array, high: Float32Array, steps: Uint16Array[]): Edges {
  const cuts = new Float64Array(steps.length * BINS).fill(Number.POSITIVE_INFINITY);
  steps.forEach((own, c) => {
    own.forEach((step, k) => {
      cuts[c * BINS + k] = low[c]! + ((high[c]! - low[c]!) * step) / STEPS;
    });
  });
  return { low, high, steps, cuts };
}

/**
 * The bins of one row.
 * @param missing the bin of a missing value, per feature
 */
export function binRow(edges: Edges, missing: Uint8Array, row: ArrayLike<number>, out: Uint8Array): void {
  for (let c = 0; c < out.length; c++) out[c] = binOf(edges.cuts, c, missing[c]!, row[c]!);
}

/** All rows, column by column. */
export function binTable(edges: Edges, missing: Uint8Array, values: Float32Array, columns: number): Binned {
  const rows = values.length / columns;
  const bins = new Uint8Array(values.length);
  for (let c = 0; c < columns; c++)
    for (let r = 0; r < rows; r++) bins[c * rows + r] = binOf(edges.cuts, c, missing[c]!, values[r * columns + c]!);
  return { rows, columns, bins };
}

/** Bin 0 where the rows have missing values, so that the trees learn what missing means; else the middle bin. */
export function missingBins(edges: Edges, values: Float32Array): Uint8Array {
  const columns = edges.steps.length;
  const out = Uint8Array.from(edges.steps, (own) => 1 + (own.length >> 1));
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) out[i % columns] = 0;
  return out;
}

function binOf(cuts: Float64Array, column: number, missing: number, x: number): number {
  if (Number.isNaN(x)) return missing;
  // Training keeps features in 32 bits; so must the living unit, or a value on a cut would change sides.
  const value = Math.fround(x);
  let at = column * BINS;
  // Every search takes six steps without a branch that could be guessed wrong.
  for (let step = BINS >> 1; step > 0; step >>= 1) at += step * Number(cuts[at + step - 1]! < value);
  return at - column * BINS + 1;
}
