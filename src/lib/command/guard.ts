/**
 * The gates that every command passes, in this order: kill switch, branch, mode, expiry, limits, rate, interlock,
 * freshness of the twin, arbitration. The first that objects refuses the command.
 */
import { describe, LIVE, type Value } from "../twin/envelope.ts";
import type { Knowledge } from "./knowledge.ts";
import type { RateMemory } from "./rate.ts";
import type { CommandSettings } from "./settings.ts";
import { duration, quantity } from "./words.ts";

export type CheckName =
  | "kill"
  | "branch"
  | "mode"
  | "expiry"
  | "limits"
  | "rate"
  | "interlock"
  | "freshness"
  | "arbitration";

const CODES: Record<CheckName, string> = {
  kill: "E_KILLED",
  branch: "E_BRANCH",
  mode: "E_MODE",
  expiry: "E_EXPIRED",
  limits: "E_LIMITS",
  rate: "E_RATE",
  interlock: "E_INTERLOCK",
  freshness: "E_STALE",
  arbitration: "E_BUSY",
};

/** All that the gates look at. */
export interface Situation {
  settings: CommandSettings;
  branch: string;
  now: number;
  knowledge: Knowledge;
  /** Why nothing may be written at all, as a sentence. */
  kill: string | undefined;
  /** What was written to this signal before. */
  rate: RateMemory;
  /** Why another command goes first, as a sentence. */
  busy: string | undefined;
}

export interface Refusal {
  check: CheckName;
  code: string;
  /** One complete sentence. */
  sentence: string;
}

export interface Verdict {
  /** "ok" for every gate passed; the sentence of the gate that refused. */
  checks: Record<string, string>;
  refusal?: Refusal;
}

/**
 * Asks the gates about a set-point.
 * @param expires when the command expires, milliseconds UTC
 * @param repeat true for a retry: rate and arbitration were settled by the first write
 */
export function guard(signal: string, value: Value, expires: number, s: Situation, repeat = false): Verdict {
  const gates: [CheckName, () => string | undefined][] = [
    ["kill", () => s.kill],
    ["branch", () => branchObjection(s.branch, s.settings)],
    ["mode", () => (s.settings.mode === "off" ? "The mode is off: nothing is written." : undefined)],
    ["expiry", () => (s.now >= expires ? "The command has expired: it is not written late." : undefined)],
    ["limits", () => limitsObjection(signal, value, s.settings)],
    ["rate", () => (repeat ? undefined : rateObjection(signal, value, s))],
    ["interlock", () => interlockObjection(s)],
    ["freshness", () => freshnessObjection(s)],
    ["arbitration", () => (repeat ? undefined : s.busy)],
  ];
  const checks: Record<string, string> = {};
  for (const [check, ask] of gates) {
    const sentence = ask();
    checks[check] = sentence ?? "ok";
    if (sentence !== undefined) return { checks, refusal: { check, code: CODES[check], sentence } };
  }
  return { checks };
}

/** The branch is a taint: only the node's own setting lifts it, never anything in a message. */
export function branchObjection(branch: string, settings: CommandSettings): string | undefined {
  if (branch === LIVE || settings.simulatedTarget) return undefined;
  return `The branch is ${branch}, and only live data may move a real machine: tick "target is simulated" if nothing real is behind this node.`;
}

function limitsObjection(name: string, value: Value, settings: CommandSettings): string | undefined {
  const signal = settings.signals.get(name);
  if (!signal)
    return `${describe(name)} may not be commanded: enter it with its limits in the table of commandable signals.`;
  const x = asNumber(value);
  if (x === undefined)
    return `The set-point for ${signal.label} is ${describe(value)}: it must be a number, or true or false.`;
  if (x < signal.low || x > signal.high)
    return `${signal.label} ${quantity(x, signal.unit)} is outside the limits ${quantity(signal.low, signal.unit)} to ${quantity(signal.high, signal.unit)}.`;
  return undefined;
}

function rateObjection(name: string, value: Value, s: Situation): string | undefined {
  const signal = s.settings.signals.get(name)!;
  const present = asNumber(s.knowledge.value(name)) ?? null;
  return s.rate.objection(asNumber(value)!, present, signal, s.settings.minInterval, s.now);
}

function interlockObjection({ settings, knowledge }: Situation): string | undefined {
  const { interlock } = settings;
  if (!interlock) return undefined;
  const permitted = knowledge.evaluate(interlock);
  if (Number.isNaN(permitted)) {
    const missing = knowledge.missing(interlock);
    return missing.length
      ? `The interlock "${interlock.text}" cannot be decided: no good data for ${missing.join(", ")}.`
      : `The interlock "${interlock.text}" has no result.`;
  }
  return permitted === 0 ? `The interlock "${interlock.text}" is not fulfilled.` : undefined;
}

function freshnessObjection({ knowledge, settings, now }: Situation): string | undefined {
  const { twin } = knowledge;
  if (!twin) return "No data of this twin has arrived yet: wire its state into this node.";
  const age = now - twin.time;
  if (age > settings.freshness)
    return `The newest data is ${duration(age)} old, and ${duration(settings.freshness)} is the most.`;
  if (age < -settings.freshness) return `The newest data lies ${duration(-age)} in the future: check the clocks.`;
  return undefined;
}

/** Finite numbers as they are, true and false as 1 and 0. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
