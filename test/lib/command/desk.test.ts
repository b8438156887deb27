import assert from "node:assert/strict";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { at, codes, decisions, deliver, makeDesk, of, readyDesk, sent, twin } from "./kit.ts";

const slow = { signal: "speed", value: 1410 };
const story = (effects: Parameters<typeof of>[0]) => of(effects, "event").map((e) => [e.event, e.text]);

describe("command read-back", () => {
  /** A command for 1410 written at second 1. */
  function written(changes = {}) {
    const desk = readyDesk(changes);
    const effects = deliver(desk, desk.request(slow, at(1)), at(1));
    return { desk, effects };
  }

  it("tells what was written, then verifies by the first good new sample after the write", () => {
    const { desk, effects } = written();
    assert.deepEqual(story(effects), [["raised", "Speed set to 1410 rpm (was 1480 rpm)."]]);
    assert.deepEqual(decisions(effects), ["sent"]);
    const seen = desk.see(twin(3, { speed: 1412 }), at(3)).effects;
    assert.deepEqual(story(seen), [["cleared", "Speed reads 1412 rpm: the command 1410 rpm is verified."]]);
    assert.deepEqual(decisions(seen), ["verified"]);
    assert.deepEqual(of(seen, "section")[0]!.command.result, {
      sent: true,
      attempts: 1,
      readback: 1412,
      verified: true,
    });
    assert.equal(desk.openCount, 0);
  });

  const proveNothing: [string, ReturnType<typeof twin>][] = [
    ["a sample from before the write", twin(0.5, { speed: 1410 })],
    ["a sample at the very moment of the write", twin(1, { speed: 1410 })],
    ["a newer message whose sample of the signal is old", twin(3, { speed: 1410 }, { times: { speed: at(0.5) } })],
    ["a held value that is not a new sample", twin(3, { speed: 1410, flow: 50 }, { updated: ["flow"] })],
    [
      "a sample that is not Good",
      twin(3, { speed: 1410 }, { status: { speed: StatusCode.Uncertain_SensorNotAccurate } }),
    ],
    ["a sample outside the tolerance", twin(3, { speed: 1416 })],
    ["text", twin(3, { speed: "1410" })],
  ];
  for (const [what, message] of proveNothing)
    it(`is not verified by ${what}`, () => {
      const { desk } = written();
      const { effects } = desk.see(message, at(3));
      assert.ok(!decisions(effects).includes("verified"));
      assert.equal(desk.openCount, 1);
    });

  it("accepts the edge of the tolerance", () => {
    const { desk } = written();
    assert.deepEqual(decisions(desk.see(twin(3, { speed: 1415 }), at(3)).effects), ["verified"]);
  });

  it("is not verified on the branch of another twin: desks do not share samples", () => {
    const { desk } = written();
    const other = makeDesk({ simulatedTarget: true }, "whatif:a");
    other.see(twin(3, { speed: 1410 }, { branch: "whatif:a" }), at(3));
    assert.equal(desk.openCount, 1);
  });

  it("writes again after the retry time, as often as allowed, then reports what it reads", () => {
    const { desk } = written();
    const all = [];
    for (let s = 2; s <= 70; s++) all.push(...deliver(desk, desk.see(twin(s, { speed: 1480 }), at(s)), at(s)));
    assert.deepEqual(sent(all), [
      ["speed", 1410],
      ["speed", 1410],
    ]);
    assert.deepEqual(decisions(all), ["sent", "sent", "failed"]);
    assert.match(
      story(all).at(-1)![1]!,
      /Speed was set to 1410 rpm but it reads 1480 rpm: the command is not confirmed after 3 attempts/,
    );
    assert.equal(of(all, "audit").at(-1)!.time, at(61), "fails at the expiry");
    assert.equal(desk.openCount, 0);
  });

  it("does not write again once verified, expired, killed, or when the interlock opens", () => {
    const killed = written().desk;
    assert.deepEqual(decisions(killed.kill(at(5)).effects), ["failed"]);
    assert.deepEqual(sent(killed.tick(at(20))), []);

    const interlocked = written({ interlock: "flow > 40" }).desk;
    const effects = interlocked.see(twin(12, { speed: 1480, flow: 30 }), at(12)).effects;
    assert.deepEqual(sent(effects), []);
    assert.match(story(effects)[0]![1]!, /not written again now: The interlock/);
    assert.deepEqual(story(interlocked.tick(at(13))), [], "says so once");
    assert.deepEqual(sent(interlocked.see(twin(14, { speed: 1480, flow: 50 }), at(14)).effects), [["speed", 1410]]);
  });

  it("counts a target that does not take the command as not sent, tries again, and says so", () => {
    const desk = readyDesk();
    const { command } = of(desk.request(slow, at(1)).effects, "send")[0]!;
    assert.deepEqual(story(desk.delivered(command.id, "the broker is not connected.", at(1))), [
      ["changed", "Speed 1410 rpm could not be sent: the broker is not connected."],
    ]);
    assert.deepEqual(
      desk.see(twin(3, { speed: 1410 }), at(3)).effects,
      [],
      "a sample proves nothing if nothing was sent",
    );
    const retry = desk.tick(at(11));
    assert.deepEqual(sent(retry), [["speed", 1410]]);
    const taken = desk.delivered(command.id, undefined, at(11));
    assert.match(story(taken)[0]![1]!, /^Speed set to 1410 rpm/);
    assert.deepEqual(decisions(desk.see(twin(12, { speed: 1410 }), at(12)).effects), ["verified"]);
  });

  it("gives up when the target never took it: nothing was written", () => {
    const desk = readyDesk({ retries: 0 });
    const { command } = of(desk.request(slow, at(1)).effects, "send")[0]!;
    desk.delivered(command.id, "the broker is not connected.", at(1));
    const effects = desk.tick(at(2));
    assert.deepEqual(decisions(effects), ["failed"]);
    assert.match(story(effects)[0]![1]!, /could not be sent in 1 attempt: nothing was written/);
  });

  it("does not start a second write while the first is under way", () => {
    const desk = readyDesk();
    desk.request(slow, at(1));
    assert.deepEqual(sent(desk.tick(at(30))), []);
  });
});

