/**
 * Where an expression has a kink or a jump: functions that change sign there, so that a solver can find the moment
 * (Eich-Soellner & Führer 1998, Numerical Methods in Multibody Dynamics, 6.2).
 */
import { type Call, dependents, type Graph, type Node, reachable, type Slot } from "./graph.ts";

/**
 * @param results whose discontinuities are asked for
 * @param moves which slots change while the solver is under way
 * @returns one node per discontinuity, without repetition, in the order in which they are computed
 */
export function switches(graph: Graph, results: readonly Node[], moves: (slot: Slot) => boolean): Node[] {
  const needed = reachable(graph, results);
  const moving = dependents(graph, moves);
  const found = new Set<Node>();
  for (const node of graph.nodes.slice(0, needed.length)) {
    if (!needed[node.id] || !moving[node.id] || node.kind !== "call") continue;
    for (const crossing of crossings(graph, node, (n) => moving[n.id] === 1)) found.add(crossing);
  }
  return Array.from(found);
}

function crossings(graph: Graph, node: Call, isMoving: (node: Node) => boolean): Node[] {
  const [a, b] = node.args as [Node, Node];
  if (node.table !== undefined) return knots(graph, node, isMoving);
  switch (node.fn) {
    case "smaller":
    case "smallerEq":
    case "equal":
    case "min":
    case "max":
      return [a.id < b.id ? graph.call("subtract", a, b) : graph.call("subtract", b, a)];
    case "abs":
    case "sign":
      return [a];
    // Zero at every whole number, and at every half for rounding.
    case "floor":
    case "ceil":
      return [wave(graph, "sin", a)];
    case "round":
      return [wave(graph, "cos", a)];
    case "mod":
      return [wave(graph, "sin", graph.call("divide", a, b))];
    case "if":
      return isMoving(a) && !isLogical(a) ? [a] : [];
    default:
      return [];
  }
}

const LOGICAL = new Set(["smaller", "smallerEq", "equal", "and", "or", "not"]);
const isLogical = (node: Node): boolean => node.kind === "call" && LOGICAL.has(node.fn);
const wave = (graph: Graph, fn: "sin" | "cos", x: Node): Node =>
  graph.call(fn, graph.call("multiply", graph.number(Math.PI), x));

/** A smooth table has kinks at its ends, any other at every point. */
function knots(graph: Graph, node: Call, isMoving: (node: Node) => boolean): Node[] {
  const { table } = graph.tables[node.table!]!;
  return node.args.flatMap((arg, axis) => {
    if (!isMoving(arg)) return [];
    const points = axis === 0 ? table.x : table.y!;
    if (!table.smooth) return [wave(graph, "sin", position(graph, points, arg))];
    const beyond = (end: number) => graph.call("subtract", arg, graph.number(end));
    return [beyond(points[0]!), beyond(points[points.length - 1]!)];
  });
}

/** A whole number at every point, and half a step beyond the ends. */
function position(graph: Graph, points: readonly number[], arg: Node): Node {
  const n = points.length;
  const before = points[0]! - (points[1]! - points[0]!) / 2;
  const after = points[n - 1]! + (points[n - 1]! - points[n - 2]!) / 2;
  const z = [-0.5, ...points.keys(), n - 0.5];
  return graph.table({ x: [before, ...points, after], z, smooth: false }, "value", [arg]);
}
