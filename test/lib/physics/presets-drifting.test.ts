import assert from "node:assert/strict";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { driftingRows } from "../../../src/lib/physics/presets/drifting.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { at } from "./preset-run.ts";

const machine = (name: string) =>
  readAsset({
    name,
    idPattern: "m",
    signals: Object.entries(presets.get(name)!.units).map(([signal, unit]) => ({ name: signal, unit })),
    parameters: [],
  });

describe("drifting parameters of the presets", () => {
  it("reach the estimator in SI, within their bounds", () => {
    for (const preset of presets.values()) {
      const of = machine(preset.name);
      const { estimate, equations } = readPhysics(
        { preset: preset.name, estimate: "ekf", drifting: driftingRows(preset) },
        of,
      );
      for (const [i, { parameter, sd, perDay }] of preset.drifting.entries()) {
        const { startSd, driftSd, low, high } = estimate!.drifting[i]!;
        const { factor } = equations!.ports.get(parameter)!;
        assert(Math.abs(startSd - sd * factor) < 1e-9 * startSd, parameter);
        assert(Math.abs(driftSd * Math.sqrt(24) - perDay * factor) < 1e-9 * driftSd, parameter);
        const value = equations!.p[equations!.parameters.indexOf(parameter)]!;
        assert(low <= value && value <= high && Number.isFinite(low) && Number.isFinite(high));
      }
    }
  });

  it("tell how a heat exchanger fouls, in the preset's unit, from noisy temperatures", () => {
    const preset = presets.get("heat-exchanger")!;
    const of = machine(preset.name);
    const settings = readPhysics(
      { preset: preset.name, estimate: "ekf", drifting: driftingRows(preset), learn: 50, correct: false },
      of,
    );
    const twin = new PhysicsTwin(settings, of);
    const random = createRandom(11);
    let foulingResistance = 0;
    let section = {} as ReturnType<PhysicsTwin["update"]>["section"];
    for (let i = 0; i < 1500; i++) {
      // Clean for 300 samples of a minute, then 0.2 m²·K/kW within ten hours, which stays.
      foulingResistance = Math.min(Math.max(0, (i - 300) / 3000), 0.2);
      const flows = {
        hotFlow: 2 + 0.2 * Math.sin(i / 30),
        coldFlow: 2.5,
        hotInlet: 80 + 3 * Math.sin(i / 17),
        coldInlet: 20,
      };
      const steady = at(preset.name, 1000, { inputs: [[0, flows]], parameters: { foulingResistance } });
      const values = {
        ...flows,
        hotOutlet: steady.hotOutlet! + 0.2 * random.normal(),
        coldOutlet: steady.coldOutlet! + 0.2 * random.normal(),
      };
      const twinned = { v: 1, id: "m", branch: "live", rev: 1, time: i * 60_000, values, updated: Object.keys(values) };
      ({ section } = twin.update(twinned as never));
    }
    const found = section.states!.foulingResistance!;
    assert(Math.abs(found - 0.2) < 0.02, `${found} m²·K/kW instead of 0.2`);
    assert(section.stateSd!.foulingResistance! < 0.02);
  });
});
