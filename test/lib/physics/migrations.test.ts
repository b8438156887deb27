import assert from "node:assert/strict";
import { migrate } from "../../../src/nodes/physics/migrations.ts";

describe("twin-physics configuration", () => {
  it("keeps version 1 as it is", () => {
    const config = migrate({ preset: "tank", learn: 50, parameters: [{ name: "tankArea", value: 3 }] });
    assert.deepEqual(migrate(config), config);
  });

  it("gives what is absent its default; a text without a choice is own equations", () => {
    const { version, preset, correct, parameters } = migrate({ equations: "y = 1" });
    assert.deepEqual(
      { version, preset, correct, parameters },
      { version: 1, preset: "own", correct: true, parameters: [] },
    );
    assert.equal(migrate({}).preset, "");
  });
});
