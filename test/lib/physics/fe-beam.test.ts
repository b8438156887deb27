import assert from "node:assert/strict";
import { type Beam, beamSystem, type Support } from "../../../src/lib/physics/reduced/beam.ts";
import { ModalCore } from "../../../src/lib/physics/reduced/modal-core.ts";

const near = (got: number, wanted: number, relative: number) =>
  assert(Math.abs(got - wanted) <= relative * Math.abs(wanted), `${got} instead of ${wanted}`);

/** Steel, 1 m × 20 mm × 10 mm: the cantilever of the CalculiX fixture. */
const EI = (2.1e11 * 0.02 * 0.01 ** 3) / 12;
const BEAM: Beam = {
  length: 1,
  bendingStiffness: EI,
  massPerLength: 7850 * 0.0002,
  support: "cantilever",
  elements: 30,
  modes: 8,
  damping: 0.01,
  masses: [],
  forces: [{ input: 0, at: 1 }],
  points: [{ at: 1, quantity: "displacement", factor: 1 }],
  inputs: 1,
};
const out = (core: ModalCore, u: number[], points: number) => {
  const y = new Float64Array(points);
  core.observe(Float64Array.from(u), y);
  return Array.from(y);
};

/** Roots βL of the frequency equations (Blevins 1979, Formulas for Natural Frequency and Mode Shape, table 8-1). */
const ROOTS: Record<Support, readonly number[]> = {
  cantilever: [1.87510407, 4.69409113, 7.85475744, 10.99554073],
  "simply-supported": [Math.PI, 2 * Math.PI, 3 * Math.PI, 4 * Math.PI],
  clamped: [4.73004074, 7.85320462, 10.9956079, 14.1371655],
  "clamped-pinned": [3.92660231, 7.06858275, 10.21017612, 13.35176878],
};

describe("beam", () => {
  it("has the exact lowest four frequencies of every support, to 0.02 %", () => {
    for (const [support, roots] of Object.entries(ROOTS)) {
      const { modes } = beamSystem({ ...BEAM, support: support as Support });
      roots.forEach((root, i) => {
        near(modes[i]!.rate, root ** 2 * Math.sqrt(EI / BEAM.massPerLength), 2e-4);
      });
    }
  });

  it("agrees with the closed form for a mass at the tip", () => {
    // Blevins table 8-8 in its limits: a heavy mass M alone swings with ω² = 3EI/(L³ (M + 0.2357 m)), Rayleigh, within 0.1 %.
    const M = 20;
    const { modes } = beamSystem({ ...BEAM, masses: [{ at: 1, mass: M }] });
    near(modes[0]!.rate, Math.sqrt((3 * EI) / (M + (33 / 140) * BEAM.massPerLength)), 1e-4);
  });

  it("bends statically as the tables say, however few modes are kept", () => {
    for (const modes of [1, 3, 8]) {
      const cantilever = new ModalCore(
        beamSystem({
          ...BEAM,
          modes,
          forces: [
            { input: 0, at: 1 },
            { input: 1, at: "everywhere" },
          ],
          inputs: 2,
          points: [
            { at: 1, quantity: "displacement", factor: 1 },
            { at: 0.37, quantity: "displacement", factor: 1 },
            { at: 0, quantity: "moment", factor: EI },
            { at: 0, quantity: "stress", factor: 2.1e11 * 0.005 },
          ],
        }),
      );
      cantilever.steady(Float64Array.of(3, 0));
      const [tip, at, moment, stress] = out(cantilever, [3, 0], 4);
      near(tip!, 3 / (3 * EI), 1e-9);
      near(at!, (3 * 0.37 ** 2 * (3 - 0.37)) / (6 * EI), 1e-9);
      near(moment!, 3 * 1, 1e-8);
      // σ = M c / I
      near(stress!, (3 * 0.005) / ((0.02 * 0.01 ** 3) / 12), 1e-8);
      cantilever.steady(Float64Array.of(0, 5));
      const [even, , root] = out(cantilever, [0, 5], 4);
      near(even!, 5 / (8 * EI), 1e-9);
      // Elements see an even load as forces at their ends: the moment at the root lacks q h²/12.
      near(root!, 5 / 2, 5e-4);
      const simple = new ModalCore(
        beamSystem({
          ...BEAM,
          support: "simply-supported",
          modes,
          forces: [{ input: 0, at: 0.5 }],
          points: [{ at: 0.5, quantity: "displacement", factor: 1 }],
        }),
      );
      simple.steady(Float64Array.of(7));
      near(out(simple, [7], 1)[0]!, 7 / (48 * EI), 1e-9);
    }
  });

  it("rings after a step as one damped oscillator per mode, and its acceleration is the second derivative", () => {
    const core = new ModalCore(
      beamSystem({
        ...BEAM,
        modes: 4,
        damping: 0.02,
        points: (["displacement", "velocity", "acceleration"] as const).map((quantity) => ({
          at: 0.8,
          quantity,
          factor: 1,
        })),
      }),
    );
    const u = [2];
    const dt = 1e-5;
    core.advance(0.05, Float64Array.from(u));
    const [y0, , a0] = out(core, u, 3);
    core.advance(dt, Float64Array.from(u));
    const [y1, v1, a1] = out(core, u, 3);
    core.advance(dt, Float64Array.from(u));
    const [y2, , a2] = out(core, u, 3);
    near(v1!, (y2! - y0!) / (2 * dt), 1e-3);
    near(a1!, (y2! - 2 * y1! + y0!) / dt ** 2, 1e-3);
    assert(Number.isFinite(a0!) && Number.isFinite(a2!));
  });

  it("resonates with 1/(2ζ) times the static share of its mode", () => {
    // Straight inputs between dense samples stand for a sine; after many periods the amplitude is that of the transfer
    // function Σ φ²/(ω² − w² + 2iζωw) + D.
    const zeta = 0.02;
    const system = beamSystem({ ...BEAM, modes: 4, damping: zeta });
    const core = new ModalCore(system);
    const w = system.modes[0]!.rate;
    const dt = (2 * Math.PI) / w / 200;
    let largest = 0;
    for (let k = 0; k < 200 * 120; k++) {
      const now = Math.sin(w * k * dt);
      core.advance(dt, Float64Array.of(now), Float64Array.of(Math.sin(w * (k + 1) * dt)));
      if (k > 200 * 110) largest = Math.max(largest, Math.abs(out(core, [Math.sin(w * (k + 1) * dt)], 1)[0]!));
    }
    let re = system.D.a[0]!;
    let im = 0;
    system.modes.forEach(({ rate }, i) => {
      const gain = system.Cq.a[i]! * system.B.a[i]!;
      const x = rate ** 2 - w ** 2;
      const y = 2 * zeta * rate * w;
      re += (gain * x) / (x * x + y * y);
      im -= (gain * y) / (x * x + y * y);
    });
    near(largest, Math.hypot(re, im), 2e-3);
  });
});
