import assert from "node:assert/strict";
import type { AnomalyEvent } from "../../../src/lib/anomaly/engine.ts";
import { engineFor, message, START } from "./fixtures.ts";

const NPSH = {
  path: "model.derived.npshMargin",
  direction: "below",
  limit: 0.5,
  unit: "m",
  text: "cavitation threatens, clean the strainer or run slower",
};

function follow(margins: (number | null)[], row: object = NPSH) {
  const engine = engineFor(["flow"], { limits: [{ ...NPSH, ...row }], latch: false });
  const events: AnomalyEvent[] = [];
  const model = { expected: {}, sd: {}, residual: {}, z: {} };
  const sections = margins.map((npshMargin, i) => {
    const derived = npshMargin === null ? {} : { npshMargin };
    const result = engine.update(message(START + i * 1000, { flow: 60 + (i % 3) }, { model: { ...model, derived } }));
    events.push(...result.events);
    return result.section;
  });
  return { events, sections };
}

describe("derived limits", () => {
  it("warn in one sentence, before anything is learned, and give health", () => {
    const { events, sections } = follow([2, 1, 0.45, 0.44, 0.42, 0.42]);
    assert.deepEqual(events, [
      {
        event: "raised",
        severity: "warning",
        text: "NPSH margin 0.42 m is below 0.5 m: cavitation threatens, clean the strainer or run slower.",
      },
    ]);
    assert.equal(sections.at(-1)!.state, "active");
    assert.equal(sections.at(-1)!.health, 60);
    assert.deepEqual(sections.at(-1)!.why, [events[0]!.text]);
  });

  it("need the hold: a dip of two samples is none", () => {
    assert.equal(follow([2, 0.3, 0.3, 2, 0.3, 0.3, 2]).events.length, 0);
  });

  it("clear only beyond the hysteresis", () => {
    const low = [0.4, 0.4, 0.4];
    const just = new Array(30).fill(0.51);
    assert.equal(follow([...low, ...just]).sections.at(-1)!.active, true);
    const well = follow([...low, ...new Array(10).fill(0.53)]);
    assert.equal(well.sections.at(-1)!.active, false);
    assert.equal(well.events.at(-1)!.text, "NPSH margin is back above 0.5 m: 0.53 m.");
  });

  it("say nothing while the quantity is missing", () => {
    const { sections } = follow([0.4, 0.4, 0.4, null, null]);
    assert.equal(sections.at(-1)!.active, true);
    assert.equal(follow([null, null, null, null]).events.length, 0);
  });

  it("work above too, on signals, with their own severity", () => {
    const row = { path: "flow", direction: "above", limit: 50, unit: "", text: "", severity: "alarm" };
    const { events } = follow([null, null, null, null], row);
    assert.deepEqual([events[0]!.severity, events[0]!.text], ["alarm", "Flow 62 m³/h is above 50 m³/h."]);
  });
});
