import assert from "node:assert/strict";
import { Tail } from "../../../src/lib/anomaly/tail.ts";
import { engineFor, message, START } from "./fixtures.ts";
import { gaussian } from "./random.ts";

const MONTH = 30 * 86_400_000;

describe("threshold from a false-alarm budget", () => {
  it("is the exponential quantile for independent exponential scores", () => {
    // P(score > h) = e^−h; excursions above h are single rows, so h = ln(rows per month / budget).
    const random = gaussian(4);
    const exponential = () => (random() ** 2 + random() ** 2) / 2;
    const tail = new Tail();
    tail.start(Array.from({ length: 200 }, exponential));
    for (let i = 0; i < 200_000; i++) tail.learn(exponential(), tail.threshold(10, 60_000));
    const exact = Math.log(MONTH / 60_000 / 10);
    // A factor 1.6 in the rate either way: what 6000 exceedances leave open, and joined neighbours.
    const threshold = tail.threshold(10, 60_000);
    assert.ok(Math.abs(threshold - exact) < Math.log(1.6), `${threshold}, exact ${exact}`);
  });

  it("rises when fewer alarms are wanted, in equal steps per factor", () => {
    const tail = new Tail();
    const [a, b, c] = [100, 10, 1].map((n) => tail.threshold(n, 1000));
    assert.ok(a! < b! && b! < c!);
  });

  for (const [what, signals, phi, hold] of [
    ["one white signal", 1, 0, 3],
    ["one AR(1) signal, 0.9", 1, 0.9, 3],
    ["three AR(1) signals, 0.7, without hold", 3, 0.7, 1],
  ] as const)
    it(`alarms about as often as wanted on Gaussian noise: ${what}`, () => {
      // 200 000 samples of 60 s are 4.63 months: 231 alarms at 50 a month. The claim is a factor of two either way.
      const names = Array.from({ length: signals }, (_, i) => `s${i}`);
      const engine = engineFor(names, { falseAlarmsPerMonth: 50, latch: false, hold });
      const random = gaussian(100 + signals);
      const x = names.map(() => random());
      let raised = 0;
      for (let i = 0; i < 200_000; i++) {
        const values = Object.fromEntries(
          names.map((name, k) => [name, (x[k] = phi * x[k]! + Math.sqrt(1 - phi * phi) * random())]),
        );
        for (const e of engine.update(message(START + i * 60_000, values)).events) if (e.event === "raised") raised++;
      }
      assert.ok(raised > 115 && raised < 462, `${raised} alarms, 231 wanted`);
    }).timeout(30_000);
});
