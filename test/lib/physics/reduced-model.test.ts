import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileModel } from "../../../src/lib/physics/model.ts";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { readCalculixModes } from "../../../src/lib/physics/reduced/calculix.ts";
import { checkReduced } from "../../../src/lib/physics/reduced/check.ts";
import { REDUCED_EXAMPLES } from "../../../src/lib/physics/reduced/examples.ts";
import {
  REDUCED_KINDS,
  type ReducedKind,
  type ReducedModel,
  readReduced,
} from "../../../src/lib/physics/reduced/read-reduced.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { Stepper } from "../../../src/lib/physics/stepper.ts";
import type { Simulator, TwinModel } from "../../../src/lib/physics/twin-model.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";

const DAT = readFileSync(join(import.meta.dirname, "fixtures/cantilever.dat"), "utf8");
const SIGNALS = new Map(
  Object.entries({
    force: "N",
    kick: "kN",
    shake: "m/s2",
    coolant: "Cel",
    ambient: "[degF]",
    power: "kW",
    surface: "Cel",
    deflection: "mm",
    voltage: "V",
    current: "mA",
  }).map(([name, unit]) => [name, { unit }]),
);
const near = (got: number | undefined, wanted: number, relative: number) =>
  assert(got !== undefined && Math.abs(got - wanted) <= relative * Math.abs(wanted), `${got} instead of ${wanted}`);

/** Value of a quantity after one sample: the steady state under these inputs. */
function first(reduced: ReducedModel, inputs: Record<string, number>): Record<string, number> {
  const simulator = reduced.simulator({ maxGap: 600 });
  assert.equal(
    simulator.step(
      0,
      reduced.model.inputs.map((name) => inputs[name]!),
      [],
    ),
    "started",
  );
  return Object.fromEntries(reduced.model.quantities.map((name, i) => [name, simulator.quantities[i]!]));
}

const CANTILEVER = {
  kind: "modal",
  dat: DAT,
  damping: 0.01,
  forces: [{ from: { signal: "force" }, set: "TIP", direction: "z", staticStep: 1 }],
  points: [
    { signal: "deflection", set: "TIP", direction: "z" },
    { name: "middle", set: "MID", direction: "z", unit: "um" },
  ],
};

