/**
 * Rodas5P: a linearly implicit (Rosenbrock) method of order 5 with 8 stages, stiffly accurate and L-stable, with an error
 * estimate of order 4 and dense output of order 4. Steinebach (2023), BIT Numerical Mathematics 63, 27: coefficients in
 * the transformed form of Hairer & Wanner (1996), Solving Ordinary Differential Equations II, IV.7 (7.25), which needs
 * no product with the Jacobian. The tests check the conditions of order.
 */
import { differenceJacobian, differenceTime } from "./jacobian.ts";
import { type ShiftedSolver, shiftedSolver } from "./linear-algebra.ts";
import { allFinite, type Method, type OdeProblem, scaledMaximum, type Tolerances } from "./problem.ts";

export const GAMMA = 0.21193756319429014;
// Row i: how much the increments before count in the state of stage i; the stages 7, 8 and the new state are the state
// of the stage before plus its increment.
const [A2_1] = [3.0] as const;
const [A3_1, A3_2] = [2.849394379747939, 0.45842242204463923] as const;
const [A4_1, A4_2, A4_3] = [-6.954028509809101, 2.489845061869568, -10.358996098473584] as const;
const [A5_1, A5_2, A5_3, A5_4] = [
  2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641,
] as const;
const [A6_1, A6_2, A6_3, A6_4, A6_5] = [
  -7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946,
] as const;
// Row i: how much the increments before count, over h, on the right side of stage i.
const [C2_1] = [-14.155112264123755] as const;
const [C3_1, C3_2] = [-17.97296035885952, -2.859693295451294] as const;
const [C4_1, C4_2, C4_3] = [147.12150275711716, -1.41221402718213, 71.68940251302358] as const;
const [C5_1, C5_2, C5_3, C5_4] = [
  165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306,
] as const;
const [C6_1, C6_2, C6_3, C6_4, C6_5] = [
  24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471,
] as const;
const [C7_1, C7_2, C7_3, C7_4, C7_5, C7_6] = [
  30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
  -28.087943162872662,
] as const;
const [C8_1, C8_2, C8_3, C8_4, C8_5, C8_6, C8_7] = [
  37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968,
  -9.48861652309627,
] as const;
const [T2, T3, T4, T5] = [0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664] as const;
const [D1, D2, D3, D4, D5] = [
  GAMMA,
  -0.42387512638858027,
  -0.3384627126235924,
  1.8046452872882734,
  2.325825639765069,
] as const;
/** Rows of the dense output, over the increments. */
const DENSE = [
  [
    25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073,
    1.1241088310450404, 0.4272876194431874, -0.17202221070155493,
  ],
  [
    -9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044,
    15.98066361424651, -6.789040303419874, -6.710236069923372,
  ],
  [
    11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654,
    -59.78993625266729, -0.15582684282751913, 4.883087185713722,
  ],
] as const;
/** The same numbers for tests of the order. */
export const TABLEAU = {
  A: [[], [A2_1], [A3_1, A3_2], [A4_1, A4_2, A4_3], [A5_1, A5_2, A5_3, A5_4], [A6_1, A6_2, A6_3, A6_4, A6_5]],
  C: [
    [],
    [C2_1],
    [C3_1, C3_2],
    [C4_1, C4_2, C4_3],
    [C5_1, C5_2, C5_3, C5_4],
    [C6_1, C6_2, C6_3, C6_4, C6_5],
    [C7_1, C7_2, C7_3, C7_4, C7_5, C7_6],
    [C8_1, C8_2, C8_3, C8_4, C8_5, C8_6, C8_7],
  ],
  T: [0, T2, T3, T4, T5, 1, 1, 1],
  D: [D1, D2, D3, D4, D5, 0, 0, 0],
};

export class Rodas5P implements Method {
  readonly name = "rodas5p";
  readonly errorOrder = 5;
  readonly control = { shrink: 1 / 6, grow: 6, safety: 0.9, beta: 0, predictive: true };
  readonly implicit = true;
  readonly next: Float64Array;
  readonly slope: Float64Array;
  evaluations = 0;
  /** Evaluations of the Jacobian and decompositions so far. */
  jacobians = 0;
  decompositions = 0;
  readonly #problem: OdeProblem;
  readonly #tolerances: Tolerances;
  readonly #linear: ShiftedSolver;
  readonly #jacobian: Float64Array;
  readonly #dfdt: Float64Array;
  readonly #u: Float64Array[];
  readonly #z: Float64Array;
  readonly #dense: Float64Array[];
  /** Direction of the dominant eigenvector, turned further at every step. */
  readonly direction: Float64Array;
  readonly #turned: Float64Array;
  readonly #autonomous: boolean;
  /** Largest step tried so far, which says what a small change of t is. */
  #span = 0;

