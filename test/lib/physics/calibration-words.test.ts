import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { calibrate } from "../../../src/lib/physics/calibration/calibrate.ts";
import { fromHistory } from "../../../src/lib/physics/calibration/data.ts";
import { doubts } from "../../../src/lib/physics/calibration/faults.ts";
import { reportOf } from "../../../src/lib/physics/calibration/report.ts";
import { restingInputs } from "../../../src/lib/physics/calibration/resting.ts";
import { readCalibration } from "../../../src/lib/physics/calibration/settings.ts";
import { parameterSentence } from "../../../src/lib/physics/calibration/words.ts";
import { preview } from "../../../src/lib/physics/preview.ts";
import { type PhysicsConfig, readPhysics } from "../../../src/lib/physics/settings.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { MemoryStore } from "../../../src/lib/store/memory.ts";
import { type AssetConfig, readAsset } from "../../../src/lib/twin/asset-config.ts";

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const ref = { branch: "live", id: "plant1:tank-1" };

/** Signals of a tank in a technician's units: centimetres, percent. */
const tank: Partial<AssetConfig> = {
  idPattern: "plant1:tank-1",
  signals: [
    { name: "level", unit: "cm", label: "Level" },
    { name: "inflow", unit: "m3/h", label: "Inflow", normalLow: 0, normalHigh: 40 },
    { name: "valve", unit: "%", label: "Outlet valve" },
  ],
};

/** What a tank with these parameters does, minute by minute, with 2 mm of noise; its level as the asset has it. */
function recording(parameters: PhysicsConfig["parameters"], inflow: (k: number) => number) {
  const random = createRandom(5);
  const columns: Record<string, { time: number; value: number; status: number }[]> = {
    level: [],
    inflow: [],
    valve: [],
  };
  let level = 80;
  for (let k = 0; k < 600; k++) {
    const values = { level, inflow: inflow(k), valve: 100 };
    for (const [name, value] of Object.entries(values))
      columns[name]!.push({
        time: START + k * MINUTE,
        value: value + (name === "level" ? 0.2 * random.normal() : 0),
        status: 0,
      });
    const { series } = preview({
      config: { preset: "tank", parameters: parameters! },
      asset: tank,
      seconds: 60,
      values,
    });
    level = series.find((s) => s.name === "level")!.values.at(-1)!;
  }
  return columns;
}

async function calibrated(columns: ReturnType<typeof recording>, fitted: string[]) {
  const asset = readAsset(tank);
  const config: PhysicsConfig = { preset: "tank" };
  const settings = readPhysics(config, asset);
  const model = settings.equations!;
  const ports = { inputs: model.inputs, outputs: Array.from(model.outputs.keys()), toModel: settings.toModel };
  const data = fromHistory(ports, (signal) => columns[signal] ?? []);
  const present = new Map(model.parameters.map((name, i) => [name, model.p[i]!]));
  const request = readCalibration({ parameters: fitted }, config, settings, present);
  const options = { fitted: request.fitted, maxGap: 600, horizon: settings.horizon! };
  const resting = restingInputs(data, model.inputs, asset, settings.fromModel);
  return reportOf(await calibrate(model, data, options), settings, { asset, config, resting, doubts: [] });
}

describe("a calibration in words", function () {
  this.timeout(60_000);

  it("says what changed, and how much better each signal is explained, in the asset's units", async () => {
    const columns = recording([{ name: "dischargeCoefficient", value: 0.75 }], (k) => 18 + 8 * Math.sin(k / 40));
    const { sentences, outputs } = await calibrated(columns, ["dischargeCoefficient"]);
    const [value, level] = sentences;
    const [, found, half] = /^Discharge coefficient (0\.\d+) ± (0\.\d+), was (0\.62\d*)\.$/.exec(value!) ?? [];
    assert.ok(Math.abs(Number(found) - 0.75) <= 2 * Number(half) + 1e-9, value);
    const [, after, before, heldAfter] =
      /^Level is now explained to ([\d.]+) cm instead of ([\d.]+) cm, and the last 30 % of the rows, which a first fit had not seen, to ([\d.]+) cm/.exec(
        level!,
      ) ?? [];
    // 2 mm of noise at the beginning of every half-hour that is run, and 2 mm at its end.
    assert.ok(Number(after) > 0.15 && Number(after) < 0.5, level);
    assert.ok(Number(before) > 5 * Number(after) && Number(heldAfter) < 0.6, level);
    assert.equal(outputs[0]!.unit, "cm");
  });

  it("names what the data cannot tell by its label, its bound in its unit, and what would help", async () => {
    const columns = recording([{ name: "dischargeCoefficient", value: 0.7 }], () => 18);
    const { sentences, parameters } = await calibrated(columns, ["dischargeCoefficient", "outletArea"]);
    assert.ok(parameters.every((p) => !p.identified));
    const text = sentences.join("\n");
    assert.match(text, /Discharge coefficient (cannot be told apart from|and) Cross-section of the outlet/);
    assert.doesNotMatch(text, /dischargeCoefficient|outletArea/);
    assert.match(
      text,
      /What would help: a time in which Outlet valve and Inflow move; in these data they hardly did\./,
    );
  });

  it("shows no more digits than the interval bears", () => {
    const of = (value: number, half: number, unit = "") =>
      parameterSentence({
        ...{ name: "x", label: "X", unit, value, before: 1, low: value - half, high: value + half, identified: true },
      });
    assert.equal(of(1.2134, 0.031), "X 1.21 ± 0.03, was 1.00.");
    assert.equal(of(1.2134, 0.0131, "m"), "X 1.213 ± 0.013 m, was 1.000 m.");
    assert.equal(of(1234.5, 43, "kW"), "X 1230 ± 40 kW, was 0 kW.");
  });
});

