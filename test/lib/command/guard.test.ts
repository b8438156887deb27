import assert from "node:assert/strict";
import type { CommandConfig } from "../../../src/lib/command/settings.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { at, codes, config, decisions, deliver, makeDesk, of, readyDesk, sent, twin } from "./kit.ts";

/** One check blocks: the request is refused with this code and sentence, nothing is sent, one line is audited. */
function refuses(desk: ReturnType<typeof makeDesk>, code: string, sentence: RegExp, request = {}, now = at(1)) {
  const { effects, reply } = desk.request({ signal: "speed", value: 1410, ...request }, now);
  assert.deepEqual(sent(effects), []);
  assert.deepEqual(codes(effects), [code]);
  assert.deepEqual(decisions(effects), ["refused"]);
  assert.match(reply.message, sentence);
  assert.equal(reply.ok, false);
  const [refused] = of(effects, "refuse");
  assert.equal(refused!.command.result.refused, reply.message);
  assert.equal(refused!.command.result.sent, false);
}

describe("command guard", () => {
  it("lets a proper command through and says which checks it passed", () => {
    const { effects } = readyDesk().request({ signal: "speed", value: 1410 }, at(1));
    assert.deepEqual(sent(effects), [["speed", 1410]]);
    const { command } = of(effects, "send")[0]!;
    assert.deepEqual(Object.keys(command.checks), [
      ...["kill", "branch", "mode", "expiry", "limits", "rate", "interlock", "freshness", "arbitration"],
    ]);
    assert.ok(Object.values(command.checks).every((c) => c === "ok"));
    assert.equal(command.was, 1480);
    assert.equal(command.expires, at(61));
  });

  it("kill switch in the dialog", () => refuses(readyDesk({ killed: true }), "E_KILLED", /dialog/));

  it("kill switch of the twin, until it is released", () => {
    const desk = readyDesk();
    desk.kill(at(1), "Ann");
    refuses(desk, "E_KILLED", /kill switch is on \(Ann\)/);
    desk.release();
    assert.equal(sent(desk.request({ signal: "speed", value: 1410 }, at(1)).effects).length, 1);
  });

  it("kill switch of all twins", () => {
    const desk = makeDesk({}, "live", () => "All twins are stopped.");
    desk.see(twin(0, { speed: 1480 }), at(0));
    refuses(desk, "E_KILLED", /All twins are stopped/);
  });

  for (const branch of ["whatif:a", "replay:b", "attack:c"])
    it(`branch ${branch}, also when the message says that it is simulated`, () => {
      const desk = makeDesk({}, branch);
      desk.see(twin(0, { speed: 1480 }, { branch, simulated: true }), at(0));
      refuses(desk, "E_BRANCH", /only live data/);
    });

  it("writes on a what-if branch when the node's own setting says that the target is simulated", () => {
    const desk = makeDesk({ simulatedTarget: true }, "whatif:a");
    desk.see(twin(0, { speed: 1480 }, { branch: "whatif:a" }), at(0));
    assert.equal(sent(desk.request({ signal: "speed", value: 1410 }, at(1)).effects).length, 1);
  });

  it("mode off", () => refuses(readyDesk({ mode: "off" }), "E_MODE", /mode is off/));

  it("expiry in the past, and exactly now", () => {
    refuses(readyDesk(), "E_EXPIRED", /expired/, { expires: at(0) });
    refuses(readyDesk(), "E_EXPIRED", /expired/, { expires: at(1) });
  });

  it("limits, on both sides", () => {
    refuses(readyDesk(), "E_LIMITS", /Speed 1501 rpm is outside the limits 900 rpm to 1500 rpm/, { value: 1501 });
    refuses(readyDesk(), "E_LIMITS", /899\.5/, { value: 899.5 });
  });

  it("a signal without limits, also one with a prototype's name", () => {
    refuses(readyDesk(), "E_LIMITS", /"flow" may not be commanded/, { signal: "flow" });
    refuses(readyDesk(), "E_LIMITS", /may not be commanded/, { signal: "constructor" });
  });

  it("what is not a number", () => {
    for (const value of [null, "1410", Number.NaN, Number.POSITIVE_INFINITY])
      refuses(readyDesk(), "E_LIMITS", /must be a number/, { value });
  });

  const withRate = (extra: object): Partial<CommandConfig> => ({
    signals: [{ signal: "speed", low: 900, high: 1500, tolerance: 5, ...extra }],
  });

  it("largest step", () => {
    refuses(readyDesk(withRate({ step: 50 })), "E_RATE", /step from 1480 rpm to 1410 rpm .* 50 rpm/);
    assert.equal(
      sent(readyDesk(withRate({ step: 70 })).request({ signal: "speed", value: 1410 }, at(1)).effects).length,
      1,
    );
  });

  it("largest change per minute, summed over the last minute only", () => {
    const desk = readyDesk(withRate({ perMinute: 100 }));
    deliver(desk, desk.request({ signal: "speed", value: 1420 }, at(1)), at(1));
    desk.see(twin(5, { speed: 1420 }), at(5));
    refuses(desk, "E_RATE", /change by 110 rpm within one minute/, { value: 1370 }, at(10));
    desk.see(twin(61, { speed: 1420 }), at(61));
    assert.equal(sent(desk.request({ signal: "speed", value: 1370 }, at(62)).effects).length, 1);
  });

  it("a step that cannot be checked because the present value is unknown or not Good", () => {
    refuses(readyDesk(withRate({ step: 50 }), { flow: 1 }), "E_RATE", /present value of Speed is not known/);
    const desk = makeDesk(withRate({ step: 50 }));
    desk.see(twin(0, { speed: 1410 }, { status: { speed: StatusCode.Bad_OutOfRange } }), at(0));
    refuses(desk, "E_RATE", /not known/);
  });

  it("minimum interval", () => {
    const desk = readyDesk({ minInterval: 20 });
    deliver(desk, desk.request({ signal: "speed", value: 1420 }, at(1)), at(1));
    desk.see(twin(5, { speed: 1420 }), at(5));
    refuses(desk, "E_RATE", /written 9 s ago, and 20 s/, {}, at(10));
    assert.equal(sent(desk.request({ signal: "speed", value: 1410 }, at(21)).effects).length, 1);
  });

  it("interlock that is not fulfilled", () => {
    refuses(readyDesk({ interlock: "flow > 60" }), "E_INTERLOCK", /"flow > 60" is not fulfilled/);
    assert.equal(
      sent(readyDesk({ interlock: "flow > 40" }).request({ signal: "speed", value: 1410 }, at(1)).effects).length,
      1,
    );
  });

  it("interlock over missing data, over data that is not Good, and over a missing section", () => {
    refuses(readyDesk({ interlock: "flow > 40" }, { speed: 1480 }), "E_INTERLOCK", /no good data for flow/);
    const desk = makeDesk({ interlock: "flow > 40" });
    desk.see(twin(0, { speed: 1480, flow: 50 }, { status: { flow: StatusCode.Uncertain_LastUsableValue } }), at(0));
    refuses(desk, "E_INTERLOCK", /no good data for flow/);
    refuses(readyDesk({ interlock: "anomaly.health > 50" }), "E_INTERLOCK", /no good data for anomaly.health/);
  });

  it("reads the asset's parameters in an interlock", () => {
    refuses(readyDesk({ interlock: "ratedSpeed < 1000" }), "E_INTERLOCK", /not fulfilled/);
  });

  it("freshness: no data, old data, data from the future", () => {
    refuses(makeDesk(), "E_STALE", /No data of this twin/);
    refuses(readyDesk(), "E_STALE", /31 s old, and 30 s/, {}, at(31));
    const desk = makeDesk();
    desk.see(twin(100, { speed: 1480 }), at(0));
    refuses(desk, "E_STALE", /in the future/);
  });

  it("one open command per signal; another signal is free", () => {
    const desk = readyDesk();
    deliver(desk, desk.request({ signal: "speed", value: 1410 }, at(1)), at(1));
    refuses(desk, "E_BUSY", /still waiting for its read-back/, {}, at(2));
    assert.deepEqual(sent(desk.request({ signal: "valve", value: true }, at(2)).effects), [["valve", true]]);
  });

  it("asks in the order of the contract: the first that objects speaks", () => {
    const everything = { signal: "speed", value: 9999, expires: at(0) };
    const order = (changes: Partial<CommandConfig>, branch: string) =>
      codes(makeDesk({ ...changes, interlock: "flow > 60" }, branch).request(everything, at(1)).effects)[0];
    assert.equal(order({ killed: true, mode: "off" }, "whatif:a"), "E_KILLED");
    assert.equal(order({ mode: "off" }, "whatif:a"), "E_BRANCH");
    assert.equal(order({ mode: "off" }, "live"), "E_MODE");
    assert.equal(order({}, "live"), "E_EXPIRED");
    assert.equal(config.mode, "auto");
  });
});
