/**
 * Places of the parts of a text. mathjs gives none with its tree, but a tree that is walked in the order of writing
 * meets the numbers, names and signs of the text one after the other: `take` says where the next one stands.
 */
import type { Span } from "./ast.ts";

interface Token {
  text: string;
  from: number;
}

const TOKEN =
  /0[xX][\da-fA-F]*|0[bB][01]*|0[oO][0-7]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|[<>=!]=|[^\s()[\],]/g;

export class Places {
  readonly #tokens: readonly Token[];
  #next = 0;
  #lost = false;
  /** The place of the token that was taken last. */
  last: Span | undefined;

  constructor(text: string) {
    this.#tokens = Array.from(text.matchAll(TOKEN), (m) => ({ text: m[0], from: m.index }));
  }

  /** Where the next token begins. */
  get next(): number | undefined {
    return this.#lost ? undefined : this.#tokens[this.#next]?.from;
  }

  /** The place of the next token, which must be `expected` (by default: a number). Undefined once the order is lost. */
  take(expected?: string): Span | undefined {
    if (this.#lost) return undefined;
    const token = this.#tokens[this.#next++];
    if (!token || (expected === undefined ? !/^[\d.]/.test(token.text) : token.text !== expected)) {
      this.#lost = true;
      this.last = undefined;
      return undefined;
    }
    this.last = [token.from, token.from + token.text.length];
    return this.last;
  }
}

/** The least span that holds all. */
export function around(...spans: (Span | undefined)[]): Span | undefined {
  let result: Span | undefined;
  for (const span of spans) {
    if (!span) return undefined;
    result = result ? [Math.min(result[0], span[0]), Math.max(result[1], span[1])] : span;
  }
  return result;
}

/** The text of a part, with the brackets that belong to it, for sentences. */
export function excerpt(text: string, span: Span, most = 60): string {
  let [from, to] = span;
  for (;;) {
    const open = unbalanced(text.slice(from, to));
    if (open > 0) {
      const close = /^\s*[)\]]/.exec(text.slice(to));
      if (!close) break;
      to += close[0].length;
    } else if (open < 0) {
      const begin = /[([]\s*$/.exec(text.slice(0, from));
      if (!begin) break;
      from = begin.index;
    } else break;
  }
  const part = text.slice(from, to).replace(/\s+/g, " ");
  return part.length <= most ? part : `${part.slice(0, most - 1)}…`;
}

/** Brackets that are opened and not closed; negative: closed and not opened before. */
function unbalanced(part: string): number {
  let depth = 0;
  let least = 0;
  for (const c of part) {
    if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") least = Math.min(least, --depth);
  }
  return least < 0 ? least : depth;
}