describe("what speaks against the data of a calibration", () => {
  const store = () => {
    const made = new MemoryStore("doubts");
    const twin = { v: 1 as const, ...ref, time: START, rev: 1, values: {}, updated: [] };
    made.putState(twin, { name: "Tank", mimic: "tank" });
    return made;
  };
  const event = (minute: number, kind: "raised" | "cleared", more: object = {}) => ({
    ...{ ...ref, time: START + minute * MINUTE, section: "anomaly", event: kind, severity: "warning" as const },
    text: "Level 5 cm below the expected 80 cm.",
    ...more,
  });
  const minutes = (found: ReturnType<typeof doubts>) =>
    found.map((d) => [(d.from - START) / MINUTE, d.to === null ? null : (d.to - START) / MINUTE]);

  it("alarms that stand in it, from raised to cleared, also those that began before", () => {
    const s = store();
    s.putEvent(event(10, "raised"));
    s.putEvent(event(30, "cleared", { severity: "info" }));
    s.putEvent(event(50, "raised"));
    s.putEvent(event(5, "raised", { section: "rul" }));
    s.putEvent(event(40, "raised", { severity: "info" }));
    assert.deepEqual(minutes(doubts(s, ref, {})), [
      [10, 30],
      [50, null],
    ]);
    const range = (from: number, to: number) =>
      minutes(doubts(s, ref, { from: START + from * MINUTE, to: START + to * MINUTE }));
    assert.deepEqual(range(0, 9), []);
    assert.deepEqual(range(20, 45), [[10, 30]]);
    assert.deepEqual(range(31, 49), []);
    assert.deepEqual(range(60, 90), [[50, null]]);
    assert.equal(doubts(s, ref, {})[0]!.text, "Level 5 cm below the expected 80 cm.");
  });

  it("scores above the threshold where no event is kept any more", () => {
    const s = store();
    for (let k = 0; k < 40; k++) s.append(ref, START + k * MINUTE, { "anomaly.score": k >= 12 && k < 18 ? 0.8 : 0.1 });
    assert.deepEqual(minutes(doubts(s, ref, {})), [[12, 17]]);
    assert.deepEqual(doubts(s, ref, { to: START + 11 * MINUTE }), []);
  });

  it("a parameter that has drifted by more than its uncertainty, and maintenance", () => {
    const s = store();
    for (let k = 0; k < 100; k++)
      s.append(ref, START + k * MINUTE, {
        "model.derived.dischargeCoefficientChange": -0.2 * k,
        "model.stateSd.dischargeCoefficientChange": 2,
        // Within its uncertainty, and a derived quantity that nobody estimates.
        "model.derived.leakAreaChange": 40,
        "model.stateSd.leakAreaChange": 20,
        "model.derived.levelChange": 90,
      });
    s.putEvent(event(70, "cleared", { section: "model", severity: "info", text: "Maintenance was reported." }));
    const found = doubts(s, ref, {});
    assert.deepEqual(minutes(found), [
      [30, 99],
      [70, 70],
    ]);
    assert.equal(found[0]!.text, "The estimate of discharge coefficient had moved by up to −20 %.");
    assert.match(found[1]!.text, /^Maintenance was reported\. Before and after/);
    assert.deepEqual(doubts(s, ref, { to: START + 29 * MINUTE }), []);
    assert.deepEqual(doubts(s, { ...ref, id: "plant1:tank-2" }, {}), []);
  });
});
