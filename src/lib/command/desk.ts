import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import { type CommandSection, type Envelope, isPlainObject, type Value } from "../twin/envelope.ts";
import { Arbiter } from "./arbiter.ts";
import { audit, type Effect, type Outcome, story } from "./effects.ts";
import { guard, type Refusal, type Situation } from "./guard.ts";
import type { SetPoint } from "./intake.ts";
import { Knowledge } from "./knowledge.ts";
import { type Proposal, Proposals } from "./proposals.ts";
import { makeCommand, NOTHING, plain, type Request, ruleRequest, withRefusal } from "./request.ts";
import type { CommandSettings } from "./settings.ts";
import { because, duration, quantity } from "./words.ts";
import { Writer } from "./writer.ts";

export interface DeskOptions {
  asset: Asset;
  settings: CommandSettings;
  branch: string;
  /** Goes into the ids of commands, so that two nodes never use the same. */
  tag: string;
  /** Why nothing may be written by any twin of the node, as a sentence. */
  killedAll?: () => string | undefined;
}

/**
 * Everything the command writer knows and does for one twin: a state machine whose effects are data. `now` is
 * milliseconds UTC as docs/contract.md, *Now*, says.
 */
export class Desk {
  #o: DeskOptions;
  #knowledge: Knowledge;
  #arbiter: Arbiter;
  #writer: Writer;
  #proposals: Proposals;
  #counter = 0;
  #killed = "";
  #newest: number | null = null;

  constructor(options: DeskOptions) {
    const { asset, settings } = options;
    this.#o = options;
    this.#knowledge = new Knowledge(asset, settings.freshness);
    this.#arbiter = new Arbiter(settings.rules, settings.rearm);
    this.#writer = new Writer(settings);
    this.#proposals = new Proposals(settings);
  }

  /** Newest source time, also from before a restart. */
  get newest(): number | null {
    return this.#newest;
  }
  get twin(): Envelope | undefined {
    return this.#knowledge.twin;
  }
  get pending(): CommandSection[] {
    return this.#proposals.list();
  }
  get openCount(): number {
    return this.#writer.openCount;
  }
  get killed(): string {
    return this.#killed;
  }

  /** An envelope: updates what the guard knows, reads back, and lets the rules decide. It is never a set-point. */
  see(twin: Envelope, now: number): Outcome & { matching: number } {
    this.#newest = Math.max(this.#newest ?? twin.time, twin.time);
    const news = this.#knowledge.see(twin);
    const effects = news ? this.#writer.see(twin, now) : [];
    effects.push(...this.tick(now));
    const matching = news ? this.#applyRules(now, effects) : 0;
    const message = matching ? "A rule applies." : "No rule applies: nothing is written.";
    return { effects, matching, reply: { ok: true, message } };
  }

  /** A set-point from a person or a flow. */
  request(setPoint: SetPoint, now: number, by?: string): Outcome {
    const effects = this.tick(now);
    const why = by ? [`${by} asked for it`] : [];
    return this.#decide({ ...setPoint, priority: 0, why }, now, effects);
  }

