import assert from "node:assert/strict";
import fc from "fast-check";
import { readJsonPath, valueAt } from "../../../src/lib/ingest/json-path.ts";
import { readMapping } from "../../../src/lib/ingest/mapping.ts";
import { readTopicPattern, topicMatches, withoutOverlap } from "../../../src/lib/ingest/topic.ts";

describe("topics", () => {
  it("match filters as MQTT 5, section 4.7 says, with its own examples", () => {
    const yes: [string, string][] = [
      ["sport/tennis/player1/#", "sport/tennis/player1"],
      ["sport/tennis/player1/#", "sport/tennis/player1/ranking"],
      ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"],
      ["sport/#", "sport"],
      ["#", "a/b"],
      ["sport/tennis/+", "sport/tennis/player1"],
      ["sport/+", "sport/"],
      ["+/+", "/finance"],
      ["/+", "/finance"],
      ["$SYS/#", "$SYS/monitor"],
      ["$SYS/monitor/+", "$SYS/monitor/Clients"],
    ];
    const no: [string, string][] = [
      ["sport/tennis/+", "sport/tennis/player1/ranking"],
      ["sport/+", "sport"],
      ["+", "/finance"],
      ["#", "$SYS/monitor"],
      ["+/monitor/Clients", "$SYS/monitor/Clients"],
      ["a/b", "a/B"],
    ];
    for (const [filter, topic] of yes) assert.equal(topicMatches(filter, topic), true, `${filter} ${topic}`);
    for (const [filter, topic] of no) assert.equal(topicMatches(filter, topic), false, `${filter} ${topic}`);
  });

  it("are joined until none overlap, and every topic stays covered", () => {
    assert.deepEqual(withoutOverlap(["a/#", "a/b", "c"]).toSorted(), ["a/#", "c"]);
    assert.deepEqual(withoutOverlap(["a/+/c", "a/b/+"]), ["a/+/+"]);
    assert.deepEqual(withoutOverlap(["a/+/c", "a/b/+", "a/x/y/z", "a/+/+/z"]).toSorted(), ["a/+/+", "a/+/+/z"]);
    assert.deepEqual(withoutOverlap(["a", "b", "a"]).toSorted(), ["a", "b"]);
    const level = fc.constantFrom("a", "b", "+");
    const filter = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([l, all]) => [...l, ...(all ? ["#"] : [])].join("/"));
    const topic = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }).map((l) => l.join("/"));
    fc.assert(
      fc.property(
        fc.array(filter, { maxLength: 5 }),
        fc.array(topic, { minLength: 30, maxLength: 30 }),
        (filters, topics) => {
          const joined = withoutOverlap(filters);
          for (const t of topics) {
            const wanted = filters.some((f) => topicMatches(f, t));
            const got = joined.filter((f) => topicMatches(f, t)).length;
            assert.ok(got <= 1, `${t} comes ${got} times from ${joined}`);
            if (wanted) assert.equal(got, 1);
          }
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  it("capture levels by name", () => {
    const pattern = readTopicPattern("plant/+/pump/{id}/{signal}");
    assert.equal(pattern.filter, "plant/+/pump/+/+");
    assert.deepEqual(Object.fromEntries(pattern.match("plant/x/pump/7/speed")!), { id: "7", signal: "speed" });
    assert.equal(pattern.match("plant/x/pump/7"), undefined);
    assert.equal(pattern.match("plant/x/pump/7/speed/more"), undefined);
    assert.deepEqual(Object.fromEntries(readTopicPattern("{a}/#").match("x/y/z")!), { a: "x" });
    assert.ok(readTopicPattern("").match("anything/at/all"));
    for (const wrong of ["a/#/b", "a/b+", "a/{b", "a/{b}c", "a/x#"])
      assert.throws(() => readTopicPattern(wrong), /is not valid/, wrong);
  });
});

describe("JSON paths", () => {
  it("find values, own properties only", () => {
    const root = { a: { b: [{ c: 1 }, { "d e": 2 }] }, "x.y": 3 };
    const at = (path: string) => valueAt(root, readJsonPath(path));
    assert.deepEqual(
      [
        "$.a.b[0].c",
        "a.b[1].d e",
        "a.b[1]['d e']",
        '["x.y"]',
        "a.b[7].c",
        "a.constructor",
        "__proto__.x",
        "a.b.length",
      ].map(at),
      [1, 2, 2, 3, undefined, undefined, undefined, 2],
    );
    assert.equal(at(""), root);
    assert.equal(at("$"), root);
    for (const wrong of ["a[", "a[x]", "a..b", "a]"])
      assert.throws(() => readJsonPath(wrong), /is not understood/, wrong);
  });
});

describe("the mapping table", () => {
  it("names the row that is wrong", () => {
    const wrong = (row: object, sentence: RegExp) => assert.throws(() => readMapping([{ topic: "a" }, row]), sentence);
    wrong({ topic: "a/#/b" }, /row 2: The topic/);
    wrong({ topic: "a/+", signal: "{x}" }, /row 2: \{x\} is used, but the topic "a\/\+" has no level/);
    wrong({ topic: "a", path: "b[" }, /row 2: The path/);
    wrong({ topic: "a", unit: "frob" }, /row 2: The unit "frob" is not known/);
    assert.equal(readMapping([{ topic: "a", unit: "rpm" }])[0]!.unit, "/min");
  });
});
