/** Events: `when h < 0: h = 0, v = -0.8*v`, or without consequences `when soc < 0.2`. */
import type { Ast } from "../expression/ast.ts";
import { type Graph, isCall, type Node } from "../expression/graph.ts";
import { describe } from "../twin/envelope.ts";
import type { EquationProblem } from "./equations.ts";
import { type Line, place } from "./lines.ts";

export interface EventSides {
  source: Line;
  condition: { text: string; offset: number };
  resets: { name: string; at: number; text: string; offset: number }[];
}

/** Reads a line that begins with `when`; undefined for any other. */
export function readEvent(source: Line): EventSides | EquationProblem | undefined {
  const { code } = source;
  const begin = /^\s*when\b(?!\s*=(?!=))/.exec(code);
  if (!begin) return undefined;
  const offset = begin[0].length;
  const colon = outside(code, offset, ":")[0] ?? code.length;
  const condition = { text: code.slice(offset, colon), offset };
  const problem = (at: number, message: string): EquationProblem => ({ ...place(source, at), message });
  const assigned = /[^<>=!]=(?!=)/.exec(condition.text);
  if (assigned)
    return problem(
      offset + assigned.index + 1,
      "After the condition of an event follows a colon, for example when level > 3: level = 3; == compares.",
    );
  if (condition.text.trim() === "")
    return problem(offset, "An event needs a condition, for example when level > 3: level = 3.");
  const rest = code.slice(colon + 1);
  if (rest.trim() === "")
    return colon < code.length
      ? problem(
          colon,
          "After the colon follows what the event sets, for example level = 3; without it, leave the colon out.",
        )
      : { source, condition, resets: [] };
  const resets: EventSides["resets"] = [];
  const seen = new Set<string>();
  let from = colon + 1;
  for (const to of [...outside(code, from, ","), code.length]) {
    const match = /^\s*([A-Za-z_]\w*)\s*=(?!=)/.exec(code.slice(from, to));
    if (!match) return problem(from, "An event sets states: write <state> = <expression>, several with commas.");
    const name = match[1]!;
    if (seen.has(name)) return problem(from, `The event sets ${describe(name)} twice.`);
    seen.add(name);
    const at = from + match[0].indexOf(name);
    resets.push({ name, at, text: code.slice(from + match[0].length, to), offset: from + match[0].length });
    from = to + 1;
  }
  return { source, condition, resets };
}

/** Where a sign stands outside all brackets. */
function outside(code: string, from: number, sign: string): number[] {
  const found: number[] = [];
  let depth = 0;
  for (let i = from; i < code.length; i++) {
    const c = code[i]!;
    if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") depth--;
    else if (c === sign && depth <= 0) found.push(i);
  }
  return found;
}

const COMPARISONS = new Set(["smaller", "smallerEq", "larger", "largerEq"]);
const LOGIC = new Set(["and", "or", "not"]);

/** What is wrong with a condition of an event, as a sentence. `trees`: the variables; there is no circle. */
export function conditionProblem(ast: Ast, trees: ReadonlyMap<string, Ast>, isWhole = true): string | undefined {
  if (ast.kind === "name") {
    const tree = trees.get(ast.name);
    return tree ? conditionProblem(tree, trees, isWhole) : NO_CONDITION;
  }
  if (ast.kind !== "call") return NO_CONDITION;
  if (COMPARISONS.has(ast.fn) || (isWhole && ast.fn === "equal")) return undefined;
  if (!LOGIC.has(ast.fn)) return NO_CONDITION;
  for (const arg of ast.args) {
    const problem = conditionProblem(arg, trees, false);
    if (problem) return problem;
  }
  return undefined;
}

const NO_CONDITION =
  "The condition of an event compares quantities with < <= > or >= (also with and, or, not), for example when level > 3.";

/** A node that passes zero upwards when the condition becomes true; for ==, in either direction. */
export function crossing(graph: Graph, condition: Node): { node: Node; direction: 1 | 0 } {
  if (isCall(condition, "equal"))
    return { node: graph.call("subtract", condition.args[0]!, condition.args[1]!), direction: 0 };
  return { node: margin(graph, condition), direction: 1 };
}

/** By how much a condition is true: positive when it is, negative when not. */
function margin(graph: Graph, node: Node): Node {
  // A condition over numbers alone is true always, or never.
  if (node.kind === "number") return graph.number(node.value !== 0 ? 1 : -1);
  if (node.kind !== "call") throw new RangeError("no condition");
  const [a, b] = node.args as [Node, Node];
  switch (node.fn) {
    case "smaller":
    case "smallerEq":
      return graph.call("subtract", b, a);
    case "and":
      return graph.call("min", margin(graph, a), margin(graph, b));
    case "or":
      return graph.call("max", margin(graph, a), margin(graph, b));
    case "not":
      return graph.call("unaryMinus", margin(graph, a));
    default:
      throw new RangeError("no condition");
  }
}
