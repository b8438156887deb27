import assert from "node:assert/strict";
import type { AnomalySection, ModelSection, RulSection } from "../../../src/lib/twin/envelope.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { at, codes, decisions, deliver, makeDesk, of, readyDesk, sent, settings, twin } from "./kit.ts";

const rules = (...rows: object[]) => ({ rules: rows as never, minInterval: 0 });
const slowDown = { when: "flow < 30", hold: 5, set: "speed", to: "1410", why: "Flow is low" };

/** Feeds one value of flow per second from second 1 on (the machine follows every command) and returns all effects. */
function feed(desk: ReturnType<typeof makeDesk>, flows: (number | null)[], from = 1) {
  let speed = 1480;
  return flows.flatMap((flow, i) => {
    const now = at(from + i);
    const effects = deliver(desk, desk.see(twin(from + i, { speed, flow }), now), now);
    for (const [signal, value] of sent(effects)) if (signal === "speed") speed = value as number;
    return effects;
  });
}
const times = (n: number, value: number | null) => Array<number | null>(n).fill(value);

describe("command rules", () => {
  it("write once when the condition has held long enough, and say why", () => {
    const desk = readyDesk(rules(slowDown));
    assert.deepEqual(sent(feed(desk, times(5, 20))), []);
    const effects = feed(desk, times(30, 20), 6);
    assert.deepEqual(sent(effects), [["speed", 1410]]);
    assert.equal(
      of(effects, "audit")[0]!.reason,
      "Speed set to 1410 rpm (was 1480 rpm), because Flow is low; Flow is 20.",
    );
  });

  it("start the hold time again when the condition is interrupted, and when data is missing", () => {
    assert.deepEqual(sent(feed(readyDesk(rules(slowDown)), [...times(5, 20), 40, ...times(5, 20)])), []);
    assert.deepEqual(sent(feed(readyDesk(rules(slowDown)), [...times(5, 20), null, ...times(5, 20)])), []);
  });

  it("do not act on data that is not Good", () => {
    const desk = readyDesk(rules({ ...slowDown, hold: 0 }));
    const bad = twin(1, { speed: 1480, flow: 20 }, { status: { flow: StatusCode.Uncertain_LastUsableValue } });
    assert.deepEqual(desk.see(bad, at(1)).effects, []);
  });

  it("act again only after the condition was false for the re-arm time", () => {
    const rule = { ...slowDown, hold: 0, to: "speed * 0.99" };
    const short = feed(readyDesk(rules(rule)), [20, ...times(9, 40), 20]);
    assert.equal(sent(short).length, 1);
    const long = feed(readyDesk(rules(rule)), [20, ...times(12, 40), 20]);
    assert.equal(sent(long).length, 2);
  });

  it("compute the set-point", () => {
    const rule = { ...slowDown, hold: 0, to: "speed * 0.95" };
    assert.deepEqual(sent(feed(readyDesk(rules(rule)), [20])), [["speed", 1406]]);
  });

  it("refuse a set-point that cannot be computed, once", () => {
    const effects = feed(readyDesk(rules({ ...slowDown, hold: 0, to: "model.derived.best" })), times(5, 20));
    assert.deepEqual(codes(effects), ["E_LIMITS"]);
    assert.match(of(effects, "refuse")[0]!.refusal.sentence, /cannot be computed: no model.derived.best/);
  });

  it("are bound by the limits, and report a refusal once while the condition lasts", () => {
    const effects = feed(readyDesk(rules({ ...slowDown, hold: 0, to: "600" })), times(20, 20));
    assert.deepEqual(sent(effects), []);
    assert.deepEqual(codes(effects), ["E_LIMITS"]);
    assert.deepEqual(decisions(effects), ["refused"]);
  });

  it("write as soon as a refusal's reason is gone, if the condition still holds", () => {
    const desk = readyDesk({ ...rules({ ...slowDown, hold: 0 }), interlock: "anomaly.health > 50" });
    const health = (health: number) => ({ anomaly: { health } as unknown as AnomalySection });
    const bad = desk.see(twin(1, { speed: 1480, flow: 20 }, health(40)), at(1)).effects;
    assert.deepEqual(codes(bad), ["E_INTERLOCK"]);
    assert.deepEqual(desk.see(twin(2, { speed: 1480, flow: 20 }, health(45)), at(2)).effects, []);
    assert.deepEqual(sent(desk.see(twin(3, { speed: 1480, flow: 20 }, health(60)), at(3)).effects), [["speed", 1410]]);
  });

  it("only advise in mode advise, one proposal per event", () => {
    const desk = readyDesk({ ...rules(slowDown), mode: "advise" });
    const effects = feed(desk, times(30, 20));
    assert.deepEqual(decisions(effects), ["proposed"]);
    assert.match(desk.pending[0]!.why!.join(), /Flow is low,Flow is 20/);
    assert.deepEqual(decisions(feed(desk, times(60, 20), 40)), ["expired"], "expired advice does not come back");
  });

  it("in mode off are refused once", () => {
    const effects = feed(readyDesk({ ...rules({ ...slowDown, hold: 0 }), mode: "off" }), times(20, 20));
    assert.deepEqual(codes(effects), ["E_MODE"]);
  });

  it("of two rules for one signal the earlier goes first for as long as it holds; then the other gets its turn", () => {
    const first = { when: "flow < 30", set: "speed", to: "1410" };
    const second = { when: "speed > 1000", set: "speed", to: "1200" };
    const desk = makeDesk(rules(first, second));
    const both = feed(desk, times(20, 20));
    assert.deepEqual(sent(both), [["speed", 1410]]);
    assert.match(of(both, "refuse")[0]!.refusal.sentence, /Rule 1 goes before rule 2/);
    assert.equal(codes(both).length, 1);
    assert.deepEqual(sent(feed(desk, times(3, 50), 21)), [["speed", 1200]]);
  });

  it("an earlier rule takes the place of an open command of a later one", () => {
    const first = { when: "flow < 30", set: "speed", to: "1000" };
    const second = { when: "flow < 40", set: "speed", to: "1410" };
    const desk = readyDesk(rules(first, second));
    const send = (s: number, flow: number) => deliver(desk, desk.see(twin(s, { speed: 1480, flow }), at(s)), at(s));
    assert.deepEqual(sent(send(1, 35)), [["speed", 1410]]);
    const effects = send(2, 20);
    assert.deepEqual(sent(effects), [["speed", 1000]]);
    assert.deepEqual(decisions(effects), ["failed", "sent"]);
    assert.equal(desk.openCount, 1);
  });

  it("remember over a restart that they have acted, and wait the hold time anew", () => {
    const desk = readyDesk(rules({ ...slowDown, hold: 0 }));
    feed(desk, [20]);
    const restored = makeDesk(rules({ ...slowDown, hold: 0 }));
    restored.restore(desk.snapshot());
    assert.deepEqual(sent(feed(restored, times(5, 20), 3)), []);

    const holding = readyDesk(rules(slowDown));
    feed(holding, times(4, 20));
    const next = makeDesk(rules(slowDown));
    next.restore(holding.snapshot());
    assert.deepEqual(sent(feed(next, times(4, 20), 6)), []);
  });

  it("hold over the timer too, on a machine that sends seldom", () => {
    const desk = readyDesk(rules(slowDown));
    desk.see(twin(1, { speed: 1480, flow: 20 }), at(1));
    assert.deepEqual(sent(desk.advance(at(5))), []);
    assert.deepEqual(sent(desk.advance(at(6))), [["speed", 1410]]);
  });

  it("are checked when they are read", () => {
    const wrong = (rule: object, sentence: RegExp) =>
      assert.throws(() => settings(rules({ ...slowDown, ...rule })), sentence);
    wrong({ when: "" }, /Rule 1, when: enter a condition/);
    wrong({ to: " " }, /Rule 1, to: enter the value/);
    wrong({ set: "flow" }, /Rule 1, set: "flow" is not in the table/);
    wrong({ when: "flwo < 3" }, /Rule 1, when: .*"flwo"/);
    wrong({ hold: "x" }, /Rule 1, hold: "x" is not a number/);
    assert.throws(() => settings({ interlock: "nothing > 3" }), /The interlock: /);
  });
});

