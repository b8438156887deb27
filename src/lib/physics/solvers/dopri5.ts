/**
 * Dormand–Prince 5(4): explicit Runge–Kutta of order 5 with an embedded estimate of order 4, step control and dense
 * output of order 4.
 * Dormand & Prince (1980), J. Comp. Appl. Math. 6; step control and dense output: Hairer, Nørsett & Wanner (1993),
 * Solving Ordinary Differential Equations I, II.4 (4.24 PI control) and II.6 (6.12).
 */
export type Rhs = (t: number, y: Float64Array, out: Float64Array) => void;

export interface SolverOptions {
  /** Relative and absolute tolerance per component and step. */
  rtol?: number;
  atol?: number;
  /** Largest number of steps, accepted and rejected, in one call. */
  maxSteps?: number;
  /** Largest step, in units of t. */
  maxStep?: number;
}

export interface SolverResult {
  /**
   * `done`: t1 is reached. `budget`: the steps ran out at `t`, continue from there. `failed`: the step became too small
   * or the right-hand side is not finite; `y` is the state at `t`, the last good point.
   */
  code: "done" | "budget" | "failed";
  t: number;
  steps: number;
  rejected: number;
  evaluations: number;
}

/** One accepted step: `at(t, out)` writes the state anywhere inside [t0, t1]. */
export interface DenseStep {
  readonly t0: number;
  readonly t1: number;
  at(t: number, out: Float64Array): void;
}

