import assert from "node:assert/strict";
import fc from "fast-check";
import { REASONS } from "../../../src/lib/ingest/refusal.ts";
import { readEnvelope } from "../../../src/lib/twin/envelope.ts";
import { NOW, pump, Station } from "./helpers.ts";

const names = fc.constantFrom(
  "speed",
  "flow",
  "running",
  "suctionPressure",
  "__proto__",
  "constructor",
  "toString",
  "x y",
  "",
);
const circular = () => {
  const loop: Record<string, unknown> = { speed: 1 };
  loop.self = loop;
  loop.flow = loop;
  return loop;
};
const odd = fc.oneof(
  fc.double(),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    1e308,
    Number.MIN_VALUE,
    2n ** 80n,
    null,
    undefined,
    "",
    " ",
    "1e400",
    "NaN",
    "12 bar",
    true,
  ),
  fc.string(),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(0).map(circular),
  fc.constant(Symbol("s")),
  fc.constant(() => 1),
  fc.date({ noInvalidDate: false }),
  fc.anything({ withNullPrototype: true, withMap: true, withTypedArray: true }),
);
const sample = fc.oneof(odd, fc.record({ value: odd, unit: odd, time: odd, status: odd }, { requiredKeys: ["value"] }));
/** Objects with own keys such as __proto__, as JSON.parse makes them. */
const object = fc
  .array(fc.tuple(fc.oneof(names, fc.constantFrom("id", "time", "seq", "source", "branch")), sample), { maxLength: 6 })
  .map((entries) => {
    const result = {};
    for (const [key, value] of entries)
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    return result;
  });
const list = fc.array(
  fc.oneof(odd, fc.record({ signal: fc.oneof(names, odd), value: odd, time: odd, id: odd }, { requiredKeys: [] })),
  { maxLength: 5 },
);
const envelope = fc.record(
  {
    v: fc.constantFrom(1, 2),
    id: fc.oneof(fc.constant("plant1:pump-1"), odd),
    branch: fc.constantFrom("live", "replay:x", "nope"),
    time: odd,
    values: object,
    updated: fc.oneof(fc.array(names), odd),
    times: odd,
    status: odd,
    extra: odd,
  },
  { requiredKeys: ["v"] },
);
const message = fc.record(
  {
    topic: fc.oneof(fc.string(), odd, fc.constant("a/b/speed")),
    payload: fc.oneof(object, list, odd, envelope),
    twin: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, envelope, odd),
  },
  { requiredKeys: ["payload"] },
);

describe("ingest, any message", () => {
  it("never throws; every message is accepted or refused with a reason; what goes on is a plain envelope", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), fc.boolean(), (messages, data) => {
        const station = new Station(pump({ clock: data ? "data" : "wall" }), [
          { topic: "a/{x}/{signal}", path: "" },
          { topic: "a/#", path: "b.c[0]", signal: "flow" },
        ]);
        for (const one of messages) {
          const o = station.take(one, NOW);
          accepted += o.accepted;
          assert.ok(o.envelopes.length + o.refused.length > 0, "nothing disappears in silence");
          for (const r of o.refused) {
            assert.equal(r.code, REASONS[r.reason]);
            assert.match(r.message, /[.?]$/);
          }
          for (const e of o.envelopes) {
            readEnvelope(e);
            assert.deepEqual(JSON.parse(JSON.stringify(e)), e);
          }
          const updated = o.envelopes.reduce((n, e) => n + e.updated.length, 0);
          assert.ok(updated <= o.accepted);
        }
        for (const twin of station.twins.values())
          assert.deepEqual(JSON.parse(JSON.stringify(twin.snapshot())), twin.snapshot());
        assert.equal(({} as Record<string, unknown>).polluted, undefined);
        assert.equal(Object.keys(Object.prototype).length, 0);
      }),
      { numRuns: 4000, seed: 11 },
    );
    assert.ok(accepted > 100, `the generator also makes good samples: ${accepted}`);
  });

  it("counts samples: an object of known signals is accepted or refused, one by one", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("speed", "flow", "running", "unknown"), odd, { minKeys: 1 }),
        (payload) => {
          const o = new Station().take({ payload });
          assert.equal(o.accepted + o.refused.length, Object.keys(payload).length);
        },
      ),
      { numRuns: 3000, seed: 12 },
    );
  });
});
