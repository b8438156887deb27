/**
 * Tables with one or two axes: pump curves, valve characteristics, efficiency maps. Between the points the value is
 * linear (with two axes: bilinear) or a monotone cubic; outside it stays at the end.
 */
export interface Table {
  /** Ascending, at least two. */
  readonly x: readonly number[];
  /** The second axis, where there is one. */
  readonly y?: readonly number[];
  /** Values: one per x, or x.length rows of y.length. */
  readonly z: readonly number[];
  /** Monotone cubic (one axis only). */
  readonly smooth: boolean;
}

/** What of a table is looked up: its value, or its slope along an axis. */
export type TablePart = "value" | "dx" | "dy";

export type Lookup = (x: number, y: number) => number;

/** The function of a table. Missing arguments (NaN) give NaN. At a point, a slope is that to the right of it. */
export function lookup(table: Table, part: TablePart): Lookup {
  if (table.y) return bilinear(table as Table & { y: readonly number[] }, part);
  return table.smooth ? monotone(table, part) : linear(table, part);
}

function linear({ x, z }: Table, part: TablePart): Lookup {
  const n = x.length;
  const [first, last] = [x[0]!, x[n - 1]!];
  if (part === "value")
    return (at) => {
      if (!(at > first)) return at <= first ? z[0]! : Number.NaN;
      if (at >= last) return z[n - 1]!;
      const i = interval(x, at);
      return z[i]! + ((z[i + 1]! - z[i]!) * (at - x[i]!)) / (x[i + 1]! - x[i]!);
    };
  return (at) => {
    if (!(at >= first && at < last)) return Number.isNaN(at) ? at : 0;
    const i = interval(x, at);
    return (z[i + 1]! - z[i]!) / (x[i + 1]! - x[i]!);
  };
}

function bilinear({ x, y, z }: Table & { y: readonly number[] }, part: TablePart): Lookup {
  const width = y.length;
  return (atX, atY) => {
    if (Number.isNaN(atX) || Number.isNaN(atY)) return Number.NaN;
    const i = interval(x, atX);
    const j = interval(y, atY);
    const [dx, dy] = [x[i + 1]! - x[i]!, y[j + 1]! - y[j]!];
    const r = Math.min(Math.max((atX - x[i]!) / dx, 0), 1);
    const s = Math.min(Math.max((atY - y[j]!) / dy, 0), 1);
    const [a, b] = [z[i * width + j]!, z[i * width + j + 1]!];
    const [c, d] = [z[(i + 1) * width + j]!, z[(i + 1) * width + j + 1]!];
    if (part === "value") return (1 - r) * ((1 - s) * a + s * b) + r * ((1 - s) * c + s * d);
    if (part === "dx") return inside(x, atX) ? ((1 - s) * (c - a) + s * (d - b)) / dx : 0;
    return inside(y, atY) ? ((1 - r) * (b - a) + r * (d - c)) / dy : 0;
  };
}

/** Fritsch & Butland (1984), SIAM J. Sci. Stat. Comput. 5, 300–304: never above or below its points. */
function monotone({ x, z }: Table, part: TablePart): Lookup {
  const n = x.length;
  const slopes = monotoneSlopes(x, z);
  return (at) => {
    if (Number.isNaN(at)) return at;
    if (at < x[0]! || at >= x[n - 1]!) return part === "value" ? z[at < x[0]! ? 0 : n - 1]! : 0;
    const i = interval(x, at);
    const h = x[i + 1]! - x[i]!;
    const s = (at - x[i]!) / h;
    const rise = (z[i + 1]! - z[i]!) / h;
    const b = 3 * rise - 2 * slopes[i]! - slopes[i + 1]!;
    const c = slopes[i]! + slopes[i + 1]! - 2 * rise;
    if (part === "value") return z[i]! + h * s * (slopes[i]! + s * (b + s * c));
    return slopes[i]! + s * (2 * b + 3 * s * c);
  };
}

function monotoneSlopes(x: readonly number[], z: readonly number[]): number[] {
  const n = x.length;
  const h = Array.from({ length: n - 1 }, (_, i) => x[i + 1]! - x[i]!);
  const rise = h.map((width, i) => (z[i + 1]! - z[i]!) / width);
  if (n === 2) return [rise[0]!, rise[0]!];
  const slopes = new Array<number>(n).fill(0);
  for (let i = 1; i < n - 1; i++) {
    if (!(rise[i - 1]! * rise[i]! > 0)) continue;
    const [a, b] = [2 * h[i]! + h[i - 1]!, h[i]! + 2 * h[i - 1]!];
    slopes[i] = (a + b) / (a / rise[i - 1]! + b / rise[i]!);
  }
  slopes[0] = endSlope(h[0]!, h[1]!, rise[0]!, rise[1]!);
  slopes[n - 1] = endSlope(h[n - 2]!, h[n - 3]!, rise[n - 2]!, rise[n - 3]!);
  return slopes;
}

/** One-sided, three points, and not so steep that it would overshoot. */
function endSlope(h0: number, h1: number, rise0: number, rise1: number): number {
  const slope = ((2 * h0 + h1) * rise0 - h0 * rise1) / (h0 + h1);
  if (!(slope * rise0 > 0)) return 0;
  return rise0 * rise1 < 0 && Math.abs(slope) > Math.abs(3 * rise0) ? 3 * rise0 : slope;
}

const inside = (x: readonly number[], at: number): boolean => at >= x[0]! && at < x[x.length - 1]!;

/** The i with x[i] ≤ at < x[i + 1], at the ends the first or last. */
function interval(x: readonly number[], at: number): number {
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at >= x[middle]!) low = middle;
    else high = middle;
  }
  return low;
}
