import assert from "node:assert/strict";
import { readCommandAction, readSetPoints } from "../../../src/lib/command/intake.ts";
import { readSettings } from "../../../src/lib/command/settings.ts";
import { duration, quantity } from "../../../src/lib/command/words.ts";
import { compileExpression } from "../../../src/lib/expression/compile.ts";
import { asset, config, settings } from "./kit.ts";

describe("command intake", () => {
  it("reads a value for the default signal, and values by name", () => {
    assert.deepEqual(readSetPoints(1410, "speed"), [{ signal: "speed", value: 1410 }]);
    assert.deepEqual(readSetPoints(true, "valve"), [{ signal: "valve", value: true }]);
    assert.deepEqual(readSetPoints({ speed: 1410, valve: false }, undefined), [
      { signal: "speed", value: 1410 },
      { signal: "valve", value: false },
    ]);
  });

  it("refuses everything else with a sentence", () => {
    for (const payload of [
      "1410",
      null,
      undefined,
      [],
      [1],
      Number.NaN,
      Buffer.from("1"),
      {},
      { speed: "1410" },
      { speed: { value: 1 } },
    ])
      assert.throws(() => readSetPoints(payload, "speed"), { code: "E_PAYLOAD", message: /\.$/ });
    assert.throws(() => readSetPoints(1410, undefined), /choose a default signal/);
  });

  it("reads an action and its expiry", () => {
    assert.deepEqual(readCommandAction({ signal: "speed", value: 1410, expires: 5 }), {
      signal: "speed",
      value: 1410,
      expires: 5,
    });
    for (const action of [
      {},
      { signal: "", value: 1 },
      { signal: "speed" },
      { signal: "speed", value: 1, expires: "x" },
    ])
      assert.throws(() => readCommandAction(action), { code: "E_PAYLOAD" });
  });
});

describe("command settings", () => {
  it("fill in what is not given", () => {
    const empty = readSettings({}, asset, compileExpression);
    assert.equal(empty.mode, "advise");
    assert.equal(empty.expiry, 60_000);
    assert.equal(empty.simulatedTarget, false);
    assert.equal(settings().signals.get("valve")!.tolerance, 0.01, "1 % of the range");
  });

  it("take the only commandable signal as default", () => {
    assert.equal(settings({ defaultSignal: "", signals: [config.signals![0]!] }).defaultSignal, "speed");
    assert.equal(settings({ defaultSignal: "" }).defaultSignal, undefined);
  });

  it("say which row and column is wrong", () => {
    const wrong = (changes: object, sentence: RegExp) =>
      assert.throws(() => settings(changes), { code: "E_COMMAND", message: sentence });
    wrong({ mode: "maybe" }, /mode "maybe"/);
    wrong(
      { signals: [{ signal: "nothing", low: 0, high: 1 }] },
      /row 1: "nothing" is not a signal of the asset "Pump 1"/,
    );
    wrong({ signals: [{ signal: "speed", low: "", high: 1 }] }, /enter the lowest and the highest value/);
    wrong({ signals: [{ signal: "speed", low: 2, high: 1 }] }, /lowest value 2 is above the highest value 1/);
    wrong({ signals: [{ signal: "speed", low: 0, high: 1, step: 0 }] }, /largest step: 0 must be above zero/);
    wrong({ signals: [config.signals![0], config.signals![0]] }, /listed twice \(row 2\)/);
    wrong({ signals: "x" }, /table of this node is damaged/);
    wrong({ defaultSignal: "flow" }, /default signal "flow" is not in the table/);
    wrong({ expiry: "soon" }, /Expiry: "soon" is not a number/);
    wrong({ expiry: 0 }, /Expiry: 0 is too small/);
  });
});

describe("command words", () => {
  it("name values and times as people do", () => {
    assert.equal(quantity(1410, "/min"), "1410 rpm");
    assert.equal(quantity(0.1 + 0.2, "1"), "0.3");
    assert.equal(quantity(null, "bar"), "unknown");
    assert.equal(quantity(true, "1"), "on");
    assert.deepEqual([500, 60_000, 300_000, 7.2e6, -5].map(duration), ["0.5 s", "60 s", "5 min", "2 h", "0 s"]);
  });
});
