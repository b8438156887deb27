import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { BEARINGS, faultOrders } from "../../../src/lib/signal/bearings.ts";
import { analyseWave } from "../../../src/lib/signal/features.ts";
import { type Curve, curve, MOST_POINTS, pictureOf } from "../../../src/lib/signal/picture.ts";

const at = (c: Curve, f: number) => c.values[Math.round((f - c.from) / c.step)]!;
const sine = (n: number, fs: number, parts: [frequency: number, amplitude: number][]) =>
  Float64Array.from({ length: n }, (_, i) =>
    parts.reduce((sum, [f, a]) => sum + a * Math.sin((2 * Math.PI * f * i) / fs), 0),
  );

describe("a spectrum to look at", () => {
  it("has at most 600 points whatever the block, and loses no line", () => {
    for (const n of [33, 600, 601, 1200, 4097, 65_537]) {
      const lines = new Float64Array(n);
      // One line at a time, everywhere: it is there, at its height, within half a step of its place.
      for (const k of [0, 1, n >> 1, n - 2, n - 1]) {
        lines.fill(0.01);
        lines[k] = 7;
        const c = curve(lines, 0.5, "1", 0, Number.POSITIVE_INFINITY);
        assert.ok(c.values.length <= MOST_POINTS && c.values.length >= Math.min(n, MOST_POINTS / 2));
        const i = c.values.indexOf(7);
        assert.ok(Math.abs(c.from + i * c.step - 0.5 * k) <= c.step / 2, `${n} lines: ${k} is shown at ${i}`);
      }
    }
  });

  it("gives a sine its amplitude, and the velocity of an acceleration: a / 2πf", () => {
    // Frequencies of whole lines: the amplitude is that of the sine.
    const [fs, n] = [8192, 16_384];
    const a = analyseWave(
      sine(n, fs, [
        [50, 3],
        [2000, 40],
      ]),
      fs,
      1500,
      { unit: "m/s2" },
    );
    const { amplitude, velocity, envelope, marks } = pictureOf(a, "m/s2", undefined);
    assert.deepEqual([amplitude.unit, velocity!.unit, envelope], ["m/s2", "mm/s", undefined]);
    assert.ok(Math.abs(at(amplitude, 50) - 3) < 0.01);
    assert.ok(Math.abs(at(amplitude, 2000) - 40) < 0.1);
    assert.ok(Math.abs(at(velocity!, 50) - 3000 / (2 * Math.PI * 50)) < 0.05);
    const end = velocity!.from + velocity!.step * (velocity!.values.length - 1);
    assert.ok(
      velocity!.from >= 10 && end > 990 && end < 1000 + velocity!.step,
      `the band of the severity, not to ${end} Hz`,
    );
    assert.deepEqual(marks, [{ part: "shaft", symbol: "1×", frequency: 25 }]);
  });

  it("of a velocity or a displacement is in mm/s as well, of a pressure not at all", () => {
    const [fs, n] = [4096, 8192];
    const of = (unit: string, a: number) =>
      pictureOf(analyseWave(sine(n, fs, [[100, a]]), fs, 1500, { unit }), unit, undefined);
    assert.ok(Math.abs(at(of("m/s", 0.004).velocity!, 100) - 4) < 0.01);
    assert.ok(Math.abs(at(of("um", 5).velocity!, 100) - 5e-3 * 2 * Math.PI * 100) < 0.02);
    assert.equal(of("bar", 1).velocity, undefined);
  });

  it("marks the shaft and the bearing's frequencies of the data sheet, and its envelope shows the impacts", () => {
    // Fault multiples of the 6205 as the Bearing Data Center of Case Western Reserve University publishes them.
    const published = { BPFO: 3.5848, BPFI: 5.4152, "2×BSF": 4.7135, FTF: 0.39828 };
    const [fs, n, rpm] = [12_000, 32_768, 1800];
    const bearing = faultOrders(BEARINGS.find((b) => b.name === "6205 (SKF)")!);
    const period = 60 / rpm / published.BPFO;
    let seed = 1;
    const noise = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
    const x = Float64Array.from({ length: n }, (_, i) => {
      const since = (i / fs) % period;
      return noise() + 4 * Math.exp(-800 * since) * Math.sin(2 * Math.PI * 3000 * since);
    });
    const a = analyseWave(x, fs, rpm, { unit: "m/s2", bearing });
    assert.equal(a.bearing?.verdict, "outer race");
    const { marks, envelope } = pictureOf(a, "m/s2", bearing);
    assert.deepEqual(
      marks.map((m) => m.symbol),
      ["1×", "BPFO", "BPFI", "2×BSF", "FTF"],
    );
    for (const { symbol, frequency } of marks.slice(1)) {
      const wanted = 30 * published[symbol as keyof typeof published];
      assert.ok(Math.abs(frequency / wanted - 1) < 0.005, `${symbol} at ${frequency}, not ${wanted} Hz`);
    }
    const bpfo = marks[1]!.frequency;
    const median = Array.from(envelope!.values).sort((p, q) => p - q)[envelope!.values.length >> 1]!;
    assert.ok(median < 3, `between the lines is noise: ${median}`);
    for (const h of [1, 2, 3, 4]) {
      const i = Math.round((h * bpfo - envelope!.from) / envelope!.step);
      const highest = Math.max(...envelope!.values.subarray(i - 1, i + 2));
      assert.ok(highest > 3 * median, `harmonic ${h} stands out: ${highest}`);
    }
  });
});
