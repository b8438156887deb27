/**
 * Finds the columns that say how a machine is run: they take few, repeated, well separated values, do not depend on age, and
 * knowing them removes most of the scatter between neighbouring samples of the other columns.
 */

import { ascending, quantile } from "../../statistics.ts";
import {
  levelOf,
  levels,
  ONE_REGIME,
  type Regimes,
  regimeOf,
  regimesOf,
  type Setting,
  type StandIn,
  settingOf,
  sortedColumn,
  WILD,
  withSeen,
} from "./regimes.ts";
import type { FleetTable } from "./table.ts";

const MOST_SETTINGS = 3;
/** A setting must remove this share of the scatter between neighbouring samples of the other columns. */
const REMOVES = 0.4;
/** The same for one that a technician named: enough that it is no noise. */
const NAMED_REMOVES = 0.05;
/** Largest share of the variance of the relative age that a setting may explain. */
const AGE = 0.1;
const PROBE_ROWS = 6000;
const MOST_STAND_INS = 2;
/** A level of a stand-in must name one regime in this share of its rows. */
const PURE = 0.999;

interface Candidate {
  column: number;
  setting: Setting;
  /** Width of its widest level, as a share of its range. */
  spread: number;
  /** Share of values that belong to no level. */
  astray: number;
}

export interface FoundRegimes {
  regimes: Regimes;
  /** Columns of the settings and their stand-ins, in the order of `regimeOf`. */
  columns: number[];
}

/**
 * Finds the settings columns among all, or uses those of the named ones that matter; usually one column tells everything.
 * @param named columns that a technician calls settings
 */
export function findRegimes(table: FleetTable, named?: number[]): FoundRegimes {
  const probe = thin(table);
  const tame = clipped(probe);
  const found = named ? named.map((column) => known(probe, column)) : candidates(probe);
  // The tightest, fullest and finest levels first: a sensor that follows the setting drifts and scatters, the setting itself does not.
  found.sort(
    (a, b) =>
      Math.round(100 * (a.spread - b.spread)) ||
      Math.round(1000 * (a.astray - b.astray)) ||
      b.setting.low.length - a.setting.low.length ||
      a.column - b.column,
  );
  const chosen: Candidate[] = [];
  let regimes = ONE_REGIME;
  for (const next of found) {
    if (chosen.length === MOST_SETTINGS) break;
    const all = [...chosen, next];
    const columns = all.map((f) => f.column);
    const trial = withSeen(
      probe,
      columns,
      all.map((f) => f.setting),
    );
    // What the candidate removes from the columns that are not settings, beyond the settings chosen before.
    const exclude = named ?? columns;
    const before = scatterLeft(probe, tame, regimes, columns.slice(0, chosen.length), exclude);
    if (scatterLeft(probe, tame, trial, columns, exclude) > (1 - (named ? NAMED_REMOVES : REMOVES)) * before) continue;
    chosen.push(next);
    regimes = trial;
  }
  if (chosen.length === 0) return { regimes, columns: [] };
  // On all rows the same combinations occur as on the probe, or a level that the probe hardly showed.
  const columns = chosen.map((f) => f.column);
  const final = regimesOf(table, columns);
  const standIns = findStandIns(
    probe,
    final,
    columns,
    (named ? candidates(probe) : found).filter((f) => !columns.includes(f.column)),
  );
  return {
    regimes: { ...final, standIns: standIns.map((s) => s.standIn) },
    columns: [...columns, ...standIns.map((s) => s.column)],
  };
}

function candidates(table: FleetTable): Candidate[] {
  return [...table.signals.keys()].flatMap((column) => {
    const values = sortedColumn(table, column);
    const setting = levels(table.signals[column]!, values);
    if (!setting || setting.low.length < 2 || !independentOfAge(table, column, setting)) return [];
    return [candidate(column, setting, values)];
  });
}

/** A column that is known to be a setting. */
function known(table: FleetTable, column: number): Candidate {
  const values = sortedColumn(table, column);
  return candidate(column, settingOf(table.signals[column]!, values), values);
}

function candidate(column: number, setting: Setting, sorted: Float64Array): Candidate {
  const { low, high } = setting;
  const range = high[high.length - 1]! - low[0]!;
  const spread = range > 0 ? Math.max(...low.map((l, i) => high[i]! - l)) / range : 1;
  const astray = sorted.filter((x) => levelOf(setting, x) < 0).length / Math.max(1, sorted.length);
  return { column, setting, spread, astray };
}

/** Columns of which every level names one regime. */
function findStandIns(
  table: FleetTable,
  regimes: Regimes,
  columns: number[],
  candidates: Candidate[],
): { column: number; standIn: StandIn }[] {
  const width = table.signals.length;
  const point = new Float64Array(columns.length);
  const out: { column: number; standIn: StandIn }[] = [];
  for (const { column, setting } of candidates) {
    if (out.length === MOST_STAND_INS) break;
    const counts = setting.low.map(() => new Map<number, number>());
    for (const { time, values } of table.units)
      for (let r = 0; r < time.length; r++) {
        columns.forEach((c, i) => {
          point[i] = values[r * width + c]!;
        });
        const regime = regimeOf(regimes, point);
        const level = levelOf(setting, values[r * width + column]!);
        if (regime >= 0 && level >= 0) counts[level]!.set(regime, (counts[level]!.get(regime) ?? 0) + 1);
      }
    const best = counts.map((count) => [...count].sort((a, b) => b[1] - a[1])[0]);
    const pure = counts.every((count, level) => {
      const rows = [...count.values()].reduce((a, b) => a + b, 0);
      return rows > 0 && best[level]![1] >= PURE * rows;
    });
    if (pure) out.push({ column, standIn: { setting, regimes: best.map((b) => b![0]) } });
  }
  return out;
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
 * @param table tells the regimes
 * @param tame the same without wild values
 */
function scatterLeft(
  table: FleetTable,
  tame: FleetTable,
  regimes: Regimes,
  columns: number[],
  exclude: number[],
): number {
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
    tame.units.forEach(({ values }, u) => {
      numbers[u]!.forEach((k, r) => {
        const x = values[r * width + c]!;
        if (k < 0 || Number.isNaN(x)) return;
        sum[k] = sum[k]! + x;
        seen[k] = seen[k]! + 1;
      });
    });
    let raw = 0;
    let rest = 0;
    tame.units.forEach(({ values }, u) => {
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

/** Every value within all but a few of its column: one wild value would outweigh thousands in a sum of squares. */
function clipped(table: FleetTable): FleetTable {
  const width = table.signals.length;
  const bounds = table.signals.map((_, c) => {
    const sorted = sortedColumn(table, c);
    return sorted.length === 0 ? [0, 0] : [quantile(sorted, WILD), quantile(sorted, 1 - WILD)];
  });
  const clip = (x: number, [low, high]: number[]) => (x < low! ? low! : x > high! ? high! : x);
  return {
    signals: table.signals,
    units: table.units.map((unit) => ({ ...unit, values: unit.values.map((x, i) => clip(x, bounds[i % width]!)) })),
  };
}

/** Whole units, spread over the table, with about `PROBE_ROWS` rows. */
function thin(table: FleetTable): FleetTable {
  const rows = table.units.reduce((sum, u) => sum + u.time.length, 0);
  const step = Math.max(1, Math.min(Math.floor(rows / PROBE_ROWS), Math.floor(table.units.length / 10)));
  return { signals: table.signals, units: table.units.filter((_, i) => i % step === 0) };
}
