import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExpressionError } from "../../../src/lib/expression/ast.ts";
import { writeReturn } from "../../../src/lib/expression/codegen.ts";
import { compileExpression } from "../../../src/lib/expression/compile.ts";
import { Graph } from "../../../src/lib/expression/graph.ts";
import { parseExpression } from "../../../src/lib/expression/whitelist.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { expressionFuzz, foreignTokens, isFuzzName } from "./fuzz.ts";

const QUANTITIES = ["x", "k", "speed", "model.derived.npshMargin"];
const known = (name: string) => QUANTITIES.includes(name);
const value = (text: string, values: Record<string, number> = {}) => {
  const e = compileExpression(text, known);
  return e.evaluate(e.names.map((n) => values[n] ?? Number.NaN));
};
const refusal = (text: string, isKnown = known): ExpressionError => {
  try {
    compileExpression(text, isKnown);
  } catch (error) {
    assert(error instanceof ExpressionError, `${text}: ${error}`);
    assert.equal(error.code, "E_EXPRESSION");
    return error;
  }
  return assert.fail(`accepted: ${text}`);
};

describe("expressions", () => {
  it("computes arithmetic, comparisons, logic and functions", () => {
    const cases: [string, number][] = [
      ["2 + 3 * 4 ^ 2 / 8 - 1", 7],
      ["-3 ^ 2", -9],
      ["2 ^ 3 ^ 2", 512],
      ["-7 % 3", 2],
      ["7 % -3", -2],
      ["2^-1", 0.5],
      ["1 < 2 and 2 >= 2", 1],
      ["1 < 2 < 2", 0],
      ["not (1 == 1) or 3 != 3", 0],
      ["true", 1],
      ["1 > 2 ? 5 : 6", 6],
      ["if(2 > 1, 5, 6)", 5],
      ["clamp(12, 0, 10) + clamp(-1, 0, 10)", 10],
      ["min(3, 1, 2) + max(3, 1, 2)", 4],
      ["log(8, 2) + log10(1000) + log(e)", 7],
      ["sqrt(16) + abs(-2) + sign(-9) + floor(2.7) + ceil(2.1) + round(2.5)", 13],
      ["atan2(1, 1) * 4 - pi", 0],
      ["ln(e^2) + log2(8) + sinh(asinh(1)) + cosh(acosh(2)) + tanh(atanh(0.5))", 8.5],
      ["pow(2, 10) + exp(0) + cbrt(27)", 1028],
    ];
    for (const [text, expected] of cases) assert(Math.abs(value(text) - expected) < 1e-12, `${text} = ${value(text)}`);
  });

  it("reads dotted paths as one name, in slot order", () => {
    const e = compileExpression("model.derived.npshMargin < 0.5 and speed > 600 and x == x", known);
    assert.deepEqual(e.names, ["model.derived.npshMargin", "speed", "x"]);
    assert.equal(e.evaluate([0.4, 601, 0]), 1);
    assert.equal(e.evaluate(Float64Array.of(0.5, 601, 0)), 0);
  });

  it("is neither true nor false while a quantity is missing", () => {
    for (const text of [
      "x < 1",
      "x >= 1",
      "x == 1",
      "x != 1",
      "not x",
      "1 < 2 or x",
      "1 > 2 and x",
      "k > 0 ? 1 : x",
      "x ^ 0",
    ])
      assert(Number.isNaN(value(text, { k: 1 })), text);
    assert(Number.isNaN(compileExpression("x", known).evaluate([])));
  });

  it("keeps three values inside a model, where one branch may be undefined", () => {
    for (const text of ["sqrt(-1) < 2", "sqrt(-1) != 2", "not sqrt(-1)", "sqrt(-1) or 1", "sqrt(-1) ? 1 : 2"])
      assert(Number.isNaN(value(text)), text);
    assert.equal(value("x > 0 ? 1 / x : 0", { x: 0 }), 0);
  });

  it("lets a quantity go before a constant of the same name", () => {
    const e = compileExpression("e + 1", (name) => name === "e");
    assert.equal(e.evaluate([4]), 5);
  });

  it("says what is wrong and where", () => {
    assert.equal(refusal("speed + spede").message, '"spede" is not known here; check its spelling at character 9.');
    assert.equal(refusal("speed + spede").position, 8);
    assert.match(refusal("2 x").message, /Write a multiplication with \*/);
    for (const [text, position] of [
      ["1 + 2 x", 5],
      ["1 + sin x", 4],
      ["x + 'a'", 4],
      ["x; k", 1],
      ["k + x[1]", 4],
      ["2 * 1e400", 4],
      ["x + {a: 1}", 4],
    ] as const)
      assert.equal(refusal(text).position, position, text);
    assert.match(refusal("sin(1, 2)").message, /The function sin takes 1 argument, not 2/);
    assert.match(refusal("x +").message, /at character 4/);
    assert.match(refusal("x ** 2").message, /Write \^ instead of \*\* at character 3/);
    assert.match(refusal("x > 1 && x < 2").message, /Write and instead of &&/);
    assert.match(refusal("2·x").message, /Write \* instead of · at character 2/);
    assert.match(refusal("2 * π").message, /Write pi instead of π/);
    assert.match(refusal("x * 0,5").message, /Write decimals with a point at character 6/);
    assert.match(refusal("x = 1").message, /write == to compare/);
    assert.match(refusal(" ").message, /empty/);
    assert.match(refusal("sqrt").message, /needs its arguments in brackets/);
  });

  it("limits length, depth and number of parts", () => {
    assert.match(refusal(`x${" + x".repeat(4000)}`).message, /at most 8000/);
    assert.match(refusal(`x${" + x".repeat(1000)}`).message, /nested/);
    assert.match(refusal(`${"-".repeat(1999)}x`).message, /nested/);
    assert.match(refusal(`${"(".repeat(999)}x${")".repeat(999)}`).message, /nested/);
    assert.match(refusal("(".repeat(9000)).message, /at most 8000/);
    assert.match(refusal(`interpolate(x, [${"1,".repeat(3000)}2], [1, 2])`).message, /at most 1000 values/);
  });

  it("computes equal subexpressions once", () => {
    const graph = new Graph(() => ({ array: "v", index: 0 }));
    const a = graph.add(parseExpression("sin(x * 2) + 1", known));
    const size = graph.nodes.length;
    assert.equal(graph.add(parseExpression("1 + sin(2 * x)", known)), a);
    assert.equal(graph.nodes.length, size);
    const twice = writeReturn(graph, graph.add(parseExpression("sin(2*x) / (1 + sin(x*2))", known)));
    assert.equal(twice.match(/Math\.sin/g)?.length, 1);
  });
});

