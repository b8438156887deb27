import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRandom } from "../../../src/lib/random.ts";
import { Blocks } from "../../../src/lib/signal/blocks.ts";
import { analyseWave, kindOf } from "../../../src/lib/signal/features.ts";
import { readSpectrum } from "../../../src/lib/signal/settings.ts";
import { bandOf, MACHINE_CLASSES, zoneOf } from "../../../src/lib/signal/severity.ts";
import { SpectrumTwin } from "../../../src/lib/signal/spectrum-twin.ts";
import { Pieces, readWaveform } from "../../../src/lib/signal/waveform.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";
import { migrate } from "../../../src/nodes/spectrum/migrations.ts";

const FS = 8192;
const LIMITS = [1.4, 2.8, 4.5] as const;
const wave = (of: (t: number, i: number) => number, n = 8192) =>
  Float64Array.from({ length: n }, (_, i) => of(i / FS, i));

describe("features of a waveform", () => {
  it("reads zone A of a machine that stands still under gravity, with a warming sensor", () => {
    const random = createRandom(1);
    const still = wave((t) => 9.81 + 0.05 * t + 0.02 * t * t + 0.005 * random.normal());
    const a = analyseWave(still, FS, 1480, { unit: "m/s2", limits: LIMITS });
    assert.equal(a.zone, "A");
    assert.ok(a.features.velocityRms! < 0.05, `${a.features.velocityRms}`);
  });

  it("gives the same velocity from acceleration in g, from velocity and from displacement", () => {
    // 4 mm/s RMS at 25 Hz and 3 mm/s RMS at 180 Hz are 5 mm/s together.
    const parts = [
      [4, 25],
      [3, 180],
    ] as const;
    const sum = (weight: (omega: number) => number) =>
      wave((t) =>
        parts.reduce(
          (s, [v, f]) => s + Math.SQRT2 * v * 1e-3 * weight(2 * Math.PI * f) * Math.sin(2 * Math.PI * f * t),
          0,
        ),
      );
    const g = sum((w) => w / 9.80665);
    const velocity = sum(() => 1000);
    const micrometres = sum((w) => 1e6 / w);
    for (const [x, unit] of [
      [g, "[g]"],
      [velocity, "mm/s"],
      [micrometres, "um"],
    ] as const) {
      const { features, zone } = analyseWave(x, FS, 1500, { unit, limits: LIMITS });
      assert.ok(Math.abs(features.velocityRms! - 5) < 0.02, `${unit}: ${features.velocityRms}`);
      assert.equal(zone, "D");
    }
    assert.equal(kindOf("bar"), "other");
    assert.equal(analyseWave(velocity, FS, 1500, { unit: "bar" }).features.velocityRms, undefined);
  });

  it("reads the orders of the shaft, and a rattle as kurtosis", () => {
    const x = wave(
      (t, i) => 2 * Math.sin(2 * Math.PI * 25 * t) + Math.sin(2 * Math.PI * 50 * t + 1) + (i % 819 === 0 ? 40 : 0),
    );
    const { features } = analyseWave(x, FS, 1500, { unit: "m/s2" });
    assert.ok(Math.abs(features.order1! - 2) < 0.15 && Math.abs(features.order2! - 1) < 0.15, JSON.stringify(features));
    assert.ok(features.kurtosis! > 10);
  });

  it("names the part while the machine runs up, which is smeared over frequency", () => {
    const orders = { BPFO: 3.585, BPFI: 5.415, BSF2: 4.714, FTF: 0.398 };
    const random = createRandom(8);
    const n = 16_384;
    const seconds = n / FS;
    const turns = (t: number) => (1000 * t + (500 * t * t) / seconds) / 60;
    const x = wave(() => 0.3 * random.normal(), n);
    // A strike at every multiple of 1/BPFI turns rings at 2.5 kHz.
    for (let i = 0, strike = 0; i < n; i++) {
      if (turns(i / FS) * orders.BPFI < strike) continue;
      strike++;
      for (let k = 0; k < 40 && i + k < n; k++)
        x[i + k]! += 3 * Math.exp(-k / 8) * Math.sin((2 * Math.PI * 2500 * k) / FS);
    }
    const settings = { unit: "m/s2", bearing: orders };
    assert.equal(analyseWave(x, FS, [1000, 2000], settings).bearing?.verdict, "inner race");
    assert.notEqual(analyseWave(x, FS, 1500, settings).bearing?.verdict, "inner race");
  });

  it("says unknown of a bearing whose shaft has no speed", () => {
    const a = analyseWave(wave(Math.sin), FS, undefined, {
      unit: "m/s2",
      bearing: { BPFO: 3, BPFI: 5, BSF2: 4, FTF: 0.4 },
    });
    assert.equal(a.bearing?.verdict, "unknown");
  });
});

