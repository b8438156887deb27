import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRandom } from "../../../src/lib/random.ts";
import { cepstrumOf, mainRahmonic } from "../../../src/lib/signal/cepstrum.ts";
import { detrend } from "../../../src/lib/signal/detrend.ts";
import { orderSpectrum } from "../../../src/lib/signal/orders.ts";
import { planOf } from "../../../src/lib/signal/plan.ts";
import { shapeOf } from "../../../src/lib/signal/shape.ts";
import { bandMeanSquare, interpolate, peaksOf, spectrumOf } from "../../../src/lib/signal/spectrum.ts";

const FS = 10_000;
const sine = (n: number, amplitude: number, f: number, phase = 0.3) =>
  Float64Array.from({ length: n }, (_, i) => amplitude * Math.sin((2 * Math.PI * f * i) / FS + phase));

describe("amplitude spectrum", () => {
  it("reads a sine of amplitude 3 as 3.00 ± 0.5 % at any frequency, and its frequency to a hundredth of a line", () => {
    const df = FS / 4096;
    for (let f = 20; f < FS / 2 - 20; f += 7.31) {
      const peak = peaksOf(spectrumOf(sine(4096, 3, f), FS), 1)[0]!;
      assert.ok(Math.abs(peak.amplitude - 3) < 0.015, `${peak.amplitude} at ${f} Hz`);
      assert.ok(Math.abs(peak.frequency - f) < df / 100, `${peak.frequency} at ${f} Hz`);
    }
  });

  it("keeps the power of noise and of a sine, whatever the window (Parseval)", () => {
    const random = createRandom(3);
    const noise = Float64Array.from({ length: 65_536 }, () => 2 * random.normal());
    const power = bandMeanSquare(spectrumOf(noise, FS, 2048), 0, FS / 2);
    assert.ok(Math.abs(power - 4) < 0.1, `${power}`);
    assert.ok(Math.abs(bandMeanSquare(spectrumOf(sine(16_384, 3, 100), FS, 4096), 90, 110) - 4.5) < 0.01);
  });

  it("makes velocity of acceleration by 1/(2πf), and displacement by its square", () => {
    const s = spectrumOf(sine(16_384, 10, 50), FS, 8192);
    const omega = 2 * Math.PI * 50;
    const rms = 10 / Math.SQRT2;
    assert.ok(Math.abs(Math.sqrt(bandMeanSquare(s, 10, 1000, 1)) / (rms / omega) - 1) < 0.002);
    assert.ok(Math.abs(Math.sqrt(bandMeanSquare(s, 10, 1000, 2)) / (rms / omega ** 2) - 1) < 0.005);
  });

  it("finds nothing that stands out of white noise above its threshold, and two sines in order of size", () => {
    const random = createRandom(4);
    const x = Float64Array.from({ length: 65_536 }, () => random.normal());
    assert.deepEqual(peaksOf(spectrumOf(x, FS, 4096)), []);
    const both = sine(8192, 1, 440).map((v, i) => v + 2 * Math.sin((2 * Math.PI * 1234 * i) / FS));
    const [first, second] = peaksOf(spectrumOf(both, FS));
    assert.ok(Math.abs(first!.frequency - 1234) < 0.1 && Math.abs(second!.frequency - 440) < 0.1);
  });

  it("reads a sine exactly between two lines", () => {
    const f = 100.5 * (FS / 1024);
    const s = spectrumOf(sine(1024, 3, f), FS);
    const { amplitude } = interpolate(s.amplitude, 100, s.df);
    assert.ok(Math.abs(amplitude - 3) < 0.003, `${amplitude}`);
  });

  it("refuses lengths that no transform has", () => {
    assert.throws(() => planOf(1000), RangeError);
    assert.throws(() => spectrumOf(new Float64Array(10), FS), RangeError);
    assert.throws(() => spectrumOf(new Float64Array(100), 0), RangeError);
  });
});

describe("detrend and shape", () => {
  it("removes a straight line to rounding, and what is left of a sine is the sine", () => {
    const line = detrend(Float64Array.from({ length: 1000 }, (_, i) => 9.81 + 0.003 * i));
    assert.ok(Math.max(...line.map(Math.abs)) < 1e-12);
    assert.deepEqual(detrend(new Float64Array(0)), new Float64Array(0));
  });

  it("knows sine, noise and silence: crest √2, kurtosis 1.5 and 3", () => {
    const s = shapeOf(sine(10_000, 5, 100));
    assert.ok(Math.abs(s.rms - 5 / Math.SQRT2) < 1e-9 && Math.abs(s.crestFactor - Math.SQRT2) < 1e-3);
    assert.ok(Math.abs(s.kurtosis - 1.5) < 1e-9 && Math.abs(s.skewness) < 1e-9);
    const random = createRandom(5);
    assert.ok(Math.abs(shapeOf(Float64Array.from({ length: 100_000 }, () => random.normal())).kurtosis - 3) < 0.05);
    assert.deepEqual(shapeOf(new Float64Array(100)), { rms: 0, peak: 0, crestFactor: 0, kurtosis: 0, skewness: 0 });
  });
});

describe("cepstrum", () => {
  it("reads a train of 100 pulses a second as 10.0 ms, with and without noise", () => {
    for (const noise of [0, 0.02]) {
      const random = createRandom(6);
      const x = Float64Array.from({ length: 16_384 }, (_, i) => (i % 100 === 0 ? 1 : 0) + noise * random.normal());
      const { quefrency } = mainRahmonic(cepstrumOf(x), FS, 0.002, 0.05)!;
      assert.ok(Math.abs(quefrency - 0.01) < 5e-5, `${quefrency}`);
    }
  });

  it("finds nothing where there is nothing to look through", () => {
    assert.equal(mainRahmonic(cepstrumOf(new Float64Array(64)), FS, 1, 2), undefined);
  });
});

describe("order tracking", () => {
  /** Two lines at 2 and 7.5 times a speed that rises from 1 200 to 1 800 rpm within the block. */
  const n = 32_768;
  const rpmAt = (i: number) => 1200 + (600 * i) / (n - 1);
  const turns = (i: number) => (1200 * i + (300 * i * i) / (n - 1)) / (60 * FS);
  const x = Float64Array.from(
    { length: n },
    (_, i) => 2 * Math.sin(4 * Math.PI * turns(i)) + Math.sin(15 * Math.PI * turns(i)),
  );

  it("puts the lines of a machine that runs up where they belong, at their size", () => {
    const peaks = peaksOf(
      orderSpectrum(
        x,
        FS,
        Array.from({ length: 50 }, (_, k) => rpmAt((k * (n - 1)) / 49)),
      ),
      2,
    );
    assert.ok(
      Math.abs(peaks[0]!.frequency - 2) < 0.01 && Math.abs(peaks[0]!.amplitude - 2) < 0.02,
      JSON.stringify(peaks),
    );
    assert.ok(
      Math.abs(peaks[1]!.frequency - 7.5) < 0.01 && Math.abs(peaks[1]!.amplitude - 1) < 0.02,
      JSON.stringify(peaks),
    );
    const smeared = Math.max(...spectrumOf(x, FS).amplitude);
    assert.ok(smeared < 1, `over frequency the same line reads ${smeared}`);
  });

  it("refuses a speed of zero and a block of less than two turns", () => {
    assert.throws(() => orderSpectrum(x, FS, 0), RangeError);
    assert.throws(() => orderSpectrum(x.subarray(0, 500), FS, 1200), RangeError);
  });
});
