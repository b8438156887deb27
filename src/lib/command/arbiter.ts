import type { Expression } from "../expression/expression.ts";
import type { Json } from "../store/store.ts";
import { isPlainObject } from "../twin/envelope.ts";
import type { Rule } from "./settings.ts";

interface RuleState {
  /** Since when the condition has been true, or false, without interruption. */
  trueSince: number | null;
  falseSince: number | null;
  /** The rule has acted and waits until its condition has been false for the re-arm time. */
  spent: boolean;
  /** Code of the refusal that was reported last, so that it is reported once. */
  reported: string;
}

export interface Verdicts {
  /** Rules that want to write now, in order of the table. */
  firing: { index: number; rule: Rule }[];
  /** Rules that would write if an earlier rule for the same signal did not hold. */
  outranked: { index: number; rule: Rule; by: number }[];
  /** How many conditions are true, held long enough or not. */
  matching: number;
}

/**
 * The rule table. A rule fires once when its condition has been true for the hold time, and again only after the
 * condition was false for the re-arm time. Of two rules that set the same signal, the earlier one in the table goes
 * first for as long as its condition holds. A condition over missing data is neither true nor false: the hold time
 * starts again.
 */
export class Arbiter {
  #rules: readonly Rule[];
  #rearm: number;
  #states: RuleState[];

  /** @param rearm milliseconds */
  constructor(rules: readonly Rule[], rearm: number) {
    this.#rules = rules;
    this.#rearm = rearm;
    this.#states = rules.map(fresh);
  }

  /** @param evaluate value of an expression over the twin now, NaN when data is missing */
  step(evaluate: (expression: Expression) => number, now: number): Verdicts {
    const verdicts: Verdicts = { firing: [], outranked: [], matching: 0 };
    const taken = new Map<string, number>();
    this.#rules.forEach((rule, index) => {
      const state = this.#states[index]!;
      const condition = evaluate(rule.when);
      if (condition !== 0 && !Number.isNaN(condition)) verdicts.matching++;
      if (!this.#held(state, rule, condition, now)) return;
      const by = taken.get(rule.set);
      if (by === undefined) taken.set(rule.set, index);
      if (state.spent) return;
      if (by === undefined) verdicts.firing.push({ index, rule });
      else verdicts.outranked.push({ index, rule, by });
    });
    return verdicts;
  }

  /** The rule has acted. */
  spend(index: number): void {
    this.#states[index]!.spent = true;
    this.#states[index]!.reported = "";
  }

  /** True when this refusal of the rule has not been reported since its condition became true. */
  report(index: number, code: string): boolean {
    const state = this.#states[index]!;
    if (state.reported === code) return false;
    state.reported = code;
    return true;
  }

  #held(state: RuleState, rule: Rule, condition: number, now: number): boolean {
    if (Number.isNaN(condition)) {
      state.trueSince = state.falseSince = null;
      return false;
    }
    if (condition === 0) {
      state.trueSince = null;
      state.reported = "";
      state.falseSince = Math.min(state.falseSince ?? now, now);
      if (now - state.falseSince >= this.#rearm) state.spent = false;
      return false;
    }
    state.falseSince = null;
    state.trueSince = Math.min(state.trueSince ?? now, now);
    return now - state.trueSince >= rule.hold;
  }

  snapshot(): Json {
    return this.#rules.map((rule, i) => ({ key: rule.key, spent: this.#states[i]!.spent }));
  }

  /** Takes over which rules have acted. Hold times start again: nobody saw the condition in between. */
  restore(state: unknown): void {
    if (!Array.isArray(state)) throw new Error("rule states are damaged");
    const spent = new Set(state.filter((s) => isPlainObject(s) && s.spent === true).map((s) => s.key));
    this.#states = this.#rules.map((rule) => ({ ...fresh(), spent: spent.has(rule.key) }));
  }
}

const fresh = (): RuleState => ({ trueSince: null, falseSince: null, spent: false, reported: "" });