describe("CalculiX", () => {
  it("reads frequencies, participation, total mass, shapes and the static step of a real .dat", () => {
    const file = readCalculixModes(DAT);
    assert.equal(file.omega.length, 8);
    // f = 8.414734 Hz in the file; the exact Euler–Bernoulli beam has 8.355.
    near(file.omega[0]! / (2 * Math.PI), 8.414734, 1e-6);
    near(file.omega[2]! / (2 * Math.PI), 52.80811, 1e-6);
    assert.equal(file.participation.length, 8);
    assert.equal(file.shapes.length, 8);
    assert.deepEqual(Array.from(file.shapes[0]!.keys()), ["TIP", "MID"]);
    near(file.statics[0]!.get("TIP")!.get(242)![2], 9.422461e-4, 1e-9);
    // Mass of the beam without the share of the nodes that are held.
    assert(file.totalMass!.every((m) => m > 1.5 && m <= 7850 * 0.0002));
    // The effective masses of CalculiX, squares of the participation factors, never exceed the mass.
    const z = file.participation.reduce((sum, p) => sum + p[2] ** 2, 0);
    assert(z > 0.85 * file.totalMass![2] && z < file.totalMass![2]);
  });

  it("gives the static deflection of the whole structure, and without static step that of the modes", () => {
    const got = first(readReduced(CANTILEVER, SIGNALS), { force: 3 });
    near(got.deflection, 3 * 0.9422461, 1e-6);
    near(got.middle, 3 * 292.6247, 1e-6);
    const bare = readReduced({ ...CANTILEVER, forces: [{ ...CANTILEVER.forces[0], staticStep: "" }] }, SIGNALS);
    assert.match(bare.warnings[0]!, /static step for each force/);
    // Eight modes, of which four bend in z, hold 99.9 % of the compliance at the tip, and never more than all.
    const modes = first(bare, { force: 3 }).deflection!;
    assert(modes < 3 * 0.9422461 && modes > 0.998 * 3 * 0.9422461, String(modes));
    // One mode: 97 % (12.36 / 12.74 of the exact beam: 3/ (1.8751⁴/4)).
    const one = first(
      readReduced({ ...CANTILEVER, modes: 1, forces: [{ ...CANTILEVER.forces[0], staticStep: "" }] }, SIGNALS),
      { force: 3 },
    );
    near(one.deflection!, 3 * 0.9422461 * (12 / 1.87510407 ** 4), 2e-3);
  });

  it("takes a unit of force as the asset has it, and a base that is shaken", () => {
    const kick = readReduced(
      { ...CANTILEVER, forces: [{ ...CANTILEVER.forces[0], from: { signal: "kick" } }] },
      SIGNALS,
    );
    near(first(kick, { kick: 0.003 }).deflection, 3 * 0.9422461, 1e-6);
    const base = readReduced(
      {
        ...CANTILEVER,
        forces: [],
        base: [{ from: { signal: "shake" }, direction: "z" }],
        points: [
          { name: "sag", set: "TIP", direction: "z" },
          { name: "support", quantity: "reaction", direction: "z" },
          { name: "aside", quantity: "reaction", direction: "y" },
        ],
      },
      SIGNALS,
    );
    const got = first(base, { shake: 9.81 });
    // Own weight: q L⁴ / 8EI, less the share of the stiffer calculation (1.1 %).
    near(got.sag, (-1000 * 9.81 * 7850 * 0.0002) / (8 * 350), 0.02);
    near(got.support, 9.81 * readCalculixModes(DAT).totalMass![2], 1e-9);
    assert(Math.abs(got.aside!) < 1e-6);
    assert.deepEqual(base.warnings, []);
    near(base.frequencies![0], 8.414734, 1e-6);
  });

  it("reads a calculation in millimetres, tonnes and newtons", () => {
    // The same numbers, taken as mm and t: a tip that gives 9.42e-4 mm/N, and a mass of 1538.6 kg.
    const small = readReduced({ ...CANTILEVER, lengthUnit: "mm" }, SIGNALS);
    near(first(small, { force: 3 }).deflection, 3 * 9.422461e-4, 1e-6);
    const base = { from: { signal: "shake" }, direction: "z" };
    const points = [{ name: "support", quantity: "reaction", direction: "z", unit: "kN" }];
    const shaken = readReduced({ ...CANTILEVER, lengthUnit: "mm", forces: [], base: [base], points }, SIGNALS);
    near(first(shaken, { shake: 2 }).support, (2 * 1000 * readCalculixModes(DAT).totalMass![2]) / 1000, 1e-9);
  });

  it("swings as the mode says when a force is let go", () => {
    const one = readReduced(
      {
        ...CANTILEVER,
        modes: 1,
        points: [...CANTILEVER.points, { name: "pace", quantity: "velocity", set: "TIP", direction: "z", unit: "m/s" }],
      },
      SIGNALS,
    );
    const simulator = one.simulator({ maxGap: 10 });
    simulator.step(0, [10], []);
    simulator.step(0, [0], []);
    // φ² F / ω² of the mode itself; the static correction goes with the force.
    const { omega, shapes } = readCalculixModes(DAT);
    const start = (10 * shapes[0]!.get("TIP")!.get(242)![2] ** 2) / omega[0]! ** 2;
    near(simulator.quantities[0], 1000 * start, 1e-9);
    const wd = omega[0]! * Math.sqrt(1 - 0.01 ** 2);
    for (const ms of [20, 37, 60]) {
      simulator.step(ms, [0], []);
      const t = ms / 1000;
      const decay = start * Math.exp(-0.01 * omega[0]! * t);
      near(
        simulator.quantities[0],
        1000 * decay * (Math.cos(wd * t) + ((0.01 * omega[0]!) / wd) * Math.sin(wd * t)),
        1e-8,
      );
      near(simulator.quantities[2], -decay * (omega[0]! ** 2 / wd) * Math.sin(wd * t), 1e-8);
    }
  });

  it("says what it does not find", () => {
    const spec = (change: object) => () => readReduced({ ...CANTILEVER, ...change }, SIGNALS);
    const force = CANTILEVER.forces[0]!;
    for (const [change, sentence] of [
      [{ dat: "" }, /dat is missing/],
      [{ dat: "hello\nworld" }, /holds no eigenvalues: it must be the \.dat file/],
      [{ modes: 9 }, /the file holds 8 modes, not 9/],
      [
        { forces: [{ ...force, set: "TOP" }] },
        /no mode shape for the node set "TOP" \(it has TIP, MID\): add \*NODE PRINT/,
      ],
      [{ forces: [{ ...force, node: 7 }] }, /the set TIP has no node 7: give one of 242/],
      [{ forces: [{ ...force, staticStep: 2 }] }, /holds 1 static steps with printed displacements, not 2/],
      [{ forces: [{ ...force, direction: "up" }] }, /direction is "up"; choose x, y, z/],
      [{ forces: [] }, /nothing acts on it/],
      [{ forces: [{ ...force, from: { signal: "voltage" } }] }, /signal voltage is in V, but a unit like N is needed/],
      [{ points: [] }, /nothing is wanted of the model/],
    ] as const)
      assert.throws(spec(change), { code: "E_MODEL", message: sentence });
  });
});

