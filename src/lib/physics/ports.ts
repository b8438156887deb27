/** Between the envelope and the model: what of a twin's values a model may use. */
import type { Asset } from "../twin/asset.ts";
import type { Envelope } from "../twin/envelope.ts";
import { isBad, isGood, StatusCode } from "../twin/status-codes.ts";

/** The number a signal has now; undefined when it has none or its status is Bad. */
export function usable(twin: Envelope, name: string): number | undefined {
  if (!Object.hasOwn(twin.values, name) || isBad(twin.status?.[name])) return undefined;
  const value = twin.values[name];
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A value that is only held on for longer is still true of slow quantities, such as the temperature of the water. */
export const isTrusted = (status: number | undefined): boolean =>
  isGood(status) || status === StatusCode.Uncertain_LastUsableValue;

// JSON has no −0: + 0 makes it 0.
export const orNull = (x: number | undefined): number | null => (x !== undefined && Number.isFinite(x) ? x + 0 : null);

/** Sets a number of a section; what is not finite is left out. */
export function number(values: Record<string, number>, name: string, value: number): void {
  if (Number.isFinite(value)) values[name] = value + 0;
}

export const width = (range: readonly [number, number] | undefined): number =>
  range ? range[1] - range[0] : Number.NaN;

/** Display name of a signal. */
export const label = (asset: Pick<Asset, "signals">, name: string): string => asset.signals.get(name)?.label ?? name;

export const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
