/**
 * Text → our own syntax tree. mathjs only parses; of its tree we copy what is on the list (numbers, names, operators,
 * conditions, functions of the table) and refuse everything else with a sentence. What is not on the list cannot
 * exist behind this file.
 */
import { describe } from "../twin/envelope.ts";
import { type Ast, ExpressionError } from "./ast.ts";
import { CONSTANTS, FUNCTIONS, OPERATORS } from "./functions.ts";
import { type MathNode, parse } from "./mathjs.ts";

export const MAX_LENGTH = 2000;
export const MAX_DEPTH = 200;
export const MAX_NODES = 5000;

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

interface Context {
  text: string;
  isKnown(name: string): boolean;
  nodes: number;
}

/**
 * Parses an expression.
 * @param isKnown says which names are quantities; a dotted path is asked for as one name.
 * @throws ExpressionError with a sentence that says what is not understood, and its position where known.
 */
export function parseExpression(text: string, isKnown: (name: string) => boolean): Ast {
  if (typeof text !== "string" || text.trim() === "") throw new ExpressionError("The expression is empty.", 0);
  if (text.length > MAX_LENGTH)
    throw new ExpressionError(`The expression has ${text.length} characters; at most ${MAX_LENGTH} are allowed.`);
  return convert(parseSafely(text), { text, isKnown, nodes: 0 }, 0);
}

function parseSafely(text: string): MathNode {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new ExpressionError("The expression is nested too deeply.");
    const char = (error as { char?: unknown }).char;
    const position = typeof char === "number" ? Math.min(Math.max(char - 1, 0), text.length) : undefined;
    const reason = error instanceof Error ? error.message.replace(/ \(char \d+\)$/, "") : "it cannot be read";
    throw new ExpressionError(`This is not a complete expression: ${reason}${at(position)}.`, position);
  }
}

function convert(node: MathNode, context: Context, depth: number): Ast {
  if (depth > MAX_DEPTH) throw new ExpressionError(`The expression is nested more than ${MAX_DEPTH} levels deep.`);
  if (++context.nodes > MAX_NODES) throw new ExpressionError(`The expression has more than ${MAX_NODES} parts.`);
  const each = (nodes: unknown) => asNodes(nodes).map((n) => convert(n, context, depth + 1));
  switch (node.type) {
    case "ParenthesisNode":
      return each([node.content])[0]!;
    case "ConstantNode":
      return constant(node.value);
    case "SymbolNode":
    case "AccessorNode":
      return quantity(node, context);
    case "ConditionalNode":
      return { kind: "call", fn: "if", args: each([node.condition, node.trueExpr, node.falseExpr]) };
    case "RelationalNode":
      return chain(node.conditionals, each(node.params));
    case "OperatorNode":
      return operator(node, each(node.args), context);
    case "FunctionNode":
      return call(node, () => each(node.args), context);
    default:
      return refuse(KINDS.get(node.type) ?? "This kind of expression cannot be used here");
  }
}

/** What the refused kinds of mathjs are called by a person. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["ArrayNode", "Lists and matrices cannot be used here"],
  ["AssignmentNode", "An assignment (=) cannot be used inside an expression; write == to compare"],
  ["BlockNode", "Only one expression is allowed; semicolons and line breaks cannot be used"],
  ["FunctionAssignmentNode", "Functions cannot be defined here"],
  ["IndexNode", "Indexing with [ ] cannot be used here"],
  ["ObjectNode", "Objects with { } cannot be used here"],
  ["RangeNode", "Ranges with : cannot be used here"],
]);

function constant(value: unknown): Ast {
  if (typeof value === "boolean") return { kind: "number", value: value ? 1 : 0 };
  if (typeof value === "number" && Number.isFinite(value)) return { kind: "number", value };
  if (typeof value === "string") return refuse("Text in quotes cannot be used here");
  return refuse(`${describe(value)} is not a number that can be used here`);
}

function quantity(node: MathNode, context: Context): Ast {
  const name = path(node);
  if (name === undefined) return refuse("Indexing with [ ] cannot be used here");
  if (context.isKnown(name)) return { kind: "name", name };
  const value = CONSTANTS.get(name);
  if (value !== undefined) return { kind: "number", value };
  const position = find(context.text, name);
  if (FUNCTIONS.has(name)) return refuse(`The function ${name} needs its arguments in brackets`, position);
  throw new ExpressionError(`${describe(name)} is not known here${hint(name)}${at(position)}.`, position, name);
}

const hint = (name: string): string => (/^[A-Za-z]$/.test(name) || name.includes(".") ? "" : "; check its spelling");

/** `model.derived.head` as one name, or undefined when the node is anything but names joined by dots. */
function path(node: MathNode): string | undefined {
  if (node.type === "SymbolNode")
    return typeof node.name === "string" && NAME.test(node.name) ? node.name : describeForeign(node.name);
  const index = node.index as MathNode | undefined;
  if (node.type !== "AccessorNode" || !index || index.dotNotation !== true) return undefined;
  const dimensions = asNodes(index.dimensions);
  const last = dimensions[0]?.value;
  const before = path(node.object as MathNode);
  if (dimensions.length !== 1 || before === undefined || typeof last !== "string" || !NAME.test(last)) return undefined;
  return `${before}.${last}`;
}