const LAG = {
  kind: "state-space",
  A: [[-0.5]],
  B: [[0.5]],
  C: [[1], [2]],
  D: [[0], [1]],
  inputs: [{ signal: "voltage" }],
  outputs: [{ signal: "current", unit: "A" }, { name: "twice" }],
};

describe("state space", () => {
  it("steps exactly, in the asset's units, from lists or MatrixMarket text", () => {
    for (const A of [LAG.A, "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 -0.5\n"]) {
      const model = readReduced(JSON.stringify({ ...LAG, A, start: "rest" }), SIGNALS);
      assert.deepEqual(model.model.outputs, new Map([["current", 0]]));
      assert.deepEqual(model.model.derived, new Map([["twice", 1]]));
      near(model.settle, 10, 1e-12);
      const simulator = model.simulator({ maxGap: 600 });
      simulator.step(0, [4], []);
      assert.deepEqual(Array.from(simulator.quantities), [0, 4]);
      simulator.step(1500, [6], []);
      const x = 4 * (1 - Math.exp(-0.75));
      near(simulator.quantities[0], 1000 * x, 1e-12);
      near(simulator.quantities[1], 2 * x + 6, 1e-12);
    }
  });

  it("starts in the steady state, waits for missing inputs, refuses late samples and starts again after a gap", () => {
    const simulator = readReduced(LAG, SIGNALS).simulator({ maxGap: 10 });
    assert.equal(simulator.step(0, [Number.NaN], []), "waiting");
    assert(Number.isNaN(simulator.quantities[0]));
    assert.equal(simulator.step(1000, [3], []), "started");
    near(simulator.quantities[0], 3000, 1e-12);
    assert.equal(simulator.step(3000, [5], []), "ok");
    near(simulator.quantities[0], 3000, 1e-12);
    assert.equal(simulator.step(2000, [9], []), "late");
    assert.equal(simulator.step(5000, [5], []), "ok");
    near(simulator.quantities[0], 1000 * (5 - 2 * Math.exp(-1)), 1e-12);
    near(simulator.runningFor, 4, 1e-12);
    assert.equal(simulator.step(15_001, [7], []), "gap");
    near(simulator.quantities[0], 7000, 1e-12);
    simulator.restart();
    assert.equal(simulator.step(16_000, [1], []), "started");
    near(simulator.quantities[0], 1000, 1e-12);
  });

  it("goes on after a restart of the process as if nothing had been", () => {
    for (const spec of [LAG, { ...LAG, hold: "first" }]) {
      const a = readReduced(spec, SIGNALS).simulator({ maxGap: 10 });
      a.step(0, [3], []);
      a.step(1000, [5], []);
      const b = readReduced(spec, SIGNALS).simulator({ maxGap: 10 });
      b.restore(JSON.parse(JSON.stringify(a.snapshot())));
      for (const [time, u] of [
        [2500, 4],
        [2501, 8],
      ] as const) {
        assert.equal(a.step(time, [u], []), b.step(time, [u], []));
        assert.deepEqual(Array.from(a.quantities), Array.from(b.quantities));
      }
    }
    const other = readReduced(
      {
        ...LAG,
        A: [
          [-1, 0],
          [0, -1],
        ],
        B: [[1], [1]],
        C: [
          [1, 0],
          [0, 1],
        ],
      },
      SIGNALS,
    );
    const one = readReduced(LAG, SIGNALS).simulator({ maxGap: 10 });
    assert.throws(() => other.simulator({ maxGap: 10 }).restore(one.snapshot()), TypeError);
  });

  it("warns of what grows or never settles", () => {
    assert.match(readReduced({ ...LAG, A: [[0.1]] }, SIGNALS).warnings[0]!, /A is unstable: .* 0\.100 1\/s/);
    assert.match(
      readReduced({ ...LAG, A: [[0]] }, SIGNALS).warnings[0]!,
      /A is singular: the model has no steady state/,
    );
    const swing = {
      ...LAG,
      A: [
        [0, 1],
        [-4, 0],
      ],
      B: [0, 1],
      C: [
        [1, 0],
        [0, 1],
      ],
    };
    assert.match(readReduced(swing, SIGNALS).warnings[0]!, /undamped oscillation/);
    assert.deepEqual(readReduced(LAG, SIGNALS).warnings, []);
    assert.equal(readReduced(swing, SIGNALS).settle, 0);
  });

  it("says what is wrong with every table", () => {
    for (const [change, sentence] of [
      [{ A: [[1, 2]] }, /A is 1 × 2: it must be square/],
      [{ A: [[1, 2], [3]] }, /row 2 of A must be a list of 2 numbers/],
      [{ A: undefined }, /A is missing; enter its rows/],
      [{ A: [["x"]] }, /A holds "x", which is not a number/],
      [{ B: [[1], [2]] }, /B is 2 × 1: it must have 1 rows, one per state/],
      [{ C: [[1, 2]] }, /C is 1 × 2: it must have 1 columns/],
      [{ D: [[1]] }, /D is 1 × 1: it must be 2 × 1/],
      [{ inputs: [] }, /inputs has 0 rows, but B has 1 columns/],
      [{ inputs: [{ signal: "nothing" }] }, /input 1: "nothing" is not a signal of the asset/],
      [{ inputs: [{ signal: "voltage", unit: "bar" }] }, /signal voltage is in V, but a unit like bar is needed/],
      [{ outputs: [{ name: "a" }] }, /outputs has 1 rows, but C has 2 rows/],
      [{ outputs: [{ name: "a" }, { name: "a" }] }, /a is there twice/],
      [{ outputs: [{ name: "voltage" }, { name: "a" }] }, /voltage is a signal of the asset: choose it as signal/],
      [{ outputs: [{ name: "1a" }, { name: "a" }] }, /is no name/],
      [{ start: "warm" }, /start is "warm"; choose steady, rest/],
      [{ kind: "neural" }, /choose "state-space", "modal", "rod", "plate", "beam"/],
      [{ kind: "toString" }, /The model needs a kind/],
    ] as const)
      assert.throws(() => readReduced({ ...LAG, ...change }, SIGNALS), { code: "E_MODEL", message: sentence });
    assert.throws(() => readReduced("{", SIGNALS), { code: "E_MODEL", message: /The model is not JSON/ });
    assert.throws(() => readReduced(null, SIGNALS), { code: "E_MODEL" });
  });

  it("carries a fixed number in the place of a signal", () => {
    const model = readReduced({ ...LAG, inputs: [{ value: "2500", unit: "mV" }] }, SIGNALS);
    assert.deepEqual(model.model.inputs, []);
    near(first(model, {}).twice, 2 * 2500 + 2500, 1e-12);
  });
});

