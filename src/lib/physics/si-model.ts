/** Brings a model with units to SI: the numbers of its tables, and `number(x)`. */
import type { Ast } from "../expression/ast.ts";
import type { Table } from "../expression/tables.ts";
import type { ModelText } from "./equations.ts";
import type { SiPort } from "./unit-names.ts";

/**
 * The model in SI: axes of tables by the name that is looked up, their values by the left side, and `number(x)` as x in its
 * declared unit. See units-check.ts.
 */
export function modelInSi({ equations, events }: ModelText, ports: ReadonlyMap<string, SiPort>): ModelText {
  const convert = (ast: Ast, left?: SiPort): Ast => {
    if (ast.kind === "number" || ast.kind === "name") return ast;
    const args = ast.args.map((arg) => convert(arg));
    const port = ast.kind === "call" && ast.fn === "number" ? portOf(args[0], ports) : undefined;
    if (port) return plain(args[0]!, port);
    return ast.kind === "call" ? { ...ast, args } : { ...ast, args, table: inSi(ast.table, args, ports, left) };
  };
  return {
    equations: equations.map((e) => ({
      ...e,
      ast: convert(e.ast, e.kind === "variable" ? ports.get(e.name) : undefined),
    })),
    events: events.map((e) => ({
      ...e,
      condition: convert(e.condition),
      resets: e.resets.map((r) => ({ ...r, ast: convert(r.ast, ports.get(r.state)) })),
    })),
  };
}

const portOf = (ast: Ast | undefined, ports: ReadonlyMap<string, SiPort>): SiPort | undefined =>
  ast?.kind === "name" ? ports.get(ast.name) : undefined;

/** (x − offset) / factor */
function plain(ast: Ast, { factor, offset }: SiPort): Ast {
  const number = (value: number): Ast => ({ kind: "number", value });
  const shifted: Ast = offset === 0 ? ast : { kind: "call", fn: "subtract", args: [ast, number(offset)] };
  return factor === 1 ? shifted : { kind: "call", fn: "divide", args: [shifted, number(factor)] };
}

function inSi(table: Table, args: readonly Ast[], ports: ReadonlyMap<string, SiPort>, left: SiPort | undefined): Table {
  const axis = (points: readonly number[], arg: Ast | undefined): number[] => {
    const port = portOf(arg, ports);
    return points.map((x) => port?.toSi(x) ?? x);
  };
  return {
    x: axis(table.x, args[0]),
    ...(table.y && { y: axis(table.y, args[1]) }),
    z: table.z.map((value) => left?.toSi(value) ?? value),
    smooth: table.smooth,
  };
}
