import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";
import { number } from "../../../src/web/page/dom.ts";
import { tilesOf } from "../../../src/web/page/tiles.ts";
import { mergeQuantities } from "../../../src/web/view.ts";

const model = {
  expected: {},
  sd: {},
  residual: {},
  z: {},
  states: { winding: 90.95, frame: 65.1, deposit: 0.00021 },
  stateSd: { deposit: 0.00003 },
  derived: { npshMargin: 2.99527, effectiveness: 0.768, leakChange: -0.0001, own_value: 5 },
};
const twin = { v: 1, id: "a", branch: "live", time: 0, updated: [], values: { frame: 65.2, speed: null }, model };
const detail = {
  twin: { ...twin, status: { speed: 0x80000000 } } as unknown as Envelope,
  signals: [
    { name: "frame", label: "Frame", unit: "°C", component: "", normal: null },
    { name: "speed", label: "Speed", unit: "rpm", component: "", normal: null },
  ],
  quantities: [
    { name: "winding", label: "Winding", unit: "°C" },
    { name: "deposit", label: "Deposit", unit: "m²·K/kW" },
    { name: "npshMargin", label: "npshMargin", unit: "m" },
    { name: "effectiveness", label: "effectiveness", unit: "" },
    { name: "leakChange", label: "Leak: change", unit: "", same: true as const },
  ],
};

describe("the tiles of a twin", () => {
  it("carry units, spreads and the word for a doubtful value; a measured state is shown once", () => {
    const texts = tilesOf(detail, false).map((t) => `${t.label} ${t.value} ${t.spread}`.trim());
    assert.deepEqual(texts, [
      "Frame 65.2 °C",
      "Speed – rpm (bad)",
      "Winding 90.95 °C",
      "Deposit 0.00021 m²·K/kW ± 0.00003",
      "NPSH margin 3 m",
      "Effectiveness 0.768",
      "Own value 5",
    ]);
    const beside = tilesOf(detail, true).map((t) => t.label);
    assert.deepEqual(beside, ["Winding", "Deposit", "NPSH margin", "Effectiveness", "Own value"]);
  });

  it("have no unit where two models of a twin disagree about it", () => {
    const merged = mergeQuantities([
      [{ name: "x", label: "x", unit: "kW" }],
      [
        { name: "x", label: "x", unit: "W" },
        { name: "y", label: "y", unit: "m" },
      ],
    ]);
    assert.deepEqual(
      merged.map((q) => q.unit),
      ["", "m"],
    );
  });

  it("keep the digits of small numbers", () => {
    assert.deepEqual([0.00021349, -0.5, 0, 1e-17, 1.005, 1234.5].map(number), [
      "0.000213",
      "-0.5",
      "0",
      "0",
      "1",
      "1235",
    ]);
  });
});
