/** Expressions that nobody would type, and what generated code may consist of: for the tests and for bench/equations.mjs. */
import { FUNCTIONS, TABLES } from "../../../src/lib/expression/functions.ts";
import type { Random } from "../../../src/lib/random.ts";

export interface Fuzzed {
  kind: "soup" | "grammar" | "mutation";
  text: string;
}

const NAMES = ["x", "k", "speed", "model.derived.npshMargin"];
export const isFuzzName = (name: string): boolean => NAMES.includes(name);

const SIGNS =
  "+ - * / ^ % ( ) ( ) , . < > <= >= == != ? : and or not xor mod = ; [ ] [ ] { } ' \" ` # ! & | ~ $ \\ @ := -> => .^ ' // /* */ && ||".split(
    " ",
  );
const FOREIGN =
  "process constructor __proto__ prototype Math e pi tau this return true false null undefined i to in end function eval import globalThis c0 h0 v out const NaN Infinity new var toString".split(
    " ",
  );
const NUMBERS = "0 1 2 3 -1 0.5 2.5 1e9 1e-9 1e308 1e309 0x1f 0b11 .5 5. 1e 12345678901234567890".split(" ");
const SPACES = ["", "", " ", " ", "\t", "\n", "\r\n", "\u2028", "\u00a0", "\u0000"];
const CALLS = [...FUNCTIONS.keys(), ...TABLES.keys()];
const INFIX = ["+", "-", "*", "/", "^", "%", "<", "<=", ">", ">=", "==", "!=", " and ", " or ", " mod "];

/** A source of expressions: a third token soups, a third grammatical, a third attacks that were cut, joined and changed. */
export function expressionFuzz(random: Random, attacks: readonly string[]): () => Fuzzed {
  const below = (n: number): number => Math.floor(random.next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const token = (): string =>
    pick([
      pick(NAMES),
      pick(SIGNS),
      pick(SIGNS),
      pick(NUMBERS),
      pick(CALLS),
      pick(FOREIGN),
      pick(NAMES),
      pick(NUMBERS),
    ]);
  const soup = (): string => {
    const glue = below(4) === 0 ? "" : " ";
    return Array.from({ length: 1 + below(14) }, token).join(glue);
  };
  const list = (n: number): string => `[${Array.from({ length: n }, (_, i) => i * (1 + below(3)) - 2).join(", ")}]`;
  const grammar = (depth: number): string => {
    const part = (): string => grammar(depth - 1);
    if (depth <= 0) return below(3) === 0 ? pick(NUMBERS) : pick(NAMES);
    switch (below(9)) {
      case 0:
        return `(${part()})`;
      case 1:
        return `-${part()}`;
      case 2:
        return `${part()} ? ${part()} : ${part()}`;
      case 3:
        return `not (${part()})`;
      case 4: {
        const fn = pick([...FUNCTIONS]);
        const n = fn[1].min + below(Math.min(fn[1].max, 4) - fn[1].min + 1);
        return `${fn[0]}(${Array.from({ length: n }, part).join(", ")})`;
      }
      case 5: {
        const n = 2 + below(3);
        return `${pick([...TABLES.keys()])}(${part()}, ${list(n)}, ${list(n)})`;
      }
      default:
        return `(${part()}${pick(INFIX)}${part()})`;
    }
  };
  const mutation = (): string => {
    let text = pick(attacks).slice(0, 200);
    for (let k = 1 + below(4); k > 0; k--) {
      const at = below(text.length + 1);
      const [before, after] = [text.slice(0, at), text.slice(at)];
      text = [
        () => before + after.slice(1),
        () => before + token() + after,
        () => before + pick(SPACES) + after,
        () => `${before}${pick(attacks).slice(0, 60)}`,
        () => `${text}${pick(INFIX)}${pick(NAMES)}`,
        () => `${pick(CALLS)}(${text})`,
        () => text.replaceAll(/[A-Za-z_]+/g, (word) => (below(2) === 0 ? pick(NAMES) : word)),
        () => before + String.fromCodePoint(below(0x3000)) + after,
      ][below(8)]!();
    }
    return text;
  };
  return () => {
    const which = below(3);
    if (which === 0) return { kind: "soup", text: soup() };
    if (which === 1) return { kind: "grammar", text: grammar(below(5)) };
    return { kind: "mutation", text: mutation() };
  };
}

const MATHS =
  "abs acosh acos asinh asin atan2 atanh atan cbrt ceil cos cosh exp floor log10 log2 log max min pow round sign sin sinh sqrt tan tanh";
/** Tokens that generated code may hold: its own names, slots, numbers and functions, and signs of arithmetic. */
const OWN = new RegExp(
  String.raw`\s+|const c\d+ = |return |c\d+(?![\w.([])|h\d+(?=\()|[vyupd]\[\d+\]|\bt\b|out\[\d+\] = |Math\.(?:${MATHS.replaceAll(" ", "|")})(?=\()|NaN\b|(?:\d+\.?\d*|\.\d+)(?:e[+-]\d+)?(?![\w.])|===|!==|<=|>=|&&|\|\||[-+*/<>?:(),;]`,
  "gy",
);

/** What of a generated body is not on the list; `slots` says which arrays it may read. */
export function foreignTokens(body: string, slots = "v"): string[] {
  const foreign: string[] = [];
  let end = 0;
  OWN.lastIndex = 0;
  while (end < body.length) {
    OWN.lastIndex = end;
    const token = OWN.exec(body)?.[0];
    const slot = token === undefined ? null : /^([vyupd])\[|^(t)$|^(out)\[/.exec(token);
    const name = slot?.[1] ?? slot?.[2] ?? slot?.[3];
    if (token === undefined || (name !== undefined && !slots.includes(name))) {
      foreign.push(body.slice(end, end + 20));
      return foreign;
    }
    end += token.length;
  }
  return foreign;
}
