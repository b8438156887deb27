import assert from "node:assert/strict";
import { join } from "node:path";
import { calibrate } from "../../../src/lib/physics/calibration/calibrate.ts";
import { type CalibrationData, fromCsv, fromHistory, MAX_ROWS } from "../../../src/lib/physics/calibration/data.ts";
import { noiseOf } from "../../../src/lib/physics/calibration/noise.ts";
import { reportOf } from "../../../src/lib/physics/calibration/report.ts";
import { readCalibration } from "../../../src/lib/physics/calibration/settings.ts";
import { Versions } from "../../../src/lib/physics/calibration/versions.ts";
import { LearnedCorrection } from "../../../src/lib/physics/correction.ts";
import { type CompiledModel, compileModel } from "../../../src/lib/physics/model.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { runInWorker } from "../../../src/lib/worker.ts";
import { displaced, PUMP_TRUTH, pumpModel, pumpRecording, wide } from "./calibration-data.ts";
import { PUMP_SIGNALS, steady } from "./pump-samples.ts";

const SIX = ["J", "a", "b", "L", "k1", "H0"] as const;
const OPTIONS = { maxGap: 600 };

/** y = slope·u + offset, measured with noise: least squares is known in closed form. */
const line = (parameters: [string, number][]): CompiledModel =>
  compileModel({ equations: "y = slope * u + offset", signals: ["u", "y"], parameters: new Map(parameters) });

function lineData(seed: number, n: number, curve = 0): CalibrationData {
  const random = createRandom(seed);
  const u = Float64Array.from({ length: n }, (_, k) => Math.sin(k / 7) + (k % 50) / 50);
  const y = u.map((x) => 2 * x + 0.5 + curve * x * x + 0.1 * random.normal());
  return { time: Float64Array.from(u, (_, k) => 1000 * k), inputs: u, outputs: y };
}