describe("zones", () => {
  it("change at the limits of the class, and slow machines are measured from 2 Hz", () => {
    assert.deepEqual(
      [1.4, 1.41, 2.81, 4.51].map((v) => zoneOf(v, LIMITS)),
      ["A", "B", "C", "D"],
    );
    for (const { limits, id } of MACHINE_CLASSES) assert.ok(limits[0] < limits[1] && limits[1] < limits[2], id);
    assert.deepEqual(bandOf(500), [2, 1000]);
    assert.deepEqual(bandOf(undefined), [10, 1000]);
  });
});

describe("blocks", () => {
  it("overlap truly: with half a block each sample is in two, in order", () => {
    const blocks = new Blocks(8, 0.5);
    const found = Array.from({ length: 20 }, (_, i) => blocks.push(1000 + 10 * i, i)).filter((b) => b !== undefined);
    assert.deepEqual(
      found.map((b) => b.samples),
      [0, 4, 8, 12].map((from) => Array.from({ length: 8 }, (_, i) => from + i)),
    );
    assert.ok(found.every((b) => b.fs === 100));
    assert.equal(found[1]!.from, 1040);
  });

  it("begin anew after a gap, ignore what is not newer, and live through a restart", () => {
    const blocks = new Blocks(8, 0);
    for (let i = 0; i < 7; i++) blocks.push(10 * i, i);
    assert.equal(blocks.push(60, 99), undefined);
    assert.equal(blocks.push(200, 7), undefined, "a gap");
    assert.equal(blocks.collected, 1);
    for (let i = 1; i < 5; i++) blocks.push(200 + 10 * i, 7 + i);
    const copy = new Blocks(8, 0);
    copy.restore(JSON.parse(JSON.stringify(blocks.snapshot())));
    for (let i = 5; i < 7; i++) copy.push(200 + 10 * i, 7 + i);
    assert.deepEqual(copy.push(270, 14)?.samples, [7, 8, 9, 10, 11, 12, 13, 14]);
  });
});

describe("waveforms from messages", () => {
  const samples = Array.from({ length: 100 }, (_, i) => i);
  it("say what is wrong in a sentence", () => {
    const wrong = (payload: unknown, w: unknown, says: RegExp) =>
      assert.throws(
        () => readWaveform(payload, w, 0),
        (e: Error & { code?: string }) => e.code === "E_WAVE" && says.test(e.message),
      );
    wrong(samples, undefined, /must be an object/);
    wrong(samples, { fs: 0 }, /samples per second/);
    wrong(samples, { fs: 10, rpm: "x" }, /speed/);
    wrong(samples, { fs: 10, rpm: [1000, -1] }, /speed/);
    wrong(samples, { fs: 10, n: 200 }, /piece is missing/);
    wrong(Buffer.alloc(100), { fs: 10 }, /binary/);
    wrong("abc", { fs: 10 }, /list of numbers/);
    wrong([1, 2], { fs: 10 }, /2 samples/);
    wrong([...samples, null], { fs: 10 }, /Sample 101/);
    wrong([...samples, Number.NaN], { fs: 10 }, /Sample 101/);
  });

  it("are joined from their pieces in any order; lost ones do not pile up", () => {
    const pieces = new Pieces();
    assert.equal(pieces.add(samples, undefined), samples);
    assert.equal(pieces.add([3, 4], { id: "a", index: 1, count: 2 }), undefined);
    assert.deepEqual(pieces.add(Float32Array.from([1, 2]), { id: "a", index: 0, count: 2 }), [1, 2, 3, 4]);
    for (let i = 0; i < 50; i++) pieces.add([1], { id: i, index: 0, count: 2 });
    assert.equal(pieces.add([2], { id: 1, index: 1, count: 2 }), undefined, "its first piece has been given up");
    assert.throws(() => pieces.add([1], { id: "b", index: 5, count: 2 }), /index from 0/);
  });
});

