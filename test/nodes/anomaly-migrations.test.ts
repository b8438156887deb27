import assert from "node:assert/strict";
import { migrate } from "../../src/nodes/anomaly/migrations.ts";

describe("twin-anomaly migrations", () => {
  it("leave version 3 unchanged", () => {
    const config = { id: "x", version: 3 as const, hold: 3, clear: 10, refractory: 20 };
    assert.equal(migrate(config), config);
  });
  it("give version 2 the automatic detector that it had, and change nothing else", () => {
    const second = { id: "x", version: 2, learning: "400", hold: 3, clear: 10, refractory: 20, mode: "speed" };
    const { version, detector, ...rest } = migrate(second);
    assert.deepEqual([version, detector], [3, "auto"]);
    const { version: _, ...before } = second;
    assert.deepEqual(Object.fromEntries(Object.entries(rest).filter(([key]) => key in before)), before);
    assert.equal(migrate({ id: "x", version: 2, detector: "cusum" }).detector, "cusum");
  });
  it("give version 1 as delivered the new alert layer, and keep what somebody has chosen", () => {
    const first = { id: "x", version: 1, learning: 500, hold: 3, clear: "10", refractory: 20 };
    const { version, detector, learning, hold, clear, refractory } = migrate(first);
    assert.deepEqual([version, detector, learning, hold, clear, refractory], [3, "auto", 500, 1, 32, 0]);
    const chosen = migrate({ ...first, hold: 6 });
    assert.deepEqual([chosen.version, chosen.hold, chosen.clear, chosen.refractory], [3, 6, "10", 20]);
    assert.equal(migrate({ id: "x" }).falseAlarmsPerMonth, 1);
  });
});