  /** Lets time pass: expiry, retries, and rules whose hold time is over. */
  tick(now: number): Effect[] {
    const effects = this.#proposals.expire(now);
    effects.push(...this.#writer.tick(now, (open) => this.#ask(open.command, open.priority, now, true).refusal));
    return effects;
  }

  /** The timer's step on a live machine. */
  advance(now: number): Effect[] {
    const effects = this.tick(now);
    if (this.#knowledge.twin) this.#applyRules(now, effects);
    return effects;
  }

  /** Accepts a proposal, or the only one that waits. Every check runs again. */
  accept(id: string | undefined, now: number, by = ""): Outcome {
    const effects = this.tick(now);
    const found = this.#proposals.find(id);
    if (typeof found === "string") return this.#cannot(found, effects, now, id);
    const { command, priority, notAfter } = found;
    const verdict = this.#ask(command, priority, now, false, command.id);
    if (verdict.refusal) {
      const refused = withRefusal({ ...command, checks: verdict.checks }, verdict.refusal);
      return this.#refuse(refused, verdict.refusal, now, effects);
    }
    this.#proposals.take(command.id);
    const { pending: _, ...result } = command.result;
    const accepted: CommandSection = {
      ...command,
      was: plain(this.#knowledge.value(command.signal)),
      // The read-back gets the full time; only a limit set by whoever asked still holds.
      expires: Math.min(now + this.#o.settings.expiry, notAfter ?? Number.POSITIVE_INFINITY),
      checks: verdict.checks,
      result,
    };
    effects.push(
      { kind: "proposals" },
      audit(accepted, "accepted", `The advice to ${this.#what(accepted)} was accepted${by && ` by ${by}`}.`, now),
    );
    return this.#start(accepted, priority, true, now, effects);
  }

  reject(id: string | undefined, now: number, by = ""): Outcome {
    const effects = this.tick(now);
    const found = this.#proposals.find(id);
    if (typeof found === "string") return this.#cannot(found, effects, now, id);
    const message = `The advice to ${this.#what(found.command)} was rejected${by && ` by ${by}`}.`;
    effects.push(...this.#proposals.drop(found, "rejected", message, now));
    return { effects, reply: { ok: true, message } };
  }

  /** The target took the command, or (`error`, a sentence) it could not be sent. */
  delivered(id: string, error: string | undefined, now: number): Effect[] {
    return this.#writer.delivered(id, error, now);
  }

  /** The kill switch of this twin: ends everything that is open and waiting. */
  kill(now: number, by = ""): Outcome {
    this.#killed = `The kill switch is on${by && ` (${by})`}: nothing is written until it is released.`;
    return { effects: this.stopAll("the kill switch was used.", now), reply: { ok: true, message: this.#killed } };
  }

  release(): Outcome {
    const message = this.#killed ? "The kill switch is released." : "The kill switch was not on.";
    this.#killed = "";
    return { effects: [], reply: { ok: true, message } };
  }

  /** Ends everything that is open and waiting. @param reason a clause that ends with a full stop */
  stopAll(reason: string, now: number): Effect[] {
    return [...this.#writer.stopAll(reason, now), ...this.#proposals.dropAll(reason, now)];
  }

  /** Forgets the twin: proposals, open commands, rule states. The kill switch and the numbering stay. */
  reset(now: number): Outcome {
    const effects = this.stopAll("the node was reset.", now);
    const { asset, settings } = this.#o;
    this.#knowledge = new Knowledge(asset, settings.freshness);
    this.#arbiter = new Arbiter(settings.rules, settings.rearm);
    // On a live machine the time since the last write still counts; a simulation may begin again in its past.
    this.#writer.reset(asset.clock === "wall");
    this.#newest = null;
    return { effects, reply: { ok: true, message: "Open commands, advice and rule states are forgotten." } };
  }

  #applyRules(now: number, effects: Effect[]): number {
    const { firing, outranked, matching } = this.#arbiter.step((e) => this.#knowledge.evaluate(e), now);
    for (const { index, rule } of firing) {
      const request = ruleRequest(rule, index, this.#knowledge);
      const { refusal } = this.#ask(request, request.priority, now, false);
      if (refusal && !this.#arbiter.report(index, refusal.code)) continue;
      const { reply } = this.#decide(request, now, effects);
      if (reply.ok) this.#arbiter.spend(index);
    }
    for (const { index, rule, by } of outranked) {
      if (!this.#arbiter.report(index, "E_BUSY")) continue;
      const command = this.#command(ruleRequest(rule, index, this.#knowledge), now);
      const sentence = `Rule ${by + 1} goes before rule ${index + 1}: it stands earlier in the table and holds.`;
      const refusal: Refusal = { check: "arbitration", code: "E_BUSY", sentence };
      this.#refuse(withRefusal({ ...command, checks: { arbitration: sentence } }, refusal), refusal, now, effects);
    }
    return matching;
  }

  /** Asks the guard, then proposes or writes. */
  #decide(request: Request, now: number, effects: Effect[]): Outcome {
    const command = this.#command(request, now);
    const { checks, refusal } = this.#ask({ ...request, expires: command.expires }, request.priority, now, false);
    command.checks = checks;
    if (refusal) return this.#refuse(withRefusal(command, refusal), refusal, now, effects);
    if (this.#o.settings.mode === "auto") return this.#start(command, request.priority, false, now, effects);
    const proposal: Proposal = {
      command: { ...command, result: { sent: false, pending: true } },
      priority: request.priority,
      ...(request.expires !== undefined && { notAfter: request.expires }),
    };
    effects.push(...this.#proposals.add(proposal, now));
    const text = `Advice: ${this.#what(command)}${because(request.why)}. It waits ${duration(command.expires - now)} for accept or reject.`;
    effects.push(
      { kind: "section", command: proposal.command },
      story(proposal.command, "raised", "info", text),
      audit(proposal.command, "proposed", text, now),
    );
    return { effects, reply: { ok: true, message: text } };
  }

  #start(command: CommandSection, priority: number, advised: boolean, now: number, effects: Effect[]): Outcome {
    const replaced = "a command that goes first replaces it.";
    effects.push(
      ...this.#writer.stop(command.signal, replaced, now),
      ...this.#proposals.dropSignal(command.signal, now),
    );
    effects.push(...this.#writer.start(command, priority, advised, now));
    return {
      effects,
      reply: { ok: true, message: `The command to ${this.#what(command)} is sent and waits for its read-back.` },
    };
  }

  #refuse(command: CommandSection, refusal: Refusal, now: number, effects: Effect[]): Outcome {
    const { sentence } = refusal;
    effects.push({ kind: "refuse", command, refusal }, audit(command, "refused", sentence, now));
    if (command.result.pending !== true) effects.push({ kind: "section", command });
    return { effects, reply: { ok: false, message: sentence } };
  }

  /** A request that could not be read. @param sentence what is wrong with it */
  misread(code: string, sentence: string, now: number): Outcome {
    return this.#unusable({ check: "limits", code, sentence }, [], now, "");
  }

  /** An accept or reject that names no proposal. */
  #cannot(sentence: string, effects: Effect[], now: number, id = ""): Outcome {
    return this.#unusable({ check: "arbitration", code: "E_NO_PROPOSAL", sentence }, effects, now, id);
  }

  #unusable(refusal: Refusal, effects: Effect[], now: number, id: string): Outcome {
    const command = withRefusal(this.#command(NOTHING, now, id), refusal);
    effects.push({ kind: "refuse", command, refusal });
    return { effects, reply: { ok: false, message: refusal.sentence } };
  }

  #ask(
    command: { signal: string; value: Value; expires?: number; problem?: string },
    priority: number,
    now: number,
    repeat: boolean,
    self?: string,
  ) {
    const { settings, branch, killedAll } = this.#o;
    const { signal } = command;
    const nodeKill = settings.killed
      ? "The kill switch in the dialog of this node is on: nothing is written."
      : undefined;
    const situation: Situation = {
      settings,
      branch,
      now,
      knowledge: this.#knowledge,
      kill: nodeKill ?? killedAll?.() ?? (this.#killed || undefined),
      rate: this.#writer.rate(signal),
      busy: this.#busy(signal, priority, self),
    };
    const verdict = guard(signal, command.value, command.expires ?? Number.POSITIVE_INFINITY, situation, repeat);
    if (verdict.refusal?.check === "limits" && command.problem) {
      verdict.refusal.sentence = command.problem;
      verdict.checks.limits = command.problem;
    }
    return verdict;
  }

  #busy(signal: string, priority: number, self: string | undefined): string | undefined {
    const open = this.#writer.open(signal);
    if (open && priority >= open.priority)
      return `The command to ${this.#what(open.command)} is still waiting for its read-back.`;
    const waiting = this.#proposals.ofSignal(signal);
    if (waiting && waiting.command.id !== self && priority > waiting.priority)
      return `The advice to ${this.#what(waiting.command)} waits for an answer and goes first.`;
    return undefined;
  }

  #command(request: Request, now: number, id = `c-${this.#o.tag}-${++this.#counter}`): CommandSection {
    return makeCommand(request, id, this.#knowledge.value(request.signal), this.#o.settings, now);
  }

  #what({ signal, value, was }: CommandSection): string {
    const known = this.#o.settings.signals.get(signal);
    if (!known) return `set ${signal}`;
    const from = was === null ? "" : `from ${quantity(was, known.unit)} `;
    return `set ${known.label} ${from}to ${quantity(value, known.unit)}`;
  }

  snapshot(): Json {
    return {
      v: 1,
      counter: this.#counter,
      killed: this.#killed,
      newest: this.#newest,
      proposals: this.#proposals.snapshot(),
      rules: this.#arbiter.snapshot(),
      writer: this.#writer.snapshot(),
    };
  }

  /** Takes over a snapshot. Open commands are only read back from now on: they are never written again blindly. */
  restore(state: Json): void {
    if (!isPlainObject(state) || state.v !== 1 || !Number.isSafeInteger(state.counter))
      throw new Error("this is not a snapshot of a command writer");
    this.#counter = state.counter as number;
    this.#killed = typeof state.killed === "string" ? state.killed : "";
    this.#newest = typeof state.newest === "number" ? state.newest : null;
    this.#arbiter.restore(state.rules);
    this.#proposals.restore(state.proposals);
    this.#writer.restore(state.writer);
  }
}
