import assert from "node:assert/strict";
import { analyse } from "../../../src/lib/physics/equations.ts";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import type { Preset } from "../../../src/lib/physics/presets/preset.ts";
import { unitsOf } from "../../../src/lib/physics/presets/units.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { dimensionOf, displayUnit } from "../../../src/lib/twin/units.ts";
import { at } from "./preset-run.ts";

/** Where a parameter is 0 in the healthy machine: a small fault. */
const SMALL: Record<string, number> = {
  impellerWear: 0.05,
  leakage: 3,
  leakArea: 1,
  foulingResistance: 0.1,
  seatLeak: 2,
};
/** Seconds after which a fault shows; the settling time where nothing is said. */
const SHOWS_AFTER: Record<string, number> = { battery: 3600, "battery-circuit": 1500, tank: 3600, "two-tanks": 7200 };
const START: Record<string, Record<string, number>> = { tank: { level: 1 }, "two-tanks": { level1: 1.5, level2: 0.5 } };

function asset(preset: Preset, signals = Object.keys(preset.units)) {
  return readAsset({
    name: preset.title,
    idPattern: "m",
    signals: signals.map((name) => ({ name, unit: preset.units[name]! })),
    parameters: [],
  });
}

for (const preset of presets.values())
  describe(`preset ${preset.name}`, () => {
    it("has a source, a picture, and a unit, a meaning and a range for every name", () => {
      const { states, variables, inputs, parameters } = analyse(preset.equations, (n) =>
        Object.hasOwn(preset.units, n),
      );
      assert.match(preset.source, /\d{4}/);
      assert(preset.title && preset.diagram && !preset.diagram.includes("\n") && preset.diagram.length <= 120);
      const units = unitsOf(preset);
      for (const name of [...states, ...variables, ...inputs]) assert(units.has(name), `no unit for ${name}`);
      for (const unit of units.values()) assert(dimensionOf(unit) && displayUnit(unit) !== undefined);
      assert.deepEqual(new Set(parameters), new Set(preset.parameters.map((p) => p.name)));
      for (const { name, value, label, low, high, constant } of preset.parameters) {
        assert(label.length > 2, name);
        if (!constant) assert(low! <= value && value <= high!, `${name}: ${low} … ${value} … ${high}`);
      }
      const left = new Set([...states, ...variables]);
      for (const name of [...preset.derived, ...Object.keys(preset.innerUnits)]) assert(left.has(name), name);
      for (const name of Object.keys(preset.initial)) assert(states.includes(name), name);
      for (const name of inputs) assert(Object.hasOwn(preset.nominal, name), `no nominal ${name}`);
      for (const name of Object.keys(preset.fallback)) assert(inputs.includes(name), name);
      for (const { parameter, sd, perDay } of preset.drifting)
        assert(parameters.includes(parameter) && sd > 0 && perDay > 0, parameter);
      assert(preset.faults.length >= 2 && preset.drifting.length >= 1);
    });

    it("shows each of its faults on the side it says", () => {
      const time = SHOWS_AFTER[preset.name] ?? Math.max(preset.settle, 10);
      for (const { parameter, change, shows, effect } of preset.faults) {
        const { value } = preset.parameters.find((p) => p.name === parameter)!;
        const faulty = value === 0 ? SMALL[parameter]! : value * (change === "rises" ? 1.2 : 0.8);
        assert(change === (faulty > value ? "rises" : "falls"));
        const run = { start: START[preset.name] ?? {} };
        // What lags is there later, but arrives.
        const when = effect === "lags" ? 1 : time;
        const before = at(preset.name, when, run)[shows]!;
        const after = at(preset.name, when, { ...run, parameters: { [parameter]: faulty } })[shows]!;
        const difference = (after - before) / Math.abs(before);
        const sign = effect === "rises" ? 1 : -1;
        assert(sign * difference > 1e-4, `${parameter} ${change}: ${shows} ${before} → ${after}`);
      }
    });

    it("runs on an asset with nothing but what it needs, and says what is missing", () => {
      const { inputs } = analyse(preset.equations, (n) => Object.hasOwn(preset.units, n));
      const needed = inputs.filter((n) => !Object.hasOwn(preset.fallback, n));
      const predicted = Object.keys(preset.units).find((n) => !inputs.includes(n))!;
      const of = asset(preset, [...needed, predicted]);
      const twin = new PhysicsTwin(readPhysics({ preset: preset.name }, of), of);
      const values = Object.fromEntries(needed.map((n) => [n, preset.nominal[n]!]));
      const envelope = (time: number) =>
        ({ v: 1, id: "m", branch: "live", rev: 1, time, values, updated: needed }) as never;
      twin.update(envelope(0));
      const { section, missing } = twin.update(envelope(1000));
      assert.deepEqual(missing, []);
      assert(Number.isFinite(section.expected[predicted]), predicted);
      // In the declared units, wherever the number is shown.
      const wanted = at(preset.name, 1, { inputs: [[0, values]] });
      assert(Math.abs(section.expected[predicted]! - wanted[predicted]!) <= 1e-4 * Math.abs(wanted[predicted]!) + 1e-6);
      for (const name of preset.derived.filter((n) => n !== predicted))
        assert(
          Math.abs(section.derived![name]! - wanted[name]!) <= 1e-4 * Math.abs(wanted[name]!) + 1e-6,
          `${name}: ${section.derived![name]} instead of ${wanted[name]}`,
        );
      if (needed.length > 0)
        assert.throws(() => readPhysics({ preset: preset.name }, asset(preset, [predicted])), /needs .* as signals/);
    });

    it("stands still, idles and runs backwards without nonsense", () => {
      const { inputs } = analyse(preset.equations, (n) => Object.hasOwn(preset.units, n));
      for (const factor of [0, 0.01, -1]) {
        const values = Object.fromEntries(
          // Temperatures and pressures stay as they are; what moves stands still or turns round.
          inputs.map((n) => [n, /emperature|nlet|ressure/.test(n) ? preset.nominal[n]! : factor * preset.nominal[n]!]),
        );
        const [soon, later] = [1, 600].map((time) => at(preset.name, time, { inputs: [[0, values]] }));
        for (const [name, unit] of Object.entries(preset.units))
          for (const state of [soon!, later!])
            if (!inputs.includes(name)) assert(Number.isFinite(state[name]), `${name} (${unit}) at ${factor}`);
      }
    });

    it("gives the same numbers when it is copied and run as own equations", () => {
      const names = new Set(preset.parameters.map((p) => p.name));
      const of = asset(preset);
      const values = { ...preset.fallback, ...preset.nominal };
      const envelope = (time: number) =>
        ({ v: 1, id: "m", branch: "live", rev: 1, time, values, updated: Object.keys(values) }) as never;
      const run = (config: object) => {
        const twin = new PhysicsTwin(readPhysics({ settle: 0, follow: 0, ...config }, of), of);
        twin.update(envelope(0));
        return twin.update(envelope(2000)).section;
      };
      const copy = run({
        preset: "own",
        equations: preset.equations,
        checkUnits: true,
        units: Array.from(unitsOf(preset), ([name, unit]) => ({ name, unit })).filter((row) => !names.has(row.name)),
        parameters: [
          ...preset.parameters.map(({ name, value, unit }) => ({ name, value, unit })),
          ...Object.entries(preset.initial).map(([name, value]) => ({ name, value })),
        ],
      });
      const own = run({ preset: preset.name });
      assert.deepEqual(copy.expected, own.expected);
      for (const [name, value] of Object.entries(own.derived!))
        assert.equal(copy.derived![name] ?? copy.states![name], value);
    });
  });
