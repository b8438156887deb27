import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, it } from "mocha";
import { idMatcher, nowFor } from "../../../src/lib/twin/asset.ts";
import { type AssetConfig, readAsset } from "../../../src/lib/twin/asset-config.ts";
import { type Envelope, isTwinId, readEnvelope, describe as say } from "../../../src/lib/twin/envelope.ts";
import { propose, signalNameFrom } from "../../../src/lib/twin/propose.ts";
import { TwinState } from "../../../src/lib/twin/state.ts";
import { isBad, isGood, isUncertain, StatusCode, statusName } from "../../../src/lib/twin/status-codes.ts";
import { TEMPLATES } from "../../../src/lib/twin/templates.ts";

const asset = readAsset({
  idPattern: "p",
  signals: [
    { name: "speed", unit: "/min", staleAfter: 10 },
    { name: "flow", unit: "m3/h" },
  ],
  relationships: [{ name: "feeds", target: "tank" }],
});
const update = (time: number, values: Envelope["values"], more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: "p",
  branch: "live",
  time,
  values,
  updated: Object.keys(values),
  ...more,
});
const fresh = () => new TwinState(asset, "live", "p");

describe("twin state", () => {
  it("counts revisions, keeps what was not sent, and says what is new", () => {
    const s = fresh();
    s.apply(update(1000, { speed: 1, flow: 2 }), 1000);
    const { twin } = s.apply(update(2000, { speed: 3 }), 2000);
    assert.deepEqual(
      [twin!.rev, twin!.values, twin!.updated, twin!.times],
      [2, { speed: 3, flow: 2 }, ["speed"], { flow: 1000 }],
    );
    assert.deepEqual(twin!.relationships, [{ name: "feeds", target: "tank" }]);
  });
  it("puts late samples into the history and never into the present", () => {
    const s = fresh();
    s.apply(update(2000, { speed: 2 }), 2000);
    const late = s.apply(update(1000, { speed: 1 }), 2000);
    assert.equal(late.twin, undefined);
    assert.deepEqual(late.history, [{ time: 1000, values: { speed: 1 }, status: {} }]);
    assert.equal(s.envelope([]).values.speed, 2);
    // A late sample beside a new one: each goes where it belongs.
    const mixed = s.apply(update(3000, { speed: 9, flow: 5 }, { times: { speed: 500 } }), 3000);
    assert.deepEqual([mixed.twin!.values, mixed.twin!.updated], [{ speed: 2, flow: 5 }, ["flow"]]);
  });
  it("ignores a repeat of source and seq", () => {
    const s = fresh();
    s.apply(update(1000, { speed: 1 }, { source: "m", seq: 7 }), 1000);
    assert.deepEqual(s.apply(update(2000, { speed: 2 }, { source: "m", seq: 7 }), 2000), {
      deltaChanged: false,
      history: [],
    });
    assert.equal(s.rev, 1);
  });
  it("rejects an update for another revision", () => {
    const s = fresh();
    s.apply(update(1000, { speed: 1 }), 1000, 0);
    assert.throws(() => s.apply(update(2000, { speed: 2 }), 2000, 0), {
      code: "E_STALE_REVISION",
      message: /revision 0 of p, but the twin is at revision 1/,
    });
  });
  it("marks a held value as stale, and takes the mark away with a new sample", () => {
    const s = fresh();
    s.apply(update(0, { speed: 1 }), 0);
    assert.equal(s.refresh(10_000), undefined);
    const stale = s.refresh(10_001)!;
    assert.deepEqual(stale.status, { speed: StatusCode.Uncertain_LastUsableValue });
    assert.deepEqual(stale.updated, []);
    assert.equal(s.notGood, 1);
    assert.equal(s.apply(update(11_000, { speed: 2 }), 11_000).twin!.status, undefined);
  });
  it("takes over a status without a sample", () => {
    const s = fresh();
    s.apply(update(0, { speed: 1 }), 0);
    const { twin } = s.apply(
      { ...update(1000, { speed: 1 }), updated: [], status: { speed: StatusCode.Bad_OutOfRange } },
      1000,
    );
    assert.deepEqual(twin!.status, { speed: StatusCode.Bad_OutOfRange });
  });
  it("compares what is desired with what is reported", () => {
    const s = fresh();
    s.apply(update(0, { speed: 1400 }), 0);
    const wished = s.desire({ speed: 1500 });
    assert.deepEqual(
      [wished.twin!.desired, wished.twin!.delta, wished.deltaChanged],
      [{ speed: 1500 }, { speed: 1500 }, true],
    );
    const obeyed = s.apply(update(1000, { speed: 1499.6 }), 1000);
    assert.deepEqual([obeyed.twin!.delta, obeyed.deltaChanged], [{}, true]);
    assert.equal(s.desire({ speed: null }).twin!.desired, undefined);
    assert.equal(s.desire({ speed: null }).twin, undefined);
    for (const bad of [{ nonsense: 1 }, { speed: {} }, { speed: Number.NaN }, { __proto__x: 1 }])
      assert.throws(() => s.desire(bad as never), { code: "E_DESIRED" });
  });
  it("passes unknown properties on and leaves later sections to their nodes", () => {
    const { twin } = fresh().apply(
      update(0, { speed: 1 }, { simulated: true, wave: { n: 3 }, anomaly: {} as never }),
      0,
    );
    assert.deepEqual([twin!.simulated, twin!.wave, twin!.anomaly], [true, { n: 3 }, undefined]);
  });
  it("refuses what JSON cannot carry, with a sentence that names it, and stays as it was", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const s = fresh();
    s.apply(update(0, { speed: 1 }), 0);
    const before = JSON.stringify(s.snapshot());
    for (const [key, value] of [
      ["odd", circle],
      ["odd", { n: 10n }],
      ["odd", () => 1],
      ["source", circle],
      ["seq", 1.5],
    ] as const)
      assert.throws(
        () => s.apply(update(1000, { speed: 2 }, { [key]: value, seq: 1, source: "m", [key]: value }), 1000),
        {
          code: "E_ENVELOPE",
          message: new RegExp(`msg\\.twin\\.${key} must be`),
        },
      );
    assert.equal(JSON.stringify(s.snapshot()), before);
    for (const value of [10n, () => 1, Symbol("x")])
      assert.throws(() => s.desire({ speed: value }), { code: "E_DESIRED" });
    assert.equal(JSON.stringify(s.snapshot()), before);
  });
  it("keeps a copy of unknown properties: what others do to their message later is theirs", () => {
    const s = fresh();
    const wave = { n: 3 };
    s.apply(update(0, { speed: 1 }, { wave }), 0);
    wave.n = 4;
    assert.deepEqual(s.envelope([]).wave, { n: 3 });
  });
  it("names a signal once, however often the message did", () => {
    assert.deepEqual(fresh().apply(update(0, { speed: 1 }, { updated: ["speed", "speed"] }), 0).twin!.updated, [
      "speed",
    ]);
  });
  it("lets a late message mark nothing", () => {
    const s = fresh();
    s.apply(update(5000, { speed: 1 }), 5000);
    const bad = { updated: [], status: { speed: StatusCode.Bad_OutOfRange } };
    assert.equal(s.apply(update(1000, { speed: 1 }, bad), 5000).twin, undefined);
    assert.equal(s.notGood, 0);
    assert.ok(s.apply(update(5000, { speed: 1 }, bad), 5000).twin, "as old as the value is not late");
  });
  it("counts a wish as fulfilled within 0.1 % of the signal's range: a stopped drive may report 0.3 for 0", () => {
    const signals = [{ name: "speed", unit: "/min", normalLow: 600, normalHigh: 1500 }];
    const s = new TwinState(readAsset({ idPattern: "p", signals }), "live", "p");
    s.desire({ speed: 0 });
    assert.deepEqual(s.apply(update(0, { speed: 1 }), 0).twin!.delta, { speed: 0 });
    assert.deepEqual(s.apply(update(1, { speed: 0.9 }), 1).twin!.delta, {});
  });
  it("goes on after a snapshot", () => {
    const a = fresh();
    a.apply(update(0, { speed: 1 }, { source: "m", seq: 1 }), 0);
    a.desire({ speed: 5 });
    const b = fresh();
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    assert.deepEqual(b.envelope([]), a.envelope([]));
    assert.equal(b.apply(update(1, { speed: 2 }, { source: "m", seq: 1 }), 1).twin, undefined, "a repeat from before");
  });
});

