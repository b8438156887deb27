import assert from "node:assert/strict";
import { defaults, migrate } from "../../src/nodes/command/migrations.ts";

describe("twin-command migrations", () => {
  it("leave version 1 unchanged", () => {
    const config = { ...defaults, id: "x", mode: "auto" as const, retries: "5" };
    assert.deepEqual(migrate(config), config);
  });
  it("give older settings the defaults, which write nothing on their own", () => {
    const config = migrate({ name: "old", signals: undefined });
    assert.equal(config.name, "old");
    assert.equal(config.version, 1);
    assert.equal(config.mode, "advise");
    assert.deepEqual(config.signals, []);
    assert.equal(config.simulatedTarget, false);
  });
});
