/**
 * Gradient-boosted regression trees on binned features, squared loss (Friedman 2001; histograms as in Ke et al. 2017,
 * LightGBM). Every tree is a full binary tree in heap order, so that a prediction is a walk without pointers.
 */
import type { Random } from "../../random.ts";

/** Bins per feature; bin 0 is for missing values and values at or below the first edge. */
export const BINS = 64;
export const DEPTH = 4;
/** Inner nodes and leaves of one tree. */
export const NODES = 2 ** DEPTH - 1;
export const LEAVES = 2 ** DEPTH;

export interface Forest {
  /** The answer before the first tree. */
  base: number;
  trees: number;
  /** Feature per inner node, `trees × NODES`. */
  feature: Uint8Array;
  /** A row goes to the left child when its bin is at most this. A node that does not split has `BINS`: always left. */
  split: Uint8Array;
  /** Leaf values in units of the tree's scale, `trees × LEAVES`. */
  leaf: Int8Array;
  scale: Float32Array;
}

export interface TreeOptions {
  trees: number;
  learningRate: number;
  /** Share of rows and of columns that each tree sees (Friedman 2002). */
  rowShare: number;
  columnShare: number;
  /** Fewest sampled rows in a leaf. */
  minLeaf: number;
}

/** Rows as the learner reads them: one column of bins after the other. */
export interface Binned {
  rows: number;
  columns: number;
  /** `columns × rows` */
  bins: Uint8Array;
}

/**
 * Learns a forest.
 * @param rows indices of the rows to learn from
 * @param target per row of `data`
 * @param columns indices of the columns that may be used
 */
export function growForest(
  data: Binned,
  rows: Int32Array,
  target: Float64Array,
  columns: readonly number[],
  options: TreeOptions,
  random: Random,
): Forest {
  const { trees } = options;
  const forest: Forest = {
    base: 0,
    trees,
    feature: new Uint8Array(trees * NODES),
    split: new Uint8Array(trees * NODES).fill(BINS),
    leaf: new Int8Array(trees * LEAVES),
    scale: new Float32Array(trees),
  };
  let sum = 0;
  for (const r of rows) sum += target[r]!;
  forest.base = rows.length === 0 ? 0 : sum / rows.length;
  const residual = new Float64Array(data.rows);
  for (const r of rows) residual[r] = target[r]! - forest.base;
  const grower = new TreeGrower(data, rows.length, options);
  for (let t = 0; t < trees; t++) {
    grower.grow(
      residual,
      sample(rows, options.rowShare, random),
      sample(columns, options.columnShare, random),
      forest,
      t,
    );
    for (const r of rows) residual[r] = residual[r]! - walk(forest, t, data, r);
  }
  return forest;
}

/**
 * What the forest says of one row.
 * @param bins one bin per feature
 */
export function predictForest(forest: Forest, bins: Uint8Array): number {
  const { feature, split, leaf, scale, trees } = forest;
  let sum = forest.base;
  for (let t = 0, nodes = 0, leaves = 0; t < trees; t++, nodes += NODES, leaves += LEAVES) {
    let node = 0;
    for (let d = 0; d < DEPTH; d++) {
      const at = nodes + node;
      // The sign bit instead of a comparison: a branch that is taken half the time costs more than the tree.
      node = 2 * node + 1 + ((split[at]! - bins[feature[at]!]!) >>> 31);
    }
    sum += leaf[leaves + node - NODES]! * scale[t]!;
  }
  return sum;
}

function walk(forest: Forest, t: number, data: Binned, row: number): number {
  const { feature, split } = forest;
  const nodes = t * NODES;
  let node = 0;
  for (let d = 0; d < DEPTH; d++)
    node = 2 * node + (data.bins[feature[nodes + node]! * data.rows + row]! > split[nodes + node]! ? 2 : 1);
  return forest.leaf[t * LEAVES + node - NODES]! * forest.scale[t]!;
}

/** A random share of the items, at least one, in their order. */
function sample<T extends readonly number[] | Int32Array>(items: T, share: number, random: Random): Int32Array {
  let want = Math.min(items.length, Math.max(1, Math.round(items.length * share)));
  const out = new Int32Array(want);
  for (let i = 0, k = 0; want > 0; i++)
    if (random.next() * (items.length - i) < want) {
      out[k++] = items[i]!;
      want--;
    }
  return out;
}

/** Holds the buffers of one learning run; the tree grows level by level. */
class TreeGrower {
  private readonly data: Binned;
  private readonly options: TreeOptions;
  private readonly order: Int32Array;
  private readonly buffer: Int32Array;
  private readonly gradient: Float64Array;
  /** Sum and count per (node of this level, column, bin). */
  private sums: Float64Array[] = [];
  private counts: Int32Array[] = [];

