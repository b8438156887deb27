import assert from "node:assert/strict";
import fc from "fast-check";
import { Desk } from "../../../src/lib/command/desk.ts";
import type { Effect } from "../../../src/lib/command/effects.ts";
import { readCommandAction, readSetPoints } from "../../../src/lib/command/intake.ts";
import { isPlainObject, readEnvelope, TwinError } from "../../../src/lib/twin/envelope.ts";
import { asset, settings, T0 } from "./kit.ts";

/**
 * No sequence of messages, actions and restarts makes the writer write outside the limits, on a branch that is not
 * live, while it is off or killed, over a violated interlock, or twice while a command is open.
 */
const LOW = 900;
const HIGH = 1500;

const number = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 850, max: 1550 }) },
  fc.double({ min: 0, max: 3000 }),
  fc.constantFrom(LOW, HIGH, LOW - 1e-9, HIGH + 1e-9, -0, 1e308, Number.NaN, Number.POSITIVE_INFINITY),
);
const anything = fc.oneof(
  number,
  fc.anything({ maxDepth: 2, withNullPrototype: true, withBigInt: true, withDate: true }),
);
const dictionary = (value: fc.Arbitrary<unknown>) =>
  fc.dictionary(fc.constantFrom("speed", "valve", "flow", "__proto__", "constructor", "x"), value, { maxKeys: 3 });
const section = fc.constantFrom(
  {},
  { anomaly: { health: 20, active: true } },
  { anomaly: { health: 99 } },
  { anomaly: null },
  { rul: { p50: 3 } },
  { simulated: true },
  { command: { signal: "speed", value: 1410 } },
);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("twin" as const),
      seconds: fc.integer({ min: -1, max: 20 }),
      values: fc.record({ speed: number, flow: number }, { requiredKeys: ["flow"] }),
      status: fc.constantFrom(undefined, undefined, undefined, { speed: 0x80740000 }, { flow: 0x40900000 }),
      section,
    }),
  },
  fc.record({ kind: fc.constant("payload" as const), payload: fc.oneof(anything, anything, dictionary(anything)) }),
  fc.record({
    kind: fc.constant("command" as const),
    details: fc.record(
      { signal: fc.constantFrom("speed", "valve", "flow", "constructor"), value: anything, expires: anything },
      { requiredKeys: ["signal", "value"] },
    ),
  }),
  fc.record({ kind: fc.constantFrom("accept" as const, "reject" as const, "kill" as const, "release" as const) }),
  fc.record({ kind: fc.constant("time" as const), seconds: fc.integer({ min: -5, max: 45 }) }),
  fc.record({ kind: fc.constantFrom("restart" as const, "reset" as const, "broken target" as const) }),
);

const scenario = fc.record({
  mode: fc.constantFrom("off" as const, "advise" as const, "auto" as const, "auto" as const),
  branch: fc.constantFrom(...Array<string>(9).fill("live"), "whatif:a", "replay:b", "attack:c"),
  killed: fc.constantFrom(...Array<boolean>(7).fill(false), true),
  to: fc.constantFrom("1410", "speed * 1.1", "speed * 0.9", "9999", "flow / 0", "model.derived.x"),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
});

describe("command safety", () => {
  it("no sequence of messages makes it write what it must not", () => {
    let writes = 0;
    fc.assert(
      fc.property(scenario, ({ mode, branch, killed, to, steps }) => {
        writes += run(mode, branch, killed, to, steps);
      }),
      { numRuns: 3000, seed: 20261124 },
    );
    assert.ok(writes > 500, `the scenarios write now and then (${writes} writes), else this test could not fail`);
  });
});

function run(
  mode: "off" | "advise" | "auto",
  branch: string,
  killedInDialog: boolean,
  to: string,
  steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
): number {
  const options = {
    asset,
    branch,
    tag: "t",
    settings: settings({
      mode,
      killed: killedInDialog,
      interlock: "flow < 2000",
      minInterval: 3,
      rules: [{ when: "flow > 500", hold: 2, set: "speed", to }],
    }),
  };
  let desk = new Desk(options);
  let now = T0;
  let killed = false;
  let broken = false;
  let writes = 0;
  let lastFlow: number | undefined;
  let flowGood = false;

  const check = (effects: Effect[]): void => {
    for (const effect of effects) {
      if (effect.kind !== "send") continue;
      writes++;
      const { signal, value } = effect.command;
      assert.ok(branch === "live", "branch");
      assert.ok(mode !== "off" && !killed && !killedInDialog, "off or killed");
      const limits = signal === "speed" ? [LOW, HIGH] : [0, 1];
      assert.ok(signal === "speed" || signal === "valve", "signal");
      assert.ok(Number(value) >= limits[0]! && Number(value) <= limits[1]!, `limits: ${String(value)}`);
      assert.ok(flowGood && lastFlow! < 2000, "interlock");
      assert.ok(now - desk.newest! <= 30_000, "freshness");
      check(desk.delivered(effect.command.id, broken ? "the target is broken." : undefined, now));
    }
    assert.ok(desk.openCount <= 2);
    // Every effect is plain JSON: a message, an event or an audit line can be made of it.
    assert.deepEqual(JSON.parse(JSON.stringify(effects)), effects);
  };

  for (const s of steps) {
    if (s.kind === "twin" || s.kind === "time") now += s.seconds * 1000;
    if (s.kind === "time") check(desk.advance(now));
    if (s.kind === "twin") {
      const message = {
        v: 1,
        id: "plant1:pump-1",
        branch,
        time: now,
        values: s.values,
        updated: Object.keys(s.values),
        ...s.section,
        ...(s.status && { status: s.status }),
      };
      try {
        const twin = readEnvelope(message);
        if (desk.newest === null || desk.twin === undefined || now >= desk.twin.time) {
          lastFlow = s.values.flow;
          flowGood = lastFlow !== undefined && !(s.status && "flow" in s.status);
        }
        check(desk.see(twin, now).effects);
      } catch (error) {
        if (!(error instanceof TwinError)) throw error;
      }
    }
    if (s.kind === "payload" || s.kind === "command")
      try {
        const points = s.kind === "payload" ? readSetPoints(s.payload, "speed") : [readCommandAction(s.details)];
        for (const point of points) check(desk.request(point, now).effects);
      } catch (error) {
        if (!(error instanceof TwinError)) throw error;
        assert.match(error.message, /\.$/);
      }
    if (s.kind === "accept") check(desk.accept(undefined, now).effects);
    if (s.kind === "reject") check(desk.reject(undefined, now).effects);
    if (s.kind === "kill") {
      killed = true;
      check(desk.kill(now).effects);
    }
    if (s.kind === "release") {
      killed = false;
      desk.release();
    }
    if (s.kind === "broken target") broken = !broken;
    if (s.kind === "reset") check(desk.reset(now).effects);
    if (s.kind === "restart") {
      const state = JSON.parse(JSON.stringify(desk.snapshot()));
      assert.ok(isPlainObject(state));
      desk = new Desk(options);
      desk.restore(state as never);
      flowGood = false;
    }
  }
  return writes;
}
