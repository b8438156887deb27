import assert from "node:assert/strict";
import { SlowAverage } from "../../../src/lib/anomaly/slow-average.ts";
import { createRandom } from "../../../src/lib/random.ts";

describe("slow average of the deviations", () => {
  const rows = 400_000;
  for (const phi of [0, 0.7, 0.95])
    it(`calls a process of autocorrelation ${phi} that stays moving in 4.6 % of its rows, and one that has moved moving`, () => {
      const random = createRandom(`slow ${phi}`);
      const slow = new SlowAverage(0.02);
      let x = random.normal();
      let moving = 0;
      const next = (shift: number) => {
        x = phi * x + Math.sqrt(1 - phi * phi) * random.normal();
        return slow.take(x + shift, phi, 0);
      };
      for (let i = 0; i < rows; i++) if (!next(0)) moving++;
      // P(|N| > 2) = 0.0455; some 2000 independent averages of φ = 0.95 give a standard error of 0.5 %.
      assert.ok(Math.abs(moving / rows - 0.0455) < 0.01, `${moving / rows}`);
      // Standard deviation of the average: √(λ / (2 − λ) · (1 + φκ) / (1 − φκ)), κ = 0.98; 0.53 for φ = 0.95.
      for (let i = 0; i < 500; i++) next(3);
      let calm = 0;
      for (let i = 0; i < 1000; i++) if (next(3)) calm++;
      assert.ok(calm < 20, `${calm}`);
    });

  it("allows for what is not known of the level, and goes on after a restart", () => {
    const [sure, unsure] = [new SlowAverage(0.02), new SlowAverage(0.02)];
    for (let i = 0; i < 300; i++) {
      sure.take(1, 0, 0);
      unsure.take(1, 0, 0.3);
    }
    // 1 against 2 · 0.1005, and against 2 · √(0.0101 + 0.3).
    assert.deepEqual([sure.take(1, 0, 0), unsure.take(1, 0, 0.3)], [false, true]);
    const again = new SlowAverage(0.02);
    again.restore(JSON.parse(JSON.stringify(sure.snapshot())));
    for (let i = 0; i < 100; i++) assert.equal(again.take(0.1, 0, 0), sure.take(0.1, 0, 0));
    assert.throws(() => again.restore([1]), RangeError);
  });
});
