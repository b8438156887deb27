/** Proposes rows of the signals table from what was observed. Observed ranges are offered as normal ranges, never as limits. */
import type { SignalConfig } from "./asset-config.ts";
import { isUnit, parseUnit } from "./units.ts";

export interface Observed {
  signal: string;
  unit: string;
  min: number | null;
  max: number | null;
  /** Samples in the window of observation, if it was live. */
  count?: number;
}

export interface Proposal extends SignalConfig {
  /** True: the normal range was only observed, and a person must check it. */
  check: boolean;
}

/** A name for a signal from any text: letters, digits and underscore, not beginning with a digit. */
export function signalNameFrom(text: string): string {
  const last = text.split("/").filter(Boolean).at(-1) ?? "";
  const name = last.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  return /^[A-Za-z_]/.test(name) ? name : `s_${name}`;
}

/** Seconds of the live window; a signal that stays away for ten of its intervals is stale. */
const WINDOW = 30;
const LEAST_STALE = 30;

/** Rows for what is not yet in the table, one per signal. */
export function propose(observed: readonly Observed[], known: readonly SignalConfig[]): Proposal[] {
  const names = new Set(known.map((row) => row.name));
  const rows = new Map<string, Proposal>();
  for (const o of observed) {
    const name = signalNameFrom(o.signal);
    if (names.has(name)) continue;
    const unit = parseUnit(o.unit);
    const row = rows.get(name) ?? {
      name,
      unit: isUnit(unit) ? unit.code : "",
      normalLow: "",
      normalHigh: "",
      check: false,
    };
    widen(row, o);
    if (o.count) row.staleAfter = Math.max(LEAST_STALE, Math.ceil((10 * WINDOW) / o.count));
    rows.set(name, row);
  }
  return Array.from(rows.values());
}

/** The observed range, with a tenth of it on either side, in few digits. */
function widen(row: Proposal, o: Observed): void {
  if (o.min === null || o.max === null) return;
  const low = row.normalLow === "" ? o.min : Math.min(o.min, Number(row.normalLow));
  const high = row.normalHigh === "" ? o.max : Math.max(o.max, Number(row.normalHigh));
  const margin = (high - low) / 10 || Math.abs(high) / 10 || 1;
  row.normalLow = few(low - margin);
  row.normalHigh = few(high + margin);
  row.check = true;
}

const few = (x: number): number => Number(x.toPrecision(3));
