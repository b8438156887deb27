import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assetTemplate } from "../../../src/lib/physics/asset-template.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { preview } from "../../../src/lib/physics/preview.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";

const of = (name: string) => assetTemplate(presets.get(name)!);
const ranges = (name: string) =>
  Object.fromEntries(of(name).signals.map((s) => [s.name, [Number(s.normalLow), Number(s.normalHigh)] as const]));

describe("the asset of a preset", () => {
  for (const preset of presets.values())
    it(`${preset.name}: its signals serve the preset, and every one has a range that the usual run stays in`, () => {
      const { signals, optional } = assetTemplate(preset);
      const asset = readAsset({ idPattern: "x", signals });
      const { model } = readPhysics({ preset: preset.name }, asset);
      const outputs = Object.keys(preset.units).filter((name) => !preset.inputs.includes(name));
      assert.deepEqual(Array.from(model.outputs.keys()).sort(), outputs.sort());
      assert.deepEqual(optional.map((o) => o.name).sort(), Object.keys(preset.fallback).sort());
      for (const s of signals) {
        assert.ok(Number(s.normalLow) < Number(s.normalHigh), `${s.name}: ${s.normalLow} to ${s.normalHigh}`);
        assert.match(s.label!, /^[A-Z][^_]*$/);
      }
      // Where the trial of the same model ends: another piece of code that runs it.
      const seconds = preset.settle > 0 ? 4 * preset.settle : 1800;
      const { series } = preview({ config: { preset: preset.name }, asset: { signals }, seconds, values: {} });
      for (const { name, kind, values } of series) {
        if (kind !== "output") continue;
        const { normal } = asset.signals.get(name)!;
        const end = values.at(-1)!;
        const rounding = 1e-6 * (normal![1] - normal![0]);
        assert.ok(
          end >= normal![0] - rounding && end <= normal![1] + rounding,
          `${name} ends at ${end}, outside ${normal}`,
        );
      }
    });

  it("takes the range of an output from the model: Torricelli's level at both ends of the inflow", () => {
    const { inflow, level } = ranges("tank");
    assert.deepEqual(inflow, [9, 22]);
    // v = Q / (cd·A), level = v² / 2g; the upper one is reached within an hour to a few percent.
    const steady = (q: number) => (q / 3600 / (0.62 * 0.002)) ** 2 / (2 * 9.80665);
    assert.ok(level![1] > 0.9 * steady(22) && level![1] <= 1.02 * steady(22), `${level![1]} and ${steady(22)} m`);
    assert.ok(level![0] < steady(9));
  });

  it("ends percentages at 100, and a battery where it is empty", () => {
    const { voltage, soc } = ranges("battery-circuit");
    assert.ok(soc![0] >= 0 && soc![1] <= 100, `${soc}`);
    assert.ok(voltage![0] > 2 && voltage![1] < 4.5, `${voltage}`);
    for (const preset of presets.values())
      for (const s of assetTemplate(preset).signals)
        if (s.unit === "%")
          assert.ok(Number(s.normalLow) >= 0 && Number(s.normalHigh) <= 100, `${preset.name} ${s.name}`);
  });
});
