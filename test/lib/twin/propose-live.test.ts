import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { propose } from "../../../src/lib/twin/propose.ts";

describe("signals seen live", () => {
  it("are stale after ten of their own intervals, and never sooner than 30 s", () => {
    const [fast, slow] = propose(
      [
        { signal: "fast", unit: "bar", min: 1, max: 2, count: 30 },
        { signal: "slow", unit: "bar", min: 1, max: 2, count: 2 },
      ],
      [],
    );
    assert.deepEqual([fast!.staleAfter, slow!.staleAfter], [30, 150]);
  });
  it("need a unit before the asset can be used", () =>
    assert.throws(
      () => readAsset({ idPattern: "p", signals: [{ name: "a", unit: "" }] }),
      /Signal a \(row 1\) has no unit/,
    ));
});
