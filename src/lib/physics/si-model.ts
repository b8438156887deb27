/** Brings a model with units to SI: the numbers of its tables, its parameters and its states at the start. */
import type { Ast } from "../expression/ast.ts";
import type { Table } from "../expression/tables.ts";
import type { ModelText } from "./equations.ts";
import type { SiPort } from "./unit-names.ts";

/** The model with its tables in SI: axes by the name that is looked up, values by the left side. See units-check.ts. */
export function tablesInSi({ equations, events }: ModelText, ports: ReadonlyMap<string, SiPort>): ModelText {
  const convert = (ast: Ast, left?: SiPort): Ast => {
    if (ast.kind === "number" || ast.kind === "name") return ast;
    const args = ast.args.map((arg) => convert(arg));
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

function inSi(table: Table, args: readonly Ast[], ports: ReadonlyMap<string, SiPort>, left: SiPort | undefined): Table {
  const axis = (points: readonly number[], arg: Ast | undefined): number[] => {
    const port = arg?.kind === "name" ? ports.get(arg.name) : undefined;
    return points.map((x) => port?.toSi(x) ?? x);
  };
  return {
    x: axis(table.x, args[0]),
    ...(table.y && { y: axis(table.y, args[1]) }),
    z: table.z.map((value) => left?.toSi(value) ?? value),
    smooth: table.smooth,
  };
}
