/**
 * Text → our own syntax tree. mathjs only parses; of its tree we copy what is on the list (numbers, names, operators,
 * conditions, functions of the table) and refuse everything else with a sentence. What is not on the list cannot
 * exist behind this file.
 */
import { describe } from "../twin/envelope.ts";
import { type Ast, at, ExpressionError, refuse, type Span } from "./ast.ts";
import { CONSTANTS, FUNCTIONS, OPERATORS, TABLES } from "./functions.ts";
import { type MathNode, parse } from "./mathjs.ts";
import { around, Places } from "./tokens.ts";
import { readTable } from "./whitelist-table.ts";

export const MAX_LENGTH = 8000;
export const MAX_DEPTH = 200;
export const MAX_NODES = 5000;

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

interface Context {
  text: string;
  isKnown(name: string): boolean;
  places: Places;
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
  return convert(parseSafely(text), { text, isKnown, places: new Places(text), nodes: 0 }, 0);
}

function parseSafely(text: string): MathNode {
  for (const [sign, word] of FOREIGN) {
    const position = text.indexOf(sign);
    if (position >= 0) throw new ExpressionError(`Write ${word} instead of ${sign}${at(position)}.`, position);
  }
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new ExpressionError("The expression is nested too deeply.");
    const char = (error as { char?: unknown }).char;
    const position = typeof char === "number" ? Math.min(Math.max(char - 1, 0), text.length) : undefined;
    // 0,5 instead of 0.5
    if (position !== undefined && text[position] === "," && /\d,\d/.test(text.slice(position - 1, position + 2)))
      throw new ExpressionError(`Write decimals with a point${at(position)}.`, position);
    const reason = error instanceof Error ? error.message.replace(/ \(char \d+\)$/, "") : "it cannot be read";
    throw new ExpressionError(`This is not a complete expression: ${reason}${at(position)}.`, position);
  }
}

/** Signs of other languages and of print, and what they are here. */
const FOREIGN = [
  ["**", "^"],
  ["&&", "and"],
  ["||", "or"],
  ["·", "*"],
  ["×", "*"],
  ["÷", "/"],
  ["−", "-"],
  ["–", "-"],
  ["≤", "<="],
  ["≥", ">="],
  ["≠", "!="],
  ["²", "^2"],
  ["³", "^3"],
  ["√", "sqrt(...)"],
  ["π", "pi"],
] as const;

/** Walks in the order of writing, so that `places` meets one token after the other. */
function convert(node: MathNode, context: Context, depth: number): Ast {
  if (depth > MAX_DEPTH) throw new ExpressionError(`The expression is nested more than ${MAX_DEPTH} levels deep.`);
  if (++context.nodes > MAX_NODES) throw new ExpressionError(`The expression has more than ${MAX_NODES} parts.`);
  const one = (child: unknown) => convert(asNodes([child])[0] ?? NOTHING, context, depth + 1);
  const { places } = context;
  switch (node.type) {
    case "ParenthesisNode":
      return one(node.content);
    case "ConstantNode":
      return constant(node.value, places);
    case "SymbolNode":
    case "AccessorNode":
      return quantity(node, context);
    case "ConditionalNode": {
      const args = [one(node.condition)];
      places.take("?");
      args.push(one(node.trueExpr));
      places.take(":");
      args.push(one(node.falseExpr));
      return { kind: "call", fn: "if", args, span: around(...args.map((a) => a.span)) };
    }
    case "RelationalNode":
      return chain(node, one, places);
    case "OperatorNode":
      return operator(node, one, context);
    case "FunctionNode":
      return call(node, one, context);
    default:
      return refuse(
        KINDS.get(node.type) ?? "This kind of expression cannot be used here",
        node.type === "BlockNode" ? find(context.text, ";") : places.next,
      );
  }
}

const NOTHING: MathNode = { type: "nothing" };

