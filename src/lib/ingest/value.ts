/** Reads the value of one sample for one signal of the asset: type, numeric text, unit. */
import type { Signal } from "../twin/asset.ts";
import { describe, type Value } from "../twin/envelope.ts";
import { converter, displayUnit, isUnit, parseUnit } from "../twin/units.ts";
import { type Refusal, refusal } from "./refusal.ts";

export interface ReadValue {
  value: Value;
  /** True when text was turned into a number or a unit was converted. */
  converted: boolean;
}

/** Longest text that is kept as a value. */
const LONGEST_TEXT = 256;
const NUMBER_AND_UNIT = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(\D.*)?$/i;
const NO_NUMBER = /^[+-]?(nan|inf|infinity)$/i;

/**
 * A signal with a unit, a range or a rate is a number. Only a signal without any of them (unit 1) also takes true, false
 * and text.
 */
export const isNumeric = (signal: Signal): boolean =>
  signal.unit !== "1" || signal.limits !== undefined || signal.normal !== undefined || signal.maxRate !== undefined;

/** The sample's value in the signal's unit, or why it is refused. `unit` is the sample's own unit, as text or UCUM code. */
export function readValue(signal: Signal, raw: unknown, unit: string | undefined): ReadValue | Refusal {
  const name = signal.label;
  if (raw === null || raw === undefined)
    return refusal("no-value", `${name} has no value in this message.`, signal.name);
  if (typeof raw === "bigint") return readNumber(signal, Number(raw), unit, true);
  if (typeof raw === "number") return readNumber(signal, raw, unit, false);
  if (typeof raw === "string") return readText(signal, raw.trim(), unit);
  if (typeof raw !== "boolean")
    return refusal("wrong-type", `${name} is ${kindOf(raw)}: a value is a number, text, true or false.`, signal.name);
  if (isNumeric(signal))
    return refusal(
      "wrong-type",
      `${name} is ${raw}, but its unit is ${displayUnit(signal.unit) || "a number"}: it must be a number.`,
      signal.name,
    );
  return { value: raw, converted: false };
}

function readText(signal: Signal, text: string, unit: string | undefined): ReadValue | Refusal {
  if (text === "") return refusal("no-value", `${signal.label} is empty text.`, signal.name);
  if (NO_NUMBER.test(text)) return refusal("not-a-number", `${signal.label} is ${text}, not a number.`, signal.name);
  const match = text.length > 60 ? null : NUMBER_AND_UNIT.exec(text);
  if (match && (match[2] === undefined || isUnit(parseUnit(match[2]))))
    return readNumber(signal, Number(match[1]), match[2] ?? unit, true);
  if (!isNumeric(signal) && text.length <= LONGEST_TEXT) return { value: text, converted: false };
  const comma = /^[+-]?\d+,\d+$/.test(text) ? " Write decimals with a point." : "";
  return refusal("wrong-type", `${signal.label} is the text ${describe(text)}, not a number.${comma}`, signal.name);
}

function readNumber(signal: Signal, raw: number, unit: string | undefined, converted: boolean): ReadValue | Refusal {
  if (!Number.isFinite(raw)) return refusal("not-a-number", `${signal.label} is ${raw}, not a number.`, signal.name);
  if (unit === undefined || unit === "" || unit === signal.unit) return { value: raw + 0, converted }; // + 0: JSON knows no −0
  const convert = conversion(unit, signal.unit);
  if (typeof convert === "string") return refusal("wrong-unit", `${signal.label}: ${convert}`, signal.name);
  const value = convert(raw) + 0;
  if (!Number.isFinite(value))
    return refusal("not-a-number", `${signal.label} is too large to convert: ${raw} ${unit}.`, signal.name);
  return { value, converted: true };
}

const conversions = new Map<string, ((value: number) => number) | string>();

/** The conversion between a unit as text and a UCUM code, or the sentence why there is none. */
function conversion(from: string, to: string): ((value: number) => number) | string {
  if (from.length > 60) return "its unit is too long to be one.";
  const key = `${from}\n${to}`;
  const known = conversions.get(key);
  if (known !== undefined) return known;
  const made = makeConversion(from, to);
  if (conversions.size >= 1000) conversions.clear();
  conversions.set(key, made);
  return made;
}

function makeConversion(from: string, to: string): ((value: number) => number) | string {
  const unit = parseUnit(from);
  if (!isUnit(unit)) return unit.problem;
  try {
    return converter(unit.code, to);
  } catch (error) {
    return (error as Error).message;
  }
}

function kindOf(raw: unknown): string {
  if (Array.isArray(raw)) return "a list";
  if (ArrayBuffer.isView(raw)) return "binary data";
  return typeof raw === "object" ? "an object" : `a ${typeof raw}`;
}
