/** What somebody wants written, before the guard has been asked. */
import type { CommandSection, Value } from "../twin/envelope.ts";
import type { Refusal } from "./guard.ts";
import type { SetPoint } from "./intake.ts";
import type { Knowledge } from "./knowledge.ts";
import type { CommandSettings, Rule } from "./settings.ts";

export interface Request extends SetPoint {
  /** 0 for a person or a flow, then the rules in the order of the table. */
  priority: number;
  why: string[];
  /** Why the value could not be computed, as a sentence. */
  problem?: string;
}

/** Stands in where no command could be read. */
export const NOTHING: Request = { signal: "", value: null, priority: 0, why: [] };

/** What a rule of the table wants, with the readings that made it want it. */
export function ruleRequest(rule: Rule, index: number, knowledge: Knowledge): Request {
  const value = knowledge.evaluate(rule.to);
  const readings = rule.when.names.map((name) => `${knowledge.label(name)} is ${reading(knowledge.read(name))}`);
  const request = { signal: rule.set, priority: index + 1, why: [rule.why || rule.when.text, ...readings] };
  if (Number.isFinite(value)) return { ...request, value };
  const missing = knowledge.missing(rule.to).join(", ") || "finite result";
  return { ...request, value: null, problem: `The set-point "${rule.to.text}" cannot be computed: no ${missing}.` };
}

/** Three digits are enough for a reason; a whole number stays whole. */
const reading = (x: number | undefined): string =>
  x === undefined ? "unknown" : String(Number.isInteger(x) ? x : Number(x.toPrecision(3)));

/** The command of a request, neither checked nor sent. @param was the present value, null when unknown */
export function makeCommand(
  { signal, value, expires, why }: Request,
  id: string,
  was: Value,
  { expiry, mode }: CommandSettings,
  now: number,
): CommandSection {
  const latest = now + expiry;
  return {
    id,
    signal,
    value: plain(value),
    was: plain(was),
    mode,
    expires: Math.min(expires ?? latest, latest) + 0,
    checks: {},
    result: { sent: false },
    ...(why.length > 0 && { why }),
  };
}

/** JSON knows no minus zero. */
export const plain = (value: Value): Value => (value === 0 ? 0 : value);

export const withRefusal = (command: CommandSection, refusal: Refusal): CommandSection => ({
  ...command,
  result: { ...command.result, refused: refusal.sentence },
});
