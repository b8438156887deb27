/**
 * Bending of a straight beam by Euler and Bernoulli: Hermite elements, consistent mass (Cook, Malkus, Plesha & Witt 2002,
 * Concepts and Applications of Finite Element Analysis, 2.3 and 11.3), reduced to its lowest modes with modal damping. The
 * stiffness of the modes left out is kept as a static correction.
 */
import { type Dense, multiply, solve, transpose, zeros } from "./dense.ts";
import { generalisedEigen } from "./eigen.ts";
import type { ModalSystem, Mode } from "./modal-core.ts";

export type Support = "cantilever" | "simply-supported" | "clamped" | "clamped-pinned";
export type BeamQuantity = "displacement" | "velocity" | "acceleration" | "stress" | "moment";

export interface Beam {
  /** m; x = 0 is the clamped end of a cantilever. */
  length: number;
  /** E I, N·m² */
  bendingStiffness: number;
  /** ρ A, kg/m */
  massPerLength: number;
  support: Support;
  elements: number;
  /** How many modes are kept. */
  modes: number;
  /** Share ζ of critical damping of every mode. */
  damping: number;
  /** Lumped masses, kg at m. */
  masses: readonly { at: number; mass: number }[];
  /** Forces in N, each from an input, at a place, m, or spread evenly over the length. */
  forces: readonly { input: number; at: number | "everywhere" }[];
  inputs: number;
  /** `factor` turns curvature (1/m) into the quantity: E·c for a stress, E·I for a moment. */
  points: readonly { at: number; quantity: BeamQuantity; factor: number }[];
}

/** @returns modes, inputs in N, outputs in m, m/s, m/s², or as `factor` says */
export function beamSystem(beam: Beam): ModalSystem {
  const { K, M } = assemble(beam);
  const dofs = freeDofs(beam);
  const index = new Map(dofs.map((dof, i) => [dof, i]));
  const Kf = pick(K, dofs);
  const { values, vectors } = generalisedEigen(Kf, pick(M, dofs));
  const n = dofs.length;
  const count = Math.min(beam.modes, n);
  const phi = zeros(n, count);
  for (let i = 0; i < n; i++) for (let j = 0; j < count; j++) phi.a[i * count + j] = vectors.a[i * n + j]!;
  const F = zeros(n, beam.inputs);
  beam.forces.forEach(({ at, input }) => {
    const load = at === "everywhere" ? evenLoad(beam) : shape(beam, at, 0);
    for (const [dof, value] of load) {
      const i = index.get(dof);
      if (i !== undefined) F.a[i * beam.inputs + input]! += value;
    }
  });
  const S = zeros(beam.points.length, n);
  beam.points.forEach(({ at, quantity, factor }, row) => {
    const bends = quantity === "stress" || quantity === "moment";
    for (const [dof, value] of shape(beam, at, bends ? 2 : 0)) {
      const i = index.get(dof);
      if (i !== undefined) S.a[row * n + i]! += value * (bends ? factor : 1);
    }
  });
  const modes: Mode[] = Array.from(values.subarray(0, count), (value) => ({
    rate: Math.sqrt(value),
    damping: beam.damping,
  }));
  const kinds = beam.points.map((p) => rateOf(p.quantity));
  return modalOutputs(modes, multiply(transpose(phi), F), multiply(S, phi), kinds, staticGain(Kf, F, S));
}

const rateOf = (quantity: BeamQuantity): 0 | 1 | 2 =>
  quantity === "velocity" ? 1 : quantity === "acceleration" ? 2 : 0;

/** Full static response of the outputs to the inputs; undefined where the structure is not held. */
function staticGain(K: Dense, F: Dense, S: Dense): Dense | undefined {
  const deflection = solve(K, F);
  return deflection && multiply(S, deflection);
}

/**
 * Outputs of a reduced structure from its modes.
 * @param B n × m modal forces per input, @param S k × n mode shapes at the outputs
 * @param kinds per output: 0 displacement (or anything proportional), 1 velocity, 2 acceleration
 * @param gain k × m static response of the whole structure; without it there is no static correction. NaN: not known.
 */
