/**
 * Syntax tree → JavaScript. The generated text consists of fragments of this package only: numbers written anew from
 * their value, slots such as `y[3]`, generated identifiers, and function text of the table. No name or text of a user
 * reaches it. Equal subexpressions are computed once, over all results together.
 */
import type { Ast } from "./ast.ts";
import { FUNCTIONS, OPERATORS } from "./functions.ts";

/** Where a quantity is found: an element of one of the arrays that the generated function is handed, or the time. */
export type Slot = "t" | { readonly array: "v" | "y" | "u" | "p" | "out"; readonly index: number };

/** Fragment of a slot. @throws RangeError when the index is not a small whole number */
export function slotText(slot: Slot): string {
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
    case "out":
      return `out[${slot.index}]`;
    default:
      throw new RangeError("slot array");
  }
}

/** Collects trees and writes each distinct subexpression once. */
export class CodeWriter {
  #lines: string[] = [];
  #known = new Map<string, string>();
  #slot: (name: string) => Slot | Ast;
  #names = new Map<string, string>();

  /** `slot` says where a name is found; a name that stands for an equation gives that equation's tree. */
  constructor(slot: (name: string) => Slot | Ast) {
    this.#slot = slot;
  }

  /** Adds the tree and returns the identifier or number that holds its value. */
  add(ast: Ast): string {
    if (ast.kind === "number") return numberText(ast.value);
    if (ast.kind === "name") return this.#addName(ast.name);
    const rule = OPERATORS.get(ast.fn) ?? FUNCTIONS.get(ast.fn);
    if (!rule || ast.args.length < rule.min || ast.args.length > rule.max) throw new RangeError("unknown function");
    const args = ast.args.map((arg) => this.add(arg));
    if (ast.fn === "add" || ast.fn === "multiply") args.sort();
    return this.#once(`${ast.fn}(${args.join(",")})`, () => rule.emit(args));
  }

  /** Stores a value in a slot. */
  store(slot: Slot, value: string): void {
    this.#lines.push(`${slotText(slot)} = ${value};`);
  }

  line(fragment: "return NaN;"): void {
    this.#lines.push(fragment);
  }

  text(): string {
    return this.#lines.join("\n");
  }

  #addName(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const found = this.#slot(name);
    const value =
      typeof found === "object" && "kind" in found
        ? this.add(found)
        : this.#once(slotText(found), () => (found === "t" ? "t" : slotText(found)));
    this.#names.set(name, value);
    return value;
  }

  #once(key: string, emit: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const id = `c${this.#known.size}`;
    this.#known.set(key, id);
    this.#lines.push(`const ${id} = ${emit()};`);
    return id;
  }
}

/** A finite number as source text; negative ones in brackets, so that no two signs meet. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError("only finite numbers can be written");
  return value < 0 || Object.is(value, -0) ? `(-${String(-value)})` : String(value);
}
