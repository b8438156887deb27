import type { Json } from "../store/store.ts";
import type { CommandSection, Envelope } from "../twin/envelope.ts";
import { isPlainObject } from "../twin/envelope.ts";
import { isGood } from "../twin/status-codes.ts";
import { audit, type Effect, story } from "./effects.ts";
import { asNumber, type Refusal } from "./guard.ts";
import { statusOf, timeOf } from "./knowledge.ts";
import { RateMemory } from "./rate.ts";
import type { CommandSettings, CommandSignal } from "./settings.ts";
import { because, quantity } from "./words.ts";

/** A command that was let through and is not yet verified. */
export interface OpenCommand {
  command: CommandSection;
  priority: number;
  attempts: number;
  /** When it was written last; samples up to here prove nothing. */
  writtenAt: number;
  /** Waiting for the word that the target took it. */
  inFlight: boolean;
  /** False after a restart: then it is only read back, never written again. */
  repeat: boolean;
  /** The story began with an advice. */
  advised: boolean;
  /** What was said last about a delay, so that it is said once. */
  told: string;
}

/** Writes commands, reads them back, writes again within the expiry. One open command per signal. */
export class Writer {
  #settings: CommandSettings;
  #open = new Map<string, OpenCommand>();
  #rates = new Map<string, RateMemory>();

  constructor(settings: CommandSettings) {
    this.#settings = settings;
  }

  open(signal: string): OpenCommand | undefined {
    return this.#open.get(signal);
  }

  get openCount(): number {
    return this.#open.size;
  }

  rate(signal: string): RateMemory {
    let rate = this.#rates.get(signal);
    if (!rate) this.#rates.set(signal, (rate = new RateMemory()));
    return rate;
  }