/** Names with letters outside A–Z are shown, but never known: they begin with a character no known name has. */
const describeForeign = (name: unknown): string => ` ${String(name).slice(0, 60)}`;

function chain(conditionals: unknown, params: Ast[]): Ast {
  const names = Array.isArray(conditionals) ? conditionals : [];
  let all: Ast | undefined;
  for (let i = 0; i < names.length; i++) {
    if (!OPERATORS.has(names[i])) return refuse("This comparison cannot be used here");
    const one: Ast = { kind: "call", fn: names[i], args: [params[i]!, params[i + 1]!] };
    all = all ? { kind: "call", fn: "and", args: [all, one] } : one;
  }
  return all ?? refuse("This comparison cannot be used here");
}

function operator(node: MathNode, args: Ast[], context: Context): Ast {
  const fn = String(node.fn);
  const sign = String(node.op);
  if (node.implicit === true) return refuse("Write a multiplication with *, for example 2 * x");
  const rule = fn === "if" ? undefined : OPERATORS.get(fn);
  if (!rule || args.length < rule.min || args.length > rule.max)
    return refuse(`The operator ${describe(sign)} cannot be used here`, find(context.text, sign));
  if (fn === "unaryMinus" && args[0]!.kind === "number") return { kind: "number", value: -args[0]!.value };
  return { kind: "call", fn, args };
}

function call(node: MathNode, args: () => Ast[], context: Context): Ast {
  const target = node.fn as MathNode | undefined;
  if (target?.type !== "SymbolNode") return refuse("Only the built-in functions can be called");
  const fn = String(target.name);
  const rule = FUNCTIONS.get(fn);
  const position = find(context.text, fn);
  if (!rule)
    return refuse(
      `The function ${describe(fn)} is not known; there are ${Array.from(FUNCTIONS.keys()).join(", ")}`,
      position,
    );
  const list = args();
  if (list.length < rule.min || list.length > rule.max)
    return refuse(`The function ${fn} takes ${count(rule.min, rule.max)}, not ${list.length}`, position);
  return { kind: "call", fn, args: list };
}

const count = (min: number, max: number): string =>
  min === max ? `${min} argument${min === 1 ? "" : "s"}` : `${min} to ${max} arguments`;

const asNodes = (x: unknown): MathNode[] =>
  Array.isArray(x) ? x.filter((n): n is MathNode => typeof n === "object" && n !== null) : [];

/** Index of `part` in the text as a word of its own; undefined when it is not there. */
function find(text: string, part: string): number | undefined {
  const word = /\w/;
  for (let i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + 1)) {
    const before = text[i - 1] ?? " ";
    const after = text[i + part.length] ?? " ";
    if (!word.test(part) || !(word.test(before) || word.test(after))) return i;
  }
  return undefined;
}

const at = (position: number | undefined): string => (position === undefined ? "" : ` at character ${position + 1}`);

function refuse(what: string, position?: number): never {
  throw new ExpressionError(`${what}${at(position)}.`, position);
}
