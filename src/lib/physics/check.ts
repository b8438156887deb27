/** Checks a text while it is being typed: what is wrong line by line, or the role of every name. */
import { describe, isPlainObject, isSignalName } from "../twin/envelope.ts";
import { type Analysis, analyse, EquationError, type EquationProblem } from "./equations.ts";

export type CheckResult =
  /** `mapping`: what is wrong with the table of predictions, as a sentence. */
  ({ ok: true; outputs: string[]; mapping?: string } & Analysis) | { ok: false; problems: readonly EquationProblem[] };

/**
 * @param request `{ equations: string, signals?: string[], predictions?: { signal, variable }[] }`; anything else is
 * answered with a problem, never with an exception.
 */
export function checkEquations(request: unknown): CheckResult {
  if (!isPlainObject(request) || typeof request.equations !== "string")
    return { ok: false, problems: [{ line: 1, message: "The request needs the text in equations." }] };
  const signals = new Set(Array.isArray(request.signals) ? request.signals.filter(isSignalName) : []);
  try {
    const roles = analyse(request.equations, (name) => signals.has(name));
    const defined = [...roles.states, ...roles.variables];
    const mapping = wrongMapping(request.predictions, defined, signals);
    return { ok: true, ...roles, outputs: outputs(request.predictions, defined, signals), ...(mapping && { mapping }) };
  } catch (error) {
    if (!(error instanceof EquationError)) throw error;
    return { ok: false, problems: error.problems };
  }
}

function wrongMapping(rows: unknown, defined: readonly string[], signals: ReadonlySet<string>): string | undefined {
  for (const row of Array.isArray(rows) ? rows : []) {
    if (!isPlainObject(row) || !row.signal || !row.variable) continue;
    if (!signals.has(String(row.signal)))
      return `Predicted signals: ${describe(row.signal)} is not a signal of the asset.`;
    if (!defined.includes(String(row.variable)))
      return `Predicted signals: no equation defines ${describe(row.variable)}.`;
  }
  return undefined;
}

function outputs(rows: unknown, defined: readonly string[], signals: ReadonlySet<string>): string[] {
  const found = new Set(defined.filter((name) => signals.has(name)));
  for (const row of Array.isArray(rows) ? rows : [])
    if (isPlainObject(row) && signals.has(String(row.signal)) && defined.includes(String(row.variable)))
      found.add(String(row.signal));
  return Array.from(found);
}
