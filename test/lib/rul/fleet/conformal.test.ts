import assert from "node:assert/strict";
import { createRandom } from "../../../../src/lib/random.ts";
import { fitBands, quantilesAt } from "../../../../src/lib/rul/fleet/conformal.ts";

/** Predictions 0 to 100 of lives whose scatter is 2 + a tenth of the prediction. */
function draw(n: number, seed: string) {
  const random = createRandom(seed);
  const predicted = Float64Array.from({ length: n }, () => 100 * random.next());
  const truth = predicted.map((p) => Math.max(0, Math.min(80, p + (2 + 0.1 * p) * random.normal())));
  return { predicted, truth };
}

describe("local conformal intervals", () => {
  const bands = fitBands(draw(8000, "fit").predicted, draw(8000, "fit").truth, 80, 1000);
  const q = new Float64Array(5);

  it("cover what they promise, near every prediction", () => {
    const { predicted, truth } = draw(20_000, "check");
    for (const [low, high] of [
      [0, 25],
      [25, 50],
      [50, 70],
    ] as const) {
      let n = 0;
      let inside90 = 0;
      let below = 0;
      predicted.forEach((p, i) => {
        if (p < low || p >= high) return;
        quantilesAt(bands, p, 80, q);
        n++;
        if (truth[i]! >= q[0]! && (q[4]! >= 80 || truth[i]! <= q[4]!)) inside90++;
        if (truth[i]! <= q[2]!) below++;
      });
      // Standard error of a share of 4000 draws: 0.005; the bands themselves rest on 500 rows: 0.015.
      assert.ok(Math.abs(inside90 / n - 0.9) < 0.03, `${low}: ${inside90 / n}`);
      assert.ok(Math.abs(below / n - 0.5) < 0.06, `${low}: ${below / n}`);
    }
  });

  it("equal the quantiles of the normal scatter", () => {
    quantilesAt(bands, 40, 80, q);
    // 40 ± 1.645 × 6; a window of 500 rows knows its 5 % quantile to about 0.1 standard deviations.
    assert.ok(Math.abs(q[0]! - (40 - 1.645 * 6)) < 1.5, String(q[0]));
    assert.ok(Math.abs(q[4]! - (40 + 1.645 * 6)) < 1.5, String(q[4]));
    assert.ok(q[0]! <= q[1]! && q[1]! <= q[2]! && q[2]! <= q[3]! && q[3]! <= q[4]!);
  });

  it("say beyond the cap where more than one life in twenty is", () => {
    quantilesAt(bands, 75, 80, q);
    assert.equal(q[4], 80);
  });

  it("are wider for a few machines than for many", () => {
    const { predicted, truth } = draw(2000, "few");
    const width = (units: number) => {
      quantilesAt(fitBands(predicted, truth, 80, units), 40, 80, q);
      return q[4]! - q[0]!;
    };
    assert.ok(width(5) > 1.02 * width(1000));
  });
});
