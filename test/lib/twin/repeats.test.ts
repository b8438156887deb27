import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { Repeats } from "../../../src/lib/twin/repeats.ts";

describe("repeats", () => {
  // The reference is the obvious thing: a list of the last 512 numbers.
  it("knows the last 512 numbers of a source, whatever their order, also over a snapshot", () => {
    const step = fc.oneof(fc.constant(1), fc.integer({ min: -700, max: 700 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1500 }), fc.nat(1500), (steps, saveAt) => {
        let repeats = new Repeats();
        const list: number[] = [];
        let seq = 0;
        for (const [i, s] of steps.entries()) {
          seq += s;
          const isNew = !list.includes(seq);
          assert.equal(repeats.add("s", seq), isNew);
          if (isNew) list.push(seq);
          if (list.length > 512) list.shift();
          if (i !== saveAt) continue;
          const saved = JSON.parse(JSON.stringify(repeats.snapshot()));
          repeats = new Repeats();
          repeats.restore(saved);
        }
      }),
      { seed: 20261124, numRuns: 60 },
    );
  });
  it("accepts a source that begins again at zero once it has counted past 512", () => {
    const repeats = new Repeats();
    for (let i = 0; i <= 512; i++) assert.ok(repeats.add("s", i));
    assert.ok(repeats.add("s", 0));
    assert.ok(!repeats.add("s", 512));
  });
  it("stays small: a counting source costs one run, and the 17th source replaces the one silent longest", () => {
    const repeats = new Repeats();
    for (let i = 0; i < 10_000; i++) repeats.add("counts", i);
    assert.deepEqual(repeats.snapshot(), [["counts", [[9488, 512]]]]);
    for (let i = 0; i < 15; i++) repeats.add(`other ${i}`, 1);
    assert.ok(!repeats.add("counts", 9999), "one of 16");
    repeats.add("one more", 1);
    assert.equal(repeats.snapshot().length, 16);
    assert.ok(!repeats.add("counts", 9999), "heard lately");
    assert.ok(repeats.add("other 0", 1), "silent longest");
  });
});
