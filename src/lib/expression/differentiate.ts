/**
 * Symbolic derivatives over a graph: the chain rule forward, one node after the other, with a derivative only for those
 * seeds that reach the node (sparse forward accumulation; Griewank & Walther 2008, Evaluating Derivatives, 3.1 and 7.1).
 * Values and derivatives share their subexpressions.
 *
 * At a kink (abs, min, max, a condition, a knot of a table) the derivative is that of one side. Comparisons, logic, sign
 * and rounding have derivative zero. Where a root is zero its slope is infinite, which no solver or filter can use: there
 * it is taken as zero.
 */
import { type Call, type Graph, type Node, reachable } from "./graph.ts";

/** Derivatives of the arguments → derivative of the call; `undefined` is a zero that is never computed. */
type Rule = (graph: Graph, args: readonly Node[], d: readonly (Node | undefined)[], self: Node) => Node | undefined;

/**
 * @param seeds which slots to differentiate by; a seed of a slot node is its index in the result's maps
 * @param most derivatives over all nodes
 * @returns per result the derivatives that are not zero by structure, by seed; undefined when there are too many
 */
export function differentiate(
  graph: Graph,
  results: readonly Node[],
  seeds: ReadonlyMap<Node, number>,
  most = Number.POSITIVE_INFINITY,
): ReadonlyMap<number, Node>[] | undefined {
  const needed = reachable(graph, results);
  const all: (ReadonlyMap<number, Node> | undefined)[] = [];
  const one = graph.number(1);
  const count = needed.length;
  let entries = 0;
  for (let id = 0; id < count; id++) {
    const node = graph.nodes[id]!;
    if (!needed[id]) continue;
    if (entries > most) return undefined;
    const seed = seeds.get(node);
    if (seed !== undefined) all[id] = new Map([[seed, one]]);
    else if (node.kind === "call") all[id] = chain(graph, node, all);
    entries += all[id]?.size ?? 0;
  }
  return results.map((node) => all[node.id] ?? NONE);
}

const NONE: ReadonlyMap<number, Node> = new Map();

/** As `differentiate` with one direction: `d` says how each slot changes. Linear in the size of the graph. */
export function tangent(graph: Graph, results: readonly Node[], d: ReadonlyMap<Node, Node>): (Node | undefined)[] {
  const needed = reachable(graph, results);
  const all: (Node | undefined)[] = [];
  const count = needed.length;
  for (let id = 0; id < count; id++) {
    const node = graph.nodes[id]!;
    if (!needed[id]) continue;
    if (node.kind === "call")
      all[id] = nonZero(
        derivativeOf(
          graph,
          node,
          node.args.map((arg) => all[arg.id]),
        ),
      );
    else all[id] = d.get(node);
  }
  return results.map((node) => all[node.id]);
}

function chain(
  graph: Graph,
  node: Call,
  all: readonly (ReadonlyMap<number, Node> | undefined)[],
): ReadonlyMap<number, Node> | undefined {
  const maps = node.args.map((arg) => all[arg.id]);
  const result = new Map<number, Node>();
  const done = new Set<number>();
  for (const map of maps)
    for (const seed of map?.keys() ?? []) {
      if (done.has(seed)) continue;
      done.add(seed);
      const d = nonZero(
        derivativeOf(
          graph,
          node,
          maps.map((m) => m?.get(seed)),
        ),
      );
      if (d) result.set(seed, d);
    }
  return result.size > 0 ? result : undefined;
}

function derivativeOf(graph: Graph, node: Call, d: readonly (Node | undefined)[]): Node | undefined {
  if (d.every((x) => x === undefined)) return undefined;
  if (node.table !== undefined) return slope(graph, node, d);
  const rule = DERIVATIVES.get(node.fn);
  if (!rule) throw new RangeError("no derivative");
  return rule(graph, node.args, d, node);
}

function slope(graph: Graph, node: Call, d: readonly (Node | undefined)[]): Node | undefined {
  const { table, part } = graph.tables[node.table!]!;
  if (part !== "value") throw new RangeError("no derivative");
  const along = (axis: 0 | 1) =>
    d[axis] && times(graph, graph.table(table, axis === 0 ? "dx" : "dy", node.args), d[axis]);
  return sum(graph, along(0), along(1));
}

const nonZero = (node: Node | undefined): Node | undefined =>
  node?.kind === "number" && node.value === 0 ? undefined : node;

const sum = (g: Graph, a: Node | undefined, b: Node | undefined): Node | undefined =>
  a && b ? g.call("add", a, b) : (a ?? b);
const difference = (g: Graph, a: Node | undefined, b: Node | undefined): Node | undefined =>
  a && b ? g.call("subtract", a, b) : (a ?? (b && g.call("unaryMinus", b)));
const times = (g: Graph, a: Node | undefined, b: Node | undefined): Node | undefined =>
  a && b && g.call("multiply", a, b);
const choose = (g: Graph, condition: Node, a: Node | undefined, b: Node | undefined): Node | undefined =>
  a === b ? a : g.call("if", condition, a ?? g.number(0), b ?? g.number(0));

