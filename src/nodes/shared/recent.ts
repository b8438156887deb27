/** What arrived at the ingest nodes in the last 30 s, before any check: the asset dialog proposes signals from it. */
import { isPlainObject } from "../../lib/twin/envelope.ts";

export interface Arrival {
  topic: string;
  /** Name of the signal, or the place in the payload that could become one. */
  signal: string;
  /** Twin id, when the message gave one. */
  id: string;
  value: number | boolean | string | null;
  /** Unit that came with the value, as text or UCUM code. */
  unit: string;
  /** Smallest and largest number in the window; null for other values. */
  min: number | null;
  max: number | null;
  count: number;
  /** Wall clock of the newest, ms. */
  time: number;
}

export const WINDOW = 30_000;
const MOST = 500;
const entries = new Map<string, Arrival>();

/** Remembers one value; `now` is the wall clock. */
export function arrived(
  topic: string,
  id: string,
  signal: string,
  raw: unknown,
  unit: string | undefined,
  now: number,
): void {
  if (signal === "" || signal.length > 200) return;
  const value = simple(raw);
  if (value === undefined) return;
  const shown = topic.slice(0, 200);
  const key = `${shown}\n${id}\n${signal}`;
  const number = asNumber(value);
  const known = entries.get(key);
  if (!known || now - known.time > WINDOW) {
    entries.delete(key);
    if (entries.size >= MOST) entries.delete(entries.keys().next().value!);
    entries.set(key, {
      topic: shown,
      id,
      signal,
      value,
      unit: unit?.slice(0, 40) ?? "",
      min: number,
      max: number,
      count: 1,
      time: now,
    });
    return;
  }
  known.value = value;
  if (unit) known.unit = unit.slice(0, 40);
  if (number !== null) {
    known.min = Math.min(known.min ?? number, number);
    known.max = Math.max(known.max ?? number, number);
  }
  known.count++;
  known.time = now;
}

/** Remembers the numbers, texts and booleans anywhere in a payload that no form or mapping could read. */
export function arrivedPayload(topic: string, payload: unknown, now: number): void {
  let left = 50;
  const walk = (value: unknown, path: string, depth: number): void => {
    if (left <= 0) return;
    if (typeof value !== "object" || value === null) {
      left--;
      arrived(topic, "", path || topic.split("/").at(-1) || "", value, undefined, now);
    } else if (depth < 5 && (isPlainObject(value) || Array.isArray(value)))
      for (const key of Object.keys(value).slice(0, 50))
        walk(
          (value as Record<string, unknown>)[key],
          Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key,
          depth + 1,
        );
  };
  walk(payload, "", 0);
}

/** The arrivals of the last 30 s, in order of their names. */
export function recentArrivals(now: number): Arrival[] {
  for (const [key, entry] of entries) if (now - entry.time > WINDOW) entries.delete(key);
  return Array.from(entries.values()).sort(
    (a, b) => a.id.localeCompare(b.id) || a.topic.localeCompare(b.topic) || a.signal.localeCompare(b.signal),
  );
}

function simple(raw: unknown): Arrival["value"] | undefined {
  if (raw === null || typeof raw === "boolean") return raw;
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : null;
  return typeof raw === "string" ? raw.slice(0, 60) : undefined;
}

function asNumber(value: Arrival["value"]): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : null;
}
