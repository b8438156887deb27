/**
 * A large heat problem M dT/dt + K T = F u → a few modes with the same response, so that a plate costs no more than a rod
 * and its state fits on one line. Rational Krylov subspace: the moments of the transfer function are matched at frequencies
 * from zero to thousands of times the slowest rate (Grimme 1997, Krylov projection methods for model reduction; Antoulas
 * 2005, Approximation of Large-Scale Dynamical Systems, 11.3). The projection is Galerkin's on symmetric matrices: the
 * result is always stable, and exact in the steady state.
 */
import { BandCholesky, SymmetricBand } from "./banded.ts";
import { type Dense, zeros } from "./dense.ts";
import { symmetricEigen } from "./eigen.ts";
import type { ModalSystem } from "./modal-core.ts";
import type { HeatSystem } from "./plate.ts";

/** Frequencies in slowest rates of conduction; at each, so many moments per input. */
const SHIFTS = [0, 4, 40, 400, 4000] as const;
const MOMENTS = 3;
const MAX_SIZE = 120;
/** A direction with less than this share of its length outside of the others is left out. */
const DEPENDENT = 1e-9;

/** @returns modes of the first order; inputs and outputs as those of the system */
export function reduceHeat(system: HeatSystem): ModalSystem {
  const basis = new Basis(system.mass);
  const ones = new Float64Array(system.mass.length).fill(1);
  basis.add(ones);
  const loads = [...columns(system.F), ones.map((x, i) => x * system.mass[i]!)];
  for (const shift of SHIFTS) {
    const solver = shifted(system, shift / system.timeConstant);
    const blocks = loads.map((load) => load.slice());
    for (let k = 0; k < MOMENTS; k++)
      for (const block of blocks) {
        solver.solve(block);
        basis.add(block);
        for (let i = 0; i < block.length; i++) block[i]! *= system.mass[i]!;
      }
  }
  return project(system, basis.vectors);
}

/** Cholesky factors of K + s M; where K is singular, at a little above zero. */
function shifted({ K, mass, timeConstant }: HeatSystem, s: number): BandCholesky {
  const matrix = (at: number) => {
    const sum = new SymmetricBand(K.n, K.width);
    sum.a.set(K.a);
    for (let i = 0; i < K.n; i++) sum.add(i, i, at * mass[i]!);
    return new BandCholesky(sum);
  };
  try {
    return matrix(s);
  } catch {
    return matrix(s + 1e-4 / timeConstant);
  }
}

/** Vectors that are orthonormal in the inner product xᵀ M y. */
class Basis {
  readonly vectors: Float64Array[] = [];
  readonly #mass: Float64Array;

  constructor(mass: Float64Array) {
    this.#mass = mass;
  }

  add(vector: Float64Array): void {
    const v = vector.slice();
    const before = Math.sqrt(this.#product(v, v));
    if (this.vectors.length >= MAX_SIZE || !(before > 0)) return;
    // Twice is enough (Giraud, Langou & Rozložník 2005).
    for (let pass = 0; pass < 2; pass++)
      for (const w of this.vectors) {
        const share = this.#product(v, w);
        for (let i = 0; i < v.length; i++) v[i]! -= share * w[i]!;
      }
    const size = Math.sqrt(this.#product(v, v));
    if (!(size > DEPENDENT * before)) return;
    for (let i = 0; i < v.length; i++) v[i]! /= size;
    this.vectors.push(v);
  }

  #product(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * this.#mass[i]! * b[i]!;
    return sum;
  }
}

function project(system: HeatSystem, V: readonly Float64Array[]): ModalSystem {
  const r = V.length;
  const n = system.mass.length;
  const K = zeros(r, r);
  const flow = new Float64Array(n);
  for (let j = 0; j < r; j++) {
    system.K.multiply(V[j]!, flow);
    for (let i = 0; i < r; i++) K.a[i * r + j] = dot(V[i]!, flow);
  }
  const { values, vectors } = symmetricEigen(K);
  // Modes over the nodes: V times the eigenvectors.
  const modes = Array.from({ length: r }, (_, k) => {
    const mode = new Float64Array(n);
    for (let j = 0; j < r; j++) {
      const factor = vectors.a[j * r + k]!;
      const v = V[j]!;
      for (let i = 0; i < n; i++) mode[i]! += factor * v[i]!;
    }
    return mode;
  });
  const inputs = columns(system.F);
  const B = zeros(r, inputs.length);
  const Cq = zeros(system.C.rows, r);
  const atRest = new Float64Array(r);
  for (let k = 0; k < r; k++) {
    for (let j = 0; j < inputs.length; j++) B.a[k * inputs.length + j] = dot(modes[k]!, inputs[j]!);
    for (let p = 0; p < system.C.rows; p++) Cq.a[p * r + k] = dot(modes[k]!, system.C.a.subarray(p * n, (p + 1) * n));
    atRest[k] = system.initial * dot(modes[k]!, system.mass);
  }
  return { modes: Array.from(values, (rate) => ({ rate })), B, Cq, D: system.D, atRest };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const columns = (m: Dense): Float64Array[] =>
  Array.from({ length: m.columns }, (_, j) => Float64Array.from({ length: m.rows }, (_, i) => m.a[i * m.columns + j]!));
