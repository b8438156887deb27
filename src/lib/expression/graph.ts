/**
 * Expressions as a graph in which equal subexpressions are one node (hash-consing; Ershov 1958). A node is only ever
 * made of nodes that exist, so that `nodes` is in an order in which everything can be computed, without recursion.
 *
 * Simplifications keep the value of every expression, missing quantities and infinities included (not the sign of a zero): numbers are folded,
 * whole powers become products, and what changes nothing (x·1, x + 0, −−x) falls away.
 */
import type { Ast } from "./ast.ts";
import { OPERATIONS } from "./operations.ts";
import type { Table, TablePart } from "./tables.ts";

/** Where a quantity is found: an element of one of the arrays that the generated function is handed, or the time. */
export type Slot = "t" | { readonly array: "v" | "y" | "u" | "p" | "d"; readonly index: number };

export type Node =
  | { readonly id: number; readonly kind: "number"; readonly value: number }
  | { readonly id: number; readonly kind: "slot"; readonly slot: Slot }
  | Call;

export interface Call {
  readonly id: number;
  readonly kind: "call";
  readonly fn: string;
  readonly args: readonly Node[];
  /** Of the operation `table`: which one, by its index in `tables`. */
  readonly table?: number;
}

/** Whole exponents up to this size become products. */
const MAX_PRODUCT = 16;

export class Graph {
  readonly nodes: Node[] = [];
  /** Tables, and what of them is looked up. */
  readonly tables: { readonly table: Table; readonly part: TablePart }[] = [];
  #known = new Map<string, Node>();
  #slot: (name: string) => Slot | Ast;
  #names = new Map<string, Node>();

  /** `slot` says where a name is found; a name that stands for an equation gives that equation's tree. */
  constructor(slot: (name: string) => Slot | Ast) {
    this.#slot = slot;
  }

  /** The node of a tree. */
  add(ast: Ast): Node {
    if (ast.kind === "number") return this.number(ast.value);
    if (ast.kind === "name") return this.#addName(ast.name);
    const args = ast.args.map((arg) => this.add(arg));
    return ast.kind === "table" ? this.table(ast.table, "value", args) : this.lower(ast.fn, args);
  }

  number(value: number): Node {
    const id = this.nodes.length;
    return this.#once(Object.is(value, -0) ? "-0" : String(value), () => ({ id, kind: "number", value }));
  }

  slot(slot: Slot): Node {
    const id = this.nodes.length;
    return this.#once(slot === "t" ? "t" : `${slot.array}${slot.index}`, () => ({ id, kind: "slot", slot }));
  }

  /** An operation of operations.ts over nodes of this graph, simplified. */
  call(fn: string, ...args: Node[]): Node {
    return this.#simplified(fn, args) ?? this.#folded(fn, args) ?? this.#plain(fn, args);
  }

  /** A lookup in a table; `args` one per axis. */
  table(table: Table, part: TablePart, args: readonly Node[]): Node {
    let index = this.tables.findIndex((t) => t.table === table && t.part === part);
    if (index < 0) index = this.tables.push({ table, part }) - 1;
    const id = this.nodes.length;
    const key = `table${index}(${args.map((a) => a.id).join()})`;
    return this.#once(key, () => ({ id, kind: "call", fn: "table", args, table: index }));
  }

  /** xⁿ for a whole n from 1 on, by squaring. */
  product(x: Node, n: number): Node {
    if (n === 1) return x;
    const half = this.product(x, Math.floor(n / 2));
    const square = this.call("multiply", half, half);
    return n % 2 === 0 ? square : this.call("multiply", square, x);
  }

