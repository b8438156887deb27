/**
 * DOP853: the explicit Runge–Kutta method of order 8 by Dormand and Prince with error estimates of order 5 and 3 and
 * dense output of order 7. Prince & Dormand (1981), J. Comp. Appl. Math. 7; coefficients, the combined error and the
 * dense output: Hairer, Nørsett & Wanner (1993), Solving Ordinary Differential Equations I, II.5 (5.20b, 10.8) and II.6.
 */
import { EmbeddedPair } from "./embedded-pair.ts";
import { allFinite, type OdeProblem, type Tolerances } from "./problem.ts";

// Row i, column j: how much slope j counts in the state of stage i.
const [A2_1] = [0.05260015195876773] as const;
const [A3_1, A3_2] = [0.0197250569845379, 0.0591751709536137] as const;
const [A4_1, A4_3] = [0.02958758547680685, 0.08876275643042054] as const;
const [A5_1, A5_3, A5_4] = [0.2413651341592667, -0.8845494793282861, 0.924834003261792] as const;
const [A6_1, A6_4, A6_5] = [0.037037037037037035, 0.17082860872947386, 0.12546768756682242] as const;
const [A7_1, A7_4, A7_5, A7_6] = [0.037109375, 0.17025221101954405, 0.06021653898045596, -0.017578125] as const;
const [A8_1, A8_4, A8_5, A8_6, A8_7] = [
  0.03709200011850479, 0.17038392571223998, 0.10726203044637328, -0.015319437748624402, 0.008273789163814023,
] as const;
const [A9_1, A9_4, A9_5, A9_6, A9_7, A9_8] = [
  0.6241109587160757, -3.3608926294469414, -0.868219346841726, 27.59209969944671, 20.154067550477894,
  -43.48988418106996,
] as const;
const [A10_1, A10_4, A10_5, A10_6, A10_7, A10_8, A10_9] = [
  0.47766253643826434, -2.4881146199716677, -0.590290826836843, 21.230051448181193, 15.279233632882423,
  -33.28821096898486, -0.020331201708508627,
] as const;
const [A11_1, A11_4, A11_5, A11_6, A11_7, A11_8, A11_9, A11_10] = [
  -0.9371424300859873, 5.186372428844064, 1.0914373489967295, -8.149787010746927, -18.52006565999696,
  22.739487099350505, 2.4936055526796523, -3.0467644718982196,
] as const;
const [A12_1, A12_4, A12_5, A12_6, A12_7, A12_8, A12_9, A12_10, A12_11] = [
  2.273310147516538, -10.53449546673725, -2.0008720582248625, -17.9589318631188, 27.94888452941996, -2.8589982771350235,
  -8.87285693353063, 12.360567175794303, 0.6433927460157636,
] as const;
const [B1, B6, B7, B8, B9, B10, B11, B12] = [
  0.054293734116568765, 4.450312892752409, 1.8915178993145003, -5.801203960010585, 0.3111643669578199,
  -0.1521609496625161, 0.20136540080403034, 0.04471061572777259,
] as const;
const [A14_1, A14_7, A14_8, A14_9, A14_10, A14_11, A14_12, A14_13] = [
  0.056167502283047954, 0.25350021021662483, -0.2462390374708025, -0.12419142326381637, 0.15329179827876568,
  0.00820105229563469, 0.007567897660545699, -0.008298,
] as const;
const [A15_1, A15_6, A15_7, A15_8, A15_11, A15_12, A15_13, A15_14] = [
  0.03183464816350214, 0.028300909672366776, 0.053541988307438566, -0.05492374857139099, -0.00010834732869724932,
  0.0003825710908356584, -0.00034046500868740456, 0.1413124436746325,
] as const;
const [A16_1, A16_6, A16_7, A16_8, A16_9, A16_13, A16_14, A16_15] = [
  -0.42889630158379194, -4.697621415361164, 7.683421196062599, 4.06898981839711, 0.3567271874552811,
  -0.0013990241651590145, 2.9475147891527724, -9.15095847217987,
] as const;
const [C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C14, C15, C16] = [
  0.05260015195876773, 0.0789002279381516, 0.1183503419072274, 0.2816496580927726, 0.3333333333333333, 0.25,
  0.3076923076923077, 0.6512820512820513, 0.6, 0.8571428571428571, 0.1, 0.2, 0.7777777777777778,
] as const;
const [T1, T6, T7, T8, T9, T10, T11, T12] = [
  -0.18980075407240762, 4.450312892752409, 1.8915178993145003, -5.801203960010585, -0.4226823213237919,
  -0.1521609496625161, 0.20136540080403034, 0.02265179219836082,
] as const;
const [F1, F6, F7, F8, F9, F10, F11, F12] = [
  0.01312004499419488, -1.2251564463762044, -0.4957589496572502, 1.6643771824549864, -0.35032884874997366,
  0.3341791187130175, 0.08192320648511571, -0.022355307863886294,
] as const;
/** Rows of the dense output, over the slopes 1, 6 … 16. */
const DENSE = [
  [
    -8.428938276109013, 0.5667149535193777, -3.0689499459498917, 2.38466765651207, 2.117034582445028,
    -0.871391583777973, 2.2404374302607883, 0.6315787787694688, -0.08899033645133331, 18.148505520854727,
    -9.194632392478356, -4.436036387594894,
  ],
  [
    10.427508642579134, 242.28349177525817, 165.20045171727028, -374.5467547226902, -22.113666853125306,
    7.733432668472264, -30.674084731089398, -9.332130526430229, 15.697238121770845, -31.139403219565178,
    -9.35292435884448, 35.81684148639408,
  ],
  [
    19.985053242002433, -387.0373087493518, -189.17813819516758, 527.8081592054236, -11.57390253995963, 6.8812326946963,
    -1.0006050966910838, 0.7777137798053443, -2.778205752353508, -60.19669523126412, 84.32040550667716,
    11.99229113618279,
  ],
  [
    -25.69393346270375, -154.18974869023643, -231.5293791760455, 357.6391179106141, 93.40532418362432,
    -37.45832313645163, 104.0996495089623, 29.8402934266605, -43.53345659001114, 96.32455395918828, -39.17726167561544,
    -149.72683625798564,
  ],
];
const DENSE_SLOPES = [0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** Where y' = λy leaves the stability region on the negative real axis, about (Hairer, Nørsett & Wanner I, dop853.f). */
export const DOP853_STABLE = 4;

export class Dop853 extends EmbeddedPair {
  readonly name = "dop853";
  readonly errorOrder = 8;
  readonly control = { shrink: 1 / 3, grow: 6, safety: 0.8, beta: 0, predictive: false };

  constructor(problem: OdeProblem, tolerances: Tolerances) {
    super(problem, tolerances, { slopes: 16, last: 12, dense: 8 });
  }

  attempt(t: number, y: Float64Array, h: number): number {
    const n = this.n;
    const f = this.f;
    const { twin: z, next } = this;
    const [k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13] = this.k as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A2_1 * k1[i]!);
    f(t + C2 * h, z, k2);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A3_1 * k1[i]! + A3_2 * k2[i]!);
    f(t + C3 * h, z, k3);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A4_1 * k1[i]! + A4_3 * k3[i]!);
    f(t + C4 * h, z, k4);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A5_1 * k1[i]! + A5_3 * k3[i]! + A5_4 * k4[i]!);
    f(t + C5 * h, z, k5);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A6_1 * k1[i]! + A6_4 * k4[i]! + A6_5 * k5[i]!);
    f(t + C6 * h, z, k6);
    for (let i = 0; i < n; i++) z[i] = y[i]! + h * (A7_1 * k1[i]! + A7_4 * k4[i]! + A7_5 * k5[i]! + A7_6 * k6[i]!);
    f(t + C7 * h, z, k7);
    for (let i = 0; i < n; i++)
      z[i] = y[i]! + h * (A8_1 * k1[i]! + A8_4 * k4[i]! + A8_5 * k5[i]! + A8_6 * k6[i]! + A8_7 * k7[i]!);
    f(t + C8 * h, z, k8);
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! + h * (A9_1 * k1[i]! + A9_4 * k4[i]! + A9_5 * k5[i]! + A9_6 * k6[i]! + A9_7 * k7[i]! + A9_8 * k8[i]!);
    f(t + C9 * h, z, k9);
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! +
        h *
          (A10_1 * k1[i]! +
            A10_4 * k4[i]! +
            A10_5 * k5[i]! +
            A10_6 * k6[i]! +
            A10_7 * k7[i]! +
            A10_8 * k8[i]! +
            A10_9 * k9[i]!);
    f(t + C10 * h, z, k10);
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! +
        h *
          (A11_1 * k1[i]! +
            A11_4 * k4[i]! +
            A11_5 * k5[i]! +
            A11_6 * k6[i]! +
            A11_7 * k7[i]! +
            A11_8 * k8[i]! +
            A11_9 * k9[i]! +
            A11_10 * k10[i]!);
    f(t + C11 * h, z, k11);
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! +
        h *
          (A12_1 * k1[i]! +
            A12_4 * k4[i]! +
            A12_5 * k5[i]! +
            A12_6 * k6[i]! +
            A12_7 * k7[i]! +
            A12_8 * k8[i]! +
            A12_9 * k9[i]! +
            A12_10 * k10[i]! +
            A12_11 * k11[i]!);
    f(t + h, z, k12);
    for (let i = 0; i < n; i++)
      next[i] =
        y[i]! +
        h *
          (B1 * k1[i]! +
            B6 * k6[i]! +
            B7 * k7[i]! +
            B8 * k8[i]! +
            B9 * k9[i]! +
            B10 * k10[i]! +
            B11 * k11[i]! +
            B12 * k12[i]!);
    const { rtol, atol } = this.tolerances;
    let fifth = 0;
    let third = 0;
    for (let i = 0; i < n; i++) {
      const scale = h / (atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(next[i]!)));
      const e5 = Math.abs(
        scale *
          (F1 * k1[i]! +
            F6 * k6[i]! +
            F7 * k7[i]! +
            F8 * k8[i]! +
            F9 * k9[i]! +
            F10 * k10[i]! +
            F11 * k11[i]! +
            F12 * k12[i]!),
      );
      const e3 = Math.abs(
        scale *
          (T1 * k1[i]! +
            T6 * k6[i]! +
            T7 * k7[i]! +
            T8 * k8[i]! +
            T9 * k9[i]! +
            T10 * k10[i]! +
            T11 * k11[i]! +
            T12 * k12[i]!),
      );
      if (!(e5 + e3 < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
      if (e5 > fifth) fifth = e5;
      if (e3 > third) third = e3;
    }
    this.evaluations += 11;
    const error = fifth === 0 ? 0 : fifth / Math.sqrt(1 + 0.01 * (third / fifth) ** 2);
    if (error > 1) return error;
    f(t + h, next, k13);
    this.evaluations++;
    return allFinite(k13) ? error : Number.POSITIVE_INFINITY;
  }

  prepareDense(t: number, y: Float64Array, h: number): void {
    const n = this.n;
    const f = this.f;
    const k = this.k;
    const { z } = this;
    const [k1, , , , , k6, k7, k8, k9, k10, k11, k12, k13, k14, k15, k16] = k as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! +
        h *
          (A14_1 * k1[i]! +
            A14_7 * k7[i]! +
            A14_8 * k8[i]! +
            A14_9 * k9[i]! +
            A14_10 * k10[i]! +
            A14_11 * k11[i]! +
            A14_12 * k12[i]! +
            A14_13 * k13[i]!);
    f(t + C14 * h, z, k14);
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! +
        h *
          (A15_1 * k1[i]! +
            A15_6 * k6[i]! +
            A15_7 * k7[i]! +
            A15_8 * k8[i]! +
            A15_11 * k11[i]! +
            A15_12 * k12[i]! +
            A15_13 * k13[i]! +
            A15_14 * k14[i]!);
    f(t + C15 * h, z, k15);
    for (let i = 0; i < n; i++)
      z[i] =
        y[i]! +
        h *
          (A16_1 * k1[i]! +
            A16_6 * k6[i]! +
            A16_7 * k7[i]! +
            A16_8 * k8[i]! +
            A16_9 * k9[i]! +
            A16_13 * k13[i]! +
            A16_14 * k14[i]! +
            A16_15 * k15[i]!);
    f(t + C16 * h, z, k16);
    this.evaluations += 3;
    this.prepareCubic(y, h);
    DENSE.forEach((row, r) => {
      const out = this.dense[4 + r]!;
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < row.length; j++) sum += row[j]! * k[DENSE_SLOPES[j]!]![i]!;
        out[i] = h * sum;
      }
    });
  }

  interpolate(theta: number, out: Float64Array): void {
    const rest = 1 - theta;
    const [r1, r2, r3, r4, r5, r6, r7, r8] = this.dense as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < this.n; i++) {
      const inner = r5[i]! + theta * (r6[i]! + rest * (r7[i]! + theta * r8[i]!));
      out[i] = r1[i]! + theta * (r2[i]! + rest * (r3[i]! + theta * (r4[i]! + rest * inner)));
    }
  }
}
