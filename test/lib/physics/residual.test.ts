import assert from "node:assert/strict";
import { ResidualLearner } from "../../../src/lib/physics/residual.ts";
import { normals } from "./normals.ts";

const OPTIONS = { learn: 100, correct: true, floor: 0, scale: Number.NaN };

describe("residual", () => {
  it("learns offset and spread of Gaussian noise without bias", () => {
    // 400 machines, each offset 2 and spread 0.5. Means over machines have a standard error of sd/sqrt(400·100).
    const noise = normals(11);
    let offset = 0;
    let variance = 0;
    for (let m = 0; m < 400; m++) {
      const learner = new ResidualLearner(OPTIONS);
      for (let i = 0; i < 100; i++) learner.update(10 + 2 + 0.5 * noise(), 10, true);
      assert.equal(learner.progress, 1);
      offset += learner.offset / 400;
      variance += learner.sd ** 2 / 400;
    }
    assert(Math.abs(offset - 2) < 5 * (0.5 / Math.sqrt(40_000)), `offset ${offset}`);
    // The clipped recursive variance, begun with a MAD, is a few percent off at most.
    assert(Math.abs(Math.sqrt(variance) / 0.5 - 1) < 0.05, `spread ${Math.sqrt(variance)}`);
  });

  it("is hardly moved by outliers while learning", () => {
    const noise = normals(5);
    const learner = new ResidualLearner(OPTIONS);
    for (let i = 0; i < 100; i++) learner.update(i % 10 === 3 ? 1e6 : 1 + 0.1 * noise(), 0, true);
    assert(Math.abs(learner.offset - 1) < 0.1, `offset ${learner.offset}`);
    assert(learner.sd < 0.3, `spread ${learner.sd}`);
  });

  it("does not learn a fault after learning", () => {
    const noise = normals(7);
    const learner = new ResidualLearner(OPTIONS);
    for (let i = 0; i < 100; i++) learner.update(noise(), 0, true);
    const { sd } = learner;
    let last = learner.update(0, 0, true);
    for (let i = 0; i < 10_000; i++) last = learner.update(i / 1000 + noise(), 0, true);
    assert.equal(learner.sd, sd);
    assert(last.z > 6, `z ${last.z}`);
  });

  it("knows nothing before there are samples, and says NaN", () => {
    const learner = new ResidualLearner(OPTIONS);
    const first = learner.update(5, 4, true);
    assert(Number.isNaN(first.sd) && Number.isNaN(first.z));
    const missing = learner.update(Number.NaN, 4, true);
    assert(Number.isNaN(missing.residual));
    assert.equal(learner.progress, 0.01);
  });

  it("has a floor, of the signal's scale or of the expected size", () => {
    const bySize = new ResidualLearner({ ...OPTIONS, floor: 0.01 });
    for (let i = 0; i < 100; i++) bySize.update(200, 200, true);
    assert(Math.abs(bySize.sd - 2) < 1e-9);
    const byScale = new ResidualLearner({ ...OPTIONS, floor: 0.01, scale: 50 });
    for (let i = 0; i < 100; i++) byScale.update(200, 200, true);
    assert.equal(byScale.sd, 0.5);
  });

  it("leaves the model's value alone when told so", () => {
    const learner = new ResidualLearner({ ...OPTIONS, correct: false });
    let last = learner.update(12, 10, true);
    for (let i = 0; i < 200; i++) last = learner.update(12 + (i % 2) * 0.1, 10, true);
    assert.equal(last.expected, 10);
    assert(last.residual >= 2);
  });

  it("freezes, learns again, and survives a snapshot", () => {
    const noise = normals(3);
    const a = new ResidualLearner(OPTIONS);
    assert.equal(a.freeze(), false);
    for (let i = 0; i < 40; i++) a.update(1 + noise(), 0, true);
    const b = new ResidualLearner(OPTIONS);
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    for (let i = 0; i < 40; i++) {
      const x = noise();
      assert.deepEqual(b.update(x, 0, true), a.update(x, 0, true));
    }
    assert.equal(a.freeze(), true);
    assert.equal(a.progress, 1);
    a.relearn();
    assert.equal(a.progress, 0);
    assert.throws(() => b.restore({}), TypeError);
  });
});