const A21 = 1 / 5;
const [A31, A32] = [3 / 40, 9 / 40];
const [A41, A42, A43] = [44 / 45, -56 / 15, 32 / 9];
const [A51, A52, A53, A54] = [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729];
const [A61, A62, A63, A64, A65] = [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656];
const [A71, A73, A74, A75, A76] = [35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84];
const [E1, E3, E4, E5, E6, E7] = [71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
const [D1, D3, D4, D5, D6, D7] = [
  -12715105075 / 11282082432,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];
const [C2, C3, C4, C5] = [1 / 5, 3 / 10, 4 / 5, 8 / 9];

export class Dopri5 {
  readonly #f: Rhs;
  readonly #n: number;
  readonly #rtol: number;
  readonly #atol: number;
  readonly #maxSteps: number;
  readonly #maxStep: number;
  readonly #k: Float64Array[];
  readonly #y1: Float64Array;
  readonly #dense: Float64Array[];
  /** Step to try first at the next call, so that a stream of short calls keeps its step. */
  #h = 0;

  /**
   * @param n number of states
   * @throws RangeError when a tolerance or budget is not positive
   */
  constructor(n: number, f: Rhs, options: SolverOptions = {}) {
    this.#f = f;
    this.#n = n;
    this.#rtol = positive(options.rtol ?? 1e-6, "rtol");
    this.#atol = positive(options.atol ?? 1e-9, "atol");
    this.#maxSteps = positive(options.maxSteps ?? 100_000, "maxSteps");
    this.#maxStep = positive(options.maxStep ?? Number.POSITIVE_INFINITY, "maxStep");
    const vector = () => new Float64Array(n);
    this.#k = Array.from({ length: 7 }, vector);
    this.#dense = Array.from({ length: 5 }, vector);
    this.#y1 = vector();
  }

  /** Forgets the step size: call it after a jump of the state or the inputs. */
  restart(): void {
    this.#h = 0;
  }

  /**
   * Integrates `y` in place from t0 to t1 ≥ t0.
   * @param onStep is called after every accepted step; the object is only valid during the call.
   */
  integrate(t0: number, y: Float64Array, t1: number, onStep?: (step: DenseStep) => void): SolverResult {
    const result: SolverResult = { code: "done", t: t0, steps: 0, rejected: 0, evaluations: 0 };
    if (!(t1 > t0) || this.#n === 0) {
      if (t1 > t0) result.t = t1;
      return result;
    }
    const k1 = this.#k[0]!;
    this.#f(t0, y, k1);
    result.evaluations++;
    if (!allFinite(k1)) return { ...result, code: "failed" };
    let h = Math.min(this.#h > 0 ? this.#h : this.#firstStep(t0, y, t1, result), this.#maxStep);
    let previousError = 1e-4;
    let justRejected = false;
    while (result.t < t1) {
      if (result.steps + result.rejected >= this.#maxSteps) return { ...result, code: "budget" };
      const t = result.t;
      const last = t + 1.01 * h >= t1;
      const step = last ? t1 - t : h;
      if (t + 0.1 * step === t) return { ...result, code: "failed" };
      const error = this.#attempt(t, y, step);
      result.evaluations += 6;
      if (error <= 1) {
        const grow = 0.9 * error ** -0.17 * previousError ** 0.04;
        const next = step * Math.min(justRejected ? 1 : 10, Math.max(0.2, error === 0 ? 10 : grow));
        result.steps++;
        this.#accept(t, y, step, last ? t1 : t + step, onStep);
        result.t = last ? t1 : t + step;
        // The last step is cut short by t1: it says little about the step that suits.
        h = Math.min(last && !justRejected ? Math.max(h, next) : next, this.#maxStep);
        previousError = Math.max(error, 1e-4);
        justRejected = false;
      } else {
        result.rejected++;
        h = step * (Number.isFinite(error) ? Math.max(0.2, 0.9 * error ** -0.2) : 0.1);
        justRejected = true;
      }
    }
    this.#h = h;
    return result;
  }

  /** Computes the stages and the new state; returns the scaled error, at most 1 when the step is good. */
  #attempt(t: number, y: Float64Array, h: number): number {
    const n = this.#n;
    const f = this.#f;
    const z = this.#y1;
    const [k1, k2, k3, k4, k5, k6, k7] = this.#k as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * A21 * k1[i]!;
    f(t + C2 * h, z, k2);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A31 * k1[i]! + A32 * k2[i]!);
    f(t + C3 * h, z, k3);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A41 * k1[i]! + A42 * k2[i]! + A43 * k3[i]!);
    f(t + C4 * h, z, k4);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A51 * k1[i]! + A52 * k2[i]! + A53 * k3[i]! + A54 * k4[i]!);
    f(t + C5 * h, z, k5);
    for (let i = 0; i < n; i++)
      z[i] = y[i]! + h * (A61 * k1[i]! + A62 * k2[i]! + A63 * k3[i]! + A64 * k4[i]! + A65 * k5[i]!);
    f(t + h, z, k6);
    for (let i = 0; i < n; i++)
      z[i] = y[i]! + h * (A71 * k1[i]! + A73 * k3[i]! + A74 * k4[i]! + A75 * k5[i]! + A76 * k6[i]!);
    f(t + h, z, k7);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const scale = this.#atol + this.#rtol * Math.max(Math.abs(y[i]!), Math.abs(z[i]!));
      const e = h * (E1 * k1[i]! + E3 * k3[i]! + E4 * k4[i]! + E5 * k5[i]! + E6 * k6[i]! + E7 * k7[i]!);
      sum += (e / scale) ** 2;
    }
    return Math.sqrt(sum / n);
  }

  #accept(t: number, y: Float64Array, h: number, t1: number, onStep: ((step: DenseStep) => void) | undefined): void {
    const k = this.#k;
    if (onStep) this.#prepareDense(y, h);
    y.set(this.#y1);
    // First same as last: the slope at the end is the first slope of the next step.
    const first = k[0]!;
    k[0] = k[6]!;
    k[6] = first;
    onStep?.({ t0: t, t1, at: (at, out) => this.#interpolate((at - t) / h, out) });
  }

  #prepareDense(y: Float64Array, h: number): void {
    const [r1, r2, r3, r4, r5] = this.#dense as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    const k = this.#k;
    for (let i = 0; i < this.#n; i++) {
      const difference = this.#y1[i]! - y[i]!;
      const b = h * k[0]![i]! - difference;
      r1[i] = y[i]!;
      r2[i] = difference;
      r3[i] = b;
      r4[i] = difference - h * k[6]![i]! - b;
      r5[i] = h * (D1 * k[0]![i]! + D3 * k[2]![i]! + D4 * k[3]![i]! + D5 * k[4]![i]! + D6 * k[5]![i]! + D7 * k[6]![i]!);
    }
  }

  #interpolate(theta: number, out: Float64Array): void {
    const [r1, r2, r3, r4, r5] = this.#dense as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    const rest = 1 - theta;
    for (let i = 0; i < this.#n; i++)
      out[i] = r1[i]! + theta * (r2[i]! + rest * (r3[i]! + theta * (r4[i]! + rest * r5[i]!)));
  }

  /** Hairer, Nørsett & Wanner I, II.4: a first step from the size of the first and second derivative. */
  #firstStep(t: number, y: Float64Array, t1: number, result: SolverResult): number {
    const k1 = this.#k[0]!;
    const k2 = this.#k[1]!;
    const z = this.#y1;
    const norm = (v: (i: number) => number) => {
      let sum = 0;
      for (let i = 0; i < this.#n; i++) sum += (v(i) / (this.#atol + this.#rtol * Math.abs(y[i]!))) ** 2;
      return Math.sqrt(sum / this.#n);
    };
    const d0 = norm((i) => y[i]!);
    const d1 = norm((i) => k1[i]!);
    const h0 = Math.min(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1, t1 - t);
    for (let i = 0; i < this.#n; i++) z[i] = y[i]! + h0 * k1[i]!;
    this.#f(t + h0, z, k2);
    result.evaluations++;
    const d2 = norm((i) => k2[i]! - k1[i]!) / h0;
    const steepest = Math.max(d1, d2);
    const h1 = steepest <= 1e-15 ? Math.max(1e-6, h0 * 1e-3) : (0.01 / steepest) ** 0.2;
    return Math.min(100 * h0, Number.isFinite(h1) ? h1 : h0, t1 - t);
  }
}

function positive(value: number, name: string): number {
  if (!(value > 0)) throw new RangeError(`${name} must be positive, not ${value}`);
  return value;
}

function allFinite(v: Float64Array): boolean {
  for (let i = 0; i < v.length; i++) if (!Number.isFinite(v[i])) return false;
  return true;
}
