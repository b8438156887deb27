import type { CommandSection, Envelope } from "../../lib/twin/envelope.ts";

/** Where commands go. */
export interface Target {
  /** Resolves when the target took the command; rejects with a sentence when it did not. */
  write(command: CommandSection, twin: Envelope): Promise<void> | undefined;
  close(): void;
}

/** Commands leave through output 1; whatever is wired there takes them. */
export const outputTarget: Target = { write: () => undefined, close: () => undefined };

/** Fills `{id}` and `{signal}` in a topic. */
export function fillTopic(template: string, id: string, signal: string): string {
  return template.replaceAll("{id}", () => id).replaceAll("{signal}", () => signal);
}
