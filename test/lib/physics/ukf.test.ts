import assert from "node:assert/strict";
import { Ekf } from "../../../src/lib/physics/estimators/ekf.ts";
import type { JointModel } from "../../../src/lib/physics/estimators/estimator.ts";
import { cholesky, Ukf } from "../../../src/lib/physics/estimators/ukf.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { cart, numbers, tank, tankModel, tankOptions } from "./estimators.ts";

describe("Ukf", () => {
  it("is the Kalman filter of a linear model", () => {
    const options = { x: [1, 2], sd: [1, 0.5], q: [0.01, 0.02], r: [0.5, 0.2], substeps: 1 };
    const ukf = new Ukf(cart, options);
    const ekf = new Ekf(cart, options);
    const random = createRandom(1);
    for (let i = 0; i < 200; i++) {
      const z = [random.normal(), random.next() < 0.3 ? Number.NaN : random.normal()];
      for (const f of [ukf, ekf]) {
        f.predict(i, 0.1 + (i % 3) / 6);
        f.update(i, z);
      }
      assert(Math.abs(ukf.nis - ekf.nis) < 1e-8);
    }
    for (let i = 0; i < 2; i++) assert(Math.abs(ukf.x[i]! - ekf.x[i]!) < 1e-9);
    for (let i = 0; i < 4; i++) assert(Math.abs(ukf.P[i]! - ekf.P[i]!) < 1e-9);
  });

  it("knows the mean and variance of a square, which a linearisation does not", () => {
    // z = x² with x ~ N(2, 0.3²): E z = 4 + 0.09, Var z = 4·4·0.09 + 2·0.09² (moments of a normal).
    const square: JointModel = {
      ...cart,
      size: 1,
      states: 1,
      outputs: 1,
      observe: (_t, x, out) => void (out[0] = x[0]! ** 2),
      sensitivities: (_t, x, out) => void (out[0] = 2 * x[0]!),
    };
    const ukf = new Ukf(square, { x: [2], sd: [0.3], q: [0], r: [0] });
    ukf.update(0, [Number.NaN]);
    assert(Math.abs(ukf.expected[0]! - 4.09) < 1e-10);
    assert(Math.abs(ukf.variance[0]! - (16 * 0.09 + 2 * 0.09 ** 2)) < 2e-3);
  });

  it("agrees with the independent filter of two tanks over 100 irregular, gappy steps", () => {
    const model = tankModel();
    const filter = new Ukf(model, tankOptions());
    let t = 0;
    for (let k = 0; k < 100; k++) {
      model.u[0] = tank.u[k]!;
      t = filter.predict(t, tank.dt[k]!);
      filter.update(t, numbers(tank.z[k]!));
    }
    for (const [i, x] of tank.ukf.entries()) assert(Math.abs(filter.x[i]! / x - 1) < 1e-11);
  });

  it("lets parameters without spread rest", () => {
    const model = tankModel();
    const filter = new Ukf(model, { ...tankOptions(), sd: [0.1, 0.1, 0, 0], q: [1e-9, 1e-9, 0, 0] });
    model.u[0] = 0.02;
    filter.predict(0, 1);
    filter.update(1, [0.45, 0.42]);
    assert.equal(filter.x[2], tank.x[2]);
    assert.notEqual(filter.x[0], tank.x[0]);
  });

  it("roots a semidefinite matrix and refuses an indefinite one", () => {
    const semi = Float64Array.of(4, 2, 2, 1);
    assert(cholesky(semi, 2));
    assert.deepEqual([semi[0], semi[2], semi[3]], [2, 1, 0]);
    assert.equal(cholesky(Float64Array.of(1, 2, 2, 1), 2), false);
  });
});
