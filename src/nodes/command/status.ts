import type { Effect } from "../../lib/command/effects.ts";
import type { CheckName } from "../../lib/command/guard.ts";
import { digits } from "../../lib/command/words.ts";
import type { Value } from "../../lib/twin/envelope.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";

/** How long a decision stays readable while messages go on arriving. */
const KEEP = 10_000;

/** What a node without a new decision is doing. */
export interface Situation {
  off: boolean;
  killed: boolean;
  unusable: boolean;
  pending: number;
  open: number;
  /** Rules whose condition is true, for the last message; undefined while no message has come. */
  matching: number | undefined;
}

/** The status line of twin-command: the last decision for ten seconds, then what the node is doing. */
export class StatusLine {
  #RED: Runtime;
  #node: Node;
  #shown = "";
  #decidedAt = Number.NEGATIVE_INFINITY;

  constructor(RED: Runtime, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  decided(effects: readonly Effect[]): void {
    const last = effects.findLast((e) => e.kind === "audit" || e.kind === "refuse");
    if (!last) return;
    this.#decidedAt = Date.now();
    this.#show(last.kind === "refuse" ? this.#refused(last.refusal.check) : this.#decision(last, effects));
  }

  /** A request that was refused before it became a command. */
  refused(check: CheckName): void {
    this.#decidedAt = Date.now();
    this.#show(this.#refused(check));
  }

  /** Shows what the node is doing, unless a decision was made just now. */
  idle(s: Situation, atOnce = false): void {
    if (!atOnce && Date.now() - this.#decidedAt < KEEP) return;
    this.#show(this.#idle(s));
  }

  #idle(s: Situation): Status {
    if (s.unusable) return this.#status("yellow", "ring", "⚠", "addSignal");
    if (s.killed) return this.#status("red", "ring", "⛔", "killed");
    if (s.off) return this.#status("grey", "ring", "○", "off");
    if (s.pending) return this.#status("blue", "ring", "◔", "waits");
    if (s.open) return this.#status("blue", "ring", "◔", "readBack");
    if (s.matching === undefined) return this.#status("grey", "ring", "…", "waiting");
    return s.matching ? this.#status("green", "dot", "●", "ruleHolds") : this.#status("green", "dot", "○", "noRule");
  }

  #decision(last: Extract<Effect, { kind: "audit" }>, effects: readonly Effect[]): Status {
    const value = short(last.command.value);
    switch (last.decision) {
      case "verified":
        return this.#status("green", "dot", "●", "verified", { value });
      case "sent":
        return this.#status("blue", "ring", "◔", "sent", { value });
      case "failed":
        return this.#status("red", "ring", "⚠", "failed", { value });
      case "proposed":
        return this.#status("blue", "ring", "◔", "waits");
      case "refused": {
        const refused = effects.findLast((e) => e.kind === "refuse");
        return this.#refused(refused?.refusal.check ?? "limits");
      }
      default:
        return this.#status("grey", "ring", "○", last.decision);
    }
  }

  #refused(check: CheckName): Status {
    return this.#status("red", "ring", "⛔", "refused", { check: this.#RED._(`twin-command.check.${check}`) });
  }

  #status(
    fill: NonNullable<Status["fill"]>,
    shape: "ring" | "dot",
    symbol: string,
    key: string,
    vars: Record<string, unknown> = {},
  ): Status {
    return { fill, shape, text: `${symbol} ${this.#RED._(`twin-command.status.${key}`, vars)}` };
  }

  #show(status: Status): void {
    const key = JSON.stringify(status);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#node.status(status);
  }
}

const short = (value: Value): string => (typeof value === "number" ? digits(value) : String(value));