describe("expression security", () => {
  const attacks: string[] = JSON.parse(readFileSync(join(import.meta.dirname, "attacks.json"), "utf8")).expressions;
  const generated = (text: string, isKnown = known): string | undefined => {
    try {
      const graph = new Graph(() => ({ array: "v", index: 0 }));
      return writeReturn(graph, graph.add(parseExpression(text, isKnown)));
    } catch (error) {
      assert(error instanceof ExpressionError, `${JSON.stringify(text)}: ${error}`);
      return undefined;
    }
  };

  it("refuses every attack, or reads it as a plain number", () => {
    assert(attacks.length >= 200);
    const accepted = attacks.filter((text) => generated(text) !== undefined);
    assert.deepEqual(accepted, ["0x7fffffff", "2^-1", "e", "pi"]);
    for (const text of accepted) assert.equal(typeof value(text), "number");
  });

  it("refuses the attacks even where every name is known", () => {
    for (const text of attacks) {
      const code = generated(text, () => true);
      if (code !== undefined) assert.deepEqual(foreignTokens(code), [], text);
    }
  });

  it("writes nothing but its own fragments for 20 000 expressions of all kinds", () => {
    const next = expressionFuzz(createRandom(20_261_124), attacks);
    const accepted = { soup: 0, grammar: 0, mutation: 0 };
    for (let i = 0; i < 20_000; i++) {
      const { kind, text } = next();
      const code = generated(text, isFuzzName);
      if (code === undefined) continue;
      accepted[kind]++;
      assert.deepEqual(foreignTokens(code), [], text);
    }
    // Too thin a soup proves nothing.
    assert(accepted.soup > 200 && accepted.grammar > 4000 && accepted.mutation > 50, JSON.stringify(accepted));
  });

  it("tells its own fragments from foreign ones", () => {
    assert.deepEqual(foreignTokens("const c0 = v[12];\nreturn (c0 !== c0 ? NaN : Math.sin(-1.5e-9) + h0(c0));"), []);
    for (const text of ["process", "v[x]", "Math.constructor", "v.c0", "'a'", "`", "c0 = 1", "Math", "y[0]", "{}"])
      assert.notDeepEqual(foreignTokens(`return ${text}`), [], text);
  });

  it("answers every text within 100 ms", () => {
    for (const text of [
      "(".repeat(7999),
      "-(".repeat(3999),
      "x^".repeat(3999),
      "a.".repeat(3999),
      "[".repeat(7999),
      "x?".repeat(3999),
      "sin(".repeat(1999),
      `interpolate(x, [${"1,".repeat(3900)}1], [1, 2])`,
      `interpolate(x, [${"[".repeat(3900)}`,
    ]) {
      const start = process.cpuUsage();
      refusal(text);
      const { user, system } = process.cpuUsage(start);
      assert(user + system < 100_000, `${text.slice(0, 10)}…: ${(user + system) / 1000} ms`);
    }
  });
});
