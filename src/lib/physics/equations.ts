/**
 * Equations as a technician types them, one per line: `dT/dt = …` for a state, `y = …` for a variable, `when …: …` for
 * an event, `#` begins a comment. Order does not matter. Names that no equation defines are inputs (signals),
 * parameters, the time `t` in seconds, or constants.
 */
import { type Ast, at, ExpressionError, namesIn } from "../expression/ast.ts";
import { CONSTANTS, FUNCTIONS, TABLES } from "../expression/functions.ts";
import { parseExpression } from "../expression/whitelist.ts";
import { describe, isSignalName, TwinError } from "../twin/envelope.ts";
import { conditionProblem, type EventSides, readEvent } from "./events.ts";
import { type Line, place, readLines } from "./lines.ts";

export interface Equation {
  kind: "state" | "variable";
  name: string;
  ast: Ast;
  /** Line in the text, from 1. */
  line: number;
  /** The line, continued lines joined, and where in it the expression begins. */
  source: Line;
  offset: number;
}

/** `when condition: state = …`: what happens at the moment at which the condition becomes true. */
export interface ModelEvent {
  /** The condition as it is written. */
  name: string;
  condition: Ast;
  conditionAt: number;
  /** New values of states, all from the values before the event. */
  resets: { state: string; ast: Ast; offset: number }[];
  line: number;
  source: Line;
}

