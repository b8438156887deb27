/** The functions of a model, generated from its equations: right-hand side, quantities, and their derivatives on demand. */
import { makeFunction, writeStores } from "../expression/codegen.ts";
import { differentiate, tangent } from "../expression/differentiate.ts";
import { Graph, type Node, type Slot } from "../expression/graph.ts";
import { switches } from "../expression/switches.ts";
import type { Equation, ModelEvent } from "./equations.ts";
import { crossing } from "./events.ts";

/**
 * A generated function. `t` seconds since the start, `y` states, `u` inputs, `p` parameters, all in the order of the
 * lists of CompiledModel; the result goes to `out`.
 */
export type ModelFunction = (
  t: number,
  y: ArrayLike<number>,
  u: ArrayLike<number>,
  p: ArrayLike<number>,
  out: Float64Array,
) => void;

/** Right-hand side (one row per state) or observation (one row per quantity). */
export type Part = "rhs" | "observe";

export interface ModelParts {
  readonly states: readonly Equation[];
  /** In order of need. */
  readonly variables: readonly Equation[];
  readonly inputs: readonly string[];
  readonly parameters: readonly string[];
  readonly events: readonly ModelEvent[];
}

/** Functions that change sign where the right-hand side has a kink or a jump. */
export interface Switches {
  readonly count: number;
  /** Writes `count` values. */
  readonly write: ModelFunction;
}

export interface ModelEvents {
  /** The conditions as they are written. */
  readonly names: readonly string[];
  /** Writes one value per event, which passes zero when the condition becomes true. */
  readonly values: ModelFunction;
  /** 1: the event happens when its value rises through zero; 0: when it passes zero either way (a condition with ==). */
  readonly direction: Int8Array;
  /** Which events set states (1). */
  readonly sets: Uint8Array;
  /** Sets the states of event `i` in `y`, all from the values before. */
  reset(i: number, t: number, y: Float64Array, u: ArrayLike<number>, p: ArrayLike<number>): void;
}

/** A derivative with more entries than this is computed column by column, so that its code stays small. */
const MAX_ENTRIES = 20_000;

export class ModelCode {
  readonly rhs: ModelFunction;
  readonly observe: ModelFunction;
  readonly #parts: ModelParts;
  readonly #slots = new Map<string, Slot>([["t", "t"]]);
  readonly #trees: ReadonlyMap<string, Equation["ast"]>;
  #derivatives = new Map<string, Derivative>();
  #switches: Switches | undefined;
  #events: ModelEvents | undefined;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    for (const [index, e] of parts.states.entries()) this.#slots.set(e.name, { array: "y", index });
    for (const [index, name] of parts.inputs.entries()) this.#slots.set(name, { array: "u", index });
    for (const [index, name] of parts.parameters.entries()) this.#slots.set(name, { array: "p", index });
    this.#trees = new Map(parts.variables.map((e) => [e.name, e.ast]));
    this.rhs = this.#compile("rhs");
    this.observe = this.#compile("observe");
  }

  derivative(of: Part, by: readonly string[]): ModelFunction {
    const found = this.#derivative(of, by);
    found.run ??= found.compile();
    return found.run;
  }

  pattern(of: Part, by: readonly string[]): Uint8Array {
    return this.#derivative(of, by).pattern.slice();
  }

  get bandwidth(): { lower: number; upper: number } {
    const names = this.#parts.states.map((e) => e.name);
    const { pattern } = this.#derivative("rhs", names);
    let lower = 0;
    let upper = 0;
    for (let i = 0; i < names.length; i++)
      for (let j = 0; j < names.length; j++) {
        if (!pattern[i * names.length + j]) continue;
        lower = Math.max(lower, i - j);
        upper = Math.max(upper, j - i);
      }
    return { lower, upper };
  }

  get switches(): Switches {
    this.#switches ??= this.#makeSwitches();
    return this.#switches;
  }

  get events(): ModelEvents {
    this.#events ??= this.#makeEvents();
    return this.#events;
  }

  #makeSwitches(): Switches {
    const { graph, rows } = this.#graph("rhs");
    const found = switches(graph, rows, (slot) => slot === "t" || slot.array === "y");
    return { count: found.length, write: build(graph, found.map(numbered)) };
  }

  #makeEvents(): ModelEvents {
    const { events } = this.#parts;
    const { graph } = this.#graph("observe");
    const found = events.map((e) => crossing(graph, graph.add(e.condition)));
    const index = new Map(this.#parts.states.map((e, i) => [e.name, i]));
    const resets = events.map((e) => {
      const { graph: own } = this.#graph("observe");
      return build(
        own,
        e.resets.map((r) => ({ node: own.add(r.ast), index: index.get(r.state)! })),
      );
    });
    return {
      names: events.map((e) => e.name),
      values: build(
        graph,
        found.map((f, i) => numbered(f.node, i)),
      ),
      direction: Int8Array.from(found, (f) => f.direction),
      sets: Uint8Array.from(events, (e) => (e.resets.length > 0 ? 1 : 0)),
      reset: (i, t, y, u, p) => resets[i]!(t, y, u, p, y),
    };
  }

  #compile(part: Part): ModelFunction {
    const { graph, rows } = this.#graph(part);
    return build(graph, rows.map(numbered));
  }

  #graph(part: Part): { graph: Graph; rows: Node[] } {
    const graph = new Graph((name) => this.#trees.get(name) ?? this.#slots.get(name)!);
    const { states, variables } = this.#parts;
    // In order of need, so that a long chain of variables is never a deep recursion.
    for (const e of variables) graph.add({ kind: "name", name: e.name });
    const rows =
      part === "rhs"
        ? states.map((e) => graph.add(e.ast))
        : [...states, ...variables].map((e) => graph.add({ kind: "name", name: e.name }));
    return { graph, rows };
  }

  #derivative(of: Part, by: readonly string[]): Derivative {
    const key = `${of} ${by.join()}`;
    const known = this.#derivatives.get(key);
    if (known) return known;
    const { graph, rows } = this.#graph(of);
    const seeds = by.map((name) => graph.slot(this.#independent(name)));
    const derivative = makeDerivative(graph, rows, seeds, MAX_ENTRIES);
    this.#derivatives.set(key, derivative);
    return derivative;
  }

  #independent(name: string): Slot {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new RangeError(`${name} is no state, parameter or input of the model`);
    return slot;
  }
}

