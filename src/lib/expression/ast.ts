/** Our own syntax tree: numbers, names, calls of functions from the table, and lookups. Nothing else exists. */
import { TwinError } from "../twin/envelope.ts";
import type { Table } from "./tables.ts";

/** Where a part stands in the text: index of its first character and of the one after its last, where known. */
export type Span = readonly [from: number, to: number];

export type Ast = (
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly fn: string; readonly args: readonly Ast[] }
  /** As many arguments as the table has axes. */
  | { readonly kind: "table"; readonly table: Table; readonly args: readonly Ast[] }
) & { readonly span?: Span | undefined };

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
  else if (ast.kind !== "number") for (const arg of ast.args) namesIn(arg, found);
  return found;
}

export const at = (position: number | undefined): string =>
  position === undefined ? "" : ` at character ${position + 1}`;

/** @throws ExpressionError with the sentence and the place */
export function refuse(what: string, position?: number): never {
  throw new ExpressionError(`${what}${at(position)}.`, position);
}