const zero: Rule = () => undefined;
/** A function of one argument with derivative `outer`. */
const outer =
  (of: (g: Graph, x: Node, self: Node) => Node): Rule =>
  (g, [x], [d], self) =>
    times(g, of(g, x!, self), d);
/** A function of one argument with derivative 1 / `below`. */
const over =
  (below: (g: Graph, x: Node, self: Node) => Node): Rule =>
  (g, [x], [d], self) =>
    g.call("divide", d!, below(g, x!, self));
/** Zero where `at` is zero. */
const finite = (g: Graph, at: Node, slope: Node): Node =>
  g.call("if", g.call("equal", at, g.number(0)), g.number(0), slope);
const square = (g: Graph, x: Node): Node => g.call("multiply", x, x);
const oneMinus = (g: Graph, x: Node): Node => g.call("subtract", g.number(1), x);
const onePlus = (g: Graph, x: Node): Node => g.call("add", g.number(1), x);

/** A root with derivative 1 / `below`. */
const root =
  (below: (g: Graph, self: Node) => Node): Rule =>
  (g, _, [d], self) =>
    finite(g, self, g.call("divide", d!, below(g, self)));

const power: Rule = (g, [a, b], [da, db], self) => {
  let slope = times(g, g.call("multiply", b!, g.call("pow", a!, g.call("subtract", b!, g.number(1)))), da);
  if (slope && b!.kind === "number" && b!.value > 0 && b!.value < 1) slope = finite(g, a!, slope);
  // 0 to a positive power stays 0 whatever the power.
  const log = db && finite(g, a!, g.call("multiply", self, g.call("log", a!)));
  return sum(g, slope, times(g, log, db));
};

/** One rule per operation of operations.ts. */
export const DERIVATIVES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["add", (g, _, [da, db]) => sum(g, da, db)],
  ["subtract", (g, _, [da, db]) => difference(g, da, db)],
  ["multiply", (g, [a, b], [da, db]) => sum(g, times(g, da, b), times(g, a, db))],
  ["divide", (g, [, b], [da, db], self) => g.call("divide", difference(g, da, times(g, self, db))!, b!)],
  ["unaryMinus", (g, _, [d]) => g.call("unaryMinus", d!)],
  // a − b·⌊a/b⌋, with the floor at rest.
  ["mod", (g, [a, b], [da, db]) => difference(g, da, times(g, g.call("floor", g.call("divide", a!, b!)), db))],
  ["pow", power],
  ["power", power],
  ["smaller", zero],
  ["smallerEq", zero],
  ["equal", zero],
  ["and", zero],
  ["or", zero],
  ["not", zero],
  ["if", (g, [c], [, da, db]) => (da || db) && choose(g, c!, da, db)],
  ["abs", outer((g, x) => g.call("sign", x))],
  ["acos", (g, [x], [d]) => g.call("unaryMinus", g.call("divide", d!, g.call("sqrt", oneMinus(g, square(g, x!)))))],
  [
    "acosh",
    over((g, x) => {
      const [less, more] = [g.call("subtract", x, g.number(1)), onePlus(g, x)];
      return g.call("multiply", g.call("sqrt", less), g.call("sqrt", more));
    }),
  ],
  ["asin", over((g, x) => g.call("sqrt", oneMinus(g, square(g, x))))],
  ["asinh", over((g, x) => g.call("sqrt", onePlus(g, square(g, x))))],
  ["atan", over((g, x) => onePlus(g, square(g, x)))],
  [
    "atan2",
    (g, [y, x], [dy, dx]) =>
      g.call("divide", difference(g, times(g, x, dy), times(g, y, dx))!, g.call("add", square(g, x!), square(g, y!))),
  ],
  ["atanh", over((g, x) => oneMinus(g, square(g, x)))],
  ["cbrt", root((g, self) => g.call("multiply", g.number(3), square(g, self)))],
  ["ceil", zero],
  ["cos", outer((g, x) => g.call("unaryMinus", g.call("sin", x)))],
  ["cosh", outer((g, x) => g.call("sinh", x))],
  ["exp", outer((_, __, self) => self)],
  ["floor", zero],
  ["log", over((_, x) => x)],
  ["log10", over((g, x) => g.call("multiply", g.number(Math.LN10), x))],
  ["log2", over((g, x) => g.call("multiply", g.number(Math.LN2), x))],
  ["max", (g, [a, b], [da, db]) => choose(g, g.call("smallerEq", b!, a!), da, db)],
  ["min", (g, [a, b], [da, db]) => choose(g, g.call("smallerEq", a!, b!), da, db)],
  ["round", zero],
  ["sign", zero],
  ["sin", outer((g, x) => g.call("cos", x))],
  ["sinh", outer((g, x) => g.call("cosh", x))],
  ["sqrt", root((g, self) => g.call("multiply", g.number(2), self))],
  ["tan", outer((g, _, self) => onePlus(g, square(g, self)))],
  ["tanh", outer((g, _, self) => oneMinus(g, square(g, self)))],
]);