describe("asset", () => {
  const config = (more: Partial<AssetConfig> = {}): Partial<AssetConfig> => ({
    idPattern: "p-*",
    signals: [{ name: "a", unit: "m" }],
    ...more,
  });
  it("matches ids by its pattern", () => {
    const fits = (pattern: string, id: string) => idMatcher(pattern)(id);
    assert.ok(fits("plant1:pump-17", "plant1:pump-17") && !fits("plant1:pump-17", "plant1:pump-1"));
    assert.ok(fits("a*b*c", "aXbYc") && fits("a*b*c", "abc") && !fits("a*b*c", "acb") && !fits("ab*ba", "aba"));
    assert.ok(fits("*", "x") && !fits("*", "with space") && !fits("p*", "P1"));
  });
  for (const [what, bad, sentence] of [
    ["an empty id", { idPattern: "" }, /twin id/],
    ["an id with a space", { idPattern: "a b" }, /without spaces/],
    ["no signals", { signals: [] }, /signals table is empty/],
    ["a bad name", { signals: [{ name: "a b", unit: "m" }] }, /row 1.*letters, digits and underscore/],
    ["a prototype key", { signals: [{ name: "__proto__", unit: "m" }] }, /row 1/],
    [
      "a name twice",
      {
        signals: [
          { name: "a", unit: "m" },
          { name: "a", unit: "m" },
        ],
      },
      /listed twice/,
    ],
    [
      "a range upside down",
      { signals: [{ name: "a", unit: "m", normalLow: 5, normalHigh: 1 }] },
      /low value 5 must be below/,
    ],
    ["text for a number", { signals: [{ name: "a", unit: "m", limitLow: "x" }] }, /is not a number/],
    ["a rate below zero", { signals: [{ name: "a", unit: "m", maxRate: -1 }] }, /above zero/],
    ["a parameter without value", { parameters: [{ name: "k", value: "", unit: "1" }] }, /no value/],
    [
      "a threshold without value",
      { failure: { signal: "a", threshold: "", direction: "rising" } },
      /failure threshold of a is empty/,
    ],
    ["a unit that is none", { signals: [{ name: "a", unit: "barr" }] }, /Signal a: The unit "barr" is not known/],
    [
      "a parameter twice",
      {
        parameters: [
          { name: "k", value: 1, unit: "1" },
          { name: "k", value: 2, unit: "1" },
        ],
      },
      /Parameter "k" is listed twice/,
    ],
    [
      "a threshold on a signal that is not there",
      { failure: { signal: "b", threshold: 1, direction: "rising" } },
      /names "b", which is not in the signals table/,
    ],
    ["a relation to nobody", { relationships: [{ name: "feeds", target: "" }] }, /Relation 1 needs/],
    ["relations that are no list", { relationships: { name: "feeds" } }, /must be a list/],
  ] as const)
    it(`refuses ${what} with a sentence`, () =>
      assert.throws(() => readAsset(config(bad as never)), { code: "E_ASSET", message: sentence }));
  it("takes a complete one", () => {
    const a = readAsset(
      config({
        name: "Pump",
        clock: "data",
        parameters: [{ name: "k", value: "2", unit: "" }],
        failure: { signal: "a", threshold: "7", direction: "falling", typicalLife: 100 },
      }),
    );
    assert.deepEqual(
      [a.name, a.clock, a.parameters.get("k")!.value, a.failure],
      ["Pump", "data", 2, { signal: "a", threshold: 7, direction: "falling", typicalLife: 100 }],
    );
    assert.equal(nowFor(a, "live", 5, 99), 5);
    assert.equal(nowFor({ clock: "wall" }, "live", 5, 99), 99);
    assert.equal(nowFor({ clock: "wall" }, "whatif:x", 5, 99), 5);
  });
  it("stores what people type as UCUM, and lets a path be a failure threshold", () => {
    const a = readAsset(
      config({
        signals: [{ name: "a", unit: "°C" }],
        failure: { signal: "anomaly.health", threshold: 20, direction: "falling" },
      }),
    );
    assert.deepEqual([a.signals.get("a")!.unit, a.failure!.signal], ["Cel", "anomaly.health"]);
  });
  it("has templates that can be used as they are", () => {
    for (const [name, template] of TEMPLATES) assert.ok(readAsset({ ...template, idPattern: name }).signals.size >= 4);
  });
});

