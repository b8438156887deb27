/**
 * Equations as a technician types them, one per line: `dT/dt = …` for a state, `y = …` for a variable, `#` begins a
 * comment. Order does not matter. Names that no equation defines are inputs (signals), parameters, the time `t` in
 * seconds, or constants.
 */
import { type Ast, ExpressionError, namesIn } from "../expression/ast.ts";
import { CONSTANTS, FUNCTIONS } from "../expression/functions.ts";
import { parseExpression } from "../expression/whitelist.ts";
import { describe, isSignalName, TwinError } from "../twin/envelope.ts";

export interface Equation {
  kind: "state" | "variable";
  name: string;
  ast: Ast;
  /** Line in the text, from 1. */
  line: number;
}

export interface EquationProblem {
  /** Line in the text, from 1. */
  line: number;
  /** Index of the character in the line, where known. */
  position?: number;
  /** One sentence. */
  message: string;
}

export const MAX_LINES = 500;
const MAX_TEXT = 50_000;
/** Words that mathjs reads as operators or values, and the time. */
const WORDS = new Set(["and", "or", "not", "xor", "mod", "to", "in", "true", "false", "null", "undefined", "end", "t"]);

/** Equations that cannot be used. `problems` lists what is wrong, line by line. */
export class EquationError extends TwinError {
  readonly problems: readonly EquationProblem[];
  constructor(problems: readonly EquationProblem[]) {
    const first = problems[0]!;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super("E_EQUATIONS", `Equations, line ${first.line}: ${first.message}${more}`);
    this.problems = problems;
  }
}

/**
 * Reads the text.
 * @param isKnown says which names are inputs or parameters; names that equations define are known by themselves.
 * @returns the equations in the order of the text
 * @throws EquationError that lists every line that cannot be used
 */
export function readEquations(text: string, isKnown: (name: string) => boolean): Equation[] {
  const problems: EquationProblem[] = [];
  const sides = readSides(text, problems);
  const defined = new Set(sides.map((s) => s.name));
  const equations: Equation[] = [];
  for (const side of sides) {
    try {
      const ast = parseExpression(side.right, (name) => name === "t" || defined.has(name) || isKnown(name));
      equations.push({ kind: side.kind, name: side.name, ast, line: side.line });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const message = error.unknown === undefined ? error.message : unknownText(error.unknown);
      problems.push({
        line: side.line,
        message,
        ...(error.position !== undefined && { position: side.offset + error.position }),
      });
    }
  }
  if (problems.length === 0) findCycles(equations, problems);
  if (problems.length > 0) throw new EquationError(problems.sort((a, b) => a.line - b.line));
  return equations;
}

const unknownText = (name: string): string =>
  `${describe(name)} is no signal of the asset, no equation defines it, and it has no value among the numbers of the model.`;

/** The roles of all names in a text. */
export interface Analysis {
  states: string[];
  variables: string[];
  inputs: string[];
  parameters: string[];
}

/**
 * Finds the role of every name: what is neither defined by an equation nor a signal is a parameter.
 * @throws EquationError as `readEquations`
 */
export function analyse(text: string, isSignal: (name: string) => boolean): Analysis {
  const equations = readEquations(text, (name) => isSignalName(name) && !CONSTANTS.has(name) && !FUNCTIONS.has(name));
  const defined = new Set(equations.map((e) => e.name));
  const free = new Set(
    equations.flatMap((e) => Array.from(namesIn(e.ast))).filter((n) => n !== "t" && !defined.has(n)),
  );
  return {
    states: equations.filter((e) => e.kind === "state").map((e) => e.name),
    variables: equations.filter((e) => e.kind === "variable").map((e) => e.name),
    inputs: Array.from(free).filter(isSignal),
    parameters: Array.from(free).filter((name) => !isSignal(name)),
  };
}

interface Side {
  kind: Equation["kind"];
  name: string;
  right: string;
  /** Where the right side begins in the line. */
  offset: number;
  line: number;
}

function readSides(text: string, problems: EquationProblem[]): Side[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (text.length > MAX_TEXT || lines.length > MAX_LINES) {
    problems.push({ line: 1, message: `The text is too long: at most ${MAX_LINES} lines.` });
    return [];
  }
  const sides: Side[] = [];
  const seen = new Map<string, number>();
  lines.forEach((whole, i) => {
    const line = i + 1;
    const code = whole.split("#", 1)[0]!;
    if (code.trim() === "") return;
    const side = readSide(code, line);
    if ("message" in side) problems.push(side);
    else if (seen.has(side.name))
      problems.push({ line, message: `${describe(side.name)} is already defined in line ${seen.get(side.name)}.` });
    else {
      seen.set(side.name, line);
      sides.push(side);
    }
  });
  if (sides.length === 0 && problems.length === 0)
    problems.push({ line: 1, message: "There is no equation yet: write for example y = 2 * speed." });
  return sides;
}

function readSide(code: string, line: number): Side | EquationProblem {
  const match = /^\s*(?:d([A-Za-z_]\w*)\s*\/\s*dt|([A-Za-z_]\w*))\s*=(?!=)/.exec(code);
  if (!match) return { line, position: 0, message: "An equation begins with a name and =, or with d<name>/dt =." };
  const name = (match[1] ?? match[2])!;
  if (!isSignalName(name) || FUNCTIONS.has(name) || WORDS.has(name))
    return { line, position: 0, message: `${describe(name)} has a meaning of its own: choose another name.` };
  const offset = match[0].length;
  const right = code.slice(offset);
  if (right.trim() === "") return { line, position: offset, message: `The right side of ${name} is empty.` };
  return { kind: match[1] === undefined ? "variable" : "state", name, right, offset, line };
}

/** Variables that need each other in a circle cannot be computed one after the other. */
function findCycles(equations: readonly Equation[], problems: EquationProblem[]): void {
  const variables = new Map(equations.filter((e) => e.kind === "variable").map((e) => [e.name, e]));
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (e: Equation): void => {
    if (done.has(e.name) || problems.length > 0) return;
    const from = path.indexOf(e.name);
    if (from >= 0) {
      const circle = [...path.slice(from), e.name].join(" → ");
      problems.push({
        line: e.line,
        message: `These variables need each other in a circle: ${circle}. Make one of them a state, or solve for it.`,
      });
      return;
    }
    path.push(e.name);
    for (const name of namesIn(e.ast)) {
      const next = variables.get(name);
      if (next) visit(next);
    }
    path.pop();
    done.add(e.name);
  };
  for (const e of variables.values()) visit(e);
}

/** The variables so ordered that each comes after those it needs. There must be no cycle. */
export function inOrder(equations: readonly Equation[]): Equation[] {
  const variables = new Map(equations.filter((e) => e.kind === "variable").map((e) => [e.name, e]));
  const ordered = new Set<Equation>();
  const visit = (e: Equation): void => {
    if (ordered.has(e)) return;
    for (const name of namesIn(e.ast)) {
      const next = variables.get(name);
      if (next) visit(next);
    }
    ordered.add(e);
  };
  for (const e of variables.values()) visit(e);
  return Array.from(ordered);
}
