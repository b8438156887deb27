/** Text → a function over numbered slots: the one way in which a technician's expression becomes code. */
import { namesIn } from "./ast.ts";
import { makeFunction, writeReturn } from "./codegen.ts";
import type { CompileExpression } from "./expression.ts";
import { Graph } from "./graph.ts";
import { parseExpression } from "./whitelist.ts";

/**
 * Compiles an expression.
 * @param text for example `model.derived.npshMargin < 0.5 and speed > 600`
 * @param isKnown says which names are quantities; dotted paths are asked for as one name
 * @returns names in slot order and `evaluate`. A missing quantity (NaN) makes the result NaN, whatever the rest says.
 * @throws ExpressionError (a TwinError with code `E_EXPRESSION`) with a sentence and, where known, `position`
 */
export const compileExpression: CompileExpression = (text, isKnown) => {
  const ast = parseExpression(text, isKnown);
  const names = Array.from(namesIn(ast));
  const slots = new Map(names.map((name, index) => [name, index]));
  const graph = new Graph((name) => ({ array: "v", index: slots.get(name)! }));
  const missing = names.map((_, i) => `v[${i}] !== v[${i}]`).join(" || ");
  const guard = missing && `if (${missing}) return NaN;\n`;
  const body = `${guard}${writeReturn(graph, graph.add(ast))}`;
  const run = makeFunction<(v: ArrayLike<number>) => number>(graph, ["v"], body);
  return {
    text,
    names,
    evaluate(values) {
      if (values.length < names.length) return Number.NaN;
      return run(values);
    },
  };
};
