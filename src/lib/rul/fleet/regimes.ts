/**
 * Operating points. A machine that runs at a few settings shows a few levels of every sensor; each level must be
 * compared with its own normal. The columns that name the setting are given, or found: they take few, repeated, well
 * separated values, do not depend on age, and knowing them removes most of the scatter between neighbouring samples.
 */
import { ascending, type FleetTable, quantile } from "./table.ts";

/** One settings column, cut into levels. */
export interface Setting {
  name: string;
  /** Smallest and largest value of each level, ascending. */
  low: number[];
  high: number[];
  /** How far outside a level still counts as that level. */
  tolerance: number;
}

export interface Regimes {
  settings: Setting[];
  /** Combinations of levels that were seen, such as `0/2`; the place in this list is the number of the regime. */
  seen: string[];
}

export const ONE_REGIME: Regimes = { settings: [], seen: [""] };

/** Most levels of a column, and the gap between levels as a share of the column's range. */
const MOST_LEVELS = 30;
const MOST_SETTINGS = 3;
const GAP = 0.02;
/** A level or regime that holds fewer rows than this share is no operating point. */
const RARE = 0.005;
/** A setting must remove this share of the scatter between neighbouring samples of the other columns. */
const REMOVES = 0.4;
/** Largest share of the variance of the relative age that a setting may explain. */
const AGE = 0.1;
const PROBE_ROWS = 6000;
/** A setting that takes no few values, when it was named, is cut into this many bands of equal count. */
const BANDS = 6;

/**
 * The regime of a row.
 * @param values the settings, in the order of `regimes.settings`
 * @returns its number, or -1 when the settings are missing or were never seen
 */
export function regimeOf(regimes: Regimes, values: ArrayLike<number>): number {
  if (regimes.settings.length === 0) return 0;
  let key = "";
  for (let i = 0; i < regimes.settings.length; i++) {
    const level = levelOf(regimes.settings[i]!, values[i]!);
    if (level < 0) return -1;
    key += i === 0 ? level : `/${level}`;
  }
  return regimes.seen.indexOf(key);
}

function levelOf({ low, high, tolerance }: Setting, x: number): number {
  let best = -1;
  let nearest = tolerance;
  for (let i = 0; i < low.length; i++) {
    const distance = Math.max(low[i]! - x, x - high[i]!, 0);
    if (distance <= nearest) {
      best = i;
      nearest = distance;
      if (distance === 0) break;
    }
  }
  return best;
}

/** The regimes of named settings columns. */
export function regimesOf(table: FleetTable, columns: number[]): Regimes {
  const settings = columns.map((c) => {
    const values = sortedColumn(table, c);
    const name = table.signals[c]!;
    const cut = levels(name, values);
    return cut && cut.low.length > 1 ? cut : bands(name, values);
  });
  return withSeen(table, columns, settings);
}

/** Finds the settings columns among all; usually one column tells everything. */
export function findRegimes(table: FleetTable): { regimes: Regimes; columns: number[] } {
  const probe = thin(table);
  const found: { column: number; setting: Setting; spread: number }[] = [];
  for (let c = 0; c < table.signals.length; c++) {
    const values = sortedColumn(probe, c);
    const setting = levels(table.signals[c]!, values);
    if (!setting || setting.low.length < 2) continue;
    if (!independentOfAge(probe, c, setting)) continue;
    const range = values[values.length - 1]! - values[0]!;
    found.push({ column: c, setting, spread: Math.max(...setting.low.map((l, i) => setting.high[i]! - l)) / range });
  }
  // The tightest levels first: a sensor that follows the setting drifts and scatters, the setting itself does not.
  found.sort((a, b) => a.spread - b.spread || a.column - b.column);
  const chosen: typeof found = [];
  let regimes = ONE_REGIME;
  while (chosen.length < MOST_SETTINGS) {
    let best: { candidate: (typeof found)[number]; regimes: Regimes; share: number } | undefined;
    for (const candidate of found) {
      if (chosen.includes(candidate)) continue;
      const all = [...chosen, candidate];
      const columns = all.map((f) => f.column);
      const trial = withSeen(
        probe,
        columns,
        all.map((f) => f.setting),
      );
      // What the candidate removes from the columns that are not settings, beyond the settings chosen before.
      const share =
        scatterLeft(probe, trial, columns, columns) /
        scatterLeft(probe, regimes, columns.slice(0, chosen.length), columns);
      // A later candidate must be clearly better, not luckier.
      if (share < 1 - REMOVES && (!best || share < 0.9 * best.share)) best = { candidate, regimes: trial, share };
    }
    if (!best) break;
    chosen.push(best.candidate);
    regimes = best.regimes;
  }
  if (chosen.length === 0) return { regimes, columns: [] };
  const columns = chosen.map((f) => f.column);
  return { regimes: regimesOf(table, columns), columns };
}

