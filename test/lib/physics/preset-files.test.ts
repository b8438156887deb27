/** The preset files: their schema, what is said of a bad one, and what ties them to the rest of the program. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { checkPreset } from "../../../src/lib/physics/presets/check.ts";
import { type PresetFile, readPreset } from "../../../src/lib/physics/presets/file.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { GRAVITY, referencePump } from "../../../src/lib/physics/presets/reference-pump.ts";

const FOLDER = join(import.meta.dirname, "../../../presets");
const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
const valid = new Ajv2020({ allErrors: true }).compile(read("preset.schema.json"));
const check = (json: unknown) => checkPreset(readPreset("mine", json));

/** A preset with everything in it; tests change one thing each. */
const cooling = (): PresetFile => ({
  format: "twinwire preset 1",
  title: "Cooling body",
  equations: ["dT/dt = (power - loss) / capacity", "loss = conductance * (T - ambient)"],
  inputs: { power: { unit: "kW", usual: 2 }, ambient: { unit: "°C", usual: 20, fallback: 20 } },
  outputs: { T: "°C" },
  derived: { loss: "kW" },
  initial: { T: 25 },
  parameters: {
    capacity: { value: 500, unit: "kJ/K", low: 1, high: 1e6, label: "Heat capacity" },
    conductance: { value: 40, unit: "W/K", low: 1, high: 1000, label: "Heat given off per kelvin" },
  },
  faults: [{ name: "Dirty fins", parameter: "conductance", change: "falls", shows: "T", effect: "rises" }],
  drifting: [{ parameter: "conductance", sd: 4, perDay: 1 }],
  settle: 3600,
});

// biome-ignore lint/suspicious/noExplicitAny: the files are spoilt on purpose.
type Change = (file: Record<string, any>) => void;

/** What is wrong, and whether the schema can see it. */
const BAD: [string, Change, RegExp, boolean][] = [
  ["no format", (f) => delete f.format, /This is no preset.*add "format": "twinwire preset 1"/, true],
  ["another format", (f) => (f.format = "twinwire preset 9"), /this version reads "twinwire preset 1"/, true],
  [
    "a key misspelt",
    (f) => (f.paramters = {}),
    /The preset has a key "paramters" that is not known: use format, title/,
    true,
  ],
  ["no title", (f) => (f.title = " "), /no text as title/, true],
  ["no equations", (f) => (f.equations = [""]), /The preset has no equations/, true],
  ["a line that is a number", (f) => f.equations.push(3), /The preset has no equations: give an array of lines/, true],
  ["no outputs", (f) => delete f.outputs, /The preset predicts nothing: name at least one left side in outputs/, true],
  ["an unknown unit", (f) => (f.outputs.T = "grad"), /"T": The unit "grad" is not known/, false],
  ["an empty unit", (f) => (f.outputs.T = ""), /"T" has no unit: give one such as "bar", or "1" for none/, true],
  ["a parameter without unit", (f) => delete f.parameters.capacity.unit, /"capacity" has no unit/, true],
  [
    "a value as text",
    (f) => (f.parameters.capacity.value = "500"),
    /"capacity": its value is "500": give a number/,
    true,
  ],
  [
    "a value beyond its bounds",
    (f) => (f.parameters.capacity.value = 0),
    /"capacity" is 0, which is not between its bounds 1 and 1000000/,
    false,
  ],
  [
    "a parameter that is a number",
    (f) => (f.parameters.capacity = 500),
    /"capacity" in parameters must be an object/,
    true,
  ],
  ["constant: false", (f) => (f.parameters.capacity.constant = false), /"constant" can only be true/, true],
  [
    "a key of a parameter misspelt",
    (f) => (f.parameters.capacity.lo = 1),
    /"capacity" has a key "lo" that is not known: use value, unit/,
    true,
  ],
  [
    "a name that is none",
    (f) => (f.inputs["2nd"] = { unit: "m" }),
    /The name "2nd" in inputs: names are letters/,
    true,
  ],
  [
    "a name of an object",
    (f) => (f.inputs = JSON.parse('{"__proto__":{"unit":"m"}}')),
    /The name "__proto__" in inputs/,
    true,
  ],
  [
    "a name twice",
    (f) => (f.parameters.ambient = { value: 1, unit: "1" }),
    /"ambient" is among inputs and among parameters/,
    false,
  ],
  ["two units for one name", (f) => (f.derived.T = "K"), /"T" is in °C among outputs, but in K in derived/, false],
  ["a start without unit", (f) => (f.initial.x = 1), /The initial value of "x" has no unit/, false],
  [
    "a start that is no state",
    (f) => (f.initial.loss = 1),
    /"loss" has an initial value, but no equation dloss/,
    false,
  ],
  [
    "a fault of nothing",
    (f) => (f.faults[0].parameter = "k"),
    /"k", of a fault or of drifting, is none of the parameters/,
    false,
  ],
  [
    "a fault that shows nowhere",
    (f) => (f.faults[0].shows = "smoke"),
    /shows as "smoke", which no equation defines/,
    false,
  ],
  [
    "a fault that wobbles",
    (f) => (f.faults[0].effect = "wobbles"),
    /its effect is "wobbles": write rises or falls or lags/,
    true,
  ],
  ["no spread", (f) => (f.drifting[0].sd = 0), /its sd is 0, it must be above 0/, true],
  ["a time below zero", (f) => (f.settle = -1), /"settle" is -1: it is a time in seconds/, true],
  ["faults as an object", (f) => (f.faults = {}), /"faults" must be an array of objects/, true],
  ["an unfinished equation", (f) => (f.equations[1] = "loss = conductance *"), /Equations, line 2: /, false],
  ["units that do not fit", (f) => (f.equations[1] = "loss = conductance + T"), /Equations, line 2: .*cannot/, false],
  [
    "a name without a value",
    (f) => (f.equations[1] += " + leak"),
    /The equations use "leak": add it to inputs or parameters/,
    false,
  ],
  [
    "an input that is computed",
    (f) => (f.inputs.loss = { unit: "kW" }) && delete f.derived,
    /defines "loss": it can be no input/,
    false,
  ],
  ["a left side that is none", (f) => (f.outputs.flow = "m³/h"), /No equation defines "flow"/, false],
];

