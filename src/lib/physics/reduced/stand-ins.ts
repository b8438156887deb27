/** Signals that a description names and an asset lacks: what must be mapped, with the unit that is meant as far as it can be told. */
import { isPlainObject, isSignalName } from "../../twin/envelope.ts";
import { REDUCED_EXAMPLES } from "./examples.ts";
import type { AssetSignals } from "./spec-reader.ts";

export interface StandIn {
  name: string;
  /** UCUM code. */
  unit: string;
  /** A usual value, in the unit. */
  value: number;
}

const USUAL: Readonly<Record<string, number>> = { Cel: 20, W: 100, N: 100 };

/**
 * @param description the JSON text of a reduced model; what is none has no signals
 * @returns one for each name, in the order of the text
 */
export function missingSignals(description: string, signals: AssetSignals): StandIn[] {
  let spec: unknown;
  try {
    spec = JSON.parse(description);
  } catch {
    return [];
  }
  const kind = isPlainObject(spec) ? String(spec.kind) : "";
  const example = Object.hasOwn(REDUCED_EXAMPLES, kind)
    ? REDUCED_EXAMPLES[kind as keyof typeof REDUCED_EXAMPLES]
    : undefined;
  const found = new Map<string, StandIn>();
  walk(spec, []);
  return Array.from(found.values());

  function walk(part: unknown, path: readonly string[]): void {
    if (Array.isArray(part)) for (const item of part) walk(item, path);
    else if (isPlainObject(part)) {
      const { signal, unit } = part;
      if (isSignalName(signal) && !signals.has(signal) && !found.has(signal)) {
        const code = typeof unit === "string" ? unit : (example?.signals[signal] ?? unitAt(kind, path));
        found.set(signal, { name: signal, unit: code, value: example?.usual[signal] ?? USUAL[code] ?? 1 });
      }
      for (const [key, inner] of Object.entries(part)) walk(inner, [...path, key]);
    }
  }
}

/** What a signal at this place measures. */
function unitAt(kind: string, path: readonly string[]): string {
  if (path.includes("forces")) return "N";
  if (path.includes("heat")) return "W";
  if (kind === "rod" || kind === "plate") return "Cel";
  return kind === "beam" || kind === "modal" ? "mm" : "1";
}
