/**
 * Steps a large heat problem M dT/dt + K T = F u by TR-BDF2 with γ = 2 − √2, whose two stages share one matrix: second
 * order and L-stable, so that what is faster than the step dies out instead of ringing.
 * Bank et al. (1985), IEEE Trans. CAD 4(4); Hosea & Shampine (1996), Applied Numerical Mathematics 20.
 */
import { BandCholesky, SymmetricBand } from "./banded.ts";
import { addProduct } from "./dense.ts";
import { type LinearCore, StepCache } from "./linear-core.ts";
import type { HeatSystem } from "./plate.ts";

const GAMMA = 2 - Math.SQRT2;
/** γ/2 = (1 − γ)/(2 − γ): share of the step in the matrix of both stages. */
const SHARE = GAMMA / 2;
/** Steps per slowest time constant: the error of time is then below 1e-4 of a change. */
const STEPS = 32;
/** After so many steps without a change of the inputs the plate is in its steady state, however long the rest is. */
const MAX_STEPS = 64;

interface HeatStep {
  count: number;
  /** Length of each, s. */
  h: number;
  matrix: BandCholesky;
}

export class HeatCore implements LinearCore {
  readonly x: Float64Array;
  readonly #system: HeatSystem;
  readonly #steps: StepCache<HeatStep>;
  readonly #flow: Float64Array;
  readonly #middle: Float64Array;
  readonly #right: Float64Array;
  readonly #u: Float64Array;
  #conduction: BandCholesky | undefined;

  constructor(system: HeatSystem) {
    this.#system = system;
    const n = system.mass.length;
    this.x = new Float64Array(n);
    this.#flow = new Float64Array(n);
    this.#middle = new Float64Array(n);
    this.#right = new Float64Array(n);
    this.#u = new Float64Array(system.F.columns);
    this.#steps = new StepCache((seconds) => this.#make(seconds));
    try {
      this.#conduction = new BandCholesky(system.K);
    } catch {
      // Insulated all round: there is no steady state.
      this.#conduction = undefined;
    }
  }

  #make(seconds: number): HeatStep {
    const { K, mass, timeConstant } = this.#system;
    const count = Math.min(MAX_STEPS, Math.ceil((STEPS * seconds) / timeConstant));
    const h = seconds / count;
    const matrix = new SymmetricBand(K.n, K.width);
    for (let i = 0; i < matrix.a.length; i++) matrix.a[i] = SHARE * h * K.a[i]!;
    for (let i = 0; i < K.n; i++) matrix.add(i, i, mass[i]!);
    return { count, h, matrix: new BandCholesky(matrix) };
  }

  advance(dt: number, u: Float64Array, next?: Float64Array): void {
    if (!(dt > 0)) return;
    let passed = 0;
    for (const { step } of this.#steps.plan(dt))
      for (let k = 0; k < step.count; k++) {
        this.#step(step, (share) => this.#at((passed + share * step.h) / dt, u, next));
        passed += step.h;
      }
  }

  /** Inputs at a share of the way from one sample to the next. */
  #at(share: number, u: Float64Array, next: Float64Array | undefined): Float64Array {
    for (let j = 0; j < u.length; j++) this.#u[j] = next ? u[j]! + share * (next[j]! - u[j]!) : u[j]!;
    return this.#u;
  }

  #step({ h, matrix }: HeatStep, at: (share: number) => Float64Array): void {
    const { K, mass, F } = this.#system;
    const n = mass.length;
    const middle = this.#middle;
    const right = this.#right;
    right.fill(0);
    addProduct(F, at(0), right);
    addProduct(F, at(GAMMA), right);
    K.multiply(this.x, this.#flow);
    for (let i = 0; i < n; i++) middle[i] = mass[i]! * this.x[i]! + SHARE * h * (right[i]! - this.#flow[i]!);
    matrix.solve(middle);
    right.fill(0);
    addProduct(F, at(1), right);
    const a = 1 / (GAMMA * (2 - GAMMA));
    const b = (1 - GAMMA) ** 2 * a;
    for (let i = 0; i < n; i++) this.x[i] = mass[i]! * (a * middle[i]! - b * this.x[i]!) + SHARE * h * right[i]!;
    matrix.solve(this.x);
  }

  steady(u: Float64Array): void {
    if (!this.#conduction) return this.rest();
    this.x.fill(0);
    addProduct(this.#system.F, u, this.x);
    this.#conduction.solve(this.x);
  }

  /** Slowest time constant, s, by inverse iteration; Infinity when the plate has no steady state. */
  slowest(): number {
    if (!this.#conduction) return Number.POSITIVE_INFINITY;
    const { mass } = this.#system;
    const x = new Float64Array(mass.length).fill(1);
    let largest = 0;
    for (let i = 0; i < 30; i++) {
      for (let k = 0; k < x.length; k++) x[k]! *= mass[k]!;
      this.#conduction.solve(x);
      largest = x.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      for (let k = 0; k < x.length; k++) x[k]! /= largest;
    }
    return largest;
  }

  rest(): void {
    this.x.fill(this.#system.initial);
  }

  observe(u: Float64Array, out: Float64Array): void {
    out.fill(0);
    addProduct(this.#system.C, this.x, out);
    addProduct(this.#system.D, u, out);
  }
}
