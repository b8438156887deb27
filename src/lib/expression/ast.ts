/** Our own syntax tree: numbers, names, and calls of functions from the table. Nothing else exists. */
import { TwinError } from "../twin/envelope.ts";

export type Ast =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly fn: string; readonly args: readonly Ast[] };

/** A text that is not an expression of ours. `position` is the index of the offending character, where known. */
export class ExpressionError extends TwinError {
  readonly position: number | undefined;
  /** The name that is not known, when that is what is wrong. */
  readonly unknown: string | undefined;
  constructor(message: string, position?: number, unknown?: string) {
    super("E_EXPRESSION", message);
    this.position = position;
    this.unknown = unknown;
  }
}

/** The distinct names in a tree, in order of first appearance. */
export function namesIn(ast: Ast, found: Set<string> = new Set()): Set<string> {
  if (ast.kind === "name") found.add(ast.name);
  else if (ast.kind === "call") for (const arg of ast.args) namesIn(arg, found);
  return found;
}
