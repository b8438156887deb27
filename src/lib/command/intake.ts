/** What may become a set-point (docs/contract.md, Commands in). */
import { describe, isPlainObject, isTime, TwinError, type Value } from "../twin/envelope.ts";

export interface SetPoint {
  signal: string;
  value: Value;
  /** Milliseconds UTC. */
  expires?: number;
}

/** More set-points in one message than any machine has are a mistake. */
const MOST = 20;

/**
 * The set-points of a message without an envelope: a value for the default signal, or `{ signal: value }`.
 * @throws TwinError `E_PAYLOAD` with a sentence
 */
export function readSetPoints(payload: unknown, defaultSignal: string | undefined): SetPoint[] {
  if (isPlainObject(payload)) {
    const entries = Object.entries(payload);
    if (entries.length === 0 || entries.length > MOST)
      throw new TwinError("E_PAYLOAD", 'A command is { signal: value }, for example { "speed": 1410 }.');
    return entries.map(([signal, value]) => ({ signal, value: readValue(value, signal) }));
  }
  const value = readValue(payload, "the payload");
  if (defaultSignal === undefined)
    throw new TwinError(
      "E_PAYLOAD",
      'The payload is a value without a name: choose a default signal in the dialog, or send { "speed": 1410 }.',
    );
  return [{ signal: defaultSignal, value }];
}

/**
 * The set-point of an action `command` with `{ signal, value, expires? }`.
 * @throws TwinError `E_PAYLOAD` with a sentence
 */
export function readCommandAction(action: Record<string, unknown>): SetPoint {
  const { signal, value, expires } = action;
  if (typeof signal !== "string" || signal === "")
    throw new TwinError("E_PAYLOAD", `The action command needs a signal, but payload.signal is ${describe(signal)}.`);
  if (expires !== undefined && !isTime(expires))
    throw new TwinError(
      "E_PAYLOAD",
      `payload.expires is ${describe(expires)}: it must be milliseconds since 1970, UTC.`,
    );
  return { signal, value: readValue(value, signal), ...(expires !== undefined && { expires }) };
}

function readValue(x: unknown, where: string): Value {
  if (typeof x === "boolean" || (typeof x === "number" && Number.isFinite(x))) return x;
  throw new TwinError(
    "E_PAYLOAD",
    `The set-point for ${where} is ${describe(x)}: it must be a number, or true or false.`,
  );
}
