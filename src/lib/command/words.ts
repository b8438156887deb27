/** The words in which the command writer speaks of values and times. */
import type { Value } from "../twin/envelope.ts";
import { displayUnit } from "../twin/units.ts";

/** A value with its unit, for example `1410 rpm`; six significant digits. */
export function quantity(value: Value, unit: string): string {
  if (value === null) return "unknown";
  if (typeof value !== "number") return typeof value === "boolean" ? (value ? "on" : "off") : value;
  const shown = unit === "1" ? "" : displayUnit(unit);
  return `${digits(value)}${shown && ` ${shown}`}`;
}

/** Six significant digits, without trailing zeros. */
export const digits = (value: number): string => String(Number(value.toPrecision(6)));

/** A length of time, for example `45 s`, `2 min`, `3 h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 120) return `${digits(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** ` because a; b` or nothing. */
export function because(why: readonly string[]): string {
  return why.length ? `, because ${why.join("; ")}` : "";
}