describe("built-in models", () => {
  it("rod: the core of a wall between coolant and air, in mixed units, is a virtual sensor", () => {
    const rod = readReduced(
      {
        kind: "rod",
        length: 0.2,
        conductivity: "1.6",
        density: 2200,
        specificHeat: 900,
        left: { type: "convection", film: 300, ambient: { signal: "coolant" } },
        right: { type: "convection", film: 12, ambient: { signal: "ambient" } },
        points: [
          { signal: "surface", at: 0.2 },
          { name: "core", at: 0.1 },
        ],
      },
      SIGNALS,
    );
    // Resistances in series, per m².
    const flow = (80 - 20) / (1 / 300 + 0.2 / 1.6 + 1 / 12);
    const got = first(rod, { coolant: 80, ambient: 68 });
    near(got.surface, 20 + flow / 12, 1e-6);
    near(got.core, 80 - flow * (1 / 300 + 0.1 / 1.6), 1e-6);
    assert.deepEqual(rod.units, { core: "Cel" });
    assert(rod.settle > 3600 && rod.settle < 1e6);
  });

  it("plate: a heated plate starts at rest and warms until its power leaves by the faces", () => {
    const plate = readReduced(
      {
        kind: "plate",
        width: 0.2,
        height: 0.1,
        thickness: 0.01,
        conductivity: 200,
        density: 2700,
        specificHeat: 900,
        initialTemperature: 20,
        edges: {},
        faces: { film: 40, ambient: { value: 20, unit: "Cel" } },
        heat: [{ from: { signal: "power" }, x: [0, 0.2], y: [0, 0.1] }],
        points: [{ name: "centre", x: 0.1, y: 0.05 }],
      },
      SIGNALS,
    );
    const simulator = plate.simulator({ maxGap: 600 });
    simulator.step(0, [0.03], []);
    near(simulator.quantities[0], 20, 1e-9);
    // Even heating: one thermal mass, T = Ta + P/(hA) (1 − e^(−t/τ)).
    const tau = (2700 * 900 * 0.01) / 40;
    near(plate.settle, 5 * tau, 1e-3);
    for (let t = 60; t <= 1200; t += 60) simulator.step(t * 1000, [0.03], []);
    near(simulator.quantities[0]! - 20, (30 / (40 * 0.02)) * (1 - Math.exp(-1200 / tau)), 1e-3);
  });

  it("beam: stress at the root as a virtual sensor, deflection predicted", () => {
    const beam = readReduced(
      {
        kind: "beam",
        support: "cantilever",
        length: 1,
        youngsModulus: 2.1e11,
        secondMoment: (0.02 * 0.01 ** 3) / 12,
        area: 0.0002,
        density: 7850,
        forces: [{ from: { signal: "force" }, at: 1 }],
        points: [
          { signal: "deflection", at: 1 },
          { name: "rootStress", at: 0, quantity: "stress", distance: 0.005 },
        ],
      },
      SIGNALS,
    );
    const got = first(beam, { force: 10 });
    near(got.deflection, 1000 * (10 / (3 * 350)), 1e-8);
    near(got.rootStress, (10 * 6) / (0.02 * 0.01 ** 2) / 1e6, 1e-7);
    near(beam.frequencies![0], 8.355, 1e-4);
  });

  it("says what is wrong in a sentence that names the part", () => {
    const rod = {
      kind: "rod",
      length: 0.2,
      conductivity: 1,
      density: 1,
      specificHeat: 1,
      right: { type: "insulated" },
      points: [{ name: "core", at: 0.1 }],
    };
    for (const [change, sentence] of [
      [{ length: 0 }, /^Rod: length is 0; enter a number above 0 \(m\)/],
      [{ density: "heavy" }, /^Rod: density is "heavy"; enter a number above 0 \(kg\/m³\)/],
      [{ right: undefined }, /^Rod, right: an object with the fields/],
      [{ right: { type: "cold" } }, /^Rod, right: type is "cold"; choose temperature, convection, flux, insulated/],
      [{ right: { type: "temperature" } }, /^Rod, right: from is missing: name the signal/],
      [{ right: { type: "convection", film: -1, ambient: { value: 1 } } }, /film is -1/],
      [
        { right: { type: "temperature", from: { signal: "force" } } },
        /signal force is in N, but a unit like K is needed/,
      ],
      [{ points: [{ name: "core", at: 0.3 }] }, /^Rod, point 1: at is 0\.3; enter a number from 0 to 0\.2 \(m\)/],
      [{ points: [{ name: "core", at: 0.1, unit: "bar" }] }, /in K, but a unit like bar is needed/],
      [{ elements: 7.5 }, /elements is 7\.5; enter a whole number/],
      [{ shape: "sphere", left: { type: "insulated" } }, /left is the axis of the sphere/],
    ] as const)
      assert.throws(() => readReduced({ ...rod, ...change }, SIGNALS), { code: "E_MODEL", message: sentence });
    assert.match(readReduced(rod, SIGNALS).warnings[0]!, /no steady state and drift/);
  });

  it("runs in a physics twin like equations: expected, residual, virtual sensor, across a restart", () => {
    const of = readAsset({
      name: "Wall",
      idPattern: "wall",
      signals: [
        { name: "coolant", unit: "Cel" },
        { name: "surface", unit: "Cel" },
      ],
      parameters: [],
    });
    const description = {
      kind: "rod",
      length: 0.02,
      conductivity: 1,
      density: 1000,
      specificHeat: 1000,
      left: { type: "temperature", from: { signal: "coolant" } },
      right: { type: "convection", film: 50, ambient: { value: 20, unit: "Cel" } },
      points: [
        { signal: "surface", at: 0.02 },
        { name: "core", at: 0.01 },
      ],
    };
    const settings = readPhysics(
      { preset: "reduced", reduced: JSON.stringify(description), settle: 60, learn: 20 },
      of,
    );
    // Two resistances in series: L/k = 0.02, 1/h = 0.02.
    const steady = (coolant: number) => ({ surface: 20 + (coolant - 20) / 2, core: 20 + (coolant - 20) * 0.75 });
    const random = createRandom(2);
    const envelope = (i: number, drop: number) => {
      const values = { coolant: 80, surface: steady(80).surface - drop + 0.05 * random.normal() };
      return {
        v: 1,
        id: "wall",
        branch: "live",
        rev: 1,
        time: i * 10_000,
        values,
        updated: ["coolant", "surface"],
      } as never;
    };
    let twin = new PhysicsTwin(settings, of);
    let result = twin.update(envelope(0, 0));
    for (let i = 1; i < 100; i++) {
      result = twin.update(envelope(i, 0));
      if (i !== 50) continue;
      const saved = JSON.parse(JSON.stringify(twin.snapshot()));
      twin = new PhysicsTwin(settings, of);
      twin.restore(saved);
    }
    near(result.section.derived?.core, steady(80).core, 1e-3);
    near(result.section.expected.surface!, steady(80).surface, 2e-3);
    assert(Math.abs(result.section.z.surface!) < 4);
    result = twin.update(envelope(100, 3));
    assert(result.section.z.surface! < -8, `z ${result.section.z.surface}`);
    assert.throws(() => readPhysics({ preset: "reduced" }, of), { code: "E_MODEL", message: /no description/ });
  });

  it("takes matrices and results from files of the node", () => {
    const A = "%%MatrixMarket matrix array real general\n1 1\n-0.5\n";
    const spec = JSON.stringify({ ...LAG, A: { file: "A.mtx" } });
    near(readReduced(spec, SIGNALS, new Map([["A.mtx", A]])).settle, 10, 1e-12);
    assert.throws(() => readReduced(spec, SIGNALS), { code: "E_MODEL", message: /A: there is no file "A\.mtx"/ });
  });

  it("has one shape with a model of equations", () => {
    // Types only: what PhysicsTwin takes may be either.
    const equations = compileModel({ equations: "dx/dt = u - x", signals: ["x", "u"], parameters: new Map() });
    const models: TwinModel[] = [equations, readReduced(LAG, SIGNALS).model];
    const runs: Simulator[] = [
      new Stepper(equations, { maxGap: 10, follow: 0 }),
      readReduced(LAG, SIGNALS).simulator({ maxGap: 10 }),
    ];
    for (const [i, run] of runs.entries()) {
      run.step(0, [1], [1]);
      run.step(1000, [1], [Number.NaN], () => false);
      assert.equal(run.quantities.length, models[i]!.quantities.length);
      assert.equal(run.runningFor, 1);
    }
  });
});

