import { describe, TwinError } from "../../lib/twin/envelope.ts";

/** @throws TwinError `E_CONFIG` when a setting is not a number in its range */
export function number(x: unknown, label: string, low: number, high: number): number {
  const value = (typeof x === "string" && x !== "") || typeof x === "number" ? Number(x) : Number.NaN;
  if (!(value >= low && value <= high))
    throw new TwinError("E_CONFIG", `${label} is ${describe(x)}: it must be a number from ${low} to ${high}.`);
  return value;
}
