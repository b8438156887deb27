/**
 * Dormand–Prince 5(4): explicit Runge–Kutta of order 5 with an embedded estimate of order 4 and dense output of order 4.
 * Dormand & Prince (1980), J. Comp. Appl. Math. 6; dense output and stiffness: Hairer, Nørsett & Wanner (1993), Solving
 * Ordinary Differential Equations I, II.6 (6.12), and Hairer & Wanner (1996), II, IV.2.
 */
import { EmbeddedPair } from "./embedded-pair.ts";
import type { OdeProblem, Tolerances } from "./problem.ts";

const A21 = 1 / 5;
const [A31, A32] = [3 / 40, 9 / 40] as const;
const [A41, A42, A43] = [44 / 45, -56 / 15, 32 / 9] as const;
const [A51, A52, A53, A54] = [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729] as const;
const [A61, A62, A63, A64, A65] = [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656] as const;
const [A71, A73, A74, A75, A76] = [35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84] as const;
const [E1, E3, E4, E5, E6, E7] = [71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40] as const;
const [D1, D3, D4, D5, D6, D7] = [
  -12715105075 / 11282082432,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
] as const;
const [C2, C3, C4, C5] = [1 / 5, 3 / 10, 4 / 5, 8 / 9] as const;

/** Where y' = λy leaves the stability region on the negative real axis, about (Hairer & Wanner II, IV.2). */
export const DOPRI5_STABLE = 2.5;

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
type Seven = [...Five, Float64Array, Float64Array];

export class Dopri5 extends EmbeddedPair {
  readonly name = "dopri5";
  readonly errorOrder = 5;
  readonly control = { shrink: 0.2, grow: 10, safety: 0.9, beta: 0.04, predictive: false };

  constructor(problem: OdeProblem, tolerances: Tolerances) {
    super(problem, tolerances, { slopes: 7, last: 6, dense: 5 });
  }

  attempt(t: number, y: Float64Array, h: number): number {
    const n = this.n;
    const f = this.f;
    const { z, twin: z6, next } = this;
    const [k1, k2, k3, k4, k5, k6, k7] = this.k as Seven;
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * A21 * k1[i]!;
    f(t + C2 * h, z, k2);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A31 * k1[i]! + A32 * k2[i]!);
    f(t + C3 * h, z, k3);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A41 * k1[i]! + A42 * k2[i]! + A43 * k3[i]!);
    f(t + C4 * h, z, k4);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A51 * k1[i]! + A52 * k2[i]! + A53 * k3[i]! + A54 * k4[i]!);
    f(t + C5 * h, z, k5);
    for (let i = 0; i < n; i++)
      z6[i] = y[i]! + h * (A61 * k1[i]! + A62 * k2[i]! + A63 * k3[i]! + A64 * k4[i]! + A65 * k5[i]!);
    f(t + h, z6, k6);
    for (let i = 0; i < n; i++)
      next[i] = y[i]! + h * (A71 * k1[i]! + A73 * k3[i]! + A74 * k4[i]! + A75 * k5[i]! + A76 * k6[i]!);
    f(t + h, next, k7);
    this.evaluations += 6;
    const { rtol, atol } = this.tolerances;
    let worst = 0;
    for (let i = 0; i < n; i++) {
      const scale = h / (atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(next[i]!)));
      const e = Math.abs(scale * (E1 * k1[i]! + E3 * k3[i]! + E4 * k4[i]! + E5 * k5[i]! + E6 * k6[i]! + E7 * k7[i]!));
      if (e > worst) worst = e;
      else if (!(e <= worst)) return Number.POSITIVE_INFINITY;
    }
    return worst;
  }

  prepareDense(_t: number, y: Float64Array, h: number): void {
    this.prepareCubic(y, h);
    const out = this.dense[4]!;
    const [k1, , k3, k4, k5, k6, k7] = this.k as Seven;
    for (let i = 0; i < this.n; i++)
      out[i] = h * (D1 * k1[i]! + D3 * k3[i]! + D4 * k4[i]! + D5 * k5[i]! + D6 * k6[i]! + D7 * k7[i]!);
  }

  interpolate(theta: number, out: Float64Array): void {
    const [r1, r2, r3, r4, r5] = this.dense as Five;
    const rest = 1 - theta;
    for (let i = 0; i < this.n; i++)
      out[i] = r1[i]! + theta * (r2[i]! + rest * (r3[i]! + theta * (r4[i]! + rest * r5[i]!)));
  }
}