  #addName(name: string): Node {
    const known = this.#names.get(name);
    if (known) return known;
    const found = this.#slot(name);
    const node = typeof found === "object" && "kind" in found ? this.add(found) : this.slot(found);
    this.#names.set(name, node);
    return node;
  }

  /** A function of the language in terms of operations. */
  lower(fn: string, args: Node[]): Node {
    const [a, b, c] = args as [Node, Node, Node];
    switch (fn) {
      case "unaryPlus":
      case "number":
        return a;
      case "larger":
        return this.call("smaller", b, a);
      case "largerEq":
        return this.call("smallerEq", b, a);
      case "unequal":
        return this.call("not", this.call("equal", a, b));
      case "clamp":
        return this.call("min", this.call("max", a, b), c);
      case "min":
      case "max":
        return args.reduce((x, y) => this.call(fn, x, y));
      case "ln":
        return this.call("log", a);
      case "log":
        return b ? this.call("divide", this.call("log", a), this.call("log", b)) : this.call("log", a);
      default:
        return this.call(fn, ...args);
    }
  }

  #simplified(fn: string, args: readonly Node[]): Node | undefined {
    const [a, b] = args as [Node, Node];
    switch (fn) {
      case "add":
        if (is(a, 0)) return b;
        if (is(b, 0)) return a;
        if (a === b) return this.call("multiply", this.number(2), a);
        if (isCall(b, "unaryMinus")) return this.call("subtract", a, b.args[0]!);
        if (isCall(a, "unaryMinus")) return this.call("subtract", b, a.args[0]!);
        return undefined;
      case "subtract":
        if (is(b, 0)) return a;
        if (is(a, 0)) return this.call("unaryMinus", b);
        if (isCall(b, "unaryMinus")) return this.call("add", a, b.args[0]!);
        return undefined;
      case "multiply":
        if (is(a, 1)) return b;
        if (is(b, 1)) return a;
        if (is(a, -1)) return this.call("unaryMinus", b);
        if (is(b, -1)) return this.call("unaryMinus", a);
        if (isCall(a, "unaryMinus")) return this.call("unaryMinus", this.call("multiply", a.args[0]!, b));
        if (isCall(b, "unaryMinus")) return this.call("unaryMinus", this.call("multiply", a, b.args[0]!));
        return undefined;
      case "divide":
        if (is(b, 1)) return a;
        if (is(b, -1)) return this.call("unaryMinus", a);
        if (isCall(a, "unaryMinus")) return this.call("unaryMinus", this.call("divide", a.args[0]!, b));
        return undefined;
      case "unaryMinus":
        if (isCall(a, "unaryMinus")) return a.args[0]!;
        if (isCall(a, "subtract")) return this.call("subtract", a.args[1]!, a.args[0]!);
        return undefined;
      case "pow":
        return b.kind === "number" && a.kind !== "number" ? this.#power(a, b.value) : undefined;
      case "min":
      case "max":
        return a === b ? a : undefined;
      default:
        return undefined;
    }
  }

  #power(x: Node, n: number): Node | undefined {
    if (n === 0.5) return this.call("sqrt", x);
    if (n === 0 || Number.isNaN(n)) return undefined;
    if (!Number.isInteger(n) || Math.abs(n) > MAX_PRODUCT) return this.#plain("power", [x, this.number(n)]);
    const product = this.product(x, Math.abs(n));
    return n > 0 ? product : this.call("divide", this.number(1), product);
  }

  /** What has only numbers for arguments is a number, where that is finite. */
  #folded(fn: string, args: readonly Node[]): Node | undefined {
    const values: number[] = [];
    for (const arg of args) {
      if (arg.kind !== "number") return undefined;
      values.push(arg.value);
    }
    const value = OPERATIONS.get(fn)?.compute(values) ?? Number.NaN;
    return Number.isFinite(value) ? this.number(value) : undefined;
  }

  #plain(fn: string, args: readonly Node[]): Node {
    if (!OPERATIONS.has(fn)) throw new RangeError("unknown operation");
    const ordered = COMMUTATIVE.has(fn) && args[0]!.id > args[1]!.id ? [args[1]!, args[0]!] : args;
    const id = this.nodes.length;
    return this.#once(`${fn}(${ordered.map((a) => a.id).join()})`, () => ({ id, kind: "call", fn, args: ordered }));
  }

  #once(key: string, make: () => Node): Node {
    const known = this.#known.get(key);
    if (known) return known;
    const node = make();
    this.#known.set(key, node);
    this.nodes.push(node);
    return node;
  }
}

const COMMUTATIVE = new Set(["add", "multiply", "equal", "and", "or"]);
const is = (node: Node, value: number): boolean => node.kind === "number" && node.value === value;

/** True when the node is this operation. */
export const isCall = <F extends string>(node: Node, fn: F): node is Call & { readonly fn: F } =>
  node.kind === "call" && node.fn === fn;

/** Nodes that depend on one of the slots for which `isSource` is true, by id. */
export function dependents(graph: Graph, isSource: (slot: Slot) => boolean): Uint8Array {
  const found = new Uint8Array(graph.nodes.length);
  for (const node of graph.nodes) {
    if (node.kind === "slot" && isSource(node.slot)) found[node.id] = 1;
    else if (node.kind === "call" && node.args.some((arg) => found[arg.id])) found[node.id] = 1;
  }
  return found;
}

/** The nodes that the results are made of, by id; `true` at an index: needed. */
export function reachable(graph: Graph, results: Iterable<Node>): Uint8Array {
  const needed = new Uint8Array(graph.nodes.length);
  for (const node of results) needed[node.id] = 1;
  for (let id = needed.length - 1; id >= 0; id--) {
    const node = graph.nodes[id]!;
    if (needed[id] && node.kind === "call") for (const arg of node.args) needed[arg.id] = 1;
  }
  return needed;
}
