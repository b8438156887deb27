import assert from "node:assert/strict";
import { migrate } from "../../src/nodes/anomaly/migrations.ts";

describe("twin-anomaly migrations", () => {
  it("leave version 2 unchanged", () => {
    const config = { id: "x", version: 2 as const, hold: 3, clear: 10, refractory: 20 };
    assert.equal(migrate(config), config);
  });
  it("give version 1 as delivered the new alert layer, and keep what somebody has chosen", () => {
    const first = { id: "x", version: 1, learning: 500, hold: 3, clear: "10", refractory: 20 };
    const { version, learning, hold, clear, refractory } = migrate(first);
    assert.deepEqual([version, learning, hold, clear, refractory], [2, 500, 1, 32, 0]);
    const chosen = migrate({ ...first, hold: 6 });
    assert.deepEqual([chosen.version, chosen.hold, chosen.clear, chosen.refractory], [2, 6, "10", 20]);
    assert.equal(migrate({ id: "x" }).falseAlarmsPerMonth, 1);
  });
});