describe("proposals for the signals table", () => {
  it("offer observed ranges as normal ranges to check, never as limits, and leave known signals alone", () => {
    const rows = propose(
      [
        { signal: "plant/pump/Motor temp", unit: "°C", min: 40, max: 60 },
        { signal: "speed", unit: "rpm", min: 0, max: 1 },
        { signal: "text", unit: "", min: null, max: null },
      ],
      [{ name: "speed", unit: "/min" }],
    );
    assert.deepEqual(rows, [
      { name: "Motor_temp", unit: "Cel", normalLow: 38, normalHigh: 62, check: true },
      { name: "text", unit: "", normalLow: "", normalHigh: "", check: false },
    ]);
    assert.equal(signalNameFrom("3/4 valve"), "s_4_valve");
  });
});

describe("envelope", () => {
  const good = JSON.parse(
    /```json\n([\s\S]*?)```/.exec(
      readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "contract.md"), "utf8"),
    )![1]!,
  );
  const schema = new Ajv2020({ strict: false }).compile(
    JSON.parse(
      readFileSync(join(import.meta.dirname, "..", "..", "..", "src", "lib", "twin", "envelope.schema.json"), "utf8"),
    ),
  );
  it("of the contract's own example is accepted, by the schema and by the nodes", () => {
    assert.ok(schema(good), JSON.stringify(schema.errors));
    assert.equal(readEnvelope(good), good);
  });
  const broken: [string, object][] = [
    ["another version", { v: 2 }],
    ["an id with a space", { id: "a b" }],
    ["an unknown branch", { branch: "test" }],
    ["a time in text", { time: "now" }],
    ["values in a list", { values: [] }],
    ["an object as value", { values: { a: {} } }],
    ["a function as value", { values: { a: () => 1 } }],
    ["a bad signal name", { values: { "a b": 1 } }],
    ["updated in text", { updated: "speed" }],
    ["a revision in text", { rev: "4" }],
    ["a status in text", { status: { speed: "Good" } }],
  ];
  for (const [what, change] of broken)
    it(`with ${what} is refused, by the schema and by the nodes`, () => {
      const bad = { ...good, ...change };
      assert.equal(schema(bad), false);
      assert.throws(() => readEnvelope(bad), { code: "E_ENVELOPE" });
    });
  it("says in words what something is", () => {
    assert.deepEqual([undefined, "x".repeat(100), [1], {}, null, 5].map(say), [
      "missing",
      `"${"x".repeat(60)}…"`,
      "a list",
      "an object",
      "null",
      "5",
    ]);
    assert.ok(isTwinId("plant1:pump-17") && !isTwinId("a+b") && !isTwinId("__proto__") && !isTwinId(""));
  });
});

describe("status codes", () => {
  it("have the severities and numbers of OPC UA", () => {
    assert.ok(
      isGood(undefined) &&
        isGood(0) &&
        isUncertain(StatusCode.Uncertain_LastUsableValue) &&
        isBad(StatusCode.Bad_OutOfRange),
    );
    assert.equal(statusName(0x803c0000), "Bad_OutOfRange");
    assert.equal(statusName(0x80000000), "0x80000000");
  });
});
