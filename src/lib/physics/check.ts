/** Checks a text while it is being typed: what is wrong line by line, or the role of every name. */
import { describe, isPlainObject, isSignalName } from "../twin/envelope.ts";
import { compatible, displayUnit, parseUnit } from "../twin/units.ts";
import { type Analysis, analyse, EquationError, type EquationProblem, isFreeName, readModel } from "./equations.ts";
import { type NamedUnit, siName } from "./unit-names.ts";
import { checkUnits } from "./units-check.ts";

export type CheckResult =
  | ({ ok: true; outputs: string[]; mapping?: string; units?: CheckedUnits } & Analysis)
  | { ok: false; problems: readonly EquationProblem[] };

/** What the check of units says; only when units were asked for. */
export interface CheckedUnits {
  /** Where units do not fit together; the equations themselves are fine. */
  problems: readonly EquationProblem[];
  /** Unit of every name without a declared one that the equations determine. */
  inferred: Record<string, NamedUnit>;
  /** Names whose unit no equation determines. */
  undetermined: string[];
  /** Declared units as people read them, and the SI units in which the equations run. */
  declared: Record<string, { display: string; si: string }>;
}

/**
 * @param request `{ equations: string, signals?: string[], predictions?: { signal, variable }[], units?: { name: unit } }`,
 * units as UCUM codes (what is none is read as people type it), empty ones ignored; anything else is answered with a problem, never with an
 * exception. `mapping` in the answer: what is wrong with the table of predictions, as a sentence.
 */
export function checkEquations(request: unknown): CheckResult {
  if (!isPlainObject(request) || typeof request.equations !== "string")
    return { ok: false, problems: [{ line: 1, message: "The request needs the text in equations." }] };
  const signals = new Set(Array.isArray(request.signals) ? request.signals.filter(isSignalName) : []);
  try {
    const roles = analyse(request.equations, (name) => signals.has(name));
    const defined = [...roles.states, ...roles.variables];
    const mapping = wrongMapping(request.predictions, defined, signals);
    return {
      ok: true,
      ...roles,
      outputs: outputs(request.predictions, defined, signals),
      ...(mapping && { mapping }),
      ...(isPlainObject(request.units) && { units: unitsOf(request.equations, request.units, request.predictions) }),
    };
  } catch (error) {
    if (!(error instanceof EquationError)) throw error;
    return { ok: false, problems: error.problems };
  }
}

function unitsOf(equations: string, typed: Record<string, unknown>, predictions: unknown): CheckedUnits {
  const codes = new Map<string, string>();
  const problems: EquationProblem[] = [];
  for (const [name, unit] of Object.entries(typed)) {
    if (typeof unit !== "string" || unit.trim() === "" || !isSignalName(name)) continue;
    const found = isCode(unit) ? { code: unit } : parseUnit(unit);
    if ("code" in found) codes.set(name, found.code);
    else problems.push({ line: 1, message: `${name}: ${found.problem}` });
  }
  const text = readModel(equations, isFreeName);
  const report = checkUnits(text, codes, predictedBy(predictions));
  return {
    problems: [...problems, ...report.problems],
    inferred: Object.fromEntries(report.inferred),
    undetermined: report.undetermined,
    declared: Object.fromEntries(
      Array.from(codes, ([name, code]) => [name, { display: displayUnit(code), si: siName(code) }]),
    ),
  };
}

/** `F` is farad as a code; somebody who types it means °F. */
const isCode = (unit: string): boolean => compatible(unit, unit);

function predictedBy(rows: unknown): Map<string, string> {
  const all = Array.isArray(rows) ? rows.filter(isPlainObject) : [];
  return new Map(all.filter((r) => r.signal && r.variable).map((r) => [String(r.signal), String(r.variable)]));
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
