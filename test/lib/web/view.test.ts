import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Store, TwinRecord } from "../../../src/lib/store/store.ts";
import { summary } from "../../../src/web/view.ts";

const anomaly = { state: "active", active: true, latched: false, health: 0.2, why: ["Plan cleaning.", "More."] };
const rul = { unit: "h", p05: 1, p50: 2, p95: 3, why: ["Cleanliness falls."] };
const why = (twin: object): string =>
  summary({ name: "" } as Store, { twin: { branch: "live", id: "a", ...twin }, proposals: [] } as unknown as TwinRecord)
    .why;

describe("what the list says of a twin", () => {
  it("gives the reason of the alarm and that of a short life, the graver one first", () => {
    const warned = { ...anomaly, severity: "warning" };
    assert.equal(why({ anomaly: warned }), "Plan cleaning.");
    assert.equal(why({ anomaly: warned, rul: { ...rul, severity: "none" } }), "Plan cleaning.");
    assert.equal(why({ anomaly: warned, rul: { ...rul, severity: "info" } }), "Plan cleaning. Cleanliness falls.");
    assert.equal(why({ anomaly: warned, rul: { ...rul, severity: "alarm" } }), "Cleanliness falls. Plan cleaning.");
  });
  it("leaves out the reasons of a detector that is quiet once the life is short", () => {
    const quiet = { ...anomaly, state: "normal", active: false, severity: "none", why: ["As usual."] };
    assert.equal(why({ anomaly: quiet, rul: { ...rul, severity: "warning" } }), "Cleanliness falls.");
    assert.equal(why({ anomaly: quiet }), "As usual.");
    assert.equal(why({}), "");
  });
});
