import assert from "node:assert/strict";
import { HeatCore } from "../../../src/lib/physics/reduced/heat-core.ts";
import { reduceHeat } from "../../../src/lib/physics/reduced/krylov.ts";
import { ModalCore } from "../../../src/lib/physics/reduced/modal-core.ts";
import { type Plate, plateSystem } from "../../../src/lib/physics/reduced/plate.ts";
import { type Rod, rodSystem } from "../../../src/lib/physics/reduced/rod.ts";

const near = (got: number, wanted: number, tolerance: number) =>
  assert(Math.abs(got - wanted) <= tolerance, `${got} instead of ${wanted}`);
const read = (core: ModalCore | HeatCore, u: Float64Array, points = 1) => {
  const out = new Float64Array(points);
  core.observe(u, out);
  return Array.from(out);
};
const ROD: Rod = {
  shape: "bar",
  length: 0.1,
  conductivity: 35,
  capacity: 7200 * 440.5,
  elements: 40,
  left: { type: "temperature", input: 0 },
  right: { type: "temperature", input: 1 },
  points: [0.08],
  inputs: 2,
  initial: 0,
};

/** NAFEMS T3 by Duhamel's integral over the Fourier series of the rod (Carslaw & Jaeger 1959, 3.5). */
function t3(x: number, t: number): number {
  const L = 0.1;
  const alpha = 35 / (7200 * 440.5);
  const w = Math.PI / 40;
  // T = x/L f(t) + Σ bₙ(t) sin(nπx/L), with bₙ' + λₙ bₙ = −f'(t) cₙ and cₙ = 2 (−1)ⁿ⁺¹ / (nπ).
  let sum = (x / L) * 100 * Math.sin(w * t);
  for (let n = 1; n <= 4000; n++) {
    const lambda = alpha * ((n * Math.PI) / L) ** 2;
    const c = (2 * (n % 2 ? 1 : -1)) / (n * Math.PI);
    const decay = Math.exp(-lambda * t);
    const integral = (lambda * Math.cos(w * t) + w * Math.sin(w * t) - lambda * decay) / (lambda ** 2 + w ** 2);
    sum -= c * 100 * w * integral * Math.sin((n * Math.PI * x) / L);
  }
  return sum;
}

describe("rod", () => {
  it("meets NAFEMS T3: 36.60 °C, and the exact series", () => {
    for (const [hold, dt, tolerance] of [
      ["zero", 0.01, 0.01],
      ["first", 0.1, 0.001],
    ] as const) {
      const core = new ModalCore(rodSystem(ROD));
      const u = new Float64Array(2);
      core.rest(u);
      for (let k = 1; k <= Math.round(32 / dt); k++) {
        const next = Float64Array.of(0, 100 * Math.sin((Math.PI * k * dt) / 40));
        core.advance(dt, u, hold === "first" ? next : undefined);
        u.set(next);
      }
      const [T] = read(core, u);
      near(T!, t3(0.08, 32), tolerance);
      // NAFEMS, The Standard NAFEMS Benchmarks (1990), T3.
      near(T!, 36.6, 0.003 * 36.6);
    }
  });

  it("cools a cylinder and a sphere as their Bessel and sine series say", () => {
    // Bi = h R / k = 1, Fo = 0.4, centre: Heisler. First eigenvalues and coefficients: Incropera, table 5.1, next ones
    // from ζ J₁(ζ) = Bi J₀(ζ) and 1 − ζ cot ζ = Bi; terms beyond the second are below 1e-8 at this time.
    const R = 0.03;
    const k = 15;
    const capacity = 4e6;
    const round = (shape: "cylinder" | "sphere", Fo: number) => {
      const core = new ModalCore(
        rodSystem({
          ...ROD,
          shape,
          length: R,
          conductivity: k,
          capacity,
          elements: 60,
          left: { type: "insulated" },
          right: { type: "convection", film: k / R, input: 0 },
          points: [0, R],
          inputs: 1,
          initial: 100,
        }),
      );
      const u = Float64Array.of(20);
      core.rest(u);
      core.advance((Fo * R * R * capacity) / k, u);
      return read(core, u, 2).map((T) => (T - 20) / 80);
    };
    // Sphere: ζ₁ = π/2, C₁ = 4/π; ζ₂ = 3π/2, C₂ = −4/(3π), both exact for Bi = 1.
    const Fo = 0.4;
    const sphere = (r: number) =>
      [1, 3].reduce((sum, m) => {
        const z = (m * Math.PI) / 2;
        const c = (4 * (Math.sin(z) - z * Math.cos(z))) / (2 * z - Math.sin(2 * z));
        return sum + c * Math.exp(-z * z * Fo) * (r === 0 ? 1 : Math.sin(z * r) / (z * r));
      }, 0);
    const [centre, surface] = round("sphere", Fo);
    near(centre!, sphere(0), 3e-4);
    near(surface!, sphere(1), 3e-4);
    // Cylinder: ζ₁ = 1.25578, C₁ = 1.20709 (Incropera 1.2558, 1.2071); at Fo = 0.8 one term is enough (1e-5).
    const [axis] = round("cylinder", 0.8);
    near(axis!, 1.20709 * Math.exp(-(1.25578 ** 2) * 0.8), 4e-4);
  });

  it("is a fin: cosh profile and its heat (Incropera, case A of table 3.4)", () => {
    const h = 25;
    const d = 0.005;
    const L = 0.12;
    const k = 180;
    const m = Math.sqrt((4 * h) / (k * d));
    const Lc = L;
    const core = new ModalCore(
      rodSystem({
        ...ROD,
        length: L,
        conductivity: k,
        left: { type: "temperature", input: 0 },
        right: { type: "convection", film: h, input: 1 },
        sides: { conductance: (4 * h) / d, input: 1 },
        points: [0.03, 0.06, 0.12],
      }),
    );
    const u = Float64Array.of(373.15, 293.15);
    core.steady(u);
    const tip = h / (m * k);
    read(core, u, 3).forEach((T, i) => {
      const x = [0.03, 0.06, 0.12][i]!;
      const shape = (s: number) => Math.cosh(m * s) + tip * Math.sinh(m * s);
      near(T, 293.15 + (80 * shape(L - x)) / shape(Lc), 0.003);
    });
  });

  it("keeps energy: an insulated rod warms by exactly the heat that it is given", () => {
    const volume = 0.1 * 1e-4;
    const core = new ModalCore(
      rodSystem({
        ...ROD,
        left: { type: "insulated" },
        right: { type: "flux", input: 1 },
        heat: { input: 0, perPower: 1 / volume },
        points: Array.from({ length: 41 }, (_, i) => (i * 0.1) / 40),
        initial: 300,
      }),
    );
    const u = Float64Array.of(20, 5e4);
    core.rest(u);
    core.advance(40, u);
    const T = read(core, u, 41);
    const mean = T.reduce((sum, x, i) => sum + x * (i === 0 || i === 40 ? 0.5 : 1), 0) / 40;
    near(mean, 300 + ((20 + 5e4 * 1e-4) * 40) / (ROD.capacity * volume), 0.02);
  });
});