  constructor(data: Binned, rows: number, options: TreeOptions) {
    this.data = data;
    this.options = options;
    this.order = new Int32Array(rows);
    this.buffer = new Int32Array(rows);
    this.gradient = new Float64Array(rows);
    const columns = Math.max(1, Math.round(data.columns * options.columnShare) + 1);
    for (let i = 0; i < NODES; i++) {
      this.sums.push(new Float64Array(columns * BINS));
      this.counts.push(new Int32Array(columns * BINS));
    }
  }

  grow(residual: Float64Array, rows: Int32Array, columns: Int32Array, forest: Forest, t: number): void {
    this.order.set(rows);
    const begin = new Int32Array(NODES + LEAVES);
    const end = new Int32Array(NODES + LEAVES);
    end[0] = rows.length;
    this.fill(0, columns, residual, 0, rows.length);
    for (let node = 0; node < NODES; node++) {
      const from = begin[node]!;
      const to = end[node]!;
      const best = to - from >= 2 * this.options.minLeaf ? this.bestSplit(node, columns, to - from) : undefined;
      let middle = to;
      if (best) {
        forest.feature[t * NODES + node] = best.column;
        forest.split[t * NODES + node] = best.bin;
        middle = this.partition(best.column, best.bin, from, to);
      }
      const left = 2 * node + 1;
      begin[left] = from;
      end[left] = middle;
      begin[left + 1] = middle;
      end[left + 1] = to;
      if (!best || left >= NODES) continue;
      // The histogram of the larger child is the parent's minus the smaller's.
      const small = middle - from <= to - middle ? left : left + 1;
      const large = small === left ? left + 1 : left;
      this.fill(small, columns, residual, begin[small]!, end[small]!);
      subtract(this.sums[node]!, this.sums[small]!, this.sums[large]!);
      subtract(this.counts[node]!, this.counts[small]!, this.counts[large]!);
    }
    this.setLeaves(residual, begin, end, forest, t);
  }

  private fill(node: number, columns: Int32Array, residual: Float64Array, from: number, to: number): void {
    const { bins, rows } = this.data;
    const { order, gradient } = this;
    const sums = this.sums[node]!.fill(0);
    const counts = this.counts[node]!.fill(0);
    for (let i = from; i < to; i++) gradient[i] = residual[order[i]!]!;
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]! * rows;
      const at = c * BINS;
      for (let i = from; i < to; i++) {
        const b = at + bins[column + order[i]!]!;
        sums[b] = sums[b]! + gradient[i]!;
        counts[b] = counts[b]! + 1;
      }
    }
  }

  /** The split that lowers the squared error most; undefined when none does. */
  private bestSplit(node: number, columns: Int32Array, n: number): { column: number; bin: number } | undefined {
    const sums = this.sums[node]!;
    const counts = this.counts[node]!;
    const { minLeaf } = this.options;
    let total = 0;
    for (let b = 0; b < BINS; b++) total += sums[b]!;
    let best = (total * total) / n + 1e-9;
    let column = -1;
    let bin = 0;
    for (let c = 0; c < columns.length; c++) {
      let sum = 0;
      let count = 0;
      for (let b = 0; b < BINS - 1; b++) {
        const k = counts[c * BINS + b]!;
        if (k === 0) continue;
        sum += sums[c * BINS + b]!;
        count += k;
        if (count < minLeaf) continue;
        if (n - count < minLeaf) break;
        const score = (sum * sum) / count + ((total - sum) * (total - sum)) / (n - count);
        if (score > best) {
          best = score;
          column = columns[c]!;
          bin = b;
        }
      }
    }
    return column < 0 ? undefined : { column, bin };
  }

  private partition(column: number, bin: number, from: number, to: number): number {
    const { order, buffer } = this;
    const { bins, rows } = this.data;
    let left = from;
    let right = 0;
    for (let i = from; i < to; i++) {
      const r = order[i]!;
      if (bins[column * rows + r]! <= bin) order[left++] = r;
      else buffer[right++] = r;
    }
    for (let i = 0; i < right; i++) order[left + i] = buffer[i]!;
    return left;
  }

  private setLeaves(residual: Float64Array, begin: Int32Array, end: Int32Array, forest: Forest, t: number): void {
    const values = new Float64Array(LEAVES);
    let largest = 0;
    for (let k = 0; k < LEAVES; k++) {
      const from = begin[NODES + k]!;
      const to = end[NODES + k]!;
      let sum = 0;
      for (let i = from; i < to; i++) sum += residual[this.order[i]!]!;
      // One row's worth of shrinkage keeps small leaves modest.
      values[k] = (this.options.learningRate * sum) / (to - from + 1);
      largest = Math.max(largest, Math.abs(values[k]!));
    }
    // Eight bits per leaf: the next trees learn from what the rounded values leave, so the rounding does not add up.
    const scale = Math.fround(largest / 127);
    forest.scale[t] = scale;
    if (scale > 0) for (let k = 0; k < LEAVES; k++) forest.leaf[t * LEAVES + k] = Math.round(values[k]! / scale);
  }
}

function subtract<T extends Float64Array | Int32Array>(a: T, b: T, out: T): void {
  for (let i = 0; i < a.length; i++) out[i] = a[i]! - b[i]!;
}
