import assert from "node:assert/strict";
import { createRandom } from "../../../../src/lib/random.ts";
import { binRow, binTable, findEdges, missingBins } from "../../../../src/lib/rul/fleet/bins.ts";
import { decodeForest, encodeForest } from "../../../../src/lib/rul/fleet/encode.ts";
import { growForest, predictForest } from "../../../../src/lib/rul/fleet/trees.ts";

const N = 2000;

/** Rows of two uniform features and their target; the second feature is noise. */
function problem(target: (x: number, y: number) => number) {
  const random = createRandom("trees");
  const values = Float32Array.from({ length: 2 * N }, () => random.next());
  const y = Float64Array.from({ length: N }, (_, r) => target(values[2 * r]!, values[2 * r + 1]!));
  const edges = findEdges(values, 2);
  const missing = missingBins(edges, values);
  const data = binTable(edges, missing, values, 2);
  const rows = Int32Array.from({ length: N }, (_, r) => r);
  const ask = (forest: ReturnType<typeof growForest>, a: number, b: number) => {
    const bins = new Uint8Array(2);
    binRow(edges, missing, [a, b], bins);
    return predictForest(forest, bins);
  };
  return { y, data, rows, ask };
}

const options = { trees: 200, learningRate: 0.1, rowShare: 0.5, columnShare: 1, minLeaf: 10 };

describe("boosted trees", () => {
  it("reproduce a step, away from its edge", () => {
    const { y, data, rows, ask } = problem((x) => (x > 0.5 ? 10 : -10));
    const forest = growForest(data, rows, y, [0, 1], options, createRandom(1));
    // After 200 rounds at rate 0.1 the untold rest is 0.9^200; leaves are shrunk by one row in at least ten, and rounded.
    assert.ok(Math.abs(ask(forest, 0.2, 0.5) + 10) < 0.05);
    assert.ok(Math.abs(ask(forest, 0.9, 0.5) - 10) < 0.05);
  });

  it("follow an interaction that no sum of single features can", () => {
    const { y, data, rows, ask } = problem((a, b) => (a > 0.5 === b > 0.5 ? 1 : 0));
    const forest = growForest(data, rows, y, [0, 1], options, createRandom(1));
    for (const [a, b, want] of [
      [0.2, 0.2, 1],
      [0.8, 0.8, 1],
      [0.2, 0.8, 0],
      [0.8, 0.2, 0],
    ] as const)
      assert.ok(Math.abs(ask(forest, a, b) - want) < 0.1, `${a} ${b}`);
  });

  it("use only the columns that are allowed, and the same seed gives the same forest", () => {
    const { y, data, rows } = problem((x) => x);
    const grow = (seed: number) => growForest(data, rows, y, [1], options, createRandom(seed));
    const forest = grow(1);
    for (let i = 0; i < forest.feature.length; i++) assert.ok(forest.split[i] === 64 || forest.feature[i] === 1);
    assert.deepEqual(grow(1), forest);
    assert.notDeepEqual(grow(2), forest);
  });

  it("survive a round trip through JSON bit by bit", () => {
    const { y, data, rows } = problem((a, b) => a * b);
    const forest = growForest(data, rows, y, [0, 1], options, createRandom(3));
    assert.deepEqual(decodeForest(JSON.parse(JSON.stringify(encodeForest(forest)))), forest);
  });

  it("put a value that is missing in training in a bin of its own, else in the middle", () => {
    const values = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? i : i % 3 === 0 ? Number.NaN : i));
    const edges = findEdges(values, 2);
    const missing = missingBins(edges, values);
    assert.equal(missing[1], 0);
    assert.ok(missing[0]! > 20 && missing[0]! < 44);
  });
});