export interface ModelText {
  equations: Equation[];
  events: ModelEvent[];
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
const WORDS = new Set([
  "and",
  "or",
  "not",
  "xor",
  "mod",
  "to",
  "in",
  "true",
  "false",
  "null",
  "undefined",
  "end",
  "t",
  "when",
]);

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

/** The equations alone, as `readModel`. */
export const readEquations = (text: string, isKnown: (name: string) => boolean): Equation[] =>
  readModel(text, isKnown).equations;

/**
 * Reads the text.
 * @param isKnown says which names are inputs or parameters; names that equations define are known by themselves.
 * @returns equations and events in the order of the text
 * @throws EquationError that lists every line that cannot be used
 */
export function readModel(text: string, isKnown: (name: string) => boolean): ModelText {
  const problems: EquationProblem[] = [];
  const { sides, events } = readSides(text, problems);
  const defined = new Set(sides.map((s) => s.name));
  const parse = (part: string, source: Line, offset: number): Ast | undefined => {
    try {
      return parseExpression(part, (name) => name === "t" || defined.has(name) || isKnown(name));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const where = place(source, error.position === undefined ? undefined : offset + error.position);
      problems.push({ ...where, message: messageOf(error, where.position) });
      return undefined;
    }
  };
  const equations: Equation[] = [];
  for (const { right, ...side } of sides) {
    const ast = parse(right, side.source, side.offset);
    if (ast) equations.push({ ...side, ast });
  }
  const states = new Set(sides.filter((s) => s.kind === "state").map((s) => s.name));
  const found = events.flatMap((e) => parseEvent(e, states, parse, problems) ?? []);
  if (problems.length === 0) findCycles(equations, problems);
  if (problems.length === 0) {
    const trees = new Map(equations.filter((e) => e.kind === "variable").map((e) => [e.name, e.ast]));
    for (const e of found) {
      const message = conditionProblem(e.condition, trees);
      if (message) problems.push({ ...place(e.source, e.conditionAt), message });
    }
  }
  if (problems.length > 0) throw new EquationError(problems.sort((a, b) => a.line - b.line));
  return { equations, events: found };
}

function parseEvent(
  { source, condition, resets }: EventSides,
  states: ReadonlySet<string>,
  parse: (part: string, source: Line, offset: number) => Ast | undefined,
  problems: EquationProblem[],
): ModelEvent | undefined {
  const ast = parse(condition.text, source, condition.offset);
  const parsed = resets.flatMap(({ name, at, text, offset }) => {
    if (!states.has(name))
      problems.push({
        ...place(source, at),
        message: `${describe(name)} is no state: an event sets states, those with an equation d${name}/dt = ….`,
      });
    const right = parse(text, source, offset);
    return right ? [{ state: name, ast: right, offset }] : [];
  });
  const name = condition.text.trim().replace(/\s+/g, " ");
  return ast && { name, condition: ast, conditionAt: condition.offset, resets: parsed, line: source.line, source };
}

/** The sentence, with the character counted in the line. */
function messageOf(error: ExpressionError, position: number | undefined): string {
  if (error.unknown !== undefined) return unknownText(error.unknown);
  if (error.position === undefined || position === undefined) return error.message;
  return error.message.replace(at(error.position), at(position));
}

const unknownText = (name: string): string =>
  `${describe(name)} is no signal of the asset, no equation defines it, and it has no value among the numbers of the model.`;

/** True for names that can be a signal or a parameter; constants and functions keep their meaning. */
export const isFreeName = (name: string): boolean =>
  isSignalName(name) && !CONSTANTS.has(name) && !FUNCTIONS.has(name) && !TABLES.has(name);

/** The roles of all names in a text. */
export interface Analysis {
  states: string[];
  variables: string[];
  inputs: string[];
  parameters: string[];
  /** Conditions of the events, where there are events. */
  events?: string[];
}

/**
 * Finds the role of every name: what is neither defined by an equation nor a signal is a parameter.
 * @throws EquationError as `readEquations`
 */
export function analyse(text: string, isSignal: (name: string) => boolean): Analysis {
  const { equations, events } = readModel(text, isFreeName);
  const defined = new Set(equations.map((e) => e.name));
  const free = new Set(treesOf({ equations, events }).flatMap((ast) => Array.from(namesIn(ast))));
  for (const name of ["t", ...defined]) free.delete(name);
  return {
    states: equations.filter((e) => e.kind === "state").map((e) => e.name),
    variables: equations.filter((e) => e.kind === "variable").map((e) => e.name),
    inputs: Array.from(free).filter(isSignal),
    parameters: Array.from(free).filter((name) => !isSignal(name)),
    ...(events.length > 0 && { events: events.map((e) => e.name) }),
  };
}

/** Every expression of a model. */
export const treesOf = ({ equations, events }: ModelText): Ast[] => [
  ...equations.map((e) => e.ast),
  ...events.flatMap((e) => [e.condition, ...e.resets.map((r) => r.ast)]),
];

interface Side {
  kind: Equation["kind"];
  name: string;
  right: string;
  /** Where the right side begins in the line. */
  offset: number;
  line: number;
  source: Line;
}

function readSides(text: string, problems: EquationProblem[]): { sides: Side[]; events: EventSides[] } {
  const lines = text.length > MAX_TEXT ? undefined : readLines(text, MAX_LINES);
  if (!lines) {
    problems.push({ line: 1, message: `The text is too long: at most ${MAX_LINES} lines.` });
    return { sides: [], events: [] };
  }
  const sides: Side[] = [];
  const events: EventSides[] = [];
  const seen = new Map<string, number>();
  for (const source of lines) {
    const event = readEvent(source);
    if (event) {
      if ("message" in event) problems.push(event);
      else events.push(event);
      continue;
    }
    const side = readSide(source);
    if ("message" in side) problems.push(side);
    else if (seen.has(side.name))
      problems.push({
        line: source.line,
        message: `${describe(side.name)} is already defined in line ${seen.get(side.name)}.`,
      });
    else {
      seen.set(side.name, source.line);
      sides.push(side);
    }
  }
  if (sides.length === 0 && problems.length === 0)
    problems.push({ line: 1, message: "There is no equation yet: write for example y = 2 * speed." });
  return { sides, events };
}

function readSide(source: Line): Side | EquationProblem {
  const { code, line } = source;
  const match = /^\s*(?:d([A-Za-z_]\w*)\s*\/\s*dt|([A-Za-z_]\w*))\s*=(?!=)/.exec(code);
  if (!match) return { line, position: 0, message: "An equation begins with a name and =, or with d<name>/dt =." };
  const name = (match[1] ?? match[2])!;
  if (!isSignalName(name) || FUNCTIONS.has(name) || TABLES.has(name) || WORDS.has(name))
    return { line, position: 0, message: `${describe(name)} has a meaning of its own: choose another name.` };
  const offset = match[0].length;
  const right = code.slice(offset);
  if (right.trim() === "") return { line, position: offset, message: `The right side of ${name} is empty.` };
  return { kind: match[1] === undefined ? "variable" : "state", name, right, offset, line, source };
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
