import assert from "node:assert/strict";
import { EwmaZ } from "../../../../src/lib/anomaly/detectors/ewma-z.ts";
import { HalfSpaceTrees } from "../../../../src/lib/anomaly/detectors/half-space-trees.ts";
import { Memory } from "../../../../src/lib/anomaly/detectors/memory.ts";
import { normalSurprise, studentSurprise } from "../../../../src/lib/anomaly/detectors/normal.ts";
import { Novelty } from "../../../../src/lib/anomaly/detectors/novelty.ts";
import { Rank } from "../../../../src/lib/anomaly/detectors/rank.ts";
import { Rhythm } from "../../../../src/lib/anomaly/detectors/rhythm.ts";
import { Stuck } from "../../../../src/lib/anomaly/detectors/stuck.ts";
import { createRandom } from "../../../../src/lib/random.ts";

const MINUTE = 60_000;
const json = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

describe("anomaly: surprise of a normal deviate", () => {
  it("is −ln of the two-sided tail", () => {
    // Abramowitz & Stegun, table 26.1 and 26.2: Q(1.96) = 0.0249979, Q(3) = 0.00134990, Q(5) = 2.86652e-7, Q(10) = 7.61985e-24.
    for (const [z, q] of [
      [1.96, 0.0249979],
      [3, 0.0013499],
      [5, 2.86652e-7],
      [10, 7.61985e-24],
    ] as const)
      assert.ok(Math.abs(normalSurprise(z) + Math.log(2 * q)) < 1e-5, `z ${z}`);
    assert.equal(normalSurprise(0), 0);
    // −ln P(|Z| > 100) = 5000 + ln(100 √(π/2)) + O(1e-4).
    assert.ok(Math.abs(normalSurprise(-100) - 5000 - Math.log(100 * Math.sqrt(Math.PI / 2))) < 1e-3);
  });

  it("with few degrees of freedom as in tables of Student's t", () => {
    // t with a two-sided tail of 0.001: 4.587 for 10, 3.850 for 20, 3.551 for 40 degrees of freedom; −ln 0.001 = 6.91.
    for (const [t, n] of [
      [4.587, 10],
      [3.85, 20],
      [3.551, 40],
    ] as const)
      assert.ok(Math.abs(studentSurprise(t, n) - 6.91) < 0.35, `${n}: ${studentSurprise(t, n)}`);
  });
});

describe("anomaly: memory and rank", () => {
  it("the distance is that of a search through everything, while it fits", () => {
    const random = createRandom("memory");
    const memory = new Memory(1000);
    const all: number[] = [];
    for (let i = 0; i < 900; i++) {
      const x = random.normal();
      const expected = all.length ? Math.min(...all.map((v) => Math.abs(v - x))) : 0;
      assert.equal(memory.visit(x, true), expected);
      all.push(x);
    }
  });

  it("when it overflows it keeps the range and the lone values, within its bound", () => {
    const random = createRandom("overflow");
    const memory = new Memory(256);
    memory.visit(50, true);
    for (let i = 0; i < 50_000; i++) memory.visit(random.normal(), true);
    assert.ok(memory.size <= 256);
    assert.equal(memory.visit(50, false), 0);
    assert.ok(Math.abs(memory.visit(20, false) - 16) < 1.5, `${memory.visit(20, false)}`);
    assert.ok(memory.visit(0.123, false) < 0.1);
  });

  it("ranks: the share of earlier numbers that were as large", () => {
    const random = createRandom("rank");
    const rank = new Rank();
    for (let i = 0; i < 20_000; i++) rank.surprise(-Math.log(1 - random.next()));
    // P(x > 3) of the exponential law is e^−3; bins are a sixth of an e-fold.
    assert.ok(Math.abs(rank.surprise(3) - 3) < 0.15, `${rank.surprise(3)}`);
    assert.ok(Math.abs(rank.surprise(5) - 5) < 0.3);
    assert.ok(rank.surprise(1000) > Math.log(20_000));
  });
});

