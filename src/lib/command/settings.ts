/** What a command writer may do, as the dialog stores it, and its check. */
import type { CompileExpression, Expression } from "../expression/expression.ts";
import type { Asset } from "../twin/asset.ts";
import { describe, isPlainObject, TwinError } from "../twin/envelope.ts";
import { pathExists } from "../twin/paths.ts";

type Field = number | string | null;

export interface CommandSignalConfig {
  signal: string;
  low: Field;
  high: Field;
  step?: Field;
  perMinute?: Field;
  tolerance?: Field;
}

export interface RuleConfig {
  when: string;
  hold?: Field;
  set: string;
  to: Field;
  why?: string;
}

export interface CommandConfig {
  version: 1;
  name: string;
  asset: string;
  mode: "off" | "advise" | "auto";
  target: "output" | "mqtt";
  broker: string;
  topic: string;
  format: "value" | "json";
  signals: CommandSignalConfig[];
  rules: RuleConfig[];
  interlock: string;
  defaultSignal: string;
  expiry: Field;
  retries: Field;
  retryAfter: Field;
  freshness: Field;
  minInterval: Field;
  rearm: Field;
  simulatedTarget: boolean;
  killed: boolean;
}

/** A signal that may be commanded. All values in the asset's unit of the signal. */
export interface CommandSignal {
  name: string;
  label: string;
  unit: string;
  low: number;
  high: number;
  /** Largest distance between a set-point and the present value. */
  step?: number;
  /** Largest sum of all changes within one minute. */
  perMinute?: number;
  /** The read-back may differ from the set-point by this much. */
  tolerance: number;
}

export interface Rule {
  when: Expression;
  /** Milliseconds for which the condition must hold. */
  hold: number;
  set: string;
  to: Expression;
  why: string;
  /** What identifies the rule over restarts: its text. */
  key: string;
}

/** All times in milliseconds. */
export interface CommandSettings {
  mode: "off" | "advise" | "auto";
  /** The node's own kill switch. */
  killed: boolean;
  signals: ReadonlyMap<string, CommandSignal>;
  rules: readonly Rule[];
  interlock?: Expression;
  defaultSignal?: string;
  expiry: number;
  retries: number;
  retryAfter: number;
  freshness: number;
  minInterval: number;
  rearm: number;
  simulatedTarget: boolean;
}

/**
 * Turns the dialog's values into settings.
 * @throws TwinError `E_COMMAND` or `E_EXPRESSION` with a sentence that names the row and the column to correct.
 */
export function readSettings(
  config: Partial<CommandConfig>,
  asset: Asset,
  compile: CompileExpression,
): CommandSettings {
  const mode = config.mode ?? "advise";
  if (mode !== "off" && mode !== "advise" && mode !== "auto")
    throw new TwinError("E_COMMAND", `The mode ${describe(mode)} must be off, advise or auto.`);
  const signals = new Map<string, CommandSignal>();
  for (const [i, row] of list(config.signals).entries()) {
    const signal = readSignal(row as unknown as CommandSignalConfig, i + 1, asset);
    if (signals.has(signal.name))
      throw new TwinError("E_COMMAND", `Signal ${signal.name} is listed twice (row ${i + 1}): keep one row.`);
    signals.set(signal.name, signal);
  }
  const expression = (text: string, where: string) => readExpression(text, where, asset, compile);
  const rules = list(config.rules).map((row, i) => readRule(row as unknown as RuleConfig, i + 1, signals, expression));
  const interlock = text(config.interlock);
  const defaultSignal = text(config.defaultSignal);
  if (defaultSignal && !signals.has(defaultSignal))
    throw new TwinError(
      "E_COMMAND",
      `The default signal ${describe(defaultSignal)} is not in the table of signals that may be commanded.`,
    );
  const seconds = (value: unknown, where: string, fallback: number) => 1000 * atLeast(value, where, fallback, 0);
  return {
    mode,
    killed: config.killed === true,
    signals,
    rules,
    ...(interlock && { interlock: expression(interlock, "The interlock") }),
    ...(defaultSignal ? { defaultSignal } : signals.size === 1 && { defaultSignal: [...signals.keys()][0]! }),
    expiry: 1000 * atLeast(config.expiry, "Expiry", 60, 0.001),
    retries: Math.floor(atLeast(config.retries, "Retries", 2, 0)),
    retryAfter: seconds(config.retryAfter, "Retry after", 10),
    freshness: 1000 * atLeast(config.freshness, "Data no older than", 30, 0.001),
    minInterval: seconds(config.minInterval, "Minimum interval", 5),
    rearm: seconds(config.rearm, "Re-arm after", 10),
    simulatedTarget: config.simulatedTarget === true,
  };
}

