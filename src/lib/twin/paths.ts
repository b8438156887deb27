/**
 * Dotted names of the quantities of a twin, as settings and expressions use them: signals by name, `model.expected.x`,
 * `model.derived.npshMargin`, `anomaly.health`, `rul.p50` … (docs/contract.md).
 */
import type { Asset } from "./asset.ts";
import { type Envelope, isPlainObject, isSignalName } from "./envelope.ts";

/** Parts of the model section that hold one number per signal of the asset. */
const PER_SIGNAL: ReadonlyMap<string, string> = new Map([
  ["expected", "expected {}"],
  ["residual", "residual of {}"],
  ["z", "z of {}"],
  ["sd", "standard deviation of {}"],
]);
/** Parts of the model section that hold quantities of the model's own; a state that is also measured is `ESTIMATED`. */
const PER_MODEL: ReadonlyMap<string, string> = new Map([
  ["states", "{}"],
  ["stateSd", "standard deviation of {}"],
  ["derived", "{}"],
]);
const ESTIMATED = "estimated {}";
const FIXED: ReadonlyMap<string, string> = new Map([
  ["anomaly.health", "health"],
  ["anomaly.score", "anomaly score"],
  ["anomaly.active", "anomaly active"],
  ["anomaly.latched", "anomaly latched"],
  ["rul.mean", "remaining life (mean)"],
  ["rul.p05", "remaining life (5 %)"],
  ["rul.p10", "remaining life (10 %)"],
  ["rul.p50", "remaining life (median)"],
  ["rul.p90", "remaining life (90 %)"],
  ["rul.p95", "remaining life (95 %)"],
]);

/**
 * The number that a path names in a twin, in the asset's units; true is 1 and false is 0.
 * @returns `undefined` when it is missing, null, text or not finite, or when the path is not one of the paths.
 */
export function readPath(twin: Envelope, name: string): number | undefined {
  const dot = name.indexOf(".");
  if (dot < 0) return number(own(twin.values, name));
  if (FIXED.has(name)) return number(own(twin[name.slice(0, dot)], name.slice(dot + 1)));
  const parts = modelParts(name);
  return parts && number(own(own(twin.model, parts.part), parts.name));
}

/** True when a twin of this asset can have the path: its signals, and the sections of the nodes. */
export function pathExists(asset: Pick<Asset, "signals">, name: string): boolean {
  if (!name.includes(".")) return asset.signals.has(name);
  if (FIXED.has(name)) return true;
  const parts = modelParts(name);
  return parts !== undefined && (PER_MODEL.has(parts.part) || asset.signals.has(parts.name));
}

/** The path for a sentence, in the asset's display names, for example `expected Discharge pressure`. */
export function pathLabel(asset: Pick<Asset, "signals">, name: string): string {
  const fixed = FIXED.get(name);
  if (fixed) return fixed;
  const parts = modelParts(name);
  if (!parts) return asset.signals.get(name)?.label ?? name;
  const measured = asset.signals.get(parts.name)?.label;
  const pattern =
    parts.part === "states" && measured ? ESTIMATED : (PER_SIGNAL.get(parts.part) ?? PER_MODEL.get(parts.part)!);
  return pattern.replace("{}", () => measured ?? spoken(parts.name));
}

const ACRONYMS = /\b(npsh|rms|rpm|rul|soc)\b/gi;

/** `npshMargin` → "NPSH margin", in the middle of a sentence: names of model quantities are written together. */
export function spoken(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, (_m, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replaceAll("_", " ");
  return words.replace(ACRONYMS, (m) => m.toUpperCase());
}

function modelParts(name: string): { part: string; name: string } | undefined {
  const [section, part, last, ...more] = name.split(".");
  if (section !== "model" || part === undefined || !isSignalName(last) || more.length > 0) return undefined;
  return PER_SIGNAL.has(part) || PER_MODEL.has(part) ? { part, name: last } : undefined;
}

const own = (x: unknown, key: string): unknown => (isPlainObject(x) && Object.hasOwn(x, key) ? x[key] : undefined);

function number(x: unknown): number | undefined {
  if (typeof x === "boolean") return x ? 1 : 0;
  return typeof x === "number" && Number.isFinite(x) ? x : undefined;
}
