/** The settings of a twin-planner node → what the planner needs. */
import { describe, TwinError } from "../twin/envelope.ts";
import type { PlannerSettings } from "./plan.ts";
import type { Life } from "./weibull.ts";
import type { Windows } from "./windows.ts";

/** As the dialog stores it; numbers may arrive as text, empty means the default. */
export interface PlannerConfig {
  version: 2;
  name: string;
  asset: string;
  plannedCost: number | string;
  failureCost: number | string;
  setupCost: number | string;
  currency: string;
  lead: number | string;
  margin: number | string;
  duration: number | string;
  crews: number | string;
  /** Days on which work begins, 0 Sunday … 6 Saturday. */
  days: number[];
  from: number | string;
  to: number | string;
  grouping: number | string;
  horizon: number | string;
  interval: number | string;
  cycleHours: number | string;
  /** Hours without a report after which a remaining life is stale; empty: a day, or three usual intervals where that is longer. */
  silence: number | string;
  /** Past lives, hours. */
  lives: { age?: unknown; failed?: unknown }[];
}

export interface PlannerOptions extends PlannerSettings {
  lives: Life[];
  cycleHours?: number;
}

export const DEFAULTS = {
  plannedCost: 1,
  failureCost: 10,
  setupCost: 0,
  lead: 48,
  duration: 4,
  crews: 1,
  from: 0,
  to: 24,
  grouping: 0,
  horizon: 90,
} as const;

/** @throws TwinError `E_PLANNER` with a sentence that says what to change */
export function readPlanner(c: PlannerConfig): PlannerOptions {
  const lead = number(c.lead, "The lead time", DEFAULTS.lead, 0, 100_000);
  const interval = number(c.interval, "The present interval", undefined, 0.01, 1e7);
  const cycleHours = number(c.cycleHours, "The length of a cycle", undefined, 1e-6, 1e6);
  const silence = number(c.silence, "The time without a report", undefined, 0.01, 100_000);
  return {
    plannedCost: number(c.plannedCost, "The cost of planned work", DEFAULTS.plannedCost, 1e-6, 1e12),
    failureCost: number(c.failureCost, "The cost of a breakdown", DEFAULTS.failureCost, 1e-6, 1e12),
    setupCost: number(c.setupCost, "The cost of a visit", DEFAULTS.setupCost, 0, 1e12),
    currency: String(c.currency ?? "").slice(0, 12),
    lead,
    // What a prediction may still move while parts are on their way: half as much let one engine of a hundred fail (docs/planner.md).
    margin: number(c.margin, "The margin", lead, 0, 100_000),
    duration: number(c.duration, "The length of a job", DEFAULTS.duration, 0.1, 1000),
    crews: Math.round(number(c.crews, "The number of jobs at a time", DEFAULTS.crews, 1, 1000)),
    windows: readWindows(c),
    grouping: number(c.grouping, "How far a job may be advanced", DEFAULTS.grouping, 0, 10_000),
    horizon: number(c.horizon, "The days ahead", DEFAULTS.horizon, 1, 3650),
    lives: readLives(c.lives),
    ...(silence !== undefined && { silence }),
    ...(interval !== undefined && { interval }),
    ...(cycleHours !== undefined && { cycleHours }),
  };
}

function wrong(sentence: string): never {
  throw new TwinError("E_PLANNER", sentence);
}

function readWindows(c: PlannerConfig): Windows {
  const days = new Set(c.days.map(Number).filter((d) => Number.isInteger(d) && d >= 0 && d <= 6));
  if (days.size === 0) wrong("There is no working day: choose at least one.");
  const from = number(c.from, "The begin of work", DEFAULTS.from, 0, 23.5);
  const to = number(c.to, "The end of work", DEFAULTS.to, 0.5, 24);
  if (from >= to) wrong(`Work begins at ${from} h and ends at ${to} h: the end must be later.`);
  return { days, from, to };
}

function readLives(rows: PlannerConfig["lives"]): Life[] {
  return rows
    .filter((row) => row?.age !== undefined && row.age !== "")
    .map((row, i) => ({
      age:
        number(row.age as string, `Past lives, row ${i + 1}: the length`, undefined, 1e-6, 1e9) ??
        wrong("A past life has no length."),
      failed: row.failed !== false && row.failed !== "false",
    }));
}

function number(x: unknown, label: string, fallback: number, low: number, high: number): number;
function number(x: unknown, label: string, fallback: undefined, low: number, high: number): number | undefined;
function number(
  x: unknown,
  label: string,
  fallback: number | undefined,
  low: number,
  high: number,
): number | undefined {
  if (x === undefined || x === null || x === "") return fallback;
  const value = typeof x === "string" ? Number(x.replace(",", ".")) : Number(x);
  if (!(value >= low && value <= high)) wrong(`${label} is ${describe(x)}: enter a number from ${low} to ${high}.`);
  return value;
}
