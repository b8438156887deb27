/** Presets made from what is in the dialog. */
import assert from "node:assert/strict";
import { type CheckResult, checkEquations } from "../../../src/lib/physics/check.ts";
import { checkPreset } from "../../../src/lib/physics/presets/check.ts";
import { readPreset } from "../../../src/lib/physics/presets/file.ts";
import { presets, shippedFile } from "../../../src/lib/physics/presets/index.ts";
import { fromEquations, type NumberRow, withNumbers } from "../../../src/lib/physics/presets/make.ts";
import { unitsOf } from "../../../src/lib/physics/presets/units.ts";

type Roles = Extract<CheckResult, { ok: true }>;
const sorted = (x: object) => Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1)));

describe("a preset with other numbers", () => {
  it("has those of the table, and is the preset otherwise", () => {
    const file = withNumbers(shippedFile("heat-exchanger"), "Cooler 3", [
      { name: "area", value: 12.5 },
      { name: "hotOutlet", value: 45 },
      { name: "hotFilm", value: "", unit: "W/(m2.K)" },
    ]);
    const made = readPreset("cooler", file);
    checkPreset(made);
    const before = presets.get("heat-exchanger")!;
    assert.equal(made.title, "Cooler 3");
    assert.deepEqual(made.initial, { hotOutlet: 45, coldOutlet: 20 });
    for (const [i, p] of before.parameters.entries())
      assert.deepEqual(made.parameters[i], p.name === "area" ? { ...p, value: 12.5 } : p);
    assert.deepEqual(
      { ...made, name: "", title: "", parameters: [], initial: {} },
      { ...before, name: "", title: "", parameters: [], initial: {} },
    );
    assert.equal(shippedFile("heat-exchanger").parameters!.area!.value, 10);
  });

  it("moves a bound that a number of the machine lies beyond, as estimation does", () => {
    const { parameters } = withNumbers(shippedFile("pump"), "Large", [{ name: "nominalSpeed", value: 9000 }]);
    assert.deepEqual(parameters!.nominalSpeed, {
      ...shippedFile("pump").parameters!.nominalSpeed,
      value: 9000,
      high: 9000,
    });
  });
});

describe("own equations as a preset", () => {
  // As the dialog does it: "Change a copy of this model", then "Save as own preset".
  for (const name of presets.keys())
    it(`are ${name} again when they are its copy`, () => {
      const preset = presets.get(name)!;
      const units = Object.fromEntries(unitsOf(preset));
      const roles = checkEquations({ equations: preset.equations, signals: Object.keys(preset.units), units }) as Roles;
      const rows: NumberRow[] = [
        ...preset.parameters.map((p) => ({ name: p.name, value: String(p.value), unit: p.unit })),
        ...Object.entries(preset.initial).map(([state, value]) => ({ name: state, value, unit: "" })),
      ];
      const made = readPreset(
        "mine",
        fromEquations({
          title: "Mine",
          equations: preset.equations,
          roles,
          numbers: rows,
          units,
          signals: new Map(Object.keys(preset.units).map((signal) => [signal, preset.nominal[signal]])),
          mapped: [],
          follow: preset.follow,
          settle: preset.settle,
        }),
      );
      checkPreset(made);
      assert.equal(made.equations, preset.equations);
      assert.deepEqual(new Set(made.inputs), new Set(preset.inputs));
      assert.deepEqual(sorted(Object.fromEntries(unitsOf(made))), sorted(units));
      const numbers = (p: typeof preset) => sorted(Object.fromEntries(p.parameters.map((q) => [q.name, q.value])));
      assert.deepEqual(numbers(made), numbers(preset));
      assert.deepEqual([made.initial, made.follow, made.settle], [preset.initial, preset.follow, preset.settle]);
      assert.deepEqual(sorted(made.nominal), sorted(preset.nominal));
    });

  it("take the unit that the equations tell, and say which number is missing", () => {
    const equations = "dT/dt = (power - loss) / capacity\nloss = k * (T - ambient)";
    const units = { power: "kW", ambient: "Cel", temperature: "Cel", T: "Cel", capacity: "kJ/K" };
    const roles = checkEquations({ equations, signals: ["power", "ambient"], units }) as Roles;
    const make = (numbers: NumberRow[]) =>
      fromEquations({
        title: "Body",
        equations,
        roles,
        numbers,
        units,
        signals: new Map([
          ["power", 2],
          ["ambient", undefined],
        ]),
        mapped: ["T"],
      });
    const file = make([
      { name: "capacity", value: 10 },
      { name: "k", value: 20 },
    ]);
    assert.deepEqual(file.inputs, { power: { unit: "kW", usual: 2 }, ambient: { unit: "Cel" } });
    assert.deepEqual(file.outputs, { T: "Cel" });
    assert.deepEqual(file.derived, { loss: "W" });
    assert.equal(file.parameters!.k!.unit, "W/K");
    checkPreset(readPreset("body", file));
    assert.throws(
      () => readPreset("body", make([{ name: "capacity", value: 10 }])),
      /"k": its value is null: give a number/,
    );
  });
});
