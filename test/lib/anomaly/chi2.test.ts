import assert from "node:assert/strict";
import { chi2Surprise } from "../../../src/lib/anomaly/chi2.ts";

const close = (actual: number, expected: number, relative: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${what}: ${actual}, expected ${expected}`);

describe("chi-square surprise", () => {
  it("agrees with the table of quantiles (NIST/SEMATECH e-Handbook, 1.3.6.7.4)", () => {
    // Table values have three decimals, so probabilities are good to about 0.1 %.
    for (const [k, p, x] of [
      [1, 0.05, 3.841],
      [1, 0.001, 10.828],
      [2, 0.01, 9.21],
      [5, 0.001, 20.515],
      [10, 0.05, 18.307],
      [30, 0.01, 50.892],
      [10, 0.95, 3.94],
    ] as const)
      close(Math.exp(-chi2Surprise(x, k)), p, 1e-3, `P(chi² with ${k} > ${x})`);
  });

  it("is x / 2 for two degrees of freedom, at any size", () => {
    for (const x of [1e-6, 0.3, 2, 40, 1e3, 1e6]) close(chi2Surprise(x, 2), x / 2, 1e-12, `x = ${x}`);
  });

  it("goes on where the probability underflows", () => {
    // Upper tail of the normal at 40: 3.655893e-350 (Abramowitz & Stegun, table 26.2: −log10 Q(40) = 349.43701).
    close(chi2Surprise(1600, 1), 349.43701 * Math.LN10 - Math.LN2, 1e-7, "40 sigma");
  });

  it("is zero at zero", () => assert.equal(chi2Surprise(0, 3), 0));
});
