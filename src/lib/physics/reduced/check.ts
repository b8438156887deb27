/** Checks a description while it is being written: what the model reads, predicts and knows beside, or what is wrong. */
import { isPlainObject, isSignalName, TwinError } from "../../twin/envelope.ts";
import { displayUnit } from "../../twin/units.ts";
import { readReduced } from "./read-reduced.ts";
import { missingSignals } from "./stand-ins.ts";

export type ReducedCheck =
  | {
      ok: true;
      kind: string;
      inputs: readonly string[];
      outputs: string[];
      /** Virtual sensors with their units, for people. */
      virtual: { name: string; unit: string }[];
      warnings: readonly string[];
      /** Signals that the description names and the asset lacks, with the units that are meant, for people. */
      missing: { name: string; unit: string }[];
      /** States inside. */
      size: number;
      /** Seconds until the start is forgotten. */
      settle: number;
      /** Hz, lowest first. */
      frequencies?: readonly number[];
    }
  | { ok: false; message: string };

/**
 * @param request `{ reduced: string, signals: { name, unit }[], files?: { name, text }[] }`; anything else is answered with
 * a message, never with an exception.
 */
export function checkReduced(request: unknown): ReducedCheck {
  if (!isPlainObject(request) || typeof request.reduced !== "string")
    return { ok: false, message: "The request needs the description in reduced." };
  const rows = (x: unknown) => (Array.isArray(x) ? x.filter(isPlainObject) : []);
  const signals = new Map(
    rows(request.signals).flatMap(({ name, unit }) =>
      isSignalName(name) ? [[name, { unit: typeof unit === "string" && unit !== "" ? unit : "1" }] as const] : [],
    ),
  );
  const files = new Map(rows(request.files).map(({ name, text }) => [String(name), String(text ?? "")]));
  try {
    const missing = missingSignals(request.reduced, signals);
    for (const { name, unit } of missing) signals.set(name, { unit });
    const { kind, model, units, warnings, size, settle, frequencies } = readReduced(request.reduced, signals, files);
    return {
      ok: true,
      kind,
      inputs: Array.from(new Set(model.inputs)),
      outputs: Array.from(model.outputs.keys()),
      virtual: Object.entries(units).map(([name, unit]) => ({ name, unit: displayUnit(unit) })),
      warnings,
      missing: missing.map(({ name, unit }) => ({ name, unit: displayUnit(unit) })),
      size,
      settle,
      ...(frequencies && { frequencies }),
    };
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return { ok: false, message: error.message };
  }
}
