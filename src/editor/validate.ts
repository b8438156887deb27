/** Validators of node settings: `true` when a value is right, else the sentence that says what to change. */
import type { Row } from "./table.ts";

export type Verdict = true | string;
type Validator = (this: EditorNode, value: unknown, options?: unknown) => Verdict;

/** Node-RED takes a sentence only from a validator that declares two arguments; from any other it counts as "valid". */
export function verdict(check: (node: EditorNode, value: unknown) => Verdict): Validator {
  return function (value, _options?) {
    return check(this, value);
  };
}

/** A validator of a table: the first sentence about one of its rows. */
export const verdictOfRows = (check: (node: EditorNode, rows: Row[]) => Verdict): Validator =>
  verdict((node, rows) => check(node, Array.isArray(rows) ? rows : []));

/** What is typed in the open dialog of this very node, else what the node has stored. */
export function live(node: EditorNode, key: string): unknown {
  const edited: EditorNode | undefined = RED.editor.getEditStack().at(-1);
  const input = edited?.id === node.id ? $(`#node-input-${key}`) : $();
  return input.length ? input.val() : node[key];
}

export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || String(value).trim() === "";

/** The number that a field or a cell means, NaN when it means none; a comma is a decimal point. */
export const numberOf = (value: unknown): number =>
  isEmpty(value) ? Number.NaN : Number(typeof value === "string" ? value.replace(",", ".") : value);
