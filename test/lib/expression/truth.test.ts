import assert from "node:assert/strict";
import { all, create } from "mathjs/number";
import { makeFunction, writeStores } from "../../../src/lib/expression/codegen.ts";
import { differentiate } from "../../../src/lib/expression/differentiate.ts";
import { Graph } from "../../../src/lib/expression/graph.ts";
import { parseExpression } from "../../../src/lib/expression/whitelist.ts";
import { createRandom, type Random } from "../../../src/lib/random.ts";

const NAMES = ["x", "y", "z"];
const ONE = [
  "sin",
  "cos",
  "tanh",
  "atan",
  "exp",
  "abs",
  "sqrt",
  "log",
  "cbrt",
  "sinh",
  "log10",
  "sign",
  "floor",
  "tan",
];
const TWO = ["+", "-", "*", "/", "%", "^2 + ", "^3 - ", "^-1 * ", "^0.5 + "];

function expression(random: Random, depth: number): string {
  const below = (n: number) => Math.floor(random.next() * n);
  const part = () => expression(random, depth - 1);
  if (depth <= 0) return below(4) === 0 ? (random.next() * 4 - 2).toFixed(3) : NAMES[below(3)]!;
  switch (below(7)) {
    case 0:
      return `${ONE[below(ONE.length)]}(${part()})`;
    case 1:
      return `${below(2) ? "min" : "max"}(${part()}, ${part()}, ${part()})`;
    case 2:
      return `(${part()} < ${part()} ? ${part()} : ${part()})`;
    case 3:
      return `-(${part()})`;
    default:
      return `((${part()})${TWO[below(TWO.length)]}(${part()}))`;
  }
}

/** Value and derivatives, out[0] and out[1…3]. */
function compiled(text: string): (v: ArrayLike<number>, out: Float64Array) => void {
  const graph = new Graph((name) => ({ array: "v", index: NAMES.indexOf(name) }));
  const value = graph.add(parseExpression(text, (name) => NAMES.includes(name)));
  const seeds = new Map(NAMES.map((_, index) => [graph.slot({ array: "v", index }), index]));
  const [row] = differentiate(graph, [value], seeds)!;
  const entries = [{ node: value, index: 0 }, ...Array.from(row!, ([j, node]) => ({ node, index: j + 1 }))];
  return makeFunction(graph, ["v", "out"], writeStores(graph, entries));
}

describe("random expressions", () => {
  it("have the value that mathjs gives them", () => {
    const random = createRandom("values");
    const { evaluate } = create(all!, {});
    let finite = 0;
    for (let k = 0; k < 1000; k++) {
      const text = expression(random, 1 + (k % 5));
      const v = NAMES.map(() => Math.round(random.normal() * 1000) / 500);
      const out = new Float64Array(4);
      compiled(text)(v, out);
      const expected = Number(evaluate!(text, Object.fromEntries(NAMES.map((name, i) => [name, v[i]!]))));
      if (!Number.isFinite(expected)) continue;
      finite++;
      // To mathjs a comparison over NaN is false and x % 0 is x; to us both are NaN.
      if (Number.isNaN(out[0]) && /[<%]/.test(text)) continue;
      assert(
        Math.abs(out[0]! - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
        `${text} at ${v}: ${out[0]}, ${expected}`,
      );
    }
    assert(finite > 500, `${finite} finite`);
  });

  it("have the derivatives that differences give", () => {
    const random = createRandom("derivatives");
    let checked = 0;
    for (let k = 0; k < 1200; k++) {
      const text = expression(random, 1 + (k % 4));
      const f = compiled(text);
      const v = NAMES.map(() => random.normal() * 1.5);
      const out = new Float64Array(4);
      const at = (j: number, h: number): number => {
        const o = new Float64Array(4);
        f(
          v.map((x, i) => (i === j ? x + h : x)),
          o,
        );
        return o[0]!;
      };
      f(v, out);
      // Where the value is large, a difference says nothing.
      if (Math.abs(out[0]!) > 1e3) continue;
      for (let j = 0; j < 3; j++) {
        const h = 1e-4;
        const [wide, narrow] = [h, h / 2].map((s) => (at(j, s) - at(j, -s)) / (2 * s));
        const [right, left] = [(at(j, h) - out[0]!) / h, (out[0]! - at(j, -h)) / h];
        // Where the two steps or sides differ there is a kink, a jump or a pole nearby.
        const scale = Math.max(1, Math.abs(narrow!));
        if (!(Math.abs(wide! - narrow!) < 1e-5 * scale && Math.abs(right - left) < 1e-2 * scale)) continue;
        checked++;
        assert(
          Math.abs(out[j + 1]! - narrow!) < 1e-4 * scale,
          `d(${text})/d${NAMES[j]} at ${v}: ${out[j + 1]}, ${narrow}`,
        );
      }
    }
    assert(checked > 1800, `${checked} checked`);
  });
});
