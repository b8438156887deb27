import assert from "node:assert/strict";
import { withParameters } from "../../../src/lib/physics/model.ts";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { Stepper } from "../../../src/lib/physics/stepper.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";

const SAMPLES = 600;
const FAULT = 200;

/**
 * A machine that is the preset itself, with 0.5 % noise on what it measures and inputs that move by a tenth; after 200
 * samples one parameter changes by twice the spread that the preset gives it. What does the filter find?
 */
function track(name: string, parameter: string, interval: number, unmeasured: readonly string[] = []) {
  const preset = presets.get(name)!;
  const of = readAsset({
    name,
    idPattern: "m",
    signals: Object.entries(preset.units).map(([signal, unit]) => ({ name: signal, unit })),
    parameters: [],
  });
  const config = { preset: name, estimate: "ekf", drifting: [{ name: parameter }], learn: 60, maxGap: 1e6 };
  const settings = readPhysics(config, of);
  const model = settings.equations!;
  const { value } = preset.parameters.find((p) => p.name === parameter)!;
  const { sd } = preset.drifting.find((d) => d.parameter === parameter)!;
  const rises = preset.faults.find((f) => f.parameter === parameter)!.change === "rises";
  const truth = value + (rises ? 2 : -2) * sd;
  const faulty = withParameters(model, { [parameter]: model.ports.get(parameter)!.toSi(truth) });
  const options = { maxGap: 1e9, follow: 0, maxSteps: 1e6 };
  let machine = new Stepper(model, options);
  const twin = new PhysicsTwin(settings, of);
  const random = createRandom(3);
  const scale = new Map<string, number>();
  let section = {} as ReturnType<PhysicsTwin["update"]>["section"];
  for (let i = 0; i < SAMPLES; i++) {
    if (i === FAULT) {
      const state = machine.snapshot();
      machine = new Stepper(faulty, options);
      machine.restore(state);
    }
    const values: Record<string, number> = Object.fromEntries(
      model.inputs.map((n) => [n, preset.nominal[n]! * (1 + 0.1 * Math.sin(i / (7 + n.length)))]),
    );
    const inputs = model.inputs.map((n) => model.ports.get(n)!.toSi(values[n]!));
    machine.step(
      i * interval * 1000,
      inputs,
      model.states.map((n) => (i === 0 && n === "level" ? 1 : Number.NaN)),
    );
    for (const [signal, index] of model.outputs) {
      if (unmeasured.includes(signal)) continue;
      const true_ = model.ports.get(signal)!.fromSi(machine.quantities[index]!);
      if (!scale.has(signal)) scale.set(signal, Math.max(Math.abs(true_), 1e-3));
      values[signal] = true_ + 0.005 * scale.get(signal)! * random.normal();
    }
    const envelope = {
      v: 1,
      id: "m",
      branch: "live",
      rev: 1,
      time: i * interval * 1000,
      values,
      updated: Object.keys(values),
    };
    ({ section } = twin.update(envelope as never));
  }
  const found = section.states![parameter]!;
  return {
    found: (found - value) / (truth - value),
    spread: section.stateSd![parameter]! / Math.abs(truth - value),
    ...section,
  };
}

describe("drifting parameters of the presets", () => {
  it("reach the estimator by themselves, in SI and within their bounds", () => {
    for (const preset of presets.values()) {
      const of = readAsset({
        name: "m",
        idPattern: "m",
        signals: Object.entries(preset.units).map(([name, unit]) => ({ name, unit })),
        parameters: [],
      });
      const { estimate, equations } = readPhysics({ preset: preset.name, estimate: "ekf" }, of);
      assert.equal(estimate!.drifting.length, preset.drifting.length);
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

  for (const [name, parameter, interval, unmeasured] of [
    ["pump", "impellerWear", 60],
    ["fan", "filterResistance", 60],
    ["tank", "dischargeCoefficient", 30],
    ["heat-exchanger", "foulingResistance", 10],
    ["bearing-thermal", "frictionCoefficient", 60],
    ["motor-thermal", "frameResistance", 60, ["windingTemperature"]],
  ] as const)
    it(`are found from noisy signals: ${parameter} of ${name}`, () => {
      const { found, spread } = track(name, parameter, interval, unmeasured);
      assert(Math.abs(found - 1) < 0.1, `${found} of the change was found`);
      assert(spread < 0.1, `spread ${spread}`);
    });
});
