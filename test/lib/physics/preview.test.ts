import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { preview } from "../../../src/lib/physics/preview.ts";

const asset = {
  signals: [
    { name: "level", unit: "cm", normalLow: 0, normalHigh: 200 },
    { name: "inflow", unit: "m3/h" },
  ],
};

describe("a model on trial", () => {
  it("shows how a tank empties, in the asset's units, against Torricelli's closed form", () => {
    const { seconds, series, inputs } = preview({
      config: { preset: "tank" },
      asset,
      seconds: 600,
      values: { inflow: 0, level: 100 },
    });
    const level = series.find((s) => s.name === "level")!;
    assert.equal(level.unit, "cm");
    // √h falls at cd · area · √(2g) / (2 · tank area) per second.
    const rate = (0.62 * 0.002 * Math.sqrt(2 * 9.80665)) / (2 * 4);
    for (const [i, t] of seconds.entries())
      assert.ok(Math.abs(level.values[i]! - 100 * (1 - rate * t) ** 2) < 1e-3, `${level.values[i]} at ${t} s`);
    assert.deepEqual(
      inputs.map((x) => [x.name, x.unit, x.value, x.start]),
      [
        ["inflow", "m³/h", 0, false],
        ["level", "cm", 100, true],
      ],
    );
  });

  it("takes usual values where nothing is typed: the preset's, else the middle of the normal range", () => {
    const { inputs } = preview({ config: { preset: "tank" }, asset, seconds: 1, values: {} });
    assert.deepEqual(
      inputs.map((x) => x.value),
      [18, 100],
    );
  });

  it("runs finite elements as well", () => {
    const rod = {
      kind: "rod",
      length: 0.2,
      conductivity: 1.6,
      density: 2200,
      specificHeat: 900,
      left: { type: "temperature", from: { value: 100, unit: "Cel" } },
      right: { type: "temperature", from: { value: 20, unit: "Cel" } },
      points: [{ signal: "core", at: 0.1 }],
    };
    const { series } = preview({
      config: { preset: "reduced", reduced: JSON.stringify(rod) },
      asset: { signals: [{ name: "core", unit: "Cel" }] },
      seconds: 100,
      values: {},
    });
    assert.ok(Math.abs(series[0]!.values.at(-1)! - 60) < 0.01, "it starts in its steady state");
  });

  it("says what is wrong, and where equations end", () => {
    const own = (equations: string, seconds = 10) =>
      preview({ config: { preset: "own", equations }, asset, seconds, values: { inflow: 1, level: 1 } });
    assert.throws(() => own("dlevel/dt = "), /line 1/);
    assert.throws(() => own("dlevel/dt = inflow", 0), /above 0/);
    assert.throws(
      () => preview({ config: { preset: "tank" }, asset: {}, seconds: 1, values: {} }),
      /signals table is empty/,
    );
    // y' = y² from 1 ends at t = 1.
    const blown = own("dlevel/dt = level^2 * inflow");
    assert.match(blown.why.join(" "), /After 1 s|After 1\.0|After 0\.9/);
    assert.ok(blown.seconds.at(-1)! < 1.2);
  });
});