function withSeen(table: FleetTable, columns: number[], settings: Setting[]): Regimes {
  const counts = new Map<string, number>();
  const width = table.signals.length;
  let rows = 0;
  for (const { time, values } of table.units)
    for (let r = 0; r < time.length; r++) {
      rows++;
      const key = settings.map((s, i) => levelOf(s, values[r * width + columns[i]!]!)).join("/");
      if (!key.includes("-1")) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  const seen = [...counts].filter(([, n]) => n >= Math.max(3, RARE * rows)).map(([key]) => key);
  return { settings, seen: seen.sort() };
}

/** Cuts ascending values at wide gaps; undefined when that leaves too many levels, or too many stragglers. */
function levels(name: string, sorted: Float64Array): Setting | undefined {
  const n = sorted.length;
  const range = n === 0 ? 0 : sorted[n - 1]! - sorted[0]!;
  if (!(range > 0)) return undefined;
  const low: number[] = [];
  const high: number[] = [];
  let stragglers = 0;
  for (let i = 0, from = 0; i < n; i++) {
    if (i + 1 < n && sorted[i + 1]! - sorted[i]! <= GAP * range) continue;
    if (i + 1 - from >= RARE * n) {
      low.push(sorted[from]!);
      high.push(sorted[i]!);
      if (low.length > MOST_LEVELS) return undefined;
    } else stragglers += i + 1 - from;
    from = i + 1;
  }
  return stragglers > 0.02 * n || low.length === 0 ? undefined : { name, low, high, tolerance: (GAP / 2) * range };
}

/** One level when there is one value. */
function bands(name: string, sorted: Float64Array): Setting {
  const edges = Array.from({ length: BANDS + 1 }, (_, i) => quantile(sorted, i / BANDS));
  const range = edges[BANDS]! - edges[0]!;
  if (!(range > 0)) return { name, low: [edges[0]!], high: [edges[0]!], tolerance: 0 };
  return { name, low: edges.slice(0, -1), high: edges.slice(1), tolerance: 0.05 * range };
}

/** Correlation ratio of the relative age (0 at the first, 1 at the last sample) and the levels of a column. */
function independentOfAge(table: FleetTable, column: number, setting: Setting): boolean {
  const width = table.signals.length;
  const sums = new Float64Array(setting.low.length);
  const counts = new Float64Array(setting.low.length);
  let total = 0;
  let square = 0;
  let n = 0;
  for (const { time, values } of table.units)
    for (let r = 0; r < time.length; r++) {
      const level = levelOf(setting, values[r * width + column]!);
      if (level < 0) continue;
      const age = (r + 0.5) / time.length - 0.5;
      sums[level] = sums[level]! + age;
      counts[level] = counts[level]! + 1;
      total += age;
      square += age * age;
      n++;
    }
  let between = 0;
  for (let i = 0; i < sums.length; i++) if (counts[i]! > 0) between += sums[i]! ** 2 / counts[i]!;
  return between - total ** 2 / n <= AGE * (square - total ** 2 / n);
}

/**
 * Scatter between neighbouring samples once the level of each regime is known, as a share of the raw scatter
 * (von Neumann 1941): median over the columns that vary and are not excluded.
 */
function scatterLeft(table: FleetTable, regimes: Regimes, columns: number[], exclude: number[]): number {
  const width = table.signals.length;
  const count = regimes.seen.length;
  const numbers = table.units.map(({ time, values }) =>
    Int32Array.from({ length: time.length }, (_, r) =>
      regimeOf(
        regimes,
        columns.map((c) => values[r * width + c]!),
      ),
    ),
  );
  const ratios: number[] = [];
  for (let c = 0; c < width; c++) {
    if (exclude.includes(c)) continue;
    const sum = new Float64Array(count);
    const seen = new Float64Array(count);
    table.units.forEach(({ values }, u) => {
      numbers[u]!.forEach((k, r) => {
        const x = values[r * width + c]!;
        if (k < 0 || Number.isNaN(x)) return;
        sum[k] = sum[k]! + x;
        seen[k] = seen[k]! + 1;
      });
    });
    let raw = 0;
    let rest = 0;
    table.units.forEach(({ values }, u) => {
      numbers[u]!.forEach((k, r) => {
        const before = r === 0 ? -1 : numbers[u]![r - 1]!;
        const d = values[r * width + c]! - values[(r - 1) * width + c]!;
        if (k < 0 || before < 0 || Number.isNaN(d)) return;
        raw += d * d;
        rest += (d - sum[k]! / seen[k]! + sum[before]! / seen[before]!) ** 2;
      });
    });
    if (raw > 0) ratios.push(rest / raw);
  }
  return ratios.length === 0 ? 1 : quantile(ascending(ratios), 0.5);
}

function sortedColumn(table: FleetTable, column: number): Float64Array {
  const width = table.signals.length;
  const out: number[] = [];
  for (const { time, values } of table.units)
    for (let r = 0; r < time.length; r++) {
      const x = values[r * width + column]!;
      if (!Number.isNaN(x)) out.push(x);
    }
  return ascending(out);
}

/** Whole units, spread over the table, with about `PROBE_ROWS` rows. */
function thin(table: FleetTable): FleetTable {
  const rows = table.units.reduce((sum, u) => sum + u.time.length, 0);
  const step = Math.max(1, Math.min(Math.floor(rows / PROBE_ROWS), Math.floor(table.units.length / 10)));
  return { signals: table.signals, units: table.units.filter((_, i) => i % step === 0) };
}
