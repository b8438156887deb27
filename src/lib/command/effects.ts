/** What the command writer wants done, as data: the node carries it out. */
import type { AuditEntry, TwinEvent } from "../store/store.ts";
import type { CommandSection } from "../twin/envelope.ts";
import type { Refusal } from "./guard.ts";

export type Effect =
  /** Write the command's value to the machine, then call `delivered`. */
  | { kind: "send"; command: CommandSection }
  | { kind: "refuse"; command: CommandSection; refusal: Refusal }
  | { kind: "event"; event: TwinEvent["event"]; severity: TwinEvent["severity"]; text: string; command: CommandSection }
  | { kind: "audit"; time: number; command: CommandSection; decision: AuditEntry["decision"]; reason: string }
  /** The newest word on this twin's command, for the store. */
  | { kind: "section"; command: CommandSection }
  /** The list of waiting proposals changed. */
  | { kind: "proposals" };

/** What one call did, and the answer for whoever asked. */
export interface Outcome {
  effects: Effect[];
  reply: { ok: boolean; message: string };
}

export function story(
  command: CommandSection,
  event: TwinEvent["event"],
  severity: TwinEvent["severity"],
  text: string,
): Effect {
  return { kind: "event", event, severity, text, command };
}

export function audit(command: CommandSection, decision: AuditEntry["decision"], reason: string, time: number): Effect {
  return { kind: "audit", time, command, decision, reason };
}
