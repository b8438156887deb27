import assert from "node:assert/strict";
import { Alert } from "../../../src/lib/anomaly/alert.ts";

const OVER = { over: true, below: false, severity: "warning" } as const;
const CALM = { over: false, below: true, severity: "warning" } as const;
const BETWEEN = { over: false, below: false, severity: "warning" } as const;

function run(alert: Alert, inputs: readonly object[]): (string | undefined)[] {
  return inputs.map((input, time) => alert.update({ time, ...OVER, ...input }));
}

describe("alert layer", () => {
  const options = { hold: 3, clear: 2, latch: false, refractory: 0 };

  it("holds before it raises and counts anew after an interruption", () => {
    const alert = new Alert(options);
    const said = run(alert, [OVER, OVER, BETWEEN, OVER, OVER, OVER, OVER]);
    assert.deepEqual(said, [undefined, undefined, undefined, undefined, undefined, "raised", undefined]);
    assert.equal(alert.since, 5);
  });

  it("stays through the hysteresis band and clears below it", () => {
    const alert = new Alert(options);
    run(alert, [OVER, OVER, OVER]);
    assert.deepEqual(run(alert, [BETWEEN, BETWEEN, CALM, BETWEEN, CALM, CALM]).indexOf("cleared"), 5);
    assert.equal(alert.active, false);
    assert.equal(alert.severity, "none");
  });

  it("latches until acknowledged; an alarm that was acknowledged while active just ends", () => {
    const alert = new Alert({ ...options, latch: true });
    run(alert, [OVER, OVER, OVER, CALM, CALM]);
    assert.deepEqual([alert.active, alert.latched], [false, true]);
    assert.equal(alert.acknowledge(), true);
    assert.equal(alert.latched, false);
    run(alert, [OVER, OVER, OVER]);
    alert.acknowledge();
    assert.equal(alert.active, true);
    run(alert, [CALM, CALM]);
    assert.deepEqual([alert.active, alert.latched], [false, false]);
  });

  it("rests after clearing", () => {
    const alert = new Alert({ ...options, refractory: 5 });
    run(alert, [OVER, OVER, OVER, CALM, CALM]);
    assert.deepEqual(
      run(alert, [OVER, OVER, OVER, OVER, OVER]).map((t) => t === "raised"),
      [false, false, false, false, true],
    );
  });

  it("says changed when it gets worse", () => {
    const alert = new Alert(options);
    run(alert, [OVER, OVER, OVER]);
    assert.deepEqual(run(alert, [{ ...OVER, severity: "alarm" }, OVER]), ["changed", undefined]);
    assert.equal(alert.severity, "alarm");
  });

  it("calls an alarm a warning again when it has been no more than that for as long as it takes to clear", () => {
    const alert = new Alert(options);
    const alarm = { ...OVER, severity: "alarm" };
    const said = run(alert, [alarm, alarm, alarm, OVER, alarm, OVER, BETWEEN, OVER]);
    assert.deepEqual(said.slice(3), [undefined, undefined, undefined, "changed", undefined]);
    assert.equal(alert.severity, "warning");
    assert.equal(alert.active, true);
  });

  it("goes on after a restart", () => {
    const a = new Alert({ ...options, latch: true });
    run(a, [OVER, OVER]);
    const b = new Alert({ ...options, latch: true });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    assert.deepEqual(run(b, [OVER]), ["raised"]);
  });
});
