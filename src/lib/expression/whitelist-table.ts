/** Reads a table from a call: `interpolate(x, [0, 1], [5, 7])`, `interpolate(x, y, [0, 1], [0, 9], [[1, 2], [3, 4]])`. */
import { type Ast, refuse } from "./ast.ts";
import { TABLES } from "./functions.ts";
import type { MathNode } from "./mathjs.ts";
import type { Table } from "./tables.ts";

export const MAX_POINTS = 1000;

/**
 * @param operands of the call, unchecked
 * @param one converts an operand, in the order of writing
 * @throws ExpressionError with a sentence when the lists do not make a table
 */
export function readTable(
  fn: string,
  operands: readonly MathNode[],
  one: (child: unknown) => Ast,
  position: number | undefined,
): Extract<Ast, { kind: "table" }> {
  const { smooth } = TABLES.get(fn)!;
  const wrong = (why: string): never => refuse(`${fn}: ${why}`, position);
  const two = operands.length === 5 && !smooth;
  if (operands.length !== 3 && !two)
    wrong(
      `write ${fn}(x, [x1, x2, …], [value1, value2, …])${smooth ? "" : ", or with two axes (x, y, [...], [...], [[...], ...])"}`,
    );
  const axes = two ? 2 : 1;
  const args = operands.slice(0, axes).map(one);
  const lists = operands.slice(axes, 2 * axes).map((node) => numbers(node, one, wrong));
  const last = operands[2 * axes]!;
  const rows = two ? items(last, wrong).map((row) => numbers(row, one, wrong)) : [numbers(last, one, wrong)];
  const [x, y] = lists as [number[], number[] | undefined];
  for (const axis of lists) checkAxis(axis, wrong);
  if (y && rows.length !== x.length)
    wrong(`${x.length} points of the first axis need ${x.length} rows, not ${rows.length}`);
  const width = (y ?? x).length;
  for (const row of rows) if (row.length !== width) wrong(`${width} points need ${width} values, not ${row.length}`);
  const z = rows.flat();
  if (z.length > MAX_POINTS) wrong(`at most ${MAX_POINTS} values are allowed`);
  const table: Table = { x, ...(y && { y }), z, smooth };
  return { kind: "table", table, args };
}

function checkAxis(axis: readonly number[], wrong: (why: string) => never): void {
  if (axis.length < 2) wrong("a list needs at least two points");
  for (let i = 1; i < axis.length; i++)
    if (!(axis[i]! > axis[i - 1]!)) wrong(`the points must ascend, but ${axis[i]} comes after ${axis[i - 1]}`);
}

function items(node: MathNode, wrong: (why: string) => never): MathNode[] {
  if (node.type !== "ArrayNode" || !Array.isArray(node.items)) return wrong("a list of numbers in [ ] is missing");
  return node.items as MathNode[];
}

function numbers(node: MathNode, one: (child: unknown) => Ast, wrong: (why: string) => never): number[] {
  const list = items(node, wrong);
  if (list.length > MAX_POINTS) wrong(`at most ${MAX_POINTS} values are allowed`);
  return list.map((item) => {
    const ast = one(item);
    return ast.kind === "number" ? ast.value : wrong("a list holds numbers only");
  });
}
