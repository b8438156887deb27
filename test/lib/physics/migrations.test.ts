import assert from "node:assert/strict";
import { migrate } from "../../../src/nodes/physics/migrations.ts";

describe("twin-physics configuration", () => {
  it("keeps the present version as it is", () => {
    const config = migrate({ preset: "tank", learn: 50, parameters: [{ name: "tankArea", value: 3 }] });
    assert.deepEqual(migrate(config), config);
  });

  it("gives what is absent its default; a text without a choice is own equations", () => {
    const { version, preset, correct, parameters } = migrate({ equations: "y = 1" });
    assert.deepEqual(
      { version, preset, correct, parameters },
      { version: 2, preset: "own", correct: true, parameters: [] },
    );
    assert.equal(migrate({}).preset, "");
  });

  it("1 → 2: follows as before, estimates and calibrates nothing by itself", () => {
    const old = { version: 1, preset: "tank", follow: 600, settle: "", maxGap: "", parameters: [], predictions: [] };
    const { version, follow, estimate, drifting, noise, process, gate, calibrate, correction, correctionInputs } =
      migrate(old);
    assert.deepEqual(
      { version, follow, estimate, drifting, noise, process, gate, calibrate, correction, correctionInputs },
      {
        version: 2,
        follow: 600,
        estimate: "follow",
        drifting: [],
        noise: [],
        process: [],
        gate: "",
        calibrate: [],
        correction: true,
        correctionInputs: [],
      },
    );
  });
});
