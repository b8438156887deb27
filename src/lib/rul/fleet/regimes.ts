/**
 * Operating points. A machine that runs at a few settings shows a few levels of every sensor; each level must be
 * compared with its own normal. The columns that name the setting are given, or found (find-regimes.ts).
 */
import { ascending, quantile } from "../../statistics.ts";
import type { FleetTable } from "./table.ts";

/** One settings column, cut into levels. */
export interface Setting {
  name: string;
  /** Smallest and largest value of each level, ascending. */
  low: number[];
  high: number[];
  /** How far outside a level still counts as that level. */
  tolerance: number;
}

/** Another column whose levels tell the regime, for rows where a setting is missing. */
export interface StandIn {
  setting: Setting;
  /** Regime of every level. */
  regimes: number[];
}

export interface Regimes {
  settings: Setting[];
  /** Combinations of levels that were seen, such as `0/2`; the place in this list is the number of the regime. */
  seen: string[];
  standIns: StandIn[];
}

export const ONE_REGIME: Regimes = { settings: [], seen: [""], standIns: [] };

/** Most levels of a column, and the gap between levels as a share of the column's range. */
const MOST_LEVELS = 30;
const GAP = 0.02;
/** A level or regime that holds fewer rows than this share is no operating point. */
const RARE = 0.005;
/** Share of values at either end that may be wild. */
export const WILD = 0.01;
/** A setting that takes no few values, when it was named, is cut into this many bands of equal count. */
const BANDS = 6;

/** Regime of a row whose settings are missing, and of one whose settings were never seen. */
export const MISSING = -1;
export const STRANGE = -2;

/**
 * The regime of a row.
 * @param values the settings, in the order of `regimes.settings`, then the stand-ins
 * @returns its number, `MISSING` or `STRANGE`
 */
export function regimeOf({ settings, seen, standIns }: Regimes, values: ArrayLike<number>): number {
  if (settings.length === 0) return 0;
  let key = "";
  for (let i = 0; i < settings.length; i++) {
    if (Number.isNaN(values[i]!)) return standIn(standIns, values, settings.length);
    const level = levelOf(settings[i]!, values[i]!);
    if (level < 0) return STRANGE;
    key += i === 0 ? level : `/${level}`;
  }
  const regime = seen.indexOf(key);
  return regime < 0 ? STRANGE : regime;
}

function standIn(standIns: StandIn[], values: ArrayLike<number>, from: number): number {
  for (const [i, { setting, regimes }] of standIns.entries()) {
    const level = Number.isNaN(values[from + i]!) ? -1 : levelOf(setting, values[from + i]!);
    if (level >= 0) return regimes[level]!;
  }
  return MISSING;
}

/** Columns that `regimeOf` needs, by name. */
export const settingNames = ({ settings, standIns }: Regimes): string[] => [
  ...settings.map((s) => s.name),
  ...standIns.map((s) => s.setting.name),
];

/** The level of a value, -1 when it has none. */
export function levelOf({ low, high, tolerance }: Setting, x: number): number {
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

/** The regimes of settings columns. */
export function regimesOf(table: FleetTable, columns: number[]): Regimes {
  const settings = columns.map((c) => settingOf(table.signals[c]!, sortedColumn(table, c)));
  return withSeen(table, columns, settings);
}

/** The levels of a column that is known to be a setting; bands when it takes no few values. */
export function settingOf(name: string, sorted: Float64Array): Setting {
  const cut = levels(name, sorted);
  return cut && cut.low.length > 1 ? cut : bands(name, sorted);
}

/** Which combinations of levels occur. */
export function withSeen(table: FleetTable, columns: number[], settings: Setting[]): Regimes {
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
  return { settings, seen: seen.sort(), standIns: [] };
}

/**
 * Cuts ascending values at wide gaps; undefined when that leaves too many levels, or too many stragglers. Where the extremes belong to no
 * level, wild values have stretched the range: then it counts without a few at either end.
 */
export function levels(name: string, sorted: Float64Array): Setting | undefined {
  const n = sorted.length;
  if (n === 0) return undefined;
  const [least, most] = [sorted[0]!, sorted[n - 1]!];
  const cut = cutAt(name, sorted, most - least);
  if (cut && cut.low.length > 1 && cut.low[0] === least && cut.high[cut.high.length - 1] === most) return cut;
  const tame = cutAt(name, sorted, quantile(sorted, 1 - WILD) - quantile(sorted, WILD));
  return tame && tame.low.length > 1 ? tame : cut;
}

function cutAt(name: string, sorted: Float64Array, range: number): Setting | undefined {
  const n = sorted.length;
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

export function sortedColumn(table: FleetTable, column: number): Float64Array {
  const width = table.signals.length;
  const out: number[] = [];
  for (const { time, values } of table.units)
    for (let r = 0; r < time.length; r++) {
      const x = values[r * width + column]!;
      if (!Number.isNaN(x)) out.push(x);
    }
  return ascending(out);
}