describe("the settings of twin-spectrum", () => {
  const asset = readAsset({
    name: "Motor",
    idPattern: "m-1",
    signals: [
      { name: "speed", unit: "Hz" },
      { name: "turning", unit: "rad/s" },
      { name: "temperature", unit: "Cel" },
      { name: "velocityRms", unit: "m/s" },
      { name: "pulsation", unit: "bar" },
    ],
  });
  const read = (config: object) => readSpectrum(migrate(config), asset);

  it("convert the features and the speed to the asset's units", () => {
    const s = read({ speedSignal: "speed" });
    assert.equal(s.toRpm(25), 1500);
    assert.ok(Math.abs(read({ speedSignal: "turning" }).toRpm(2 * Math.PI) - 60) < 1e-9);
    assert.equal(s.mapping.length, 1, "a signal named like a feature needs no row");
    assert.ok(Math.abs(s.mapping[0]!.convert(5) - 0.005) < 1e-15);
  });

  it("say what to change", () => {
    const wrong = (config: object, says: RegExp) =>
      assert.throws(
        () => read(config),
        (e: Error & { code?: string }) => e.code === "E_SPECTRUM" && says.test(e.message),
      );
    wrong({ source: "samples", signal: "nothing" }, /not a signal of the asset/);
    wrong({ speedSignal: "temperature" }, /speed of rotation/);
    wrong({ speedSignal: "x" }, /speed signal/);
    wrong({ bearing: "own", elements: 9 }, /rolling element/);
    wrong({ bearing: "nothing" }, /not in the table/);
    wrong({ machineClass: "own", limits: [3, 2, 1] }, /rising/);
    wrong({ machineClass: "nothing" }, /machine class/);
    wrong({ mapping: [{ feature: "kurtosis", signal: "temperature" }] }, /kurtosis/);
    wrong({ mapping: [{ feature: "nothing", signal: "speed" }] }, /does not exist/);
    wrong({ mapping: [{ feature: "rms", signal: "x" }] }, /not a signal/);
    wrong({ unit: "parsnip" }, /unit of the waveform/);
    wrong({ rpm: "fast" }, /speed/);
    wrong({ bandLow: 100, bandHigh: 50 }, /band/);
  });

  it("collect the samples of a signal to blocks and find its line", () => {
    const twin = new SpectrumTwin(read({ source: "samples", signal: "pulsation", length: 256, overlap: 0 }));
    let result: ReturnType<SpectrumTwin["update"]>;
    for (let i = 0; i < 256; i++) {
      const time = 1_700_000_000_000 + 20 * i;
      const values = { pulsation: 3 + 0.2 * Math.sin((2 * Math.PI * 7 * 20 * i) / 1000) };
      const envelope: Envelope = { v: 1, id: "m-1", branch: "live", time, values, updated: ["pulsation"] };
      result = twin.update(envelope);
    }
    assert.ok(result, "a block is full");
    assert.equal(result.section.fs, 50);
    assert.ok(Math.abs(result.section.peaks[0]!.frequency - 7) < 0.01, JSON.stringify(result.section.peaks));
    assert.ok(Math.abs(result.section.peaks[0]!.amplitude - 0.2) < 0.002);
    assert.equal(twin.picture?.time, result.time);
    assert.equal(twin.picture.amplitude.values.length, 129);
    // The picture is not saved: after a restart there is none until the next block.
    const saved = JSON.stringify(twin.snapshot());
    const again = new SpectrumTwin(read({ source: "samples", signal: "pulsation", length: 256, overlap: 0 }));
    again.restore(JSON.parse(saved));
    assert.equal(again.picture, undefined);
    assert.doesNotMatch(saved, /amplitude/);
  });
});
