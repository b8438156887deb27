import assert from "node:assert/strict";
import { Budget } from "../../../../src/lib/anomaly/alarm/budget.ts";
import { Interval } from "../../../../src/lib/anomaly/alarm/interval.ts";
import { AlertLayer } from "../../../../src/lib/anomaly/alarm/layer.ts";
import { News } from "../../../../src/lib/anomaly/alarm/news.ts";
import { createRandom } from "../../../../src/lib/random.ts";

const MINUTE = 60_000;
const json = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

describe("anomaly: sampling interval", () => {
  it("is the median of the steps, whatever gaps and jumps there are", () => {
    const random = createRandom("interval");
    const interval = new Interval();
    let time = 1e12;
    for (let i = 0; i < 5000; i++) {
      time += i % 50 === 0 ? 3_600_000 : i % 333 === 0 ? -5000 : 1000 * (0.8 + 0.4 * random.next());
      interval.update(time);
    }
    assert.ok(Math.abs(interval.value / 1000 - 1) < 0.03, `${interval.value}`);
    // A new cadence is followed.
    for (let i = 0; i < 3000; i++) interval.update((time += 10_000));
    assert.ok(Math.abs(interval.value / 10_000 - 1) < 0.01, `${interval.value}`);
  });
});

describe("anomaly: threshold from a budget", () => {
  it("independent exponential scores: the level is ln of the samples per false alarm", () => {
    const random = createRandom("budget");
    const budget = new Budget();
    for (let i = 0; i < 400_000; i++) budget.learn(-Math.log(1 - random.next()));
    // Quantile inside the data: standard error of ln(N/1000) from 400 peaks is 0.05.
    assert.ok(Math.abs(budget.level(1 / 1000) - Math.log(1000)) < 0.2, `${budget.level(1 / 1000)}`);
    // Beyond the data by a factor of ten: the error of the mean excess, 1/√80, times ln(10 · 60/4).
    assert.ok(Math.abs(budget.level(1 / 1e6) - Math.log(1e6)) < 1.2, `${budget.level(1 / 1e6)}`);
  });

  it("excursions count once: scores repeated 10 times reach a level a tenth as often", () => {
    const random = createRandom("excursions");
    const budget = new Budget();
    for (let i = 0; i < 40_000; i++) {
      const score = -Math.log(1 - random.next());
      for (let k = 0; k < 10; k++) budget.learn(score);
    }
    assert.ok(Math.abs(budget.level(1 / 10_000) - Math.log(1000)) < 0.25, `${budget.level(1 / 10_000)}`);
  });

  it("knows nothing: starts from the law of independent Gaussian data, on the careful side", () => {
    const level = new Budget().level(1 / 43_200);
    assert.ok(level > Math.log(43_200 / 2) - 0.5 && level < Math.log(43_200) + 2, `${level}`);
  });
});

