/**
 * A system that is split into modes, each of which is solved by its closed form: exact for any step, at a cost that grows
 * with the number of modes only.
 *
 * First order (heat): dz/dt + λ z = b u. Second order (vibration): d²q/dt² + 2 ζ ω dq/dt + ω² q = b u.
 * Outputs y = Cq q + Cv dq/dt + D u. D carries the static correction, that is the stiffness of the modes left out
 * (Craig & Kurdila 2006, Fundamentals of Structural Dynamics, 11.4).
 */
import { addProduct, type Dense } from "./dense.ts";
import type { LinearCore } from "./linear-core.ts";

export interface Mode {
  /** λ in 1/s for the first order, ω in rad/s for the second; 0: a rigid or adiabatic mode. */
  rate: number;
  /** ζ; absent for the first order. */
  damping?: number;
}

export interface ModalSystem {
  modes: readonly Mode[];
  /** n × m */
  B: Dense;
  /** k × n */
  Cq: Dense;
  /** k × n; absent for the first order. */
  Cv?: Dense;
  /** k × m */
  D: Dense;
  /** Modal coordinates at rest; zero by default. */
  atRest?: Float64Array;
  /** n × m: what the inputs add to them at rest. */
  restInput?: Dense;
}

export class ModalCore implements LinearCore {
  /** All q, then all dq/dt. */
  readonly x: Float64Array;
  readonly #system: ModalSystem;
  readonly #n: number;
  /** b u at the start, and its growth per second. */
  readonly #force: Float64Array;
  readonly #growth: Float64Array;
  readonly #change: Float64Array;

  constructor(system: ModalSystem) {
    this.#system = system;
    this.#n = system.modes.length;
    this.x = new Float64Array(2 * this.#n);
    this.#force = new Float64Array(this.#n);
    this.#growth = new Float64Array(this.#n);
    this.#change = new Float64Array(system.B.columns);
  }

  advance(dt: number, u: Float64Array, next?: Float64Array): void {
    if (!(dt > 0)) return;
    this.#force.fill(0);
    this.#growth.fill(0);
    addProduct(this.#system.B, u, this.#force);
    if (next) {
      for (let j = 0; j < u.length; j++) this.#change[j] = (next[j]! - u[j]!) / dt;
      addProduct(this.#system.B, this.#change, this.#growth);
    }
    for (let i = 0; i < this.#n; i++) this.#mode(i, dt);
  }

  /** Second order: the particular solution is a straight line g₀ + g₁ t; what is left decays by itself. */
  #mode(i: number, dt: number): void {
    const { rate, damping } = this.#system.modes[i]!;
    const f = this.#force[i]!;
    const r = this.#growth[i]!;
    const n = this.#n;
    const q = this.x[i]!;
    const v = this.x[n + i]!;
    if (damping === undefined) {
      const [once, twice] = held(rate, dt);
      this.x[i] = q * Math.exp(-rate * dt) + f * once + r * twice;
    } else if (rate === 0) {
      this.x[i] = q + dt * (v + dt * (f / 2 + (r * dt) / 6));
      this.x[n + i] = v + dt * (f + (r * dt) / 2);
    } else {
      const g1 = r / rate ** 2;
      const g0 = f / rate ** 2 - (2 * damping * g1) / rate;
      const [c, s] = free(rate, damping, dt);
      const dq = q - g0;
      const dv = v - g1;
      const leaning = damping * rate * s;
      this.x[i] = (c + leaning) * dq + s * dv + g0 + g1 * dt;
      this.x[n + i] = -(rate ** 2) * s * dq + (c - leaning) * dv + g1;
    }
  }

  steady(u: Float64Array): void {
    this.x.fill(0);
    this.#force.fill(0);
    addProduct(this.#system.B, u, this.#force);
    this.#system.modes.forEach(({ rate, damping }, i) => {
      const stiffness = damping === undefined ? rate : rate ** 2;
      this.x[i] = stiffness === 0 ? (this.#system.atRest?.[i] ?? 0) : this.#force[i]! / stiffness;
    });
  }

  rest(u: Float64Array): void {
    this.x.fill(0);
    if (this.#system.atRest) this.x.set(this.#system.atRest);
    if (this.#system.restInput) addProduct(this.#system.restInput, u, this.x);
  }

  observe(u: Float64Array, out: Float64Array): void {
    out.fill(0);
    addProduct(this.#system.Cq, this.x, out);
    if (this.#system.Cv) addProduct(this.#system.Cv, this.x.subarray(this.#n), out);
    addProduct(this.#system.D, u, out);
  }
}

/** ∫₀ᵗ e^(−λs) ds and ∫₀ᵗ (t − s) e^(−λs) ds, without loss of digits where λ is small or zero. */
function held(rate: number, t: number): [number, number] {
  const x = rate * t;
  if (x < 1e-3)
    return [t * (1 - x * (1 / 2 - x * (1 / 6 - x / 24))), t * t * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x / 120)))];
  const once = -Math.expm1(-x) / rate;
  return [once, (t - once) / rate];
}

/** e^(−ζωt) · [cos ω_d t, sin(ω_d t)/ω_d], and what these become with critical damping and above. */
function free(omega: number, zeta: number, t: number): [number, number] {
  const sigma = zeta * omega;
  const d2 = omega ** 2 * (1 - zeta ** 2);
  if (d2 > 0) {
    const d = Math.sqrt(d2);
    const decay = Math.exp(-sigma * t);
    return [decay * Math.cos(d * t), d * t < 1e-8 ? decay * t : (decay * Math.sin(d * t)) / d];
  }
  const d = Math.sqrt(-d2);
  const slow = Math.exp((d - sigma) * t);
  const fast = Math.exp((-d - sigma) * t);
  return [(slow + fast) / 2, d * t < 1e-8 ? slow * t : (slow - fast) / (2 * d)];
}