export function modalOutputs(
  modes: readonly Mode[],
  B: Dense,
  S: Dense,
  kinds: readonly (0 | 1 | 2)[],
  gain?: Dense,
): ModalSystem {
  const n = modes.length;
  const m = B.columns;
  const Cq = zeros(S.rows, n);
  const Cv = zeros(S.rows, n);
  const D = zeros(S.rows, m);
  kinds.forEach((kind, k) => {
    for (let i = 0; i < n; i++) {
      const s = S.a[k * n + i]!;
      const { rate, damping = 0 } = modes[i]!;
      if (kind === 0) Cq.a[k * n + i] = s;
      else if (kind === 1) Cv.a[k * n + i] = s;
      else {
        Cq.a[k * n + i] = -s * rate ** 2;
        Cv.a[k * n + i] = -s * 2 * damping * rate;
        for (let j = 0; j < m; j++) D.a[k * m + j]! += s * B.a[i * m + j]!;
      }
    }
    if (kind === 0 && gain)
      for (let j = 0; j < m; j++) {
        let missing = gain.a[k * m + j]!;
        for (let i = 0; i < n; i++)
          if (modes[i]!.rate > 0) missing -= (S.a[k * n + i]! * B.a[i * m + j]!) / modes[i]!.rate ** 2;
        D.a[k * m + j] = Number.isFinite(missing) ? missing : 0;
      }
  });
  return { modes, B, Cq, Cv, D };
}

/** Stiffness and mass over (w, θ·h) of every node, so that all numbers are of one size. */
function assemble(beam: Beam): { K: Dense; M: Dense } {
  const h = beam.length / beam.elements;
  const n = 2 * (beam.elements + 1);
  const K = zeros(n, n);
  const M = zeros(n, n);
  const k = beam.bendingStiffness / h ** 3;
  const m = (beam.massPerLength * h) / 420;
  const stiffness = [
    [12, 6, -12, 6],
    [6, 4, -6, 2],
    [-12, -6, 12, -6],
    [6, 2, -6, 4],
  ];
  const mass = [
    [156, 22, 54, -13],
    [22, 4, 13, -3],
    [54, 13, 156, -22],
    [-13, -3, -22, 4],
  ];
  for (let e = 0; e < beam.elements; e++)
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        K.a[(2 * e + i) * n + 2 * e + j]! += k * stiffness[i]![j]!;
        M.a[(2 * e + i) * n + 2 * e + j]! += m * mass[i]![j]!;
      }
  for (const { at, mass: lump } of beam.masses) {
    const N = shape(beam, at, 0);
    for (const [i, a] of N) for (const [j, b] of N) M.a[i * n + j]! += lump * a * b;
  }
  return { K, M };
}

function freeDofs(beam: Beam): number[] {
  const last = 2 * beam.elements;
  const fixed = new Set(
    {
      cantilever: [0, 1],
      "simply-supported": [0, last],
      clamped: [0, 1, last, last + 1],
      "clamped-pinned": [0, 1, last],
    }[beam.support],
  );
  return Array.from({ length: last + 2 }, (_, i) => i).filter((i) => !fixed.has(i));
}

/** Hermite shape functions at x (derivative 0), or their second derivative in 1/m² (derivative 2): [dof, value]. */
function shape(beam: Beam, x: number, derivative: 0 | 2): [number, number][] {
  const h = beam.length / beam.elements;
  const e = Math.min(Math.max(Math.floor(x / h), 0), beam.elements - 1);
  const s = x / h - e;
  const values =
    derivative === 0
      ? [1 - 3 * s ** 2 + 2 * s ** 3, s - 2 * s ** 2 + s ** 3, 3 * s ** 2 - 2 * s ** 3, s ** 3 - s ** 2]
      : [-6 + 12 * s, -4 + 6 * s, 6 - 12 * s, 6 * s - 2].map((v) => v / h ** 2);
  return values.map((value, i) => [2 * e + i, value]);
}

/** 1 N spread evenly. */
function evenLoad(beam: Beam): [number, number][] {
  const load: [number, number][] = [];
  for (let e = 0; e < beam.elements; e++)
    for (const [i, value] of [1 / 2, 1 / 12, 1 / 2, -1 / 12].entries()) load.push([2 * e + i, value / beam.elements]);
  return load;
}

function pick(m: Dense, indices: readonly number[]): Dense {
  const out = zeros(indices.length, indices.length);
  indices.forEach((r, i) => {
    indices.forEach((c, j) => {
      out.a[i * indices.length + j] = m.a[r * m.columns + c]!;
    });
  });
  return out;
}