describe("preset files", () => {
  it("are those that are offered, and valid against their schema", () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json") && file !== "preset.schema.json");
    assert.deepEqual(new Set(files), new Set(presets.keys().map((name) => `${name}.json`)));
    for (const file of files) {
      assert(valid(read(file)), `${file}: ${JSON.stringify(valid.errors)}`);
      checkPreset(readPreset(file, read(file)));
    }
  });

  it("hold equations in lines, and units as people write them", () => {
    for (const name of presets.keys()) {
      const file: PresetFile = read(`${name}.json`);
      assert(Array.isArray(file.equations) && file.equations.every((line) => !line.includes("\n")), name);
      assert.equal(presets.get(name)!.equations, `${file.equations.join("\n")}\n`);
    }
    assert.equal(read("pump.json").parameters.nominalSpeed.unit, "rpm");
    assert.equal(presets.get("pump")!.parameters[0]!.unit, "/min");
    // As a code: C is coulomb, not °C.
    assert.equal(presets.get("battery-circuit")!.parameters[0]!.unit, "C");
  });

  it("have the simulated pump as the pump", () => {
    const values = Object.fromEntries(presets.get("pump")!.parameters.map((p) => [p.name, p.value]));
    const simulated: Record<string, number> = { ...referencePump, gravity: GRAVITY };
    const shared = Object.keys(values).filter((name) => name in simulated);
    assert(shared.length >= 17, shared.join());
    for (const name of shared) assert.equal(values[name], simulated[name], name);
  });

  it("are read as they are written: lines or a text, what is left out", () => {
    assert(valid(cooling()), JSON.stringify(valid.errors));
    check(cooling());
    const { equations } = cooling();
    const text = { ...cooling(), equations: (equations as string[]).join("\n") };
    assert.deepEqual(readPreset("mine", text), readPreset("mine", cooling()));
    const least = {
      format: "twinwire preset 1",
      title: "Nothing but time",
      equations: "y = 2 * t / s",
      outputs: { y: "1" },
      parameters: { s: { value: 1, unit: "s" } },
    };
    assert(valid(least));
    check(least);
    const { source, inputs, parameters, follow } = readPreset("mine", least);
    assert.deepEqual([source, inputs, parameters[0]!.label, follow], ["", [], "s", 0]);
  });

  for (const [what, change, sentence, inSchema] of BAD)
    it(`are refused with a sentence: ${what}`, () => {
      const file = cooling();
      change(file);
      assert.throws(
        () => check(file),
        (error: Error) => {
          assert.match(error.message, sentence);
          assert(!error.message.includes("undefined") && error.message.length < 250, error.message);
          return true;
        },
      );
      assert.equal(valid(file), !inSchema, JSON.stringify(valid.errors));
    });

  it("are refused with a sentence when they are no objects", () => {
    for (const json of [null, 3, "pump", [], [{}]]) assert.throws(() => check(json), /A preset is a JSON object/);
  });
});
