import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ModelMachine, type ModelMachineOptions } from "../../../src/lib/machine/model-machine.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { readModelFault } from "../../../src/nodes/machine/modelled.ts";

const asset = readAsset({
  name: "Tank",
  idPattern: "t-1",
  signals: [
    { name: "level", unit: "cm" },
    { name: "inflow", unit: "m3/h" },
    { name: "outflow", unit: "m3/h" },
  ],
});
const options: ModelMachineOptions = { inputs: [], noise: new Map(), faults: [], seed: 1 };
const tank = (more: Partial<ModelMachineOptions> = {}) =>
  new ModelMachine(readPhysics({ preset: "tank", estimate: "off" }, asset), asset, { ...options, ...more });
/** Torricelli: at rest inflow = cd · area · √(2 g h), so h = (q / (cd · area))² / (2 g), in cm. */
const level = (inflow: number, area: number) => (100 * (inflow / 3600 / (0.62 * area)) ** 2) / (2 * 9.80665);

describe("a machine made of equations", () => {
  it("comes to rest where Torricelli's law says, in the asset's units, and obeys a command", () => {
    const machine = tank();
    machine.advance(200 * 3600);
    const v = machine.sample() as Record<string, number>;
    assert.equal(v.inflow, 18, "the preset's usual value");
    assert.ok(Math.abs(v.level! - level(18, 0.002)) < 0.01, `${v.level}`);
    assert.ok(Math.abs(v.outflow! - 18) < 1e-3);
    machine.command("inflow", "9");
    machine.advance(200 * 3600);
    assert.ok(Math.abs((machine.sample().level as number) - level(9, 0.002)) < 0.01);
  });

  it("leaks by plan: the parameter changes slowly from the onset, and a repair undoes it", () => {
    const machine = tank({ faults: [{ parameter: "leakArea", onset: 10, ramp: 10, value: 5 }] });
    machine.advance(10 * 3600);
    assert.deepEqual(machine.severities, { leakArea: 0 });
    machine.advance(5 * 3600);
    assert.deepEqual(machine.severities, { leakArea: 0.5 });
    machine.advance(200 * 3600);
    // 5 cm² beside 20 cm².
    assert.ok(Math.abs((machine.sample().level as number) - level(18, 0.0025)) < 0.01);
    machine.repair("leakArea");
    machine.advance(200 * 3600);
    assert.ok(Math.abs((machine.sample().level as number) - level(18, 0.002)) < 0.01);
  });

  it("follows expressions of time, and its sensors have the noise they were given", () => {
    const machine = tank({
      inputs: [{ signal: "inflow", expression: "h < 1 ? 10 : 20" }],
      noise: new Map([["inflow", 0.5]]),
    });
    const read = (n: number) => Array.from({ length: n }, () => machine.sample().inflow as number);
    machine.advance(1800);
    const before = read(2000);
    const mean = before.reduce((a, b) => a + b, 0) / 2000;
    const sd = Math.sqrt(before.reduce((s, x) => s + (x - mean) ** 2, 0) / 2000);
    assert.ok(Math.abs(mean - 10) < 0.05 && Math.abs(sd - 0.5) < 0.03, `${mean} ± ${sd}`);
    machine.advance(3600);
    assert.ok(Math.abs(read(100).reduce((a, b) => a + b, 0) / 100 - 20) < 0.2);
  });

  it("goes on after a restart as if nothing had been", () => {
    const one = tank({ inputs: [{ signal: "inflow", expression: "15 + wander" }], noise: new Map([["level", 1]]) });
    one.fault({ parameter: "leakArea", onset: 0, ramp: 4, value: 3 });
    one.advance(3 * 3600);
    const two = tank({ inputs: [{ signal: "inflow", expression: "15 + wander" }], noise: new Map([["level", 1]]) });
    two.restore(JSON.parse(JSON.stringify(one.snapshot())));
    for (let i = 0; i < 5; i++) {
      one.advance(1234);
      two.advance(1234);
      assert.deepEqual(two.sample(), one.sample());
    }
  });

  it("says what is wrong: unknown input or parameter, an input without a value, a wrong expression", () => {
    assert.throws(() => tank().command("speed", 1), /no input "speed": it obeys inflow/);
    assert.throws(() => tank().command("inflow", "much"), /not a number/);
    assert.throws(() => tank({ faults: [{ parameter: "x", onset: 0, ramp: 1, value: 1 }] }), /no parameter "x"/);
    assert.throws(() => tank({ inputs: [{ signal: "inflow", expression: "5 +" }] }), /input inflow/);
    assert.throws(() => tank({ inputs: [{ signal: "inflow", expression: "level" }] }), /may use t/);
    const own = readPhysics({ preset: "own", equations: "dlevel/dt = inflow - level", estimate: "off" }, asset);
    assert.throws(() => new ModelMachine(own, asset, options), /inflow has no value/);
  });

  it("reads what a fault's parameter becomes", () => {
    assert.deepEqual(readModelFault({ parameter: "a", becomes: "×0.7", onset: 2, ramp: 3 }, 0), {
      parameter: "a",
      onset: 2,
      ramp: 3,
      factor: 0.7,
    });
    assert.deepEqual(readModelFault({ parameter: "a", becomes: "0,02" }, 5), {
      parameter: "a",
      onset: 5,
      ramp: 24,
      value: 0.02,
    });
    assert.throws(() => readModelFault({ parameter: "a", becomes: "less" }, 0), /factor such as ×0.7/);
    assert.throws(() => readModelFault({ becomes: "×2" }, 0), /names no parameter/);
  });
});