describe("anomaly: novelty", () => {
  it("a value between two levels is new, the levels are not", () => {
    const random = createRandom("levels");
    const novelty = new Novelty();
    const level = (i: number): number => (Math.floor(i / 50) % 2 ? 10 : 0) + 0.1 * random.normal();
    for (let i = 0; i < 5000; i++) novelty.update(i, level(i), true);
    let usual = 0;
    for (let i = 5000; i < 5100; i++) usual = Math.max(usual, novelty.update(i, level(i), false));
    assert.ok(novelty.update(5100, 5, false) > usual);
    assert.ok(Number.isNaN(novelty.update(5101, Number.NaN, true)));
  });

  it("does not mind the unit: the same verdicts for the signal times 1000", () => {
    const random = createRandom("unit");
    const [a, b] = [new Novelty(), new Novelty()];
    for (let i = 0; i < 3000; i++) {
      const x = random.normal() + (i === 2500 ? 9 : 0);
      assert.ok(Math.abs(a.update(i, x, true) - b.update(i, 1024 * x, true)) < 1e-6);
    }
  });
});

describe("anomaly: rhythm", () => {
  const day = (amplitude: number, noise: number, days: number): { found: boolean; rms: number; profile: Rhythm } => {
    const random = createRandom("profile");
    const profile = new Rhythm();
    let sum = 0;
    let n = 0;
    for (let i = 0; i < 288 * days; i++) {
      const r = profile.update(
        i * 5 * MINUTE,
        amplitude * Math.sin((2 * Math.PI * i) / 288) + noise * random.normal(),
        true,
      );
      if (i < 288 * (days - 5)) continue;
      sum += Math.abs(r);
      n++;
    }
    return { found: profile.found, rms: sum / n, profile };
  };

  it("finds a rhythm, and leaves of it what the noise is, in its own mean absolute deviations", () => {
    const { found, rms } = day(5, 0.5, 30);
    assert.equal(found, true);
    assert.ok(Math.abs(rms - 1) < 0.15, `${rms}`);
  });

  it("finds that the weekend is another day, and then leaves only the noise", () => {
    const random = createRandom("week");
    const rhythm = new Rhythm();
    const shift = (i: number): number => {
      const day = Math.floor(i / 144) % 7;
      return (day < 5 && i % 144 > 40 && i % 144 < 110 ? 10 : 0) + 0.5 * random.normal();
    };
    let worst = 0;
    let sum = 0;
    for (let i = 0; i < 144 * 7 * 8; i++) {
      const r = Math.abs(rhythm.update(i * 10 * MINUTE, shift(i), true));
      if (i < 144 * 7 * 7) continue;
      worst = Math.max(worst, r);
      sum += r;
    }
    assert.equal(rhythm.found, true);
    assert.ok(sum / (144 * 7) < 1.25 && worst < 7, `mean ${sum / (144 * 7)}, worst ${worst}`);
  });

  it("finds none in noise, nor in a walk without one", () => {
    assert.equal(day(0, 1, 30).found, false);
    const random = createRandom("walk");
    const profile = new Rhythm();
    let x = 0;
    let share = 0;
    for (let i = 0; i < 288 * 40; i++) {
      x = 0.999 * x + random.normal();
      profile.update(i * 5 * MINUTE, x, true);
      if (profile.found) share += 1 / (288 * 40);
    }
    assert.ok(share < 0.1, `${share}`);
  });
});

describe("anomaly: stuck", () => {
  it("noise that stands still is stuck; counters, coarse steps and set points are not", () => {
    const random = createRandom("stuck");
    const stuck = new Stuck();
    for (let i = 0; i < 500; i++) stuck.update(i, random.normal(), true);
    let at = 0;
    for (let i = 0; i < 30 && at === 0; i++) if (stuck.update(i, 0.5, true) > 16) at = i;
    assert.ok(at > 0 && at <= 20, `after ${at}`);
    const ordinary: Record<string, (i: number) => number> = {
      counter: (i) => Math.floor(i / 37),
      coarse: () => Math.round(0.7 * random.normal()),
      "set point": (i) => Math.floor(i / 500) % 3,
      rare: (() => {
        let x = 0;
        return () => (random.next() < 0.03 ? ++x : x);
      })(),
    };
    for (const [name, stream] of Object.entries(ordinary)) {
      const detector = new Stuck();
      let alarms = 0;
      for (let i = 0; i < 30_000; i++) if (detector.update(i, stream(i), true) > 16) alarms++;
      assert.equal(alarms, 0, name);
    }
  });

  it("the surprise of a run is −ln of its probability", () => {
    // Values repeat with probability ½: after 4000 changes the run of 20 has (½)^20, 13.9; Laplace's rule blurs the last digit.
    const random = createRandom("run");
    const stuck = new Stuck();
    let x = 0;
    let longest = 0;
    for (let i = 0; i < 8000; i++) {
      if (random.next() < 0.5) x++;
      stuck.update(i, x, true);
      longest = Math.max(longest, stuck.run);
    }
    let surprise = 0;
    stuck.update(0, -1, true);
    for (let i = 0; i < 60; i++) surprise = stuck.update(i, -1, true);
    assert.ok(longest < 20);
    assert.ok(Math.abs(surprise - 60 * Math.LN2) < 2.5, `${surprise}`);
  });
});