const T4: Plate = {
  width: 0.6,
  height: 1,
  conductivity: 52,
  capacity: 7850 * 460,
  cellsX: 48,
  cellsY: 80,
  edges: {
    left: { type: "insulated" },
    bottom: { type: "temperature", input: 0 },
    right: { type: "convection", film: 750, input: 1 },
    top: { type: "convection", film: 750, input: 1 },
  },
  heat: [],
  points: [{ x: 0.6, y: 0.2 }],
  inputs: 2,
  initial: 0,
};

describe("plate", () => {
  it("meets NAFEMS T4: 18.3 °C at E, and a finer mesh goes the same way", () => {
    const at = (cellsX: number, cellsY: number) => {
      const core = new HeatCore(plateSystem({ ...T4, cellsX, cellsY }));
      const u = Float64Array.of(100, 0);
      core.steady(u);
      return read(core, u)[0]!;
    };
    const fine = at(48, 80);
    near(fine, 18.3, 0.005 * 18.3);
    // Second order: 18.2538 is the limit of the published converged solutions.
    assert(Math.abs(at(24, 40) - 18.2538) > 2.5 * Math.abs(fine - 18.2538));
    assert(Math.abs(fine - 18.2538) < 0.02);
  });

  it("decays from a uniform start as the product of two series, with steps that fit the samples", () => {
    // All edges at 0: T = Σ Σ of two slabs (Carslaw & Jaeger 5.6). Output at the middle and off it.
    const plate: Plate = {
      ...T4,
      width: 0.2,
      height: 0.1,
      cellsX: 40,
      cellsY: 20,
      edges: Object.fromEntries(
        ["left", "right", "bottom", "top"].map((edge) => [edge, { type: "temperature", input: 1 }]),
      ) as unknown as Plate["edges"],
      points: [
        { x: 0.1, y: 0.05 },
        { x: 0.03, y: 0.02 },
      ],
      initial: 100,
    };
    const alpha = plate.conductivity / plate.capacity;
    const slab = (x: number, L: number, t: number) => {
      let sum = 0;
      for (let n = 1; n < 400; n += 2)
        sum += (4 / (n * Math.PI)) * Math.sin((n * Math.PI * x) / L) * Math.exp(-alpha * ((n * Math.PI) / L) ** 2 * t);
      return sum;
    };
    for (const steps of [Array(60).fill(1), [7.3, 22.7, 1.003, 28.997], [60]]) {
      const core = new HeatCore(plateSystem(plate));
      const u = new Float64Array(2);
      core.rest();
      for (const dt of steps) core.advance(dt, u);
      read(core, u, 2).forEach((T, i) => {
        const { x, y } = plate.points[i]!;
        near(T, 100 * slab(x, 0.2, 60) * slab(y, 0.1, 60), 0.12);
      });
    }
  });

  it("balances energy: power in a patch leaves through faces and edges", () => {
    const thickness = 0.01;
    const plate: Plate = {
      ...T4,
      width: 0.3,
      height: 0.2,
      cellsX: 30,
      cellsY: 20,
      edges: {
        left: { type: "insulated" },
        right: { type: "insulated" },
        bottom: { type: "insulated" },
        top: { type: "insulated" },
      },
      faces: { conductance: 30 / thickness, input: 1 },
      heat: [{ input: 0, x: [0.05, 0.11], y: [0.033, 0.12], perPower: 1 / (0.06 * 0.087 * thickness) }],
      points: Array.from({ length: 31 * 21 }, (_, k) => ({ x: (k % 31) * 0.01, y: Math.floor(k / 31) * 0.01 })),
    };
    const core = new HeatCore(plateSystem(plate));
    const u = Float64Array.of(120, 293.15);
    core.steady(u);
    let out = 0;
    read(core, u, 31 * 21).forEach((T, k) => {
      const edge = (i: number, n: number) => (i === 0 || i === n ? 0.5 : 1);
      out += 30 * (T - 293.15) * 1e-4 * edge(k % 31, 30) * edge(Math.floor(k / 31), 20);
    });
    near(out, 120, 1e-6);
    const steady = read(core, u, 31 * 21)[40]!;
    core.rest();
    for (let i = 0; i < 200; i++) core.advance(600, u);
    near(read(core, u, 31 * 21)[40]!, steady, 1e-6);
  });

  it("is reduced to some dozen modes without a difference that one could measure", () => {
    const plate: Plate = {
      ...T4,
      cellsX: 24,
      cellsY: 40,
      edges: { ...T4.edges, left: { type: "flux", input: 2 } },
      faces: { conductance: 2000, input: 1 },
      heat: [{ input: 3, x: [0.1, 0.25], y: [0.5, 0.8], perPower: 1 / (0.15 * 0.3 * 0.01) }],
      points: [
        { x: 0.6, y: 0.2 },
        { x: 0.18, y: 0.65 },
        { x: 0, y: 0 },
        { x: 0.3, y: 0.02 },
      ],
      inputs: 4,
      initial: 20,
    };
    const system = plateSystem(plate);
    const modes = reduceHeat(system);
    assert(modes.modes.length <= 120);
    const tau = system.timeConstant;
    for (const u of [
      [100, 0, 0, 0],
      [0, 30, 0, 0],
      [20, 20, 3e4, 0],
      [20, 20, 0, 500],
    ]) {
      const inputs = Float64Array.from(u);
      const reduced = new ModalCore(modes);
      const full = new HeatCore(system);
      reduced.rest(inputs);
      full.rest();
      const far = new ModalCore(modes);
      far.steady(inputs);
      const size = Math.max(20, ...read(far, inputs, 4).map(Math.abs));
      // Steps that the full plate resolves, over which the reduced one must agree from the first on.
      for (let k = 0; k < 60; k++) {
        const dt = tau * (k < 40 ? 2e-4 : 2e-2);
        for (let j = 0; j < 8; j++) full.advance(dt / 8, inputs);
        reduced.advance(dt, inputs);
        const wanted = read(full, inputs, 4);
        read(reduced, inputs, 4).forEach((T, i) => {
          near(T, wanted[i]!, 1e-4 * size);
        });
      }
      full.steady(inputs);
      const wanted = read(full, inputs, 4);
      read(far, inputs, 4).forEach((T, i) => {
        near(T, wanted[i]!, 1e-8 * size);
      });
    }
  });

  it("that is insulated all round warms for ever by what it is given, reduced or not", () => {
    const power = 50;
    const thickness = 0.02;
    const none = { type: "insulated" } as const;
    const system = plateSystem({
      ...T4,
      cellsX: 12,
      cellsY: 20,
      edges: { left: none, right: none, bottom: none, top: none },
      heat: [{ input: 0, x: [0, 0.6], y: [0, 1], perPower: 1 / (0.6 * thickness) }],
      initial: 300,
    });
    const u = Float64Array.of(power, 0);
    for (const core of [new ModalCore(reduceHeat(system)), new HeatCore(system)]) {
      core.rest(u);
      for (let k = 0; k < 1000; k++) core.advance(100, u);
      near(read(core, u)[0]!, 300 + (power * 1e5) / (0.6 * thickness * T4.capacity), 1e-4);
    }
  });

  it("does not ring after a jump that is far faster than its step", () => {
    const core = new HeatCore(plateSystem({ ...T4, cellsX: 12, cellsY: 20 }));
    const u = Float64Array.of(0, 0);
    core.rest();
    u[0] = 100;
    let last = 0;
    for (let k = 0; k < 50; k++) {
      core.advance(5000, u);
      const [T] = read(core, u);
      assert(T! >= last - 1e-9 && T! < 18.5);
      last = T!;
    }
  });
});
