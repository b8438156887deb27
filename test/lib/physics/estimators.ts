/** What the tests of the estimators share: linear models with known answers, and the reference run of two tanks. */
import { readFileSync } from "node:fs";
import type { JointModel } from "../../../src/lib/physics/estimators/estimator.ts";
import { CompiledJointModel, rungeKuttaFlow } from "../../../src/lib/physics/estimators/joint-model.ts";
import { compileModel } from "../../../src/lib/physics/model.ts";

/** ẋ = a·x, z = x: everything about it is known in closed form. */
export const decay = (a: number): JointModel => ({
  states: 1,
  size: 1,
  outputs: 1,
  flow(t, h, x) {
    x[0]! *= Math.exp(a * h);
    return t + h;
  },
  rates: (_t, _x, out) => void (out[0] = a),
  observe: (_t, x, out) => void (out[0] = x[0]!),
  sensitivities: (_t, _x, out) => void (out[0] = 1),
});

/** Position and velocity; both are measured. ẋ = v, v̇ = 0. */
export const cart: JointModel = {
  states: 2,
  size: 2,
  outputs: 2,
  flow(t, h, x) {
    x[0]! += h * x[1]!;
    return t + h;
  },
  rates: (_t, _x, out) => out.set([0, 1, 0, 0]),
  observe: (_t, x, out) => out.set(x),
  sensitivities: (_t, _x, out) => out.set([1, 0, 0, 1]),
};

export const tank = JSON.parse(readFileSync(new URL("fixtures/estimation-tank-100.json", import.meta.url), "utf8")) as {
  A: [number, number];
  r: number[];
  x: number[];
  P: number[];
  q: number[];
  dt: number[];
  u: number[];
  z: (number | null)[][];
  ekf: number[];
  ukf: number[];
};

/** The reference integrates with the classical Runge–Kutta method in two substeps. */
export function tankModel(): CompiledJointModel {
  const root = (h: string) => `sqrt(max(${h}, 1e-6))`;
  const model = compileModel({
    equations: `dh1/dt = (q - k1*${root("h1")})/A1\ndh2/dt = (k1*${root("h1")} - k2*${root("h2")})/A2`,
    signals: ["q", "h1", "h2"],
    parameters: new Map([
      ["A1", tank.A[0]],
      ["A2", tank.A[1]],
      ["k1", tank.x[2]!],
      ["k2", tank.x[3]!],
    ]),
  });
  return new CompiledJointModel(model, ["k1", "k2"], ["h1", "h2"], rungeKuttaFlow);
}

export const tankOptions = () => ({ x: tank.x, sd: tank.P.map(Math.sqrt), q: tank.q, r: tank.r });

export const numbers = (z: readonly (number | null)[]): number[] => z.map((v) => v ?? Number.NaN);