describe("command advice", () => {
  /** Advice for 1410 waiting since second 1. */
  function advised(changes = {}) {
    const desk = readyDesk({ mode: "advise", ...changes });
    const { effects, reply } = desk.request(slow, at(1));
    return { desk, effects, reply, id: desk.pending[0]!.id };
  }

  it("waits and writes nothing", () => {
    const { desk, effects, reply } = advised();
    assert.deepEqual(sent(effects), []);
    assert.deepEqual(decisions(effects), ["proposed"]);
    assert.equal(reply.ok, true);
    assert.match(reply.message, /^Advice: set Speed from 1480 rpm to 1410 rpm\. It waits 60 s/);
    assert.deepEqual(desk.pending[0]!.result, { sent: false, pending: true });
  });

  it("is written when it is accepted by its id, and when it is the only one", () => {
    for (const by of ["id", "none"]) {
      const { desk, id } = advised();
      const effects = deliver(desk, desk.accept(by === "id" ? id : undefined, at(5), "Ann"), at(5));
      assert.deepEqual(sent(effects), [["speed", 1410]]);
      assert.deepEqual(decisions(effects), ["accepted", "sent"]);
      assert.match(of(effects, "audit")[0]!.reason, /was accepted by Ann\.$/);
      assert.deepEqual(desk.pending, []);
      assert.equal(of(effects, "send")[0]!.command.expires, at(65), "the read-back gets the full time");
    }
  });

  it("keeps a time limit set by whoever asked", () => {
    const desk = readyDesk({ mode: "advise" });
    desk.request({ ...slow, expires: at(20) }, at(1));
    assert.equal(of(desk.accept(undefined, at(10)).effects, "send")[0]!.command.expires, at(20));
  });

  it("asks which one when several wait", () => {
    const { desk } = advised();
    desk.request({ signal: "valve", value: 1 }, at(2));
    const { effects, reply } = desk.accept(undefined, at(3));
    assert.deepEqual(sent(effects), []);
    assert.match(reply.message, /2 pieces of advice wait: .*c-t-1 \(speed\) or c-t-2 \(valve\)/);
    assert.deepEqual(sent(desk.accept("c-t-2", at(3)).effects), [["valve", 1]]);
  });

  it("refuses an unknown id and an id that was answered", () => {
    const { desk, id } = advised();
    assert.deepEqual(codes(desk.accept("c-x-9", at(2)).effects), ["E_NO_PROPOSAL"]);
    desk.accept(id, at(3));
    assert.deepEqual(codes(desk.accept(id, at(4)).effects), ["E_NO_PROPOSAL"]);
  });

  it("runs every check again on accepting", () => {
    const interlock = advised({ interlock: "flow > 40" });
    interlock.desk.see(twin(2, { speed: 1480, flow: 10 }), at(2));
    assert.deepEqual(codes(interlock.desk.accept(undefined, at(3)).effects), ["E_INTERLOCK"]);
    assert.equal(interlock.desk.pending.length, 1, "it waits on, for when the interlock is fulfilled");

    assert.deepEqual(codes(advised().desk.accept(undefined, at(40)).effects), ["E_STALE"]);

    const step = advised({ signals: [{ signal: "speed", low: 900, high: 1500, step: 80 }] });
    step.desk.see(twin(2, { speed: 1500 }), at(2));
    assert.deepEqual(codes(step.desk.accept(undefined, at(3)).effects), ["E_RATE"]);

    const killed = advised();
    killed.desk.kill(at(2));
    assert.deepEqual(sent(killed.desk.accept(undefined, at(3)).effects), []);
  });

  it("is refused on accepting when the mode was switched off or the limits were narrowed at a deploy", () => {
    const saved = advised().desk.snapshot();
    for (const [changes, code] of [
      [{ mode: "off" }, "E_MODE"],
      [{ mode: "advise", signals: [{ signal: "speed", low: 1450, high: 1500 }], rules: [] }, "E_LIMITS"],
    ] as const) {
      const desk = makeDesk(changes as never);
      desk.restore(saved);
      desk.see(twin(2, { speed: 1480 }), at(2));
      assert.deepEqual(codes(desk.accept(undefined, at(3)).effects), [code]);
    }
  });

  it("expires, exactly at its expiry", () => {
    const { desk, id } = advised();
    assert.deepEqual(desk.tick(at(60)), []);
    const effects = desk.tick(at(61));
    assert.deepEqual(decisions(effects), ["expired"]);
    assert.deepEqual(story(effects), [
      ["cleared", "The advice to set Speed to 1410 rpm was not answered in time and has expired."],
    ]);
    assert.deepEqual(sent(desk.accept(id, at(62)).effects), []);
  });

  it("is not written when it is accepted too late without any timer in between", () => {
    const { desk, id } = advised();
    desk.see(twin(61, { speed: 1480 }), at(61));
    assert.deepEqual(sent(desk.accept(id, at(61)).effects), []);
  });

  it("goes when it is rejected", () => {
    const { desk, id } = advised();
    const { effects, reply } = desk.reject(id, at(2), "Ann");
    assert.deepEqual(decisions(effects), ["rejected"]);
    assert.match(reply.message, /was rejected by Ann/);
    assert.deepEqual(desk.pending, []);
  });

  it("is replaced by newer advice for the same signal", () => {
    const { desk } = advised();
    const { effects } = desk.request({ signal: "speed", value: 1400 }, at(2));
    assert.deepEqual(decisions(effects), ["rejected", "proposed"]);
    assert.deepEqual(
      desk.pending.map((c) => c.value),
      [1400],
    );
  });
});

