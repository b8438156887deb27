/** Grows forests on rows of all but one fold of units, and measures them on that fold. */
import type { Random } from "../../random.ts";
import { binTable, type Edges, missingBins } from "./bins.ts";
import { fitBands, LEVELS, quantilesAt } from "./conformal.ts";
import type { Learner, Promised } from "./model.ts";
import { concat, type Rows } from "./rows.ts";
import type { FleetUnit } from "./table.ts";
import { type Forest, growForest, predictForest, type TreeOptions } from "./trees.ts";

/** Units up to which every fold is one unit. */
const LEAVE_ONE_OUT = 10;
const FOLDS = 5;
/** Errors are measured on rows with at most so many caps of life left. */
const JUDGED = 1.4;

export type Growth = Omit<TreeOptions, "minLeaf">;

/** What the forests of one model share. */
export interface School {
  edges: Edges;
  /** Fold of every unit. */
  folds: Int32Array;
  cap: number;
  random: Random;
  /** Called before every fold. */
  step: () => void;
}

/** Deals units of similar life to different folds. */
export function dealFolds(units: FleetUnit[], random: Random): Int32Array {
  const folds = units.length <= LEAVE_ONE_OUT ? units.length : FOLDS;
  const order = [...units.keys()].sort((a, b) => lifeOf(units[a]!) - lifeOf(units[b]!));
  const out = new Int32Array(units.length);
  for (let from = 0; from < order.length; from += folds) {
    const deck = Array.from({ length: folds }, (_, i) => i);
    for (const u of order.slice(from, from + folds))
      out[u] = deck.splice(Math.floor(random.next() * deck.length), 1)[0]!;
  }
  return out;
}

/** One forest per fold, which has not seen the units of that fold: their errors are the promise, their mean the answer. */
export function learn(
  { edges, folds, cap, random, step }: School,
  rows: Rows,
  columns: number[],
  trees: Growth,
): { learner: Learner; promised: Promised } {
  const { values, target, unit } = rows;
  const width = edges.steps.length;
  const missing = missingBins(edges, values);
  const data = binTable(edges, missing, values, width);
  const held = new Float64Array(target.length);
  const forests: Forest[] = [];
  const bins = new Uint8Array(width);
  const minLeaf = minLeafOf(target.length);
  const count = Math.max(...folds) + 1;
  for (let fold = 0; fold < count; fold++) {
    step();
    const own: number[] = [];
    const out: number[] = [];
    for (let r = 0; r < unit.length; r++) (folds[unit[r]!] === fold ? out : own).push(r);
    const forest = growForest(data, Int32Array.from(own), target, columns, { ...trees, minLeaf }, random);
    forests.push(forest);
    for (const r of out) {
      for (let c = 0; c < width; c++) bins[c] = data.bins[c * data.rows + r]!;
      held[r] = Math.min(cap, Math.max(0, predictForest(forest, bins)));
    }
  }
  const units = new Set(unit).size;
  // Long healthy lives fill the top with easy rows, which would make the interval there too sure of itself.
  const judged = Int32Array.from(target.keys()).filter((r) => rows.left[r]! <= JUDGED * cap);
  const predicted = Float64Array.from(judged, (r) => held[r]!);
  const truth = Float64Array.from(judged, (r) => target[r]!);
  const bands = fitBands(predicted, truth, cap, units);
  return { learner: { forests, bands, missing }, promised: promise(predicted, truth, bands, cap, units, count) };
}

/** Learns to tell a unit whose life began with its first sample (0) from one whose clock was set anew in mid-life (1). */
export function learnRestart(
  { edges, random }: School,
  fresh: Rows,
  restarted: Rows,
  missing: Uint8Array,
  columns: number[],
  trees: Growth,
): { restart: Forest; restartShare: number } {
  const values = concat(fresh.values, restarted.values);
  const data = binTable(edges, missing, values, edges.steps.length);
  const target = new Float64Array(data.rows).fill(1, fresh.target.length);
  const rows = Int32Array.from(target.keys());
  const minLeaf = minLeafOf(rows.length);
  const restart = growForest(data, rows, target, columns, { ...trees, minLeaf }, random);
  return { restart, restartShare: restarted.target.length / data.rows };
}

/** Small sets get smaller leaves, or the trees could not tell anything apart. */
const minLeafOf = (rows: number): number => Math.min(25, Math.max(5, Math.round(rows / 400)));

function promise(
  held: Float64Array,
  target: Float64Array,
  bands: Learner["bands"],
  cap: number,
  units: number,
  folds: number,
): Promised {
  const q = new Float64Array(LEVELS.length);
  let [square, low, below, late, width] = [0, 0, 0, 0, 0];
  for (let r = 0; r < held.length; r++) {
    const e = held[r]! - target[r]!;
    square += e * e;
    if (target[r]! < cap) {
      low += e * e;
      below++;
    }
    if (e > 0.08 * cap) late++;
    quantilesAt(bands, held[r]!, cap, q);
    width += q[4]! - q[0]!;
  }
  const n = held.length;
  const round = (x: number) => Number(x.toPrecision(4));
  return {
    units,
    rows: n,
    folds,
    rmse: round(Math.sqrt(square / n)),
    rmseBelowCap: round(Math.sqrt(low / Math.max(1, below))),
    late: round(late / n),
    width: round(width / n),
  };
}

const lifeOf = ({ time }: FleetUnit): number => time[time.length - 1]! - time[0]!;
