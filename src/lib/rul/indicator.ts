/** The health indicator: what is watched, and when it counts. */
import { compileExpression } from "../expression/compile.ts";
import type { Expression } from "../expression/expression.ts";
import type { Asset } from "../twin/asset.ts";
import { describe, type Envelope, TwinError } from "../twin/envelope.ts";
import { pathExists, pathLabel, readPath } from "../twin/paths.ts";
import { isGood } from "../twin/status-codes.ts";
import { displayUnit } from "../twin/units.ts";

export interface IndicatorOptions {
  /** A signal, a path or an expression over them. */
  expression: string;
  /** Empty: always. */
  onlyWhile?: string;
}

export interface Indicator {
  /** For sentences and the section. */
  name: string;
  label: string;
  unit: string;
  /** The value, if this message brings a Good new one; undefined otherwise. */
  read(twin: Envelope): number | undefined;
}

/** @throws TwinError `E_NO_INDICATOR` or `E_EXPRESSION` with a sentence */
export function makeIndicator(asset: Asset, options: IndicatorOptions): Indicator {
  const text = options.expression.trim();
  if (text === "")
    throw new TwinError(
      "E_NO_INDICATOR",
      "No health indicator: enter a failure threshold in the asset, or an indicator in this node.",
    );
  const known = (name: string) => pathExists(asset, name);
  const value = compileExpression(text, known);
  const condition = options.onlyWhile?.trim() ? compileExpression(options.onlyWhile, known) : undefined;
  const single = value.names.length === 1 && value.names[0] === text ? text : undefined;
  const signal = single ? asset.signals.get(single) : undefined;
  const signals = value.names.filter((name) => asset.signals.has(name));
  if (value.names.length === 0)
    throw new TwinError("E_NO_INDICATOR", `The indicator ${describe(text)} is a constant: it must depend on a signal.`);
  return {
    name: text,
    label: single ? pathLabel(asset, single) : "Health indicator",
    unit: signal ? displayUnit(signal.unit) : "",
    read(twin) {
      if (signals.some((name) => !isGood(statusOf(twin, name)))) return undefined;
      const fresh =
        signals.length === 0 ? twin.updated.length > 0 : signals.some((name) => twin.updated.includes(name));
      if (!fresh || (condition && evaluate(condition, twin) !== 1)) return undefined;
      const result = evaluate(value, twin);
      return Number.isFinite(result) ? result : undefined;
    },
  };
}

const statusOf = (twin: Envelope, name: string): number | undefined =>
  twin.status && Object.hasOwn(twin.status, name) ? twin.status[name] : undefined;

const evaluate = (expression: Expression, twin: Envelope): number =>
  expression.evaluate(expression.names.map((name) => readPath(twin, name) ?? Number.NaN));
