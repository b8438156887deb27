/** Settings of the anomaly node as the dialog stores them, read and checked. */
import type { Asset } from "../twin/asset.ts";
import { describe, isPlainObject, TwinError } from "../twin/envelope.ts";
import { type DetectorName, readDetector } from "./choice.ts";
import { type LimitRow, readLimits } from "./limits.ts";

export type Watch = "auto" | "signals" | "residuals" | "both";

export interface AnomalyConfig {
  version: 3;
  watch: Watch;
  /** Who judges: "auto", or the name of one detector (choice.ts). */
  detector: DetectorName;
  falseAlarmsPerMonth: number | string;
  latch: boolean;
  learning: number | string;
  hold: number | string;
  clear: number | string;
  refractory: number | string;
  excluded: string | string[];
  /** Name of the signal that tells the mode of operation; empty for none. */
  mode?: string;
  /** Rows { signal, band }: smallest deviation that matters, in the signal's unit. */
  bands?: Record<string, unknown>[];
  limits: Record<string, unknown>[];
}

export interface AnomalyOptions {
  watch: Watch;
  detector: DetectorName;
  falseAlarmsPerMonth: number;
  latch: boolean;
  /** Samples of the learning phase. */
  learning: number;
  hold: number;
  clear: number;
  refractory: number;
  excluded: ReadonlySet<string>;
  /** Signal whose value names the mode of operation. */
  mode?: string;
  /** Smallest deviation that matters, by signal. */
  bands: ReadonlyMap<string, number>;
  limits: LimitRow[];
}

export const DEFAULTS = {
  watch: "auto",
  detector: "auto",
  falseAlarmsPerMonth: 1,
  latch: true,
  learning: 200,
  hold: 1,
  clear: 32,
  refractory: 0,
} as const;

/** @throws TwinError `E_ANOMALY` with a sentence that says what to change. */
export function readOptions(config: Partial<AnomalyConfig>, asset: Pick<Asset, "signals">): AnomalyOptions {
  const watch = config.watch ?? DEFAULTS.watch;
  if (!["auto", "signals", "residuals", "both"].includes(watch))
    throw new TwinError(
      "E_ANOMALY",
      `What to watch is ${describe(watch)}: choose automatic, signals, residuals or both.`,
    );
  return {
    watch,
    detector: readDetector(config.detector),
    falseAlarmsPerMonth: between(
      config.falseAlarmsPerMonth,
      DEFAULTS.falseAlarmsPerMonth,
      0.001,
      100_000,
      "False alarms per month",
    ),
    latch: config.latch ?? DEFAULTS.latch,
    learning: whole(config.learning, DEFAULTS.learning, 30, 20_000, "Learning length"),
    hold: whole(config.hold, DEFAULTS.hold, 1, 1000, "Hold"),
    clear: whole(config.clear, DEFAULTS.clear, 1, 10_000, "Clear"),
    refractory: whole(config.refractory, DEFAULTS.refractory, 0, 100_000, "Rest after an alarm"),
    excluded: readExcluded(config.excluded, asset),
    ...readMode(config.mode, asset),
    bands: readBands(config.bands, asset),
    limits: readLimits(config.limits ?? [], asset),
  };
}

function readExcluded(excluded: unknown, asset: Pick<Asset, "signals">): ReadonlySet<string> {
  const names = Array.isArray(excluded) ? excluded : String(excluded ?? "").split(/[\s,;]+/);
  const set = new Set<string>(names.filter((n) => n !== ""));
  for (const name of set)
    if (!asset.signals.has(name))
      throw new TwinError(
        "E_ANOMALY",
        `The excluded signal ${describe(name)} is not a signal of the asset: correct the list of signals not to watch.`,
      );
  return set;
}

function readMode(mode: unknown, asset: Pick<Asset, "signals">): { mode?: string } {
  if (mode === undefined || mode === null || mode === "") return {};
  if (typeof mode === "string" && asset.signals.has(mode)) return { mode };
  throw new TwinError(
    "E_ANOMALY",
    `The mode of operation is taken from ${describe(mode)}, which is not a signal of the asset: choose one, or none.`,
  );
}

function readBands(rows: unknown, asset: Pick<Asset, "signals">): ReadonlyMap<string, number> {
  if (rows === undefined || rows === null || rows === "") return new Map();
  if (!Array.isArray(rows))
    throw new TwinError("E_ANOMALY", `The smallest deviations are ${describe(rows)}: they must be a table.`);
  return new Map(
    rows.map((row, i) => {
      const where = `Smallest deviation, row ${i + 1}`;
      if (!isPlainObject(row) || typeof row.signal !== "string" || !asset.signals.has(row.signal))
        throw new TwinError("E_ANOMALY", `${where}: ${describe(row?.signal)} is not a signal of the asset.`);
      return [row.signal, between(row.band, 0, 0, Number.MAX_VALUE, where)] as const;
    }),
  );
}

function between(x: unknown, standard: number, low: number, high: number, where: string): number {
  if (x === undefined || x === null || x === "") return standard;
  const value = Number(x);
  if (!(value >= low && value <= high))
    throw new TwinError("E_ANOMALY", `${where} is ${describe(x)}: enter a number from ${low} to ${high}.`);
  return value;
}

function whole(x: unknown, standard: number, low: number, high: number, where: string): number {
  const value = between(x, standard, low, high, where);
  if (!Number.isInteger(value))
    throw new TwinError("E_ANOMALY", `${where} is ${describe(x)}: enter a whole number of samples.`);
  return value;
}

/** What gives a learned state its meaning: everything that shapes its arrays. */
export function meaningOf(config: Partial<AnomalyConfig>, asset: Asset): string {
  const options = isPlainObject(config) ? config : {};
  const signals = Array.from(asset.signals.values(), (s) => `${s.name} ${s.unit}`);
  const {
    watch = DEFAULTS.watch,
    excluded = "",
    learning = DEFAULTS.learning,
    hold = DEFAULTS.hold,
    mode = "",
    detector,
  } = options;
  const known = [2, signals, watch, String(excluded), Number(learning), Number(hold), mode];
  // What the automatic choice has learned in earlier versions, which had no other, stays.
  return JSON.stringify(isAutomatic(detector) ? known : [...known, detector]);
}

const isAutomatic = (detector: unknown): boolean => detector === undefined || detector === "" || detector === "auto";