describe("anomaly: half-space trees", () => {
  it("a point away from both clusters is odder than any in them", () => {
    const random = createRandom("hst");
    const trees = new HalfSpaceTrees({ channels: 2 });
    const point = (): [number, number] => {
      const side = random.next() < 0.5 ? 0 : 4;
      return [side + 0.3 * random.normal(), side + 0.3 * random.normal()];
    };
    for (let i = 0; i < 1500; i++) trees.update(point());
    const usual = Array.from({ length: 200 }, () => trees.update(point(), false)).sort((a, b) => a - b);
    // Both numbers are ordinary, their pair is not.
    assert.ok(trees.update([0, 4], false) > usual[195]!, `${trees.update([0, 4], false)} ${usual[195]}`);
    assert.ok(trees.update([40, -40], false) > usual[199]!);
    assert.ok(Number.isNaN(trees.update([1, Number.NaN])));
    const other = new HalfSpaceTrees({ channels: 2 });
    other.restore(json(trees.snapshot()));
    for (let i = 0; i < 600; i++) {
      const p = point();
      assert.equal(other.update(p), trees.update(p));
    }
  });

  it("refuses what cannot be built", () => {
    assert.throws(() => new HalfSpaceTrees({ channels: 0 }), /channels/);
  });
});

describe("anomaly: deviation from a robust baseline", () => {
  it("standard deviations of noise with outliers, and of a skewed signal", () => {
    const random = createRandom("robust");
    const detector = new EwmaZ();
    for (let i = 0; i < 5000; i++)
      detector.update(i * MINUTE, 20 + 2 * random.normal() + (random.next() < 0.01 ? 500 : 0), true);
    assert.ok(Math.abs(detector.baseline.location - 20) < 0.2);
    assert.ok(Math.abs(detector.baseline.up - 2) < 0.3, `${detector.baseline.up}`);
    assert.ok(Math.abs(detector.baseline.down - 2) < 0.3);
    const skewed = new EwmaZ();
    for (let i = 0; i < 5000; i++) skewed.update(i * MINUTE, Math.exp(random.normal()), true);
    // Median 1, 95 % quantile e^1.645, 5 % quantile e^−1.645.
    assert.ok(Math.abs(skewed.baseline.location - 1) < 0.12);
    assert.ok(Math.abs(skewed.baseline.up * 1.645 - (Math.exp(1.645) - 1)) < 0.7);
    assert.ok(Math.abs(skewed.baseline.down * 1.645 - (1 - Math.exp(-1.645))) < 0.1);
  });

  it("after maintenance a level that has not changed stays abnormal, a new one is taken", () => {
    for (const [after, expected] of [
      [5, false],
      [-3, true],
    ] as const) {
      const random = createRandom("maintenance");
      const detector = new EwmaZ();
      let i = 0;
      const run = (n: number, level: number, learn: boolean): number => {
        let last = 0;
        for (let k = 0; k < n; k++) last = detector.update(i++ * MINUTE, level + 0.5 * random.normal(), learn);
        return last;
      };
      run(2000, 0, true);
      run(100, 5, false);
      detector.relearn(false);
      run(70, after, false);
      assert.equal(run(50, after, false) < 8, expected, `level ${after}`);
    }
  });
});
