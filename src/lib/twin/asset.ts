/** What a machine is: its signals, limits, parameters and clock. Every twin node selects one asset. */
import { isTwinId } from "./envelope.ts";

export interface Signal {
  name: string;
  /** UCUM code; "1" for dimensionless. */
  unit: string;
  /** Display name; falls back to `name`. */
  label: string;
  component: string;
  /** Range in which a healthy machine runs: for display and scaling, never a safety limit. */
  normal?: readonly [low: number, high: number];
  /** Physical limits: a value outside cannot be true. */
  limits?: readonly [low: number, high: number];
  /** Largest believable rate of change, unit per second. */
  maxRate?: number;
  /** Seconds after which a held value becomes Uncertain_LastUsableValue. */
  staleAfter?: number;
}

export interface Parameter {
  name: string;
  value: number;
  unit: string;
  label: string;
}

export interface FailureThreshold {
  /** A signal, or a path like `model.states.impellerWear` or `anomaly.health`. */
  signal: string;
  threshold: number;
  direction: "rising" | "falling";
  /** Typical life in hours, if somebody knows it. */
  typicalLife?: number;
}

export interface Asset {
  name: string;
  /** Twin id, or a pattern in which `*` stands for any text. */
  idPattern: string;
  matches(id: string): boolean;
  /** Machine picture on the live page. */
  mimic: "generic" | "pump" | "tank";
  clock: "wall" | "data";
  signals: ReadonlyMap<string, Signal>;
  parameters: ReadonlyMap<string, Parameter>;
  failure?: FailureThreshold;
  relationships: readonly { name: string; target: string }[];
}

/** The time that counts as now for a twin: the wall clock for live machines, the newest data elsewhere (contract, Now). */
export function nowFor(asset: Pick<Asset, "clock">, branch: string, newestTime: number, wallClock: number): number {
  return asset.clock === "data" || branch !== "live" ? newestTime : wallClock;
}

/**
 * The name of one machine for a sentence: the asset's, or, where one asset describes many, what the twin's id ends with:
 * `fleet:engine-55` is engine-55.
 */
export function machineName({ name, idPattern }: Pick<Asset, "name" | "idPattern">, id: string): string {
  return idPattern.includes("*") ? (id.split(/[:/]/).findLast((part) => part !== "") ?? id) : name;
}

/** Compiles an id pattern: `*` matches any text, everything else matches itself. */
export function idMatcher(pattern: string): (id: string) => boolean {
  if (!pattern.includes("*")) return (id) => id === pattern;
  const parts = pattern.split("*");
  const first = parts[0]!;
  const last = parts[parts.length - 1]!;
  return (id) => {
    if (!isTwinId(id) || id.length < first.length + last.length || !id.startsWith(first) || !id.endsWith(last))
      return false;
    let from = first.length;
    const end = id.length - last.length;
    for (const part of parts.slice(1, -1)) {
      const at = id.indexOf(part, from);
      if (at < 0 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
