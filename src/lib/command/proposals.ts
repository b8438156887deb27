import type { Json } from "../store/store.ts";
import type { CommandSection } from "../twin/envelope.ts";
import { isPlainObject } from "../twin/envelope.ts";
import { audit, type Effect, story } from "./effects.ts";
import type { CommandSettings } from "./settings.ts";
import { quantity } from "./words.ts";

export interface Proposal {
  command: CommandSection;
  priority: number;
  /** Until when whoever asked wants the value written, if they said so. */
  notAfter?: number;
}

/** Advice that waits for accept or reject until its expiry: at most one per signal. */
export class Proposals {
  #settings: CommandSettings;
  #waiting = new Map<string, Proposal>();

  constructor(settings: CommandSettings) {
    this.#settings = settings;
  }

  /** Oldest first. */
  list(): CommandSection[] {
    return Array.from(this.#waiting.values(), (p) => p.command);
  }

  ofSignal(signal: string): Proposal | undefined {
    return [...this.#waiting.values()].find((p) => p.command.signal === signal);
  }

  /** The proposal with this id, or the only one when no id is given; a sentence when there is none or a choice. */
  find(id: string | undefined): Proposal | string {
    if (id !== undefined)
      return (
        this.#waiting.get(id) ?? `No advice ${JSON.stringify(id)} waits: it may have expired or been answered already.`
      );
    const [first, second] = this.#waiting.values();
    if (!first) return "No advice waits for an answer.";
    if (!second) return first;
    const ids = this.list().map((c) => `${c.id} (${c.signal})`);
    return `${ids.length} pieces of advice wait: say which one with its id, ${ids.join(" or ")}.`;
  }

  /** Adds a proposal in place of an earlier one for the same signal. */
  add(proposal: Proposal, now: number): Effect[] {
    const effects = this.dropSignal(proposal.command.signal, now);
    this.#waiting.set(proposal.command.id, proposal);
    return [...effects, { kind: "proposals" }];
  }

  take(id: string): void {
    this.#waiting.delete(id);
  }

  dropSignal(signal: string, now: number): Effect[] {
    const old = this.ofSignal(signal);
    return old ? this.drop(old, "rejected", `${this.#name(old)} is replaced by a newer one.`, now) : [];
  }

  dropAll(reason: string, now: number): Effect[] {
    return [...this.#waiting.values()].flatMap((p) =>
      this.drop(p, "rejected", `${this.#name(p)} is withdrawn: ${reason}`, now),
    );
  }

  expire(now: number): Effect[] {
    return [...this.#waiting.values()]
      .filter((p) => now >= p.command.expires)
      .flatMap((p) => this.drop(p, "expired", `${this.#name(p)} was not answered in time and has expired.`, now));
  }

  drop(proposal: Proposal, decision: "rejected" | "expired", text: string, now: number): Effect[] {
    this.#waiting.delete(proposal.command.id);
    const { pending: _, ...result } = proposal.command.result;
    const command: CommandSection = { ...proposal.command, result: { ...result, refused: text } };
    return [
      { kind: "proposals" },
      { kind: "section", command },
      story(command, "cleared", "info", text),
      audit(command, decision, text, now),
    ];
  }

  #name({ command }: Proposal): string {
    const signal = this.#settings.signals.get(command.signal);
    return `The advice to set ${signal?.label ?? command.signal} to ${quantity(command.value, signal?.unit ?? "1")}`;
  }

  snapshot(): Json {
    return JSON.parse(JSON.stringify([...this.#waiting.values()])) as Json;
  }

  /** Proposals for signals that may no longer be commanded are left behind. */
  restore(state: unknown): void {
    if (!Array.isArray(state)) throw new Error("proposals are damaged");
    for (const p of state as Proposal[])
      if (isPlainObject(p) && this.#settings.signals.has(p.command.signal)) this.#waiting.set(p.command.id, p);
  }
}