describe("messages that are not commands", () => {
  const sections: [string, object][] = [
    ["state", {}],
    ["physics", { model: { expected: { speed: 1410 } } as unknown as ModelSection }],
    ["anomaly", { anomaly: { state: "active", active: true, score: 0.93, health: 20 } as unknown as AnomalySection }],
    ["RUL", { rul: { unit: "h", p50: 3, unknown: false } as unknown as RulSection }],
    ["another command", { command: { signal: "speed", value: 1410 } }],
  ];
  for (const [what, section] of sections)
    it(`${what} message with no matching rule writes nothing and says so`, () => {
      for (const changes of [{}, rules(slowDown)]) {
        const desk = makeDesk(changes);
        const outcome = desk.see(twin(1, { speed: 1480, flow: 50 }, section), at(1));
        assert.deepEqual(outcome.effects, []);
        assert.equal(outcome.matching, 0);
        assert.equal(outcome.reply.message, "No rule applies: nothing is written.");
      }
    });

  it("keep what earlier messages said for as long as it is fresh", () => {
    const rule = { when: "anomaly.health < 50", set: "speed", to: "1410", hold: 3 };
    const anomaly = { health: 20 } as unknown as AnomalySection;
    const desk = makeDesk(rules(rule));
    desk.see(twin(1, { speed: 1480 }, { anomaly }), at(1));
    desk.see(twin(2, { speed: 1480 }), at(2));
    assert.deepEqual(sent(desk.see(twin(4, { speed: 1480 }), at(4)).effects), [["speed", 1410]]);

    const old = makeDesk(rules({ ...rule, hold: 35 }));
    old.see(twin(1, { speed: 1480 }, { anomaly }), at(1));
    for (let s = 2; s < 50; s++) assert.deepEqual(old.see(twin(s, { speed: 1480 }), at(s)).effects, []);
  });

  it("that are late do not turn the guard's knowledge back", () => {
    const desk = readyDesk(rules({ ...slowDown, hold: 0 }));
    desk.see(twin(10, { speed: 1480, flow: 50 }), at(10));
    assert.deepEqual(desk.see(twin(5, { speed: 1480, flow: 20 }), at(10)).effects, []);
  });
});
