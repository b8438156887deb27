import assert from "node:assert/strict";
import { compileExpression } from "../../../src/lib/expression/compile.ts";
import { lookup, type Table } from "../../../src/lib/expression/tables.ts";

const value = (text: string, x = Number.NaN, y = Number.NaN): number => {
  const e = compileExpression(text, (name) => name === "x" || name === "y");
  return e.evaluate(e.names.map((name) => (name === "x" ? x : y)));
};
const near = (a: number, b: number) => assert(Math.abs(a - b) < 1e-12, `${a}, expected ${b}`);

describe("tables", () => {
  const curve = "interpolate(x, [0, 10, 20], [50, 48, -40])";

  it("are linear between their points and stay at their ends", () => {
    for (const [x, z] of [
      [-5, 50],
      [0, 50],
      [5, 49],
      [10, 48],
      [15, 4],
      [20, -40],
      [99, -40],
    ] as const)
      near(value(curve, x), z);
    assert(Number.isNaN(value(curve)));
    assert.equal(value(`2 * ${curve} + 1`, Number.POSITIVE_INFINITY), -79);
  });

  it("are a monotone cubic when smooth (values of SciPy's PchipInterpolator)", () => {
    const table: Table = { x: [0, 10, 20, 35, 40, 60], z: [50, 48, 40, 41, 20, 20], smooth: true };
    // x, value, slope
    const reference = [
      [0, 50.0, 0.0],
      [3, 49.7696, -0.14640000000000003],
      [10, 48.0, -0.32],
      [15, 43.6, -1.1199999999999997],
      [22, 40.04859259259259, 0.04622222222222222],
      [34, 40.987259259259254, 0.02488888888888885],
      [37, 33.608, -6.048000000000002],
      [50, 20.0, 0.0],
      [59, 20.0, 0.0],
    ];
    for (const [x, z, slope] of reference) {
      near(lookup(table, "value")(x!, 0), z!);
      near(lookup(table, "dx")(x!, 0), slope!);
    }
    near(value("interpolateSmooth(x, [0, 10, 20, 35, 40, 60], [50, 48, 40, 41, 20, 20])", 22), reference[4]![1]!);
    for (const [x, z] of [
      [-1, 50],
      [60, 20],
      [61, 20],
    ] as const) {
      assert.equal(lookup(table, "value")(x, 0), z);
      assert.equal(lookup(table, "dx")(x, 0), 0);
    }
    assert.equal(value("interpolateSmooth(x, [0, 2], [1, 5])", 0.5), 2);
  });

  it("with two axes are bilinear (values of SciPy's RegularGridInterpolator)", () => {
    const map = "interpolate(x, y, [0, 1, 4], [0, 10, 30], [[0, 5, 9], [2, 8, 1], [4, 4, 4]])";
    for (const [x, y, z] of [
      [0.25, 4, 2.6],
      [1, 10, 8.0],
      [3, 25, 3.5833333333333335],
      [4, 0, 4.0],
    ])
      near(value(map, x, y), z!);
    // Clamped at the corners.
    assert.equal(value(map, -1, 99), 9);
    assert.equal(value(map, 99, -1), 4);
    assert(Number.isNaN(value(map, 1, Number.NaN)));
  });

  it("have the slopes of their pieces", () => {
    const table: Table = { x: [0, 1, 4], y: [0, 10, 30], z: [0, 5, 9, 2, 8, 1, 4, 4, 4], smooth: false };
    const h = 1e-6;
    for (const [x, y] of [
      [0.3, 4],
      [2, 25],
      [3.9, 11],
    ] as const) {
      const f = lookup(table, "value");
      assert(Math.abs(lookup(table, "dx")(x, y) - (f(x + h, y) - f(x - h, y)) / (2 * h)) < 1e-8);
      assert(Math.abs(lookup(table, "dy")(x, y) - (f(x, y + h) - f(x, y - h)) / (2 * h)) < 1e-8);
    }
    assert.equal(lookup(table, "dx")(5, 5), 0);
    assert.equal(lookup({ x: [0, 1, 3], z: [0, 1, 5], smooth: false }, "dx")(1, 0), 2);
  });

  it("say what is wrong with their lists", () => {
    const cases: [string, RegExp][] = [
      ["interpolate(x, [1], [2])", /at least two points/],
      ["interpolate(x, [0, 1], [2])", /2 points need 2 values, not 1/],
      ["interpolate(x, [0, 2, 1], [1, 2, 3])", /must ascend, but 1 comes after 2/],
      ["interpolate(x, [0, 0], [1, 2])", /must ascend/],
      ["interpolate(x, [0, y], [1, 2])", /numbers only/],
      ["interpolate(x, y, [0, 1])", /list of numbers in \[ \] is missing/],
      ["interpolate(x, [0, 1])", /write interpolate\(x/],
      ["interpolate([0, 1], [0, 1], [0, 1])", /Lists with \[ \] can only be used/],
      ["interpolate(x, y, [0, 1], [0, 1], [[1, 2]])", /2 points of the first axis need 2 rows, not 1/],
      ["interpolate(x, y, [0, 1], [0, 1], [1, 2])", /list of numbers/],
      ["interpolateSmooth(x, y, [0, 1], [0, 1], [[1, 2], [3, 4]])", /write interpolateSmooth\(x/],
      ["interpolate(x, [0, 1e999], [1, 2])", /not a number that can be used/],
      ["[1, 2]", /Lists with \[ \] can only be used/],
      ["interpolate", /needs its arguments in brackets/],
    ];
    for (const [text, message] of cases) assert.throws(() => value(text), message, text);
  });
});