  /** Begins a command that the guard let through. @param advised true when it was an accepted advice */
  start(command: CommandSection, priority: number, advised: boolean, now: number): Effect[] {
    const open: OpenCommand = {
      command,
      priority,
      attempts: 0,
      writtenAt: now,
      inFlight: false,
      repeat: true,
      advised,
      told: "",
    };
    this.#open.set(command.signal, open);
    this.rate(command.signal).add(asNumber(command.value)!, asNumber(command.was) ?? null, now);
    return [this.#write(open, now)];
  }

  /** The target took the command, or (`error`) it could not be sent. */
  delivered(id: string, error: string | undefined, now: number): Effect[] {
    const open = [...this.#open.values()].find((o) => o.command.id === id);
    if (!open?.inFlight) return [];
    open.inFlight = false;
    const { label, unit } = this.#signal(open);
    const { value, was, why, result } = open.command;
    if (error !== undefined) {
      if (open.told === error) return [];
      open.told = error;
      const text = `${label} ${quantity(value, unit)} could not be sent: ${error}`;
      return [story(open.command, "changed", "warning", text)];
    }
    const again = result.sent;
    this.#update(open, { sent: true });
    const text = again
      ? `${label} set to ${quantity(value, unit)} again: attempt ${open.attempts}.`
      : `${label} set to ${quantity(value, unit)} (was ${quantity(was, unit)})${because(why ?? [])}.`;
    return [
      { kind: "section", command: open.command },
      story(open.command, again || open.advised ? "changed" : "raised", "info", text),
      audit(open.command, "sent", text, now),
    ];
  }

  /** Read-back: a Good new sample of the signal whose source time is after the write. */
  see(twin: Envelope, now: number): Effect[] {
    return [...this.#open.values()].flatMap((open) => {
      const { signal, value } = open.command;
      if (!open.command.result.sent || !twin.updated.includes(signal)) return [];
      if (!isGood(statusOf(twin, signal)) || timeOf(twin, signal) <= open.writtenAt) return [];
      const sample = Object.hasOwn(twin.values, signal) ? twin.values[signal]! : null;
      const x = asNumber(sample);
      if (x === undefined) return [];
      const { tolerance, label, unit } = this.#signal(open);
      const verified = Math.abs(x - asNumber(value)!) <= tolerance;
      this.#update(open, { readback: sample === 0 ? 0 : sample, verified });
      if (!verified) return [{ kind: "section", command: open.command }];
      const text = `${label} reads ${quantity(sample, unit)}: the command ${quantity(value, unit)} is verified.`;
      return this.#end(open, "verified", story(open.command, "cleared", "info", text), text, now);
    });
  }

  /** Gives up what has expired and writes again what is due. @param ask the guard, for a command that is to be repeated */
  tick(now: number, ask: (open: OpenCommand) => Refusal | undefined): Effect[] {
    return [...this.#open.values()].flatMap((open) => {
      const tries = this.#settings.retries + 1;
      const neverSent = !open.command.result.sent && !open.inFlight && open.attempts >= tries;
      if (now >= open.command.expires || neverSent) return this.#fail(open, now);
      if (open.inFlight || !open.repeat || open.attempts >= tries) return [];
      if (now - open.writtenAt < this.#settings.retryAfter) return [];
      const refusal = ask(open);
      if (!refusal) return [this.#write(open, now)];
      if (open.told === refusal.code) return [];
      open.told = refusal.code;
      return [story(open.command, "changed", "warning", `The command is not written again now: ${refusal.sentence}`)];
    });
  }

  /** Ends a command before its time, for example because the kill switch was used. @param reason a sentence */
  stop(signal: string, reason: string, now: number): Effect[] {
    const open = this.#open.get(signal);
    if (!open) return [];
    const { label, unit } = this.#signal(open);
    const text = `The command ${label} ${quantity(open.command.value, unit)} ends unverified: ${reason}`;
    return this.#end(open, "failed", story(open.command, "cleared", "warning", text), text, now);
  }

  stopAll(reason: string, now: number): Effect[] {
    return [...this.#open.keys()].flatMap((signal) => this.stop(signal, reason, now));
  }

  #write(open: OpenCommand, now: number): Effect {
    open.attempts++;
    open.writtenAt = now;
    open.inFlight = true;
    open.told = "";
    this.#update(open, { attempts: open.attempts });
    return { kind: "send", command: { ...open.command, result: { ...open.command.result, sent: true } } };
  }

  #fail(open: OpenCommand, now: number): Effect[] {
    const { label, unit } = this.#signal(open);
    const { result, value } = open.command;
    const seen =
      result.readback === undefined ? "no new value came back" : `it reads ${quantity(result.readback, unit)}`;
    const times = `${open.attempts} ${open.attempts === 1 ? "attempt" : "attempts"}`;
    const text = !result.sent
      ? `${label} ${quantity(value, unit)} could not be sent in ${times}: nothing was written.`
      : `${label} was set to ${quantity(value, unit)} but ${seen}: the command is not confirmed after ${times}${open.repeat ? "" : " and a restart"}.`;
    this.#update(open, { verified: false });
    return this.#end(open, "failed", story(open.command, "changed", "warning", text), text, now);
  }

  #end(open: OpenCommand, decision: "verified" | "failed", told: Effect, reason: string, now: number): Effect[] {
    this.#open.delete(open.command.signal);
    return [{ kind: "section", command: open.command }, told, audit(open.command, decision, reason, now)];
  }

  /** Sections already handed out stay as they were. */
  #update(open: OpenCommand, result: Partial<CommandSection["result"]>): void {
    open.command = { ...open.command, result: { ...open.command.result, ...result } };
  }

  #signal(open: OpenCommand): CommandSignal {
    return this.#settings.signals.get(open.command.signal)!;
  }

  snapshot(): Json {
    return JSON.parse(
      JSON.stringify({ open: [...this.#open.values()], rates: [...this.#rates].map(([k, r]) => [k, r.snapshot()]) }),
    ) as Json;
  }

  restore(state: unknown): void {
    if (!isPlainObject(state) || !Array.isArray(state.open) || !Array.isArray(state.rates))
      throw new Error("open commands are damaged");
    for (const open of state.open as OpenCommand[])
      if (this.#settings.signals.has(open.command.signal))
        this.#open.set(open.command.signal, { ...open, inFlight: false, repeat: false, told: "" });
    // Whether a write that was under way at the stop reached the machine is not known: it counts as sent.
    for (const open of this.#open.values()) this.#update(open, { sent: true });
    for (const [signal, rate] of state.rates as [string, unknown][]) this.rate(signal).restore(rate);
  }

  /** Forgets what was written, and what is open. */
  reset(keepRates: boolean): void {
    this.#open.clear();
    if (!keepRates) this.#rates.clear();
  }
}
