/** Pump with pipe and motor torque, recorded over steps of torque and valve; integrated here, without the solver. */
import type { CalibrationData } from "../../../src/lib/physics/calibration/data.ts";
import { type CompiledModel, compileModel } from "../../../src/lib/physics/model.ts";
import { createRandom } from "../../../src/lib/random.ts";

/** Speed w in rad/s, flow Q in m³/s, heads in m: affinity laws with the inertia of rotor and water. */
export const PUMP_EQUATIONS = `dw/dt = (torque - a*w^2 - b*w*Q - c*w)/J
dQ/dt = (k1*w^2 - k2*Q*abs(Q) - H0 - valve*R*Q*abs(Q))/L`;

export const PUMP_TRUTH = { J: 0.5, a: 8e-4, b: 6, c: 0.02, L: 2500, k1: 1.9e-3, k2: 2e4, H0: 15, R: 5e4 };

export function pumpModel(parameters: Readonly<Record<string, number>>): CompiledModel {
  return compileModel({
    equations: PUMP_EQUATIONS,
    signals: ["torque", "valve", "w", "Q"],
    parameters: new Map(Object.entries(parameters)),
    initial: new Map([
      ["w", 140],
      ["Q", 0.02],
    ]),
  });
}

/** 1 % noise on both measurements, irregular steps around 0.1 s. */
export function pumpRecording(seed: number, n: number, valveMoves = true): CalibrationData {
  const random = createRandom(`recording ${seed}`);
  const { J, a, b, c, L, k1, k2, H0, R } = PUMP_TRUTH;
  const time = new Float64Array(n);
  const inputs = new Float64Array(2 * n);
  const outputs = new Float64Array(2 * n);
  let [w, Q, torque, valve, t] = [140, 0.02, 40, 1, 0];
  const rate = (w: number, Q: number): [number, number] => [
    (torque - a * w * w - b * w * Q - c * w) / J,
    (k1 * w * w - k2 * Q * Math.abs(Q) - H0 - valve * R * Q * Math.abs(Q)) / L,
  ];
  for (let k = 0; k < n; k++) {
    if (k > 0) {
      const dt = 0.1 * (0.5 + random.next());
      t += dt;
      const h = dt / 10;
      for (let i = 0; i < 10; i++) {
        const s1 = rate(w, Q);
        const s2 = rate(w + (h / 2) * s1[0], Q + (h / 2) * s1[1]);
        const s3 = rate(w + (h / 2) * s2[0], Q + (h / 2) * s2[1]);
        const s4 = rate(w + h * s3[0], Q + h * s3[1]);
        w += (h / 6) * (s1[0] + 2 * s2[0] + 2 * s3[0] + s4[0]);
        Q += (h / 6) * (s1[1] + 2 * s2[1] + 2 * s3[1] + s4[1]);
      }
    }
    if (k % 90 === 0) torque = 25 + 25 * random.next();
    if (k % 130 === 0 && valveMoves) valve = 0.4 + 1.6 * random.next();
    time[k] = 1_780_000_000_000 + 1000 * t;
    inputs.set([torque, valve], 2 * k);
    outputs.set([w * (1 + 0.01 * random.normal()), Q * (1 + 0.01 * random.normal())], 2 * k);
  }
  return { time, inputs, outputs };
}

/** Every named parameter off by 30 to 70 %. */
export function displaced(seed: number, names: readonly string[]): Record<string, number> {
  const random = createRandom(`start ${seed}`);
  const values: Record<string, number> = { ...PUMP_TRUTH };
  for (const name of names) {
    const off = 0.3 + 0.4 * random.next();
    values[name]! *= random.next() < 0.5 ? 1 - off : 1 + off;
  }
  return values;
}

export const wide = (values: Readonly<Record<string, number>>, names: readonly string[]) =>
  names.map((name) => ({ name, low: values[name]! / 10, high: values[name]! * 10 }));