function readSignal(row: CommandSignalConfig, line: number, asset: Asset): CommandSignal {
  const known = asset.signals.get(row.signal);
  if (!known)
    throw new TwinError(
      "E_COMMAND",
      `Commandable signals, row ${line}: ${describe(row.signal)} is not a signal of the asset ${describe(asset.name)}.`,
    );
  const where = (column: string) => `Commandable signal ${row.signal}, ${column}`;
  const low = number(row.low, where("lowest"));
  const high = number(row.high, where("highest"));
  if (low === undefined || high === undefined)
    throw new TwinError("E_COMMAND", `${where("limits")}: enter the lowest and the highest value that may be written.`);
  if (low > high)
    throw new TwinError("E_COMMAND", `${where("limits")}: the lowest value ${low} is above the highest value ${high}.`);
  const step = positive(row.step, where("largest step"));
  const perMinute = positive(row.perMinute, where("largest change per minute"));
  return {
    name: row.signal,
    label: known.label,
    unit: known.unit,
    low,
    high,
    ...(step !== undefined && { step }),
    ...(perMinute !== undefined && { perMinute }),
    tolerance: positive(row.tolerance, where("tolerance")) ?? (high - low) / 100,
  };
}

function readRule(
  row: RuleConfig,
  line: number,
  signals: ReadonlyMap<string, CommandSignal>,
  expression: (text: string, where: string) => Expression,
): Rule {
  const where = (column: string) => `Rule ${line}, ${column}`;
  const condition = text(row.when);
  const to = text(row.to);
  if (!condition) throw new TwinError("E_COMMAND", `${where("when")}: enter a condition, for example speed > 1500.`);
  if (!to) throw new TwinError("E_COMMAND", `${where("to")}: enter the value to write, or an expression.`);
  if (!signals.has(row.set))
    throw new TwinError(
      "E_COMMAND",
      `${where("set")}: ${describe(row.set)} is not in the table of signals that may be commanded.`,
    );
  return {
    when: expression(condition, where("when")),
    hold: 1000 * atLeast(row.hold, where("hold"), 0, 0),
    set: row.set,
    to: expression(to, where("to")),
    why: text(row.why),
    key: `${condition}\n${row.hold ?? ""}\n${row.set}\n${to}`,
  };
}

function readExpression(source: string, where: string, asset: Asset, compile: CompileExpression): Expression {
  try {
    return compile(source, (name) => pathExists(asset, name) || asset.parameters.has(name));
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    throw new TwinError(error.code, `${where}: ${error.message}`);
  }
}

function list(x: unknown): Record<string, unknown>[] {
  if (x === undefined || x === null) return [];
  if (!Array.isArray(x) || !x.every(isPlainObject))
    throw new TwinError("E_COMMAND", "A table of this node is damaged: open the node and enter it again.");
  return x;
}

const text = (x: unknown): string => (typeof x === "string" || typeof x === "number" ? String(x).trim() : "");

function number(x: unknown, where: string): number | undefined {
  const typed = typeof x === "string" ? x.trim().replace(",", ".") : x;
  if (typed === undefined || typed === null || typed === "") return undefined;
  const value = typeof typed === "boolean" ? Number.NaN : Number(typed);
  if (!Number.isFinite(value)) throw new TwinError("E_COMMAND", `${where}: ${describe(x)} is not a number.`);
  return value;
}

function atLeast(x: unknown, where: string, fallback: number, least: number): number {
  const value = number(x, where) ?? fallback;
  if (value < least) throw new TwinError("E_COMMAND", `${where}: ${value} is too small.`);
  return value;
}

function positive(x: unknown, where: string): number | undefined {
  const value = number(x, where);
  if (value !== undefined && value <= 0) throw new TwinError("E_COMMAND", `${where}: ${value} must be above zero.`);
  return value;
}
