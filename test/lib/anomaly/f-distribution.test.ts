import assert from "node:assert/strict";
import { fSurprise } from "../../../src/lib/anomaly/f-distribution.ts";

describe("surprise of an F value", () => {
  it("agrees with the table of quantiles (NIST/SEMATECH e-Handbook, 1.3.6.7.3)", () => {
    // The table has three decimals.
    for (const [alpha, d1, d2, x] of [
      [0.05, 1, 10, 4.965],
      [0.05, 3, 20, 3.098],
      [0.05, 10, 60, 1.993],
      [0.01, 5, 10, 5.636],
      [0.01, 10, 100, 2.503],
      [0.1, 4, 7, 2.961],
    ] as const)
      assert.ok(Math.abs(Math.exp(-fSurprise(x, d1, d2)) / alpha - 1) < 2e-3, `F(${d1}, ${d2}) at ${x}`);
  });
  it("is (1 + 2x/d)^(−d/2) for two degrees of freedom, at any size", () => {
    for (const d of [3, 10, 398])
      for (const x of [0.01, 1, 10, 1e4]) {
        const exact = (d / 2) * Math.log1p((2 * x) / d);
        assert.ok(Math.abs(fSurprise(x, 2, d) / exact - 1) < 1e-10, `d ${d}, x ${x}: ${fSurprise(x, 2, d)}, ${exact}`);
      }
  });
  it("is zero at zero", () => assert.equal(fSurprise(0, 3, 10), 0));
});