describe("calibration", () => {
  it("is linear regression where the model is a line: values and confidence intervals", async () => {
    const data = lineData(1, 400);
    const fitted = ["slope", "offset"].map((name) => ({ name, low: -10, high: 10 }));
    const result = await calibrate(
      line([
        ["slope", 1],
        ["offset", 0],
      ]),
      data,
      { ...OPTIONS, fitted, noise: new Map([["y", 0.1]]) },
    );
    const n = data.time.length;
    const mean = (v: Float64Array) => v.reduce((a, b) => a + b, 0) / n;
    const [mu, my] = [mean(data.inputs), mean(data.outputs)];
    const suu = data.inputs.reduce((s, x) => s + (x - mu) ** 2, 0);
    const suy = data.inputs.reduce((s, x, k) => s + (x - mu) * (data.outputs[k]! - my), 0);
    const slope = suy / suu;
    const [found, offset] = result.parameters;
    assert(Math.abs(found!.value - slope) < 1e-4, `${found!.value} is not ${slope}`);
    assert(Math.abs(offset!.value - (my - slope * mu)) < 1e-4);
    // Of white noise; with the noise as it came out, and a little for what happens to be alike in neighbours.
    const half = 1.96 * (0.1 / Math.sqrt(suu));
    assert(Math.abs((found!.high! - found!.low!) / 2 / half - 1) < 0.2);
    assert(Math.abs(result.chi2 - 1) < 0.2);
    assert.equal(result.converged, true);
  });

  it("finds six parameters that are off by 30 to 70 %, with intervals that hold them", async () => {
    let inside = 0;
    for (const seed of [1, 2, 3]) {
      const start = displaced(seed, SIX);
      const result = await calibrate(pumpModel(start), pumpRecording(seed, 1800), {
        ...OPTIONS,
        fitted: wide(start, SIX),
      });
      assert.equal(result.converged, true);
      for (const { name, value, low, high, identified } of result.parameters) {
        const truth = PUMP_TRUTH[name as keyof typeof PUMP_TRUTH];
        assert(identified, `${name} of seed ${seed}`);
        assert(Math.abs(value / truth - 1) < 0.03, `${name} of seed ${seed}: ${value} for ${truth}`);
        if (low! <= truth && truth <= high!) inside++;
      }
      for (const { before, after, heldOutBefore, heldOutAfter, noise, signal } of result.outputs) {
        assert(after < before / 2 && heldOutAfter < heldOutBefore / 2);
        assert(heldOutAfter < 1.1 * noise, `${signal}: ${heldOutAfter} for a noise of ${noise}`);
        assert(result.curves[signal]!.time.length <= 500);
      }
    }
    assert(inside >= 15, `${inside} of 18 inside their 95 % interval`);
  });

  it("names parameters that the data cannot tell", async () => {
    // The valve rests: its resistance and that of the pump act together. Nothing depends on `spare`.
    const recording = pumpRecording(4, 900, false);
    const together = await calibrate(pumpModel(PUMP_TRUTH), recording, {
      ...OPTIONS,
      fitted: wide(PUMP_TRUTH, ["k1", "k2", "R"]),
    });
    const byName = new Map(together.parameters.map((p) => [p.name, p]));
    assert.equal(byName.get("k1")!.identified, true);
    assert.equal(byName.get("k2")!.identified, false);
    assert.match(byName.get("R")!.reason!, /k2/);
    assert(together.remarks.some((text) => text.includes("R") && text.includes("k2")));

    const equations = "y = slope * u + 1e-9 * spare";
    const parameters = new Map([
      ["slope", 1],
      ["spare", 5],
    ]);
    const model = compileModel({ equations, signals: ["u", "y"], parameters });
    const fitted = ["slope", "spare"].map((name) => ({ name, low: 0.1, high: 50 }));
    const { parameters: found } = await calibrate(model, lineData(2, 200), { ...OPTIONS, fitted });
    assert.equal(found[1]!.identified, false);
    assert.equal(found[1]!.value, 5);
    assert.match(found[1]!.reason!, /spare hardly changes what is measured/);
  });

  it("says when a parameter ends at its bound", async () => {
    const fitted = [{ name: "slope", low: 0.5, high: 1.5 }];
    const { parameters } = await calibrate(
      line([
        ["slope", 1],
        ["offset", 0.5],
      ]),
      lineData(3, 200),
      { ...OPTIONS, fitted },
    );
    assert.equal(parameters[0]!.value, 1.5);
    assert.match(parameters[0]!.reason!, /ended at a bound/);
  });

  it("leaves outliers out, gaps unintegrated, and what is missing aside", async () => {
    const data = pumpRecording(5, 1500);
    const random = createRandom(5);
    for (let i = 0; i < data.outputs.length; i++) {
      if (random.next() < 0.2) data.outputs[i] = Number.NaN;
      else if (random.next() < 0.01) data.outputs[i]! *= 3;
    }
    for (let k = 700; k < 1500; k++) data.time[k]! += 7_200_000;
    const start = displaced(5, ["a", "k1"]);
    const result = await calibrate(pumpModel(start), data, { ...OPTIONS, fitted: wide(start, ["a", "k1"]) });
    assert(result.outliers > 10 && result.outliers < 60, `${result.outliers} outliers`);
    for (const { name, value } of result.parameters)
      assert(Math.abs(value / PUMP_TRUTH[name as "a" | "k1"] - 1) < 0.02, `${name}: ${value}`);
  });

  it("learns what the model leaves over, and only where that helps", async () => {
    const fitted = [{ name: "slope", low: 0.1, high: 10 }];
    const model = line([
      ["slope", 1],
      ["offset", 0.5],
    ]);
    const curved = await calibrate(model, lineData(6, 1000, 0.4), { ...OPTIONS, fitted, correct: [] });
    assert(curved.correctionGain.y! > 0.3, `gain ${curved.correctionGain.y}`);
    const correction = LearnedCorrection.from(JSON.parse(JSON.stringify(curved.correction)));
    const slope = curved.parameters[0]!.value;
    // With the correction the model is the truth again: 2·u + 0.5 + 0.4·u².
    for (const u of [-0.5, 0.3, 1.2])
      assert(Math.abs(slope * u + 0.5 + correction.at("y", [u]) - (2 * u + 0.5 + 0.4 * u * u)) < 0.03);
    // Outside of what was seen it does not go on growing.
    assert.equal(correction.at("y", [50]), correction.at("y", [500]));
    assert.equal(correction.at("y", [Number.NaN]), 0);
    assert.equal(correction.at("other", [1]), 0);

    const plain = await calibrate(model, lineData(7, 1000), { ...OPTIONS, fitted, correct: [] });
    assert.equal(plain.correction, undefined);
    assert(plain.remarks.some((text) => /stays off/.test(text)));
  });

  it("of a model that only adds up starts from measurement again and again, so that meter errors do not pile up", async () => {
    const random = createRandom(12);
    const n = 700;
    const time = Float64Array.from({ length: n }, (_, k) => 1e12 + 10_000 * k);
    const inputs = new Float64Array(n);
    const outputs = new Float64Array(n);
    let [level, error, flow] = [2, 0, 0];
    for (let k = 0; k < n; k++) {
      level += (10 * (flow + error)) / 4;
      // The meter's error wanders, by a tenth of the flow.
      error += 0.002 * random.normal() - 0.005 * error;
      flow = 0.2 * Math.sin(k / 30);
      inputs[k] = flow;
      outputs[k] = level + 0.02 * random.normal();
    }
    const spec = { equations: "dlevel/dt = flow/area", signals: ["flow", "level"], initial: new Map([["level", 2]]) };
    const model = compileModel({ ...spec, parameters: new Map([["area", 6]]) });
    const fitted = [{ name: "area", low: 1, high: 20 }];
    const run = (horizon?: number) =>
      calibrate(model, { time, inputs, outputs }, { ...OPTIONS, fitted, ...(horizon && { horizon }) });
    const [whole, parts] = [await run(), await run(300)];
    const { value, low, high } = parts.parameters[0]!;
    assert(Math.abs(value - 4) < 0.15 && low! < 4 && high! > 4, `area ${value}`);
    assert(parts.outputs[0]!.after < whole.outputs[0]!.after / 3);
  });

  it("refuses with a sentence what cannot be calibrated", async () => {
    const model = line([
      ["slope", 1],
      ["offset", 0],
    ]);
    const run = (fitted: { name: string; low: number; high: number }[]) =>
      calibrate(model, lineData(1, 50), { ...OPTIONS, fitted });
    await assert.rejects(run([]), /nothing to calibrate/);
    await assert.rejects(run([{ name: "x", low: 0, high: 1 }]), /x is not a number of the model/);
    await assert.rejects(run([{ name: "slope", low: 2, high: 3 }]), /must lie between its bounds 2 and 3/);
    const root = compileModel({ equations: "y = sqrt(-1 - a^2)", signals: ["y"], parameters: new Map([["a", 1]]) });
    const data = { ...lineData(1, 50), inputs: new Float64Array(0) };
    await assert.rejects(
      calibrate(root, data, { ...OPTIONS, fitted: [{ name: "a", low: 0.1, high: 2 }] }),
      /no finite number/,
    );
  });

  it("runs in a worker, with progress", async () => {
    const module = join(import.meta.dirname, "../../../src/lib/physics/calibration/worker.ts");
    const spec = {
      equations: "y = slope * u + offset",
      signals: ["u", "y"],
      parameters: new Map([
        ["slope", 1],
        ["offset", 0.5],
      ]),
    };
    const job = {
      spec,
      values: { slope: 4 },
      data: lineData(8, 300),
      options: { ...OPTIONS, fitted: [{ name: "slope", low: 0.1, high: 10 }] },
    };
    const seen: number[] = [];
    const result = await runInWorker<typeof job, Awaited<ReturnType<typeof calibrate>>>(module, job, {
      onProgress: (share) => seen.push(share),
    });
    assert.equal(result.parameters[0]!.before, 4);
    assert(Math.abs(result.parameters[0]!.value - 2) < 0.05);
    assert(seen.length > 2 && seen.at(-1) === 1);
  });
});

