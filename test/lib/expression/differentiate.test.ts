import assert from "node:assert/strict";
import { writeStores } from "../../../src/lib/expression/codegen.ts";
import { DERIVATIVES, differentiate } from "../../../src/lib/expression/differentiate.ts";
import { FUNCTIONS, OPERATORS } from "../../../src/lib/expression/functions.ts";
import { Graph } from "../../../src/lib/expression/graph.ts";
import { OPERATIONS } from "../../../src/lib/expression/operations.ts";
import { parseExpression } from "../../../src/lib/expression/whitelist.ts";

const NAMES = ["x", "y"];

/** [f, ∂f/∂x, ∂f/∂y] at a point; a derivative that is zero by structure is `undefined`. */
function derivatives(text: string, x: number, y: number): (number | undefined)[] {
  const graph = new Graph((name) => ({ array: "v", index: NAMES.indexOf(name) }));
  const value = graph.add(parseExpression(text, (name) => NAMES.includes(name)));
  const seeds = new Map(NAMES.map((_, index) => [graph.slot({ array: "v", index }), index]));
  const [row] = differentiate(graph, [value], seeds)!;
  const out = new Array<number | undefined>(3);
  const entries = [{ node: value, index: 0 }, ...Array.from(row!, ([j, node]) => ({ node, index: j + 1 }))];
  new Function("v", "out", writeStores(graph, entries))([x, y], out);
  return out;
}

const near = (actual: number | undefined, expected: number, text: string, tolerance = 1e-12): void =>
  assert(
    Math.abs((actual ?? 0) - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${text}: ${actual}, expected ${expected}`,
  );

describe("derivatives", () => {
  it("agree with closed forms", () => {
    const [x, y] = [0.7, 1.9];
    const cases: [string, number, number][] = [
      ["x + y", 1, 1],
      ["x - y", 1, -1],
      ["x * y", y, x],
      ["x / y", 1 / y, -x / y ** 2],
      ["-x", -1, 0],
      ["x^2 + y^3 + x^-1", 2 * x - x ** -2, 3 * y ** 2],
      ["x^7 * y^-2", (7 * x ** 6) / y ** 2, (-2 * x ** 7) / y ** 3],
      ["x^2.5 + sqrt(y)", 2.5 * x ** 1.5, 0.5 / Math.sqrt(y)],
      ["x^y", y * x ** (y - 1), x ** y * Math.log(x)],
      ["2^y", 0, 2 ** y * Math.LN2],
      ["sin(x*y)", y * Math.cos(x * y), x * Math.cos(x * y)],
      ["cos(x) * tan(y)", -Math.sin(x) * Math.tan(y), Math.cos(x) / Math.cos(y) ** 2],
      ["asin(x) + acos(x / 2)", 1 / Math.sqrt(1 - x * x) - 0.5 / Math.sqrt(1 - (x * x) / 4), 0],
      ["atan(x) + atan2(y, x)", 1 / (1 + x * x) - y / (x * x + y * y), x / (x * x + y * y)],
      ["exp(-x*y)", -y * Math.exp(-x * y), -x * Math.exp(-x * y)],
      ["log(x) + log10(y)", 1 / x, 1 / (y * Math.LN10)],
      ["log(x, y)", 1 / (x * Math.log(y)), -Math.log(x) / (y * Math.log(y) ** 2)],
      ["sinh(x) + cosh(y)", Math.cosh(x), Math.sinh(y)],
      ["asinh(x) + acosh(y)", 1 / Math.sqrt(1 + x * x), 1 / Math.sqrt(y * y - 1)],
      ["atanh(x) + ln(y) + log2(y)", 1 / (1 - x * x), (1 + 1 / Math.LN2) / y],
      ["tanh(x) + cbrt(y)", 1 / Math.cosh(x) ** 2, 1 / (3 * Math.cbrt(y) ** 2)],
      ["x * abs(x - y)", Math.abs(x - y) - x, x],
      ["(y - x) * sign(x - y)", 1, -1],
      ["max(x, y, x*y) + min(x, y)", 1, 1],
      ["clamp(x*y, 0, 1)", 0, 0],
      ["clamp(x*y, 0, 2)", y, x],
      ["x < y ? x^2 : y^2", 2 * x, 0],
      ["if(x > y, x, 3*y) * x", 3 * y, 3 * x],
      ["y % x", -Math.floor(y / x), 1],
      ["floor(x) + ceil(y) + round(x) + (x < y) + (not x)", 0, 0],
      ["(x - x) * y", 0, 0],
    ];
    for (const [text, dx, dy] of cases) {
      const [, byX, byY] = derivatives(text, x, y);
      near(byX, dx, `d(${text})/dx`);
      near(byY, dy, `d(${text})/dy`);
    }
  });

  it("do not compute what is zero by structure", () => {
    for (const text of ["y^2", "floor(x) * y", "x > y ? 1 : 2", "sign(x)", "(x - x) + y", "max(y, 2)"])
      assert.equal(derivatives(text, 1, 2)[1], undefined, text);
  });

  it("stay finite beside a branch that is not taken", () => {
    assert.deepEqual(derivatives("x > 0 ? sqrt(x) : 0", 0, 0).slice(0, 2), [0, 0]);
    assert.deepEqual(derivatives("x > 0 ? y / x : y", 0, 3), [3, 0, 1]);
    assert.deepEqual(derivatives("max(sqrt(x), 2)", 0, 0).slice(0, 2), [2, 0]);
    assert.deepEqual(derivatives("x^y", 0, 2), [0, 0, 0]);
  });

  it("are zero where the slope of a root is infinite", () => {
    for (const text of ["sqrt(x)", "cbrt(x)", "x^0.3", "x^0.5", "y * sqrt(max(x, 0))"])
      assert.equal(derivatives(text, 0, 2)[1], 0, text);
    near(derivatives("x^1.5", 0, 0)[1], 0, "x^1.5");
  });

  it("take one side at a kink", () => {
    assert.deepEqual(derivatives("abs(x)", 0, 0).slice(0, 2), [0, 0]);
    assert.deepEqual(derivatives("max(x, 0)", 0, 0).slice(0, 2), [0, 1]);
    assert.equal(derivatives("sign(x) * y", -0.5, 1)[2], -1);
  });

  it("exist for every operation", () => {
    assert.deepEqual(Array.from(DERIVATIVES.keys()).sort(), Array.from(OPERATIONS.keys()).sort());
    // Every function of the language becomes operations.
    for (const [fn, { min, max }] of [...FUNCTIONS, ...OPERATORS])
      for (let n = min; n <= max; n++) {
        const graph = new Graph(() => ({ array: "v", index: 0 }));
        const args = Array.from({ length: n }, (_, index) => graph.slot({ array: "v", index }));
        const text = writeStores(graph, [{ index: 0, node: graph.lower(fn, args) }]);
        assert.doesNotThrow(() => new Function("v", "out", text), fn);
      }
  });
});