interface Derivative {
  pattern: Uint8Array;
  compile(): ModelFunction;
  run?: ModelFunction;
}

/**
 * ∂rows/∂seeds, symbolically.
 * @param most entries over all intermediate results; with more, one direction at a time
 */
export function makeDerivative(graph: Graph, rows: readonly Node[], seeds: readonly Node[], most: number): Derivative {
  const width = seeds.length;
  const index = new Map(seeds.map((node, j) => [node, j]));
  const pattern = new Uint8Array(rows.length * width);
  const found = differentiate(graph, rows, index, most);
  if (!found) return byColumn(graph, rows, seeds);
  const entries: { node: Node; index: number }[] = [];
  for (const [i, row] of found.entries())
    for (const [j, node] of row) {
      entries.push({ node, index: i * width + j });
      pattern[i * width + j] = 1;
    }
  return { pattern, compile: () => build(graph, entries) };
}

/** For large models: the code of one direction, run once per column. */
function byColumn(graph: Graph, rows: readonly Node[], seeds: readonly Node[]): Derivative {
  const width = seeds.length;
  const pattern = dependence(graph, rows, seeds);
  const compile = (): ModelFunction => {
    const directions = new Map(seeds.map((node, index) => [node, graph.slot({ array: "d", index })]));
    const slopes = tangent(graph, rows, directions);
    const entries = slopes.flatMap((node, i) => (node ? [{ node, index: i }] : []));
    type Direction = (...args: [...Parameters<ModelFunction>, d: Float64Array]) => void;
    const run = makeFunction<Direction>(graph, ["t", "y", "u", "p", "out", "d"], writeStores(graph, entries));
    const d = new Float64Array(width);
    const column = new Float64Array(rows.length);
    return (t, y, u, p, out) => {
      for (let j = 0; j < width; j++) {
        d.fill(0);
        d[j] = 1;
        run(t, y, u, p, column, d);
        for (let i = 0; i < rows.length; i++) if (pattern[i * width + j]) out[i * width + j] = column[i]!;
      }
    };
  };
  return { pattern, compile };
}

/** Which rows contain which seeds. */
function dependence(graph: Graph, rows: readonly Node[], seeds: readonly Node[]): Uint8Array {
  const sets = new Map<Node, Set<number>>(seeds.map((node, j) => [node, new Set([j])]));
  for (const node of graph.nodes) {
    if (node.kind !== "call") continue;
    const inputs = node.args.flatMap((arg) => sets.get(arg) ?? []);
    if (inputs.length === 1) sets.set(node, inputs[0]!);
    else if (inputs.length > 1) sets.set(node, new Set(inputs.flatMap((s) => Array.from(s))));
  }
  const pattern = new Uint8Array(rows.length * seeds.length);
  for (const [i, row] of rows.entries()) for (const j of sets.get(row) ?? []) pattern[i * seeds.length + j] = 1;
  return pattern;
}

const numbered = (node: Node, index: number): { node: Node; index: number } => ({ node, index });

const build = (graph: Graph, entries: readonly { node: Node; index: number }[]): ModelFunction =>
  makeFunction(graph, ["t", "y", "u", "p", "out"], writeStores(graph, entries));