  constructor(problem: OdeProblem, tolerances: Tolerances) {
    const { n } = problem;
    this.#autonomous = problem.autonomous === true;
    this.#problem = problem;
    this.#tolerances = tolerances;
    this.#linear = shiftedSolver(n, problem.bandwidth);
    const vector = () => new Float64Array(n);
    this.#jacobian = new Float64Array(n * n);
    this.#dfdt = vector();
    this.#u = Array.from({ length: 8 }, vector);
    this.#dense = Array.from({ length: 5 }, vector);
    this.#z = vector();
    this.next = vector();
    this.slope = vector();
    this.#turned = vector();
    this.direction = vector().map((_, i) => 1 + 0.1 * ((i * 7) % 5) - 2 * (i % 2));
  }

  prepare(t: number, y: Float64Array): boolean {
    const { rhs, jacobian, dfdt } = this.#problem;
    const { rtol, atol } = this.#tolerances;
    rhs(t, y, this.slope);
    this.evaluations++;
    if (!allFinite(this.slope)) return false;
    if (jacobian) jacobian(t, y, this.#jacobian);
    else this.evaluations += differenceJacobian(this.#problem, t, y, this.slope, atol / rtol, this.#jacobian);
    this.jacobians++;
    if (this.#autonomous) return true;
    if (dfdt) dfdt(t, y, this.#dfdt);
    else {
      differenceTime(this.#problem, t, y, this.slope, this.#span, this.#dfdt);
      this.evaluations++;
    }
    return true;
  }

  attempt(t: number, y: Float64Array, h: number): number {
    const error = this.#try(t, y, h);
    // Where a slope is infinite, as that of a root at zero, the step is tried without it.
    return error < Number.POSITIVE_INFINITY || !this.#mend() ? error : this.#try(t, y, h);
  }

  /** Puts zero for what is not finite in the Jacobian. @returns whether there was any */
  #mend(): boolean {
    const j = this.#jacobian;
    let found = false;
    for (let i = 0; i < j.length; i++)
      if (!Number.isFinite(j[i])) {
        j[i] = 0;
        found = true;
      }
    for (let i = 0; i < this.#dfdt.length; i++)
      if (!Number.isFinite(this.#dfdt[i])) {
        this.#dfdt[i] = 0;
        found = true;
      }
    return found;
  }

  #try(t: number, y: Float64Array, h: number): number {
    if (!this.#linear.factor(1 / (h * GAMMA), this.#jacobian)) return Number.POSITIVE_INFINITY;
    this.decompositions++;
    this.evaluations += 7;
    this.#span = Math.max(this.#span, h);
    const n = y.length;
    const f = this.#problem.rhs;
    const linear = this.#linear;
    const [s, z, next, g, ft] = [this.slope, this.#z, this.next, 1 / h, this.#dfdt];
    const [u1, u2, u3, u4, u5, u6, u7, u8] = this.#u as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < n; i++) u1[i] = s[i]! + h * D1 * ft[i]!;
    linear.solve(u1);
    for (let i = 0; i < n; i++) z[i] = y[i]! + A2_1 * u1[i]!;
    f(t + T2 * h, z, u2);
    for (let i = 0; i < n; i++) u2[i]! += g * (C2_1 * u1[i]!) + h * D2 * ft[i]!;
    linear.solve(u2);
    for (let i = 0; i < n; i++) z[i] = y[i]! + A3_1 * u1[i]! + A3_2 * u2[i]!;
    f(t + T3 * h, z, u3);
    for (let i = 0; i < n; i++) u3[i]! += g * (C3_1 * u1[i]! + C3_2 * u2[i]!) + h * D3 * ft[i]!;
    linear.solve(u3);
    for (let i = 0; i < n; i++) z[i] = y[i]! + A4_1 * u1[i]! + A4_2 * u2[i]! + A4_3 * u3[i]!;
    f(t + T4 * h, z, u4);
    for (let i = 0; i < n; i++) u4[i]! += g * (C4_1 * u1[i]! + C4_2 * u2[i]! + C4_3 * u3[i]!) + h * D4 * ft[i]!;
    linear.solve(u4);
    for (let i = 0; i < n; i++) z[i] = y[i]! + A5_1 * u1[i]! + A5_2 * u2[i]! + A5_3 * u3[i]! + A5_4 * u4[i]!;
    f(t + T5 * h, z, u5);
    for (let i = 0; i < n; i++)
      u5[i]! += g * (C5_1 * u1[i]! + C5_2 * u2[i]! + C5_3 * u3[i]! + C5_4 * u4[i]!) + h * D5 * ft[i]!;
    linear.solve(u5);
    for (let i = 0; i < n; i++)
      z[i] = y[i]! + A6_1 * u1[i]! + A6_2 * u2[i]! + A6_3 * u3[i]! + A6_4 * u4[i]! + A6_5 * u5[i]!;
    f(t + h, z, u6);
    for (let i = 0; i < n; i++)
      u6[i]! += g * (C6_1 * u1[i]! + C6_2 * u2[i]! + C6_3 * u3[i]! + C6_4 * u4[i]! + C6_5 * u5[i]!);
    linear.solve(u6);
    for (let i = 0; i < n; i++) z[i]! += u6[i]!;
    f(t + h, z, u7);
    for (let i = 0; i < n; i++)
      u7[i]! += g * (C7_1 * u1[i]! + C7_2 * u2[i]! + C7_3 * u3[i]! + C7_4 * u4[i]! + C7_5 * u5[i]! + C7_6 * u6[i]!);
    linear.solve(u7);
    for (let i = 0; i < n; i++) z[i]! += u7[i]!;
    f(t + h, z, u8);
    for (let i = 0; i < n; i++)
      u8[i]! +=
        g *
        (C8_1 * u1[i]! + C8_2 * u2[i]! + C8_3 * u3[i]! + C8_4 * u4[i]! + C8_5 * u5[i]! + C8_6 * u6[i]! + C8_7 * u7[i]!);
    linear.solve(u8);
    for (let i = 0; i < n; i++) next[i] = z[i]! + u8[i]!;
    return scaledMaximum(u8, y, next, this.#tolerances);
  }

  /** One step of the power method per call (Golub & Van Loan, 7.3): the direction is kept from step to step. */
  stiffness(h: number): number {
    const v = this.direction;
    const w = this.#turned;
    this.#linear.multiply(this.#jacobian, v, w);
    let up = 0;
    let down = 0;
    for (let i = 0; i < v.length; i++) {
      up += w[i]! ** 2;
      down += v[i]! ** 2;
    }
    const size = Math.sqrt(up);
    if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return 0;
    // A little of the first direction stays, so that a changed eigenvector is found again.
    for (let i = 0; i < v.length; i++) v[i] = w[i]! / size + (i % 2 ? -1e-6 : 1e-6);
    return h * Math.sqrt(up / down);
  }

  prepareDense(_t: number, y: Float64Array, _h: number): void {
    const [r0, r1, r2, r3, r4] = this.#dense as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    const [u1, u2, u3, u4, u5, u6, u7, u8] = this.#u as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    r0.set(y);
    r1.set(this.next);
    for (const [r, row] of [
      [r2, DENSE[0]],
      [r3, DENSE[1]],
      [r4, DENSE[2]],
    ] as const)
      for (let i = 0; i < y.length; i++)
        r[i] =
          row[0] * u1[i]! +
          row[1] * u2[i]! +
          row[2] * u3[i]! +
          row[3] * u4[i]! +
          row[4] * u5[i]! +
          row[5] * u6[i]! +
          row[6] * u7[i]! +
          row[7] * u8[i]!;
  }

  interpolate(theta: number, out: Float64Array): void {
    const rest = 1 - theta;
    const [r0, r1, r2, r3, r4] = this.#dense as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    for (let i = 0; i < out.length; i++)
      out[i] = rest * r0[i]! + theta * (r1[i]! + rest * (r2[i]! + theta * (r3[i]! + theta * r4[i]!)));
  }

  advance(): boolean {
    return false;
  }
}
