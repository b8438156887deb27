import assert from "node:assert/strict";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";
import { pathExists, pathLabel, readPath } from "../../../src/lib/twin/paths.ts";

const asset = readAsset({
  idPattern: "p1",
  signals: [
    { name: "speed", unit: "/min", label: "Speed" },
    { name: "running", unit: "1" },
  ],
});
const twin = {
  v: 1,
  id: "p1",
  branch: "live",
  time: 0,
  updated: [],
  values: { speed: 1480, running: true, name: "A", gone: null },
  model: {
    expected: { speed: 1475 },
    sd: { speed: 2 },
    residual: { speed: 5 },
    z: { speed: 2.5 },
    states: { wear: 0.02 },
    derived: { npshMargin: 0.4 },
    parameters: "cal-3",
  },
  anomaly: {
    state: "active",
    active: true,
    latched: false,
    score: 0.9,
    severity: "warning",
    since: 5,
    health: 71,
    contributions: {},
    why: [],
  },
  rul: { unit: "h", mean: 200, p05: 140, p10: null, p50: 212, p90: 301, p95: 330, why: [] },
} as unknown as Envelope;

describe("paths", () => {
  it("reads signals and sections", () => {
    const read = (name: string) => readPath(twin, name);
    assert.equal(read("speed"), 1480);
    assert.equal(read("running"), 1);
    assert.equal(read("model.expected.speed"), 1475);
    assert.equal(read("model.sd.speed"), 2);
    assert.equal(read("model.residual.speed"), 5);
    assert.equal(read("model.z.speed"), 2.5);
    assert.equal(read("model.states.wear"), 0.02);
    assert.equal(read("model.derived.npshMargin"), 0.4);
    assert.equal(read("anomaly.health"), 71);
    assert.equal(read("anomaly.active"), 1);
    assert.equal(read("anomaly.latched"), 0);
    assert.equal(read("rul.p05"), 140);
  });

  it("has no number for what is missing, null, text or not a path", () => {
    for (const name of ["flow", "gone", "name", "rul.p10", "rul.unit", "model.parameters", "model.expected.flow"])
      assert.equal(readPath(twin, name), undefined, name);
    for (const name of ["", ".", "model", "model.expected", "model.expected.speed.x", "anomaly.since", "values.speed"])
      assert.equal(readPath(twin, name), undefined, name);
    assert.equal(readPath({ ...twin, model: undefined } as unknown as Envelope, "model.expected.speed"), undefined);
  });

  it("does not look into prototypes", () => {
    for (const name of ["constructor", "__proto__", "toString", "model.expected.constructor", "model.__proto__.x"]) {
      assert.equal(readPath(twin, name), undefined, name);
      assert.equal(pathExists(asset, name), false, name);
    }
  });

  it("knows which paths an asset's twins can have", () => {
    for (const name of ["speed", "model.expected.speed", "model.states.anything", "model.derived.head", "rul.p95"])
      assert.equal(pathExists(asset, name), true, name);
    for (const name of ["flow", "model.expected.flow", "model.parameters", "rul.tier", "anomaly.why", "model.x.speed"])
      assert.equal(pathExists(asset, name), false, name);
  });

  it("names a path for a sentence", () => {
    assert.equal(pathLabel(asset, "speed"), "Speed");
    assert.equal(pathLabel(asset, "model.expected.speed"), "expected Speed");
    assert.equal(pathLabel(asset, "model.residual.speed"), "residual of Speed");
    assert.equal(pathLabel(asset, "model.derived.npshMargin"), "NPSH margin");
    assert.equal(pathLabel(asset, "model.states.leakArea"), "leak area");
    assert.equal(pathLabel(asset, "model.states.speed"), "estimated Speed");
    assert.equal(pathLabel(asset, "model.stateSd.leakArea"), "standard deviation of leak area");
    assert.equal(pathLabel(asset, "anomaly.health"), "health");
  });
});