describe("command restart", () => {
  const again = (desk: ReturnType<typeof makeDesk>, changes = {}) => {
    const restored = makeDesk(changes);
    restored.restore(JSON.parse(JSON.stringify(desk.snapshot())));
    return restored;
  };

  it("keeps proposals, numbering and the kill switch", () => {
    const desk = readyDesk({ mode: "advise" });
    desk.request(slow, at(1));
    const restored = again(desk, { mode: "advise" });
    assert.deepEqual(restored.pending, desk.pending);
    assert.deepEqual(codes(restored.accept(undefined, at(5)).effects), ["E_STALE"], "no data since the restart");
    restored.see(twin(6, { speed: 1480 }), at(6));
    assert.deepEqual(sent(restored.accept(undefined, at(7)).effects), [["speed", 1410]]);
    restored.kill(at(8));
    const killed = again(restored, { mode: "auto" });
    killed.see(twin(9, { speed: 1480 }), at(9));
    const { effects } = killed.request({ signal: "valve", value: 1 }, at(9));
    assert.deepEqual(codes(effects), ["E_KILLED"]);
    assert.equal(of(effects, "refuse")[0]!.command.id, "c-t-2");
  });

  it("reads an open command back but never writes it again", () => {
    const desk = readyDesk();
    deliver(desk, desk.request(slow, at(1)), at(1));
    const restored = again(desk);
    assert.deepEqual(sent(restored.see(twin(20, { speed: 1480 }), at(20)).effects), []);
    assert.deepEqual(decisions(restored.see(twin(21, { speed: 1410 }), at(21)).effects), ["verified"]);

    const silent = again(desk);
    const effects = silent.tick(at(61));
    assert.deepEqual(sent(effects), []);
    assert.match(story(effects)[0]![1]!, /no new value came back.*after 1 attempt and a restart/);
  });

  it("remembers what was written, so that a restart is no way around the rate", () => {
    const changes = { minInterval: 30 };
    const desk = readyDesk(changes);
    deliver(desk, desk.request(slow, at(1)), at(1));
    desk.see(twin(2, { speed: 1410 }), at(2));
    const restored = again(desk, changes);
    restored.see(twin(3, { speed: 1410 }), at(3));
    assert.deepEqual(codes(restored.request({ signal: "speed", value: 1420 }, at(3)).effects), ["E_RATE"]);
  });

  it("drops proposals and open commands of signals that may no longer be commanded", () => {
    const desk = readyDesk();
    desk.request({ signal: "valve", value: 1 }, at(1));
    const restored = again(desk, { signals: [{ signal: "speed", low: 900, high: 1500 }] });
    assert.equal(restored.openCount, 0);
  });

  it("refuses a snapshot that is not one", () => {
    for (const state of [null, {}, [], "x", { v: 1, counter: "2" }])
      assert.throws(() => makeDesk().restore(state as never));
  });

  it("gives identical results for identical input", () => {
    const run = () => {
      const desk = readyDesk({ mode: "advise" });
      return JSON.stringify([
        desk.request(slow, at(1)),
        desk.accept(undefined, at(2)),
        desk.tick(at(70)),
        desk.snapshot(),
      ]);
    };
    assert.equal(run(), run());
  });
});
