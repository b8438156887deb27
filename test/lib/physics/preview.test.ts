import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { preview } from "../../../src/lib/physics/preview.ts";
import { checkReduced } from "../../../src/lib/physics/reduced/check.ts";
import { REDUCED_EXAMPLES } from "../../../src/lib/physics/reduced/examples.ts";

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

  it("runs without an asset, without a signal, and with numbers that are still missing", () => {
    const oscillator = {
      preset: "own",
      equations: "dx/dt = v\ndv/dt = -w^2*x",
      parameters: [
        { name: "x", value: 5 },
        { name: "w", value: 2 },
      ],
    };
    for (const rows of [{}, asset]) {
      const { series, seconds, compared, missing } = preview({
        config: oscillator,
        asset: rows,
        seconds: 12,
        values: {},
      });
      const x = series.find((s) => s.name === "x")!.values;
      for (const [i, t] of seconds.entries())
        assert.ok(Math.abs(x[i]! - 5 * Math.cos(2 * t)) < 1e-3, `${x[i]} at ${t}`);
      assert.deepEqual([compared, missing], [false, []]);
    }
    const open = { ...oscillator, equations: `${oscillator.equations} + inflow + push` };
    const run = (values: Record<string, number>) => preview({ config: open, asset, seconds: 1, values });
    assert.deepEqual(run({}).missing, [{ name: "push", unit: "" }]);
    assert.deepEqual(
      run({ push: 3 }).inputs.map((i) => [i.name, i.value]),
      [
        ["inflow", 1],
        ["push", 3],
      ],
    );
    assert.notEqual(run({ push: 3 }).series[0]!.values.at(-1), run({ push: 4 }).series[0]!.values.at(-1));
  });

  it("takes a preset's usual values for signals that the asset lacks, and lists them", () => {
    for (const preset of presets.values()) {
      const needed = preset.inputs.filter((name) => !Object.hasOwn(preset.fallback, name));
      const { missing, inputs, series, why } = preview({
        config: { preset: preset.name },
        asset: {},
        seconds: 1,
        values: {},
      });
      assert.deepEqual(missing.map((m) => m.name).sort(), needed.slice().sort(), preset.name);
      for (const { name, value } of inputs) assert.equal(value, preset.nominal[name], `${preset.name}: ${name}`);
      assert.ok(series.length > 0 && why.length === 0, preset.name);
    }
    assert.equal(preview({ config: { preset: "tank" }, asset, seconds: 1, values: {} }).compared, true);
  });

  it("runs every example of a reduced model as it is offered", () => {
    for (const [kind, example] of Object.entries(REDUCED_EXAMPLES)) {
      if (kind === "modal") continue; // It names a file that only its owner has.
      const reduced = JSON.stringify(example.description);
      const { missing, series } = preview({
        config: { preset: "reduced", reduced },
        asset: {},
        seconds: 60,
        values: {},
      });
      assert.deepEqual(missing.map((m) => m.name).sort(), Object.keys(example.signals).sort(), kind);
      for (const s of series) assert.ok(s.values.every(Number.isFinite), `${kind}: ${s.name}`);
      const check = checkReduced({ reduced, signals: [] });
      assert.ok(check.ok && check.missing.length === missing.length, kind);
    }
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
    const inMetres = { signals: [{ name: "inflow", unit: "m" }] };
    assert.throws(
      () => preview({ config: { preset: "tank" }, asset: inMetres, seconds: 1, values: {} }),
      /Signal inflow is in m, but the preset needs a unit like m³\/h/,
    );
    // y' = y² from 1 ends at t = 1.
    const blown = own("dlevel/dt = level^2 * inflow");
    assert.match(blown.why.join(" "), /After 1 s|After 1\.0|After 0\.9/);
    assert.ok(blown.seconds.at(-1)! < 1.2);
  });
});
