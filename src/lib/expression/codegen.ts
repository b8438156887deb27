/**
 * Graph → JavaScript. The generated text consists of fragments of this package only: numbers written anew from their
 * value, slots such as `y[3]`, generated identifiers, and the fragments of operations.ts. No name or text of a user
 * reaches it. A value that is needed once stands where it is needed, so that the branch of a condition that is not taken
 * costs nothing; one that is needed more often is computed once.
 */
import { type Call, type Graph, isCall, type Node, reachable, type Slot } from "./graph.ts";
import { COMPARED, OPERATIONS } from "./operations.ts";
import { lookup } from "./tables.ts";

/** Brackets within brackets: beyond this a value gets a name, so that no parser has to nest deeply. */
const MAX_NESTING = 20;

/**
 * So many results have a name of their own before the first is stored: it takes 7 % less time, because no value then has to
 * be read again after a store. With more, there are not enough registers for it to pay.
 */
const FEW = 16;

/** Fragment of a slot. @throws RangeError when the index is not a small whole number */
export function slotText(slot: Slot | { readonly array: "out"; readonly index: number }): string {
  if (slot === "t") return "t";
  if (!Number.isInteger(slot.index) || slot.index < 0 || slot.index > 1e6) throw new RangeError("slot index");
  switch (slot.array) {
    case "v":
      return `v[${slot.index}]`;
    case "y":
      return `y[${slot.index}]`;
    case "u":
      return `u[${slot.index}]`;
    case "p":
      return `p[${slot.index}]`;
    case "d":
      return `d[${slot.index}]`;
    case "out":
      return `out[${slot.index}]`;
    default:
      throw new RangeError("slot array");
  }
}

/** A finite number as source text; negative ones in brackets, so that no two signs meet. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError("only finite numbers can be written");
  return value < 0 || Object.is(value, -0) ? `(-${String(-value)})` : String(value);
}

/** The body of a function that writes `results[i]` to `out[index]`; everything is read before anything is written. */
export function writeStores(graph: Graph, results: readonly { index: number; node: Node }[]): string {
  const nodes = results.map((r) => r.node);
  const writer = new Writer(graph, nodes, nodes.length <= FEW);
  const stores = results.map((r) => `${slotText({ array: "out", index: r.index })} = ${writer.text(r.node)};`);
  return [...writer.lines, ...stores].join("\n");
}

/** The body of a function that returns the value of a node. */
export function writeReturn(graph: Graph, result: Node): string {
  const writer = new Writer(graph, [result]);
  return [...writer.lines, `return ${writer.text(result)};`].join("\n");
}

/**
 * Makes the function of a body that `writeStores` or `writeReturn` wrote over this graph.
 * @param parameters names of the arrays that the slots are in, in order
 */
export function makeFunction<F>(graph: Graph, parameters: readonly Parameter[], body: string): F {
  if (!parameters.every((name) => PARAMETERS.includes(name))) throw new RangeError("parameter");
  const helpers = graph.tables.map(({ table, part }) => lookup(table, part));
  const names = helpers.map((_, i) => `const h${i} = h[${i}];`).join("\n");
  // Only fragments of codegen.ts and operations.ts are in the text: no name of a user.
  const text = `"use strict";\n${names}\nreturn function (${parameters.join(", ")}) {\n${body}\n};`;
  return new Function("h", text)(helpers) as F;
}

const PARAMETERS = ["t", "y", "u", "p", "out", "d", "v"] as const;
type Parameter = (typeof PARAMETERS)[number];

class Writer {
  readonly lines: string[] = [];
  readonly #texts: string[];
  /** Nodes that get a name: needed more than once, or written more than once by what needs them. */
  readonly #named: Uint8Array;
  readonly #nesting: Uint8Array;

  constructor(graph: Graph, results: readonly Node[], isEachNamed = false) {
    const size = graph.nodes.length;
    this.#texts = new Array(size);
    this.#nesting = new Uint8Array(size);
    const needed = reachable(graph, results);
    this.#named = named(graph, needed, results);
    if (isEachNamed) for (const node of results) this.#named[node.id] = 1;
    for (const node of graph.nodes) if (needed[node.id]) this.#write(node);
  }

  text(node: Node): string {
    return this.#texts[node.id]!;
  }

  #write(node: Node): void {
    const { id } = node;
    if (node.kind === "number") {
      this.#texts[id] = numberText(node.value);
      return;
    }
    let text: string;
    if (node.kind === "slot") text = slotText(node.slot);
    else {
      text = this.#call(node);
      for (const arg of node.args) this.#nesting[id] = Math.max(this.#nesting[id]!, this.#nesting[arg.id]! + 1);
    }
    if (this.#named[id] || this.#nesting[id]! > MAX_NESTING) {
      this.lines.push(`const c${id} = ${text};`);
      this.#nesting[id] = 0;
      this.#texts[id] = `c${id}`;
    } else this.#texts[id] = node.kind === "slot" ? text : `(${text})`;
  }

  #call(node: Call): string {
    const args = node.args.map((arg) => this.text(arg));
    const compared = fused(node, this.#named);
    if (compared) {
      const [a, b] = compared.args.map((arg) => this.text(arg));
      return COMPARED.get(compared.fn)!(a!, b!, args[1]!, args[2]!);
    }
    if (node.table !== undefined) return `h${node.table}(${args.join(",")})`;
    return OPERATIONS.get(node.fn)!.emit(args);
  }
}

/** The comparison inside a condition that nothing else needs. */
function fused(node: Node, named: Uint8Array): Call | undefined {
  if (!isCall(node, "if")) return undefined;
  const condition = node.args[0]!;
  return condition.kind === "call" && COMPARED.has(condition.fn) && !named[condition.id] ? condition : undefined;
}

function named(graph: Graph, needed: Uint8Array, results: readonly Node[]): Uint8Array {
  const uses = new Uint32Array(graph.nodes.length);
  for (const node of results) uses[node.id]!++;
  const repeated: Node[] = [];
  for (const node of graph.nodes) {
    if (!needed[node.id] || node.kind !== "call") continue;
    for (const arg of node.args) uses[arg.id]!++;
    for (const i of OPERATIONS.get(node.fn)?.repeats ?? [])
      if (!(isCall(node, "if") && comparison(node.args[0]!))) repeated.push(node.args[i]!);
  }
  const result = Uint8Array.from(uses, (n) => (n > 1 ? 1 : 0));
  for (const node of repeated) result[node.id] = 1;
  return result;
}

const comparison = (node: Node): boolean => node.kind === "call" && COMPARED.has(node.fn);
