import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { type PhysicsConfig, readPhysics } from "../../../src/lib/physics/settings.ts";
import { shownQuantities } from "../../../src/lib/physics/shown-units.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { displayUnit } from "../../../src/lib/twin/units.ts";

const example = (file: string) => {
  const flow = JSON.parse(readFileSync(join(import.meta.dirname, "../../../examples", file), "utf8"));
  const of = (type: string) => flow.find((n: { type: string }) => n.type === type);
  return quantities(of("twin-physics"), of("twin-asset"));
};
const quantities = (config: PhysicsConfig, asset: Parameters<typeof readAsset>[0]) => {
  const read = readAsset(asset);
  return shownQuantities(readPhysics(config, read), read);
};
const units = (list: ReturnType<typeof quantities>) => Object.fromEntries(list.map((q) => [q.name, q.unit]));

describe("the units of what a model shows", () => {
  it("are those that a preset declares, and a signal's own where the asset has another", () => {
    for (const preset of presets.values()) {
      const signals = Object.entries(preset.units).map(([name, unit]) => ({ name, unit }));
      const shown = units(quantities({ preset: preset.name }, { name: "M", idPattern: "m", signals }));
      for (const name of preset.derived) {
        const declared = preset.derivedUnits[name] ?? preset.units[name] ?? preset.innerUnits[name];
        // What a signal of equal name measures is predicted, not derived.
        if (name in shown) assert.equal(shown[name], displayUnit(declared!), `${preset.name}: ${name}`);
      }
    }
    const tank = presets.get("tank")!;
    const signals = Object.entries(tank.units).map(([name, unit]) => ({ name, unit: name === "level" ? "cm" : unit }));
    const shown = units(quantities({ preset: "tank" }, { name: "T", idPattern: "t", signals }));
    assert.deepEqual([shown.level, shown.volume], ["cm", "m³"]);
  });

  it("go with estimated parameters, their changes and virtual sensors", () => {
    const exchanger = example("6 Heat exchanger fouling.json");
    assert.deepEqual(
      exchanger.filter((q) => /^(foulingResistance|duty|effectiveness)$/.test(q.name)),
      [
        { name: "foulingResistance", label: "Resistance of the deposit, both sides together", unit: "m²·K/kW" },
        { name: "effectiveness", label: "effectiveness", unit: "" },
        { name: "duty", label: "duty", unit: "kW" },
      ],
    );
    const motor = example("8 Motor virtual winding temperature.json");
    assert.equal(units(motor).frameResistanceChange, "%");
    const leak = example("7 Tank with a leak.json").find((q) => q.name === "leakAreaChange");
    assert.deepEqual([leak?.unit, leak?.same], ["", true], "percent of a leak of zero is nothing");
    assert.deepEqual(units(example("9 Beam with modal model.json")), { middle: "mm", baseForce: "kN" });
  });

  it("of own equations follow from the signals, or are not known", () => {
    const asset = {
      name: "Own",
      idPattern: "o",
      signals: [
        { name: "force", unit: "kN" },
        { name: "mass", unit: "kg" },
        { name: "speed", unit: "m/s" },
      ],
      parameters: [{ name: "drag", value: 2, unit: "N.s/m", label: "Drag" }],
    };
    const equations = "acceleration = (force - drag * speed) / mass\ndspeed/dt = acceleration";
    assert.equal(units(quantities({ equations, checkUnits: true }, asset)).acceleration, "m/s²");
    const plain = units(quantities({ equations }, asset));
    assert.deepEqual([plain.acceleration, plain.speed], ["", "m/s"]);
  });
});
