import assert from "node:assert/strict";
import { Ekf } from "../../../src/lib/physics/estimators/ekf.ts";
import type { JointModel } from "../../../src/lib/physics/estimators/estimator.ts";
import { Transition } from "../../../src/lib/physics/estimators/transition.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { cart, decay, numbers, tank, tankModel, tankOptions } from "./estimators.ts";

const near = (actual: number, expected: number, tolerance: number, what = "") =>
  assert(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what} ${actual} is not ${expected}`,
  );

describe("Transition", () => {
  it("is the exponential of the block matrix, also for fast modes and long steps", () => {
    for (const [a, h] of [
      [-0.3, 0.5],
      [-4, 10],
      [-1e4, 3],
      [0.7, 2],
    ] as const) {
      const transition = new Transition(1, 2);
      assert(transition.compute(Float64Array.of(a, 2), h, Float64Array.of(0, 0)));
      near(transition.rows[0]!, Math.exp(a * h), 1e-13);
      near(transition.rows[1]!, (2 * (Math.exp(a * h) - 1)) / a, 1e-13);
    }
    // Rotation: exp([0 1; -1 0]·h)
    const rotation = new Transition(2, 2);
    rotation.compute(Float64Array.of(0, 1, -1, 0), 7, Float64Array.of(0, 0));
    for (const [i, value] of [Math.cos(7), Math.sin(7), -Math.sin(7), Math.cos(7)].entries())
      near(rotation.rows[i]!, value, 1e-13);
  });

  it("gathers the noise that a fast mode has not yet forgotten: q/(−2a)·(1 − e^2ah)", () => {
    const transition = new Transition(1, 1);
    transition.compute(Float64Array.of(-100), 5, Float64Array.of(3));
    // One piece of the step takes Q·h for the integral, which is 6 % too much at most.
    assert(transition.noise[0]! > 3 / 200 && transition.noise[0]! < (1.07 * 3) / 200);
  });

  it("says so when the numbers are not finite", () => {
    const transition = new Transition(1, 1);
    assert.equal(transition.compute(Float64Array.of(Number.NaN), 1, Float64Array.of(1)), false);
    assert.equal(transition.compute(Float64Array.of(900), 1, Float64Array.of(1)), false);
  });
});

describe("Ekf", () => {
  it("is the Kalman filter of a linear model: estimate and variance in closed form", () => {
    const filter = new Ekf(decay(-0.5), { x: [2], sd: [0.3], q: [0.04], r: [0.01], substeps: 1 });
    let x = 2;
    let p = 0.09;
    for (const [h, z] of [
      [0.2, 1.9],
      [0.5, Number.NaN],
      [0.1, 1.2],
      [0.9, 0.8],
    ] as const) {
      filter.predict(0, h);
      filter.update(0, [z]);
      x *= Math.exp(-0.5 * h);
      p = p * Math.exp(-h) + 0.04 * h;
      near(filter.expected[0]!, x, 1e-14);
      near(filter.variance[0]!, p + 0.01, 1e-14);
      if (Number.isNaN(z)) {
        assert.equal(filter.measurements, 0);
        continue;
      }
      near(filter.nis, (z - x) ** 2 / (p + 0.01), 1e-12);
      const k = p / (p + 0.01);
      x += k * (z - x);
      p *= 1 - k;
      near(filter.x[0]!, x, 1e-13);
      near(filter.P[0]!, p, 1e-13);
    }
  });

  it("settles at the variance of the Riccati equation", () => {
    const [a, h, q, r] = [-0.2, 0.5, 0.3, 0.8];
    const filter = new Ekf(decay(a), { x: [0], sd: [10], q: [q], r: [r], substeps: 1 });
    for (let i = 0; i < 500; i++) {
      filter.predict(0, h);
      filter.update(0, [0]);
    }
    // p = f²·p + qh before, p·r/(p + r) after: the positive root of the quadratic.
    const f2 = Math.exp(2 * a * h);
    const b = r * (1 - f2) - q * h;
    const before = (-b + Math.sqrt(b * b + 4 * q * h * r)) / 2;
    near(filter.P[0]!, (before * r) / (before + r), 1e-12);
  });

  it("takes measurements one by one as if together: batch update of two outputs", () => {
    const filter = new Ekf(cart, { x: [1, 2], sd: [1, 0.5], q: [0, 0], r: [0.5, 0.2], substeps: 1 });
    filter.predict(0, 1);
    // F·P·Fᵀ with F = [1 1; 0 1]
    const P = [1 + 0.25, 0.25, 0.25, 0.25];
    const z = [3.4, 1.7];
    filter.update(1, z);
    const S = [P[0]! + 0.5, P[1]!, P[2]!, P[3]! + 0.2];
    const det = S[0]! * S[3]! - S[1]! * S[2]!;
    const inverse = [S[3]! / det, -S[1]! / det, -S[2]! / det, S[0]! / det];
    const v = [z[0]! - 3, z[1]! - 2];
    const w = [inverse[0]! * v[0]! + inverse[1]! * v[1]!, inverse[2]! * v[0]! + inverse[3]! * v[1]!];
    near(filter.x[0]!, 3 + P[0]! * w[0]! + P[1]! * w[1]!, 1e-14);
    near(filter.x[1]!, 2 + P[2]! * w[0]! + P[3]! * w[1]!, 1e-14);
    near(filter.nis, v[0]! * w[0]! + v[1]! * w[1]!, 1e-13);
    assert.equal(filter.P[1], filter.P[2]);
  });

  it("agrees with the independent filter of two tanks over 100 irregular, gappy steps", () => {
    const model = tankModel();
    const filter = new Ekf(model, tankOptions());
    let t = 0;
    for (let k = 0; k < 100; k++) {
      model.u[0] = tank.u[k]!;
      t = filter.predict(t, tank.dt[k]!);
      filter.update(t, numbers(tank.z[k]!));
    }
    for (const [i, x] of tank.ekf.entries()) near(filter.x[i]! / x, 1, 1e-12);
  });

  it("refuses what is beyond the gate, and only that output", () => {
    const filter = new Ekf(cart, { x: [0, 0], sd: [1, 1], q: [0, 0], r: [1, 1], gate: 5 });
    filter.update(0, [100, 1]);
    assert.deepEqual(Array.from(filter.refused), [1, 0]);
    assert.equal(filter.x[0], 0);
    near(filter.x[1]!, 0.5, 1e-14);
    assert.equal(filter.innovation[0], 100);
  });

  it("keeps a bound, and moves what is correlated with the bounded element", () => {
    const filter = new Ekf(cart, { x: [0, 0], sd: [1, 1], q: [0, 0], r: [1e-6, 1e6], low: [-9, -9], high: [9, 0.5] });
    filter.predict(0, 1);
    filter.update(1, [4, Number.NaN]);
    assert.equal(filter.x[1], 0.5);
    // Unbounded: x = 4, v = 2. Var x ≈ 1e-6, so v's excess hardly moves x.
    near(filter.x[0]!, 4, 1e-4);
    assert(filter.x[0]! < 4);
  });

  it("stays symmetric and positive over 20 000 sharp measurements", () => {
    const filter = new Ekf(cart, { x: [0, 0], sd: [1e3, 1e3], q: [0, 1e-12], r: [1e-10, 1e-2] });
    const random = createRandom(3);
    for (let i = 0; i < 20_000; i++) {
      filter.predict(i, 1);
      filter.update(i + 1, [1e-5 * random.normal(), 0.1 * random.normal()]);
    }
    const [a, b, c, d] = filter.P as unknown as [number, number, number, number];
    assert.equal(b, c);
    assert(a > 0 && d > 0 && a * d - b * c > 0);
  });

  it("resumes from a snapshot as if nothing had happened", () => {
    const a = new Ekf(cart, { x: [0, 0], sd: [1, 1], q: [0.1, 0.1], r: [1, 1] });
    a.predict(0, 1);
    a.update(1, [1, 1]);
    const b = new Ekf(cart, { x: [5, 5], sd: [1, 1], q: [0.1, 0.1], r: [1, 1] });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    for (const f of [a, b]) {
      f.predict(1, 2);
      f.update(3, [2, 0]);
    }
    assert.deepEqual(b.x, a.x);
    assert.deepEqual(b.P, a.P);
    assert.throws(() => b.restore({ x: [1], P: [1] }), TypeError);
  });

  it("passes on that the solver stopped early", () => {
    const slow: JointModel = { ...decay(-1), flow: (t, h) => t + h / 4 };
    const filter = new Ekf(slow, { x: [1], sd: [1], q: [0], r: [1], substeps: 1 });
    assert.equal(filter.predict(10, 4), 11);
  });
});