/** What the refused kinds of mathjs are called by a person. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["ArrayNode", "Lists with [ ] can only be used in interpolate(x, [...], [...])"],
  ["AssignmentNode", "An assignment (=) cannot be used inside an expression; write == to compare"],
  ["BlockNode", "Only one expression is allowed; semicolons and line breaks cannot be used"],
  ["FunctionAssignmentNode", "Functions cannot be defined here"],
  ["IndexNode", "Indexing with [ ] cannot be used here"],
  ["ObjectNode", "Objects with { } cannot be used here"],
  ["RangeNode", "Ranges with : cannot be used here"],
]);

function constant(value: unknown, places: Places): Ast {
  if (typeof value === "boolean") return { kind: "number", value: value ? 1 : 0, span: places.take(String(value)) };
  if (typeof value === "number" && Number.isFinite(value)) return { kind: "number", value, span: places.take() };
  if (typeof value === "string") return refuse("Text in quotes cannot be used here", places.next);
  return refuse(`${describe(value)} is not a number that can be used here`, places.next);
}

function quantity(node: MathNode, { text, isKnown, places }: Context): Ast {
  const name = path(node);
  if (name === undefined) return refuse("Indexing with [ ] cannot be used here", places.next);
  const parts = name.split(".");
  const span = around(
    ...parts.flatMap((part, i) => (i === 0 ? [places.take(part)] : [places.take("."), places.take(part)])),
  );
  if (isKnown(name)) return { kind: "name", name, span };
  const value = CONSTANTS.get(name);
  if (value !== undefined) return { kind: "number", value, span };
  const position = span?.[0] ?? find(text, name);
  if (FUNCTIONS.has(name) || TABLES.has(name))
    return refuse(`The function ${name} needs its arguments in brackets`, position);
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

function chain(node: MathNode, one: (child: unknown) => Ast, places: Places): Ast {
  const names = Array.isArray(node.conditionals) ? node.conditionals : [];
  const params = asNodes(node.params);
  let left = one(params[0]);
  let all: Ast | undefined;
  for (const [i, fn] of names.entries()) {
    const sign = COMPARISONS.get(fn);
    if (sign === undefined) return refuse("This comparison cannot be used here");
    places.take(sign);
    const right = one(params[i + 1]);
    const next: Ast = { kind: "call", fn, args: [left, right], span: around(left.span, right.span) };
    all = all ? { kind: "call", fn: "and", args: [all, next], span: around(all.span, next.span) } : next;
    left = right;
  }
  return all ?? refuse("This comparison cannot be used here");
}

const COMPARISONS: ReadonlyMap<unknown, string> = new Map([
  ["smaller", "<"],
  ["smallerEq", "<="],
  ["larger", ">"],
  ["largerEq", ">="],
  ["equal", "=="],
  ["unequal", "!="],
]);

function operator(node: MathNode, one: (child: unknown) => Ast, context: Context): Ast {
  const fn = String(node.fn);
  const sign = String(node.op);
  const operands = asNodes(node.args);
  // What stands on the left may be wrong by itself, such as sin in sin x.
  if (node.implicit === true)
    return refuse("Write a multiplication with *, for example 2 * x", one(operands[0]).span?.[1]);
  const rule = fn === "if" ? undefined : OPERATORS.get(fn);
  if (!rule || operands.length !== rule.min)
    return refuse(`The operator ${describe(sign)} cannot be used here`, find(context.text, sign));
  if (operands.length === 2) {
    const left = one(operands[0]);
    // 5% is 5 / 100, of which the 100 stands nowhere.
    if (node.isPercentage === true && fn === "divide") {
      const span = around(left.span, context.places.take("%"));
      return { kind: "call", fn, args: [left, { kind: "number", value: 100, span }], span };
    }
    context.places.take(sign);
    const right = one(operands[1]);
    return { kind: "call", fn, args: [left, right], span: around(left.span, right.span) };
  }
  const place = context.places.take(sign);
  const operand = one(operands[0]);
  const span = around(place, operand.span);
  if (fn === "unaryMinus" && operand.kind === "number") return { kind: "number", value: -operand.value, span };
  return { kind: "call", fn, args: [operand], span };
}

function call(node: MathNode, one: (child: unknown) => Ast, context: Context): Ast {
  const target = node.fn as MathNode | undefined;
  if (target?.type !== "SymbolNode") return refuse("Only the built-in functions can be called");
  const fn = String(target.name);
  const rule = FUNCTIONS.get(fn) ?? TABLES.get(fn);
  const place = context.places.take(fn);
  const position = place?.[0] ?? find(context.text, fn);
  if (!rule)
    throw new ExpressionError(
      `The function ${describe(fn)}${at(position)} is not known (a product needs its sign: ${fn} * (…)); there are ${[...FUNCTIONS.keys(), ...TABLES.keys()].join(", ")}.`,
      position,
    );
  const operands = asNodes(node.args);
  if (TABLES.has(fn)) return { ...readTable(fn, operands, one, position), span: withRest(place, context) };
  const args = operands.map(one);
  if (args.length < rule.min || args.length > rule.max)
    return refuse(`The function ${fn} takes ${count(rule.min, rule.max)}, not ${args.length}`, position);
  return { kind: "call", fn, args, span: around(place, ...args.map((a) => a.span)) };
}

/** From the name of the function to what was read last. */
const withRest = (place: Span | undefined, { places }: Context): Span | undefined => around(place, places.last);

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