describe("descriptions", () => {
  const signalsOf = (kind: ReducedKind) =>
    new Map(Object.entries(REDUCED_EXAMPLES[kind].signals).map(([name, unit]) => [name, { unit }]));
  const files = new Map([["cantilever.dat", DAT]]);

  it("to begin with are right, predict a signal and have a virtual sensor", () => {
    for (const kind of REDUCED_KINDS) {
      const { model, warnings } = readReduced(REDUCED_EXAMPLES[kind].description, signalsOf(kind), files);
      assert(model.outputs.size > 0 && model.derived.size > 0, kind);
      assert.deepEqual(warnings, []);
      for (const name of Object.keys(REDUCED_EXAMPLES[kind].signals))
        assert(model.inputs.includes(name) || model.outputs.has(name), name);
    }
  });

  it("of docs/reduced-models.md are right", () => {
    const text = readFileSync(join(import.meta.dirname, "../../../docs/reduced-models.md"), "utf8");
    const blocks = Array.from(text.matchAll(/```json\n([\s\S]*?)```/g), (match) => match[1]!);
    assert.equal(blocks.length, 5);
    const signals = new Map(
      Object.entries({
        coolant: "Cel",
        coldPlate: "Cel",
        ambient: "Cel",
        surface: "Cel",
        caseTemperature: "Cel",
        power: "W",
        force: "N",
        deflection: "mm",
      }).map(([name, unit]) => [name, { unit }]),
    );
    const A = "%%MatrixMarket matrix array real general\n2 2\n-1\n1\n0\n-2\n";
    const kinds = blocks.map(
      (block) =>
        readReduced(
          block,
          signals,
          new Map([
            ["cantilever.dat", DAT],
            ["A.mtx", A],
          ]),
        ).kind,
    );
    assert.deepEqual(kinds, ["rod", "plate", "beam", "modal", "state-space"]);
  });

  it("are checked while they are written", () => {
    const { description, signals } = REDUCED_EXAMPLES.beam;
    const asset = Object.entries(signals).map(([name, unit]) => ({ name, unit }));
    const good = checkReduced({ reduced: JSON.stringify(description), signals: asset });
    assert(good.ok);
    assert.deepEqual([good.inputs, good.outputs], [["force"], ["deflection"]]);
    assert.deepEqual(good.virtual, [{ name: "rootStress", unit: "MPa" }]);
    near(good.frequencies![0], 8.355, 1e-3);
    assert.deepEqual(checkReduced({ reduced: "{}" }), {
      ok: false,
      message: 'The model needs a kind: choose "state-space", "modal", "rod", "plate", "beam".',
    });
    for (const junk of [null, 3, {}, { reduced: 3 }, { reduced: "[]", signals: [null, { name: 3 }], files: [3] }])
      assert.equal(checkReduced(junk).ok, false);
  });

  it("that are damaged anywhere are refused with a sentence, or run without nonsense (2 000 runs)", () => {
    const junk: unknown[] = [
      undefined,
      null,
      "",
      "x",
      -1,
      0,
      1e308,
      Number.NaN,
      [],
      {},
      [[1, 2]],
      true,
      "1e3",
      { signal: "no" },
      "__proto__",
    ];
    const random = createRandom(4);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
    /** Replaces one part, however deep. */
    const damage = (x: unknown): unknown => {
      if (typeof x !== "object" || x === null || random.next() < 0.15) return pick(junk);
      const keys = Object.keys(x);
      if (keys.length === 0) return pick(junk);
      const key = pick(keys);
      const copy = (Array.isArray(x) ? [...x] : { ...x }) as Record<string, unknown>;
      copy[key] = damage(copy[key]);
      return copy;
    };
    let refused = 0;
    for (let i = 0; i < 2000; i++) {
      const kind = pick(REDUCED_KINDS);
      const spec = damage(REDUCED_EXAMPLES[kind].description);
      try {
        const reduced = readReduced(spec, signalsOf(kind), files);
        const run = reduced.simulator({ maxGap: 600 });
        for (const [time, u] of [
          [0, 20],
          [1000, 25],
          [1007, 25],
          [500_000, 30],
        ] as const) {
          run.step(
            time,
            reduced.model.inputs.map(() => u),
            [],
          );
          for (const x of run.quantities) assert(typeof x === "number");
        }
        assert.deepEqual(JSON.parse(JSON.stringify(run.snapshot())), run.snapshot());
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        assert(
          code === "E_MODEL" || code === "E_UNIT",
          `${JSON.stringify(spec)?.slice(0, 300)}: ${(error as Error).stack}`,
        );
        assert(message.endsWith(".") && message.length < 400, message);
        refused++;
      }
    }
    assert(refused > 1000, String(refused));
  });

  it("with a damaged .dat are refused or read, never a hang", () => {
    const random = createRandom(6);
    const lines = DAT.split("\n");
    for (let i = 0; i < 300; i++) {
      const some = lines
        .filter(() => random.next() > 0.1 * (i % 4))
        .map((line) => (random.next() < 0.02 ? line.replace(/\d/g, "9") : line));
      try {
        readReduced({ ...CANTILEVER, dat: some.join("\n") }, SIGNALS);
      } catch (error) {
        assert.equal((error as { code: string }).code, "E_MODEL", (error as Error).stack);
      }
    }
  });
});