describe("anomaly: alert layer", () => {
  const onsets = (perMonth: number, n: number, seed: number, next: (i: number) => number): number => {
    const layer = new AlertLayer({ falseAlarmsPerMonth: perMonth });
    let count = 0;
    let relearn = -1;
    for (let i = 0; i < n; i++) {
      if (i === relearn) layer.relearn();
      if (!layer.update(i * MINUTE, next(i + seed), true).raised) continue;
      count++;
      relearn = i + 60;
    }
    return count;
  };

  it("keeps the budget, for independent and for correlated scores of any law", () => {
    for (const [name, phi] of [
      ["white", 0],
      ["AR(1) 0.95", 0.95],
    ] as const) {
      let count = 0;
      for (let seed = 1; seed <= 4; seed++) {
        const random = createRandom(`${name} ${seed}`);
        let x = 0;
        count += onsets(10, 200_000, seed, () => {
          x = phi * x + Math.sqrt(1 - phi * phi) * random.normal();
          return (x * x) / 2;
        });
      }
      // 185 are allowed; a Poisson number has a standard deviation of 14.
      assert.ok(count > 185 * 0.7 && count < 185 * 1.35, `${name}: ${count} of 185`);
    }
  });

  it("hold: one sample over the threshold is no alarm; rest: none right after the last", () => {
    const layer = new AlertLayer({ falseAlarmsPerMonth: 1, hold: 3, clear: 5, refractory: 50 });
    let time = 0;
    const step = (raw: number): boolean => layer.update((time += MINUTE), raw, true).active;
    for (let i = 0; i < 200; i++) step(0.5);
    assert.equal(step(50) || step(0.5) || step(50) || step(50) || step(0.5), false);
    assert.equal(step(50) || step(50), false);
    assert.equal(step(50), true);
    for (let i = 0; i < 4; i++) assert.equal(step(0.5), true);
    assert.equal(step(0.5), false, "five calm samples");
    assert.equal(layer.latched, true);
    for (let i = 0; i < 10; i++) assert.equal(step(50), false, "resting");
    for (let i = 0; i < 60; i++) step(50);
    assert.equal(layer.verdict.active, true);
  });

  it("a false alarm raises the threshold, a confirmed one leaves it, a missing score changes nothing", () => {
    const raise = (): AlertLayer => {
      const random = createRandom("feedback");
      const layer = new AlertLayer({ falseAlarmsPerMonth: 10 });
      for (let i = 0; i < 20_000; i++) {
        if (layer.verdict.active) layer.relearn();
        layer.update(i * MINUTE, -Math.log(1 - random.next()), true);
      }
      if (layer.verdict.active) layer.relearn();
      layer.confirmed();
      return layer;
    };
    const before = raise();
    const { threshold } = before.verdict;
    const answered = (answer: "falseAlarm" | "confirmed"): number => {
      const layer = raise();
      for (let k = 0; k < 30; k++) {
        layer.update((20_000 + k) * MINUTE, 11.5, true);
        layer[answer]();
        layer.relearn();
      }
      layer.update(20_100 * MINUTE, 0, true);
      return layer.verdict.threshold;
    };
    assert.ok(answered("falseAlarm") > threshold + 1, `${answered("falseAlarm")} after ${threshold}`);
    assert.ok(Math.abs(answered("confirmed") - threshold) < 0.5, `${answered("confirmed")} after ${threshold}`);
    const state = JSON.stringify(before.snapshot());
    before.update(20_000 * MINUTE, Number.NaN, true);
    assert.deepEqual({ ...(json(before.snapshot()) as object), interval: 0 }, { ...JSON.parse(state), interval: 0 });
  });

  it("a restart goes on byte for byte, and a changed sensitivity is taken over", () => {
    const random = createRandom("layer restart");
    const scores = Array.from({ length: 5000 }, (_, i) => (i % 701 === 0 ? 30 : -Math.log(1 - random.next())));
    const options = { falseAlarmsPerMonth: 10, hold: 2, clear: 8, refractory: 20 };
    const a = new AlertLayer(options);
    for (let i = 0; i < 2105; i++) a.update(i * MINUTE, scores[i]!, true);
    const b = new AlertLayer(options);
    b.restore(json(a.snapshot()));
    for (let i = 2105; i < 5000; i++)
      assert.deepEqual(b.update(i * MINUTE, scores[i]!, true), a.update(i * MINUTE, scores[i]!, true));
    const rare = new AlertLayer({ ...options, falseAlarmsPerMonth: 0.1 });
    rare.restore(json(a.snapshot()));
    assert.ok(rare.update(5000 * MINUTE, 0, true).threshold > a.verdict.threshold + 2);
  });
});

describe("anomaly: news", () => {
  it("tells an event once, something worse at once, and the same again only after the refractory time", () => {
    const news = new News({ refractory: 10, growth: 0 });
    assert.ok(news.update(6) > 0.8);
    assert.equal(news.update(6), 0);
    assert.equal(news.update(5), 0);
    assert.ok(news.update(8) > 0.85);
    for (let i = 0; i < 10; i++) assert.equal(news.update(7), 0, `${i}`);
    assert.ok(news.update(7) > 0.8);
    assert.equal(new News().update(1), 0);
  });

  it("what returns grows quiet, what is higher than ever does not", () => {
    const news = new News();
    const scores = [];
    for (let event = 0; event < 30; event++) {
      scores.push(news.update(6));
      for (let i = 0; i < 150; i++) news.update(0);
    }
    assert.ok(scores[0]! > 0.8 && scores[29]! < 0.2, `${scores[0]} … ${scores[29]}`);
    for (let i = 1; i < 30; i++) assert.ok(scores[i]! <= scores[i - 1]!);
    assert.ok(news.update(12) > 0.85);
  });
});