describe("data of a calibration", () => {
  const ports = { inputs: ["u"], outputs: ["y"], toModel: new Map([["y", (x: number) => x / 1000]]) };

  it("joins histories on their times, in the model's units, without what is not Good", () => {
    const point = (time: number, value: number | boolean, status = 0) => ({ time, value, status });
    const data = fromHistory(ports, (signal) =>
      signal === "u"
        ? [point(0, true), point(60, 2), point(70, 9, StatusCode.Bad_OutOfRange)]
        : Array.from({ length: 40 }, (_, i) => point(2 * i, 1000 * i)),
    );
    assert.equal(data.time.length, 40);
    assert.deepEqual([data.inputs[0], data.inputs[30], data.outputs[3]], [1, 2, 3]);
    assert(Number.isNaN(data.inputs[35]));
    assert.throws(() => fromHistory(ports, () => [point(0, 1)]), /only 1 measurements/);
  });

  it("thins a long record without losing a change of an input", () => {
    const n = 2 * MAX_ROWS;
    const data = fromHistory(ports, (signal) =>
      signal === "y"
        ? Array.from({ length: n }, (_, time) => ({ time, value: 1, status: 0 }))
        : [{ time: 10_000, value: 5, status: 0 }],
    );
    assert.equal(data.time.length, MAX_ROWS);
    assert.deepEqual(
      Array.from(data.inputs).filter((x) => !Number.isNaN(x)),
      [5],
    );
  });

  it("reads a CSV by its header", () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i * 0.5},${i},${1000 * i},x`);
    const data = fromCsv(["t,u,y,other", ...rows].join("\n"), ports);
    assert.deepEqual([data.time[3], data.inputs[3], data.outputs[3]], [1500, 3, 3]);
    const dated = fromCsv(
      ["time,u,y", ...rows.map((_, i) => `2026-01-01T00:00:${String(i).padStart(2, "0")}Z,1,1`)].join("\n"),
      ports,
    );
    assert.equal(dated.time[1]! - dated.time[0]!, 1000);
    const part = fromCsv(["t,u,y,other", ...rows].join("\n"), ports, { from: 1000, to: 18_000 });
    assert.deepEqual([part.time.length, part.time[0], part.time.at(-1)], [35, 1000, 18_000]);
    assert.throws(() => fromCsv("a,b\n1,2", ports), /no column named time/);
    assert.throws(() => fromCsv("t,y\n1,2", ports), /no column named u/);
  });

  it("knows the noise of a signal that moves", () => {
    const random = createRandom(1);
    const series = Array.from({ length: 4000 }, (_, k) => 100 * Math.sin(k / 200) + 0.3 * random.normal());
    assert(Math.abs(noiseOf(series) / 0.3 - 1) < 0.06);
    assert(noiseOf(new Array(100).fill(5)) > 0);
    assert(Number.isNaN(noiseOf([1, 2])));
  });
});

describe("settings of a calibration", () => {
  const asset = readAsset({
    idPattern: "*",
    signals: [
      { name: "u", unit: "1" },
      { name: "y", unit: "1" },
    ],
  });
  const parameters = [
    { name: "slope", value: 2 },
    { name: "offset", value: 0 },
    { name: "minus", value: -3 },
  ];
  const config = { preset: "own", equations: "y = slope * u + offset + minus", parameters };
  const settings = readPhysics(config, asset);
  const present = new Map(parameters.map(({ name, value }) => [name, value]));
  const read = (details: object, own: object = {}) =>
    readCalibration(details as Record<string, unknown>, { ...config, ...own }, settings, present);

  it("come from the action, else from the node; bounds keep the sign", () => {
    assert.deepEqual(read({ parameters: ["slope", "offset", "minus"] }).fitted, [
      { name: "slope", low: 0.2, high: 20 },
      { name: "offset", low: -10, high: 10 },
      { name: "minus", low: -30, high: -0.3 },
    ]);
    const own = { calibrate: [{ name: "slope", low: "1", high: "" }] };
    assert.deepEqual(read({}, own).fitted, [{ name: "slope", low: 1, high: 20 }]);
    assert.deepEqual(read({ parameters: [{ name: "slope", high: 3 }] }, own).fitted, [
      { name: "slope", low: 1, high: 3 },
    ]);
    const range = read({ parameters: ["slope"], from: "2026-01-01T00:00:00Z", to: 1_800_000_000_000 });
    assert.deepEqual([range.from, range.to], [Date.UTC(2026, 0, 1), 1_800_000_000_000]);
  });

  it("refuse with a sentence", () => {
    assert.throws(() => read({}), /nothing to calibrate/);
    assert.throws(() => read({ parameters: "slope" }), /they must be a list/);
    assert.throws(() => read({ parameters: [7] }), /it must be a name/);
    assert.throws(() => read({ parameters: ["u"] }), /"u" is not a number of the model/);
    assert.throws(() => read({ parameters: ["slope"], from: "soon" }), /The from of a calibration is "soon"/);
    assert.throws(() => read({ parameters: [{ name: "slope", low: "x" }] }), /A bound of slope/);
    assert.throws(() => read({ parameters: ["slope"], csv: 5 }), /it must be text/);
    assert.throws(() => read({ parameters: ["slope"], from: 2000, to: 1000 }), /ends before it begins/);
  });
});

describe("calibration of a preset", () => {
  it("runs in SI and reports in the units of daily use", async () => {
    const asset = readAsset({ idPattern: "*", signals: PUMP_SIGNALS.map(([name, unit]) => ({ name, unit })) });
    const settings = readPhysics({ preset: "pump" }, asset);
    const model = settings.equations!;
    const present = new Map(model.parameters.map((name, i) => [name, model.p[i]!]));
    const random = createRandom(11);
    const columns = new Map<string, { time: number; value: number; status: number }[]>();
    for (let k = 0; k < 600; k++) {
      const truth = steady(1300 + 150 * Math.sin(k / 70), 45 + 12 * Math.sin(k / 41));
      // A pump of 36 m shut-off head instead of 40, and 0.63 of efficiency instead of 0.72.
      const n = truth.speed! / 1480;
      const head = truth._head! - 4 * n * n;
      truth.dischargePressure! -= (999.1 * 9.80665 * 4 * n * n) / 1e5;
      const active = (Math.sqrt(truth.motorCurrent! ** 2 - 64) * (head / truth._head!) * 0.72) / 0.63;
      truth.motorCurrent = Math.hypot(8, active);
      for (const [name] of PUMP_SIGNALS) {
        if (!columns.has(name)) columns.set(name, []);
        columns
          .get(name)!
          .push({ time: 1e12 + k * 60_000, value: truth[name]! * (1 + 0.003 * random.normal()), status: 0 });
      }
    }
    const ports = { inputs: model.inputs, outputs: Array.from(model.outputs.keys()), toModel: settings.toModel };
    const data = fromHistory(ports, (signal) => columns.get(signal)!);
    const request = readCalibration({ parameters: ["shutOffHead", "bestEfficiency"] }, {}, settings, present);
    const result = await calibrate(model, data, { ...OPTIONS, fitted: request.fitted });
    const report = reportOf(result, settings, { asset, config: {}, resting: [], doubts: [] });
    const [head, efficiency] = report.parameters;
    assert(Math.abs(head!.value - 36) < 0.3, `shut-off head ${head!.value} m`);
    assert(Math.abs(efficiency!.value - 0.63) < 0.01, `efficiency ${efficiency!.value}`);
    const pressure = report.outputs.find((o) => o.signal === "dischargePressure")!;
    // In bar: before, four metres of water are missing; after, the noise of 0.3 % of about 4 bar and of the inputs.
    assert(pressure.before > 0.2 && pressure.before < 0.4, `${pressure.before} bar before`);
    assert(pressure.after < 0.03, `${pressure.after} bar after`);
    assert(Math.abs(report.curves.dischargePressure!.before[100]!) < 1);
  });
});

describe("versions of a calibration", () => {
  it("count up, go back with what was learned, and never give a name twice", () => {
    const versions = new Versions();
    versions.add({ time: 1, values: { k: 1 } }, { learned: "first" });
    versions.add({ time: 2, values: { k: 2 } }, { learned: "second" });
    const copy = new Versions();
    copy.restore(JSON.parse(JSON.stringify(versions.snapshot())));
    assert.equal(copy.current!.name, "cal-2");
    assert.deepEqual(copy.undo(), { learned: "second" });
    assert.equal(copy.current!.name, "cal-1");
    copy.add({ time: 3, values: { k: 3 } }, {});
    assert.equal(copy.current!.name, "cal-3");
    assert.throws(() => copy.restore({}), TypeError);
  });
});
