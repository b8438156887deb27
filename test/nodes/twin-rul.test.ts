import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createRandom } from "../../src/lib/random.ts";
import { migrate } from "../../src/nodes/rul/migrations.ts";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(`${root}/dist/nodes/${name}/twin-${name}.js`).default;

interface Message {
  [key: string]: unknown;
  payload: unknown;
  event?: string;
  twin: {
    rul: {
      p05: number | null;
      p50: number | null;
      p95: number | null;
      unit: string;
      tier: string;
      unknown: boolean;
      why: string[];
    };
  };
}

const asset = {
  id: "asset-under-test-1",
  type: "twin-asset",
  name: "Pump",
  idPattern: "plant1:*",
  clock: "data",
  store: "",
  mimic: "pump",
  version: 1,
  signals: [
    { name: "vibration", unit: "mm/s", label: "Vibration" },
    { name: "speed", unit: "/min", label: "Speed" },
  ],
  parameters: [],
  failure: { signal: "vibration", threshold: 7.1, direction: "rising" },
};
const rul = {
  id: "rul-under-test-node-1",
  type: "twin-rul",
  asset: asset.id,
  version: 1,
  indicator: "asset",
  expression: "",
  threshold: "",
  direction: "rising",
  unit: "h",
  horizon: 100,
  warnAt: 50,
  onlyWhile: "",
  typicalLife: "",
  wires: [["results-helper-node"], ["events-helper-node"]],
};
const sinks = [
  { id: "results-helper-node", type: "helper" },
  { id: "events-helper-node", type: "helper" },
];
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

describe("twin-rul", () => {
  before(async () => {
    helper.init(require.resolve("node-red"));
    await helper.startServer();
  });
  afterEach(async () => {
    await helper.unload();
  });
  after(async () => {
    await helper.stopServer();
  });

  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
  /** Nodes keep what they know over a redeploy, so every test has a twin of its own. */
  let count = 0;
  const start = async (changes: object = {}) => {
    const id = `plant1:p${++count}`;
    await helper.load([load("asset"), load("store"), load("rul")], [asset, { ...rul, ...changes }, ...sinks]);
    const results: Message[] = [];
    const events: Message[] = [];
    helper.getNode("results-helper-node").on("input", (m: Message) => results.push(m));
    helper.getNode("events-helper-node").on("input", (m: Message) => events.push(m));
    const node = helper.getNode(rul.id);
    const status: string[] = [];
    const statusOf = node.status;
    node.status = (s: { text: string }) => {
      status.push(s.text);
      return statusOf.call(node, s);
    };
    const random = createRandom("twin-rul");
    /** One sample an hour from hour `from` on; `clock` gives another hour to a sample. */
    const feed = async (
      from: number,
      to: number,
      f: (h: number) => number,
      more: object = {},
      clock = (h: number) => h,
    ) => {
      for (let h = from; h < to; h++)
        node.receive({
          keep: h,
          twin: {
            v: 1,
            id,
            branch: "live",
            time: START + clock(h) * HOUR,
            values: { vibration: f(h) + 0.05 * random.normal(), speed: 1480 },
            updated: ["vibration"],
            ...more,
          },
        });
      if (to - from > 1) await settled();
    };
    return { id, node, results, events, status, feed };
  };
  /** Reaches 7.1 mm/s at hour 265. */
  const wear = (h: number) => 1.8 + 0.02 * h;

  it("says no trend yet, with null and a reason, while the machine is healthy", async () => {
    const { id, results, events, status, feed } = await start();
    await feed(0, 150, () => 1.8);
    const last = results.at(-1)!;
    assert.equal(results.length, 150);
    assert.equal(last.payload, null);
    assert.equal(last.twin.rul.unknown, true);
    assert.match(last.twin.rul.why[0]!, /^No trend yet: Vibration /);
    assert.equal(last.topic, `${id}/rul`);
    assert.equal(last.keep, 149, "other properties pass");
    assert.match(status.at(-1)!, /^◷ /);
    assert.equal(events.length, 0);
  });

  it("states the life left, warns in a sentence, says zero at the limit, begins again after maintenance", async () => {
    const { id, node, results, events, status, feed } = await start();
    await feed(0, 205, wear);
    const { p05, p50, p95, unit, why } = results.at(-1)!.twin.rul;
    // Truth: hour 265, 61 h after the sample of hour 204.
    assert.ok(p05! <= 61 && p95! >= 61, `${p05} to ${p95}`);
    assert.ok(Math.abs(p50! - 61) < 10, `${p50}`);
    assert.equal(results.at(-1)!.payload, p50);
    assert.equal(unit, "h");
    assert.match(why[0]!, /^Vibration grows 0\.0\d+ mm\/s per h, now 5\.\d+ mm\/s, limit 7\.1 mm\/s\.$/);
    assert.equal(events[0]!.event, "raised");
    assert.match(String(events[0]!.payload), /^p2 will probably fail in [\d.]+ h \([\d.]+ to [\d.]+\)\. Vibration /);
    await feed(205, 290, wear);
    assert.equal(results.at(-1)!.payload, 0);
    assert.match(results.at(-1)!.twin.rul.why[0]!, /has reached its limit/);
    assert.match(status.at(-1)!, /^▼ /);
    node.receive({ action: "maintenance", payload: { id } });
    // Three samples: too few for the fall to be taken for a repair, so only the action can have done it.
    await feed(290, 293, () => 1.8);
    assert.equal(results.at(-1)!.payload, null);
    await feed(293, 310, () => 1.8);
    assert.equal(events.at(-1)!.event, "cleared");
  });

  it("learns nothing from Bad samples, held values, or while its condition is false", async () => {
    const { results, feed } = await start({ onlyWhile: "speed > 1000" });
    await feed(0, 100, wear, { status: { vibration: 0x803c0000 } });
    await feed(100, 200, wear, { updated: ["speed"] });
    await feed(200, 260, () => 9, { values: { vibration: 9, speed: 0 } });
    assert.equal(results.at(-1)!.payload, null);
    assert.match(results.at(-1)!.twin.rul.why[0]!, /too few samples/);
  });

  it("counts samples instead of hours in cycles, whatever the clock does", async () => {
    const { results, feed } = await start({ unit: "cycles" });
    await feed(0, 205, wear, {}, (h) => h * h);
    const { p50, unit } = results.at(-1)!.twin.rul;
    assert.equal(unit, "cycles");
    assert.ok(Math.abs(p50! - 61) < 10, `${p50}`);
  });

  it("refuses to start without a limit, with a sentence that says what to enter", async () => {
    const bare = { ...asset, failure: { signal: "", threshold: "", direction: "rising" } };
    await helper.load([load("asset"), load("store"), load("rul")], [bare, rul, ...sinks]);
    const own = helper
      .log()
      .args.map(([entry]: [{ type?: string; msg?: unknown }]) => entry)
      .filter((entry: { type?: string }) => entry.type === "twin-rul");
    assert.match(String(own[0]?.msg), /has no failure threshold: enter one there/);
  });

  it("answers from the first samples on when the lives of such machines are known, and says what it relies on", async () => {
    const failures = [200, 265, 320].map((life, i) => ({ unit: `motor ${i + 1}`, life }));
    const { results, feed } = await start({ failures });
    await feed(0, 40, () => 1.8);
    const { p05, p50, p95, tier, why } = results.at(-1)!.twin.rul;
    assert.equal(tier, "B");
    // Geometric mean 257: about 217 are left at hour 39.
    assert.ok(p50! > 110 && p50! < 300, `${p50}`);
    assert.ok(p05! < 200 && (p95 === null || p95 > 220), `${p05} to ${p95}`);
    assert.match(why.join(" "), /[3-9] past failures/);
    assert.match(why.join(" "), /Low confidence/);
  });

  it("remembers a life that reached its limit, for all twins of the asset and over a redeploy", async () => {
    const first = await start();
    for (let life = 0; life < 3; life++) {
      await first.feed(life * 400, life * 400 + 280, (h) => wear(h % 400));
      first.node.receive({ action: "maintenance", payload: { id: first.id } });
      await settled();
    }
    await helper.unload();
    const second = await start();
    await second.feed(0, 60, () => 1.8);
    const { tier, why } = second.results.at(-1)!.twin.rul;
    assert.equal(tier, "B");
    assert.match(why.join(" "), /[3-9] past failures/);
    second.node.receive({ action: "reset", payload: { id: second.id } });
  });

  it("learns a fleet model from ten recorded failures in a worker, says so, and answers with it", async function () {
    this.timeout(120_000);
    const { id, node, results, events, feed } = await start({ indicator: "model", horizon: 30 });
    const life = (k: number) => 60 + 5 * k;
    const { store } = helper.getNode(asset.id);
    let from = 0;
    for (let k = 0; k < 10; k++) {
      const value = (h: number) => 2 + 3 * ((h - from) / life(k)) ** 2;
      await feed(from, from + life(k), value);
      // The state node's part: the history from which the node learns.
      for (let h = from; h < from + life(k); h++)
        store.append({ branch: "live", id }, START + h * HOUR, { vibration: value(h) + 0.02 * Math.sin(17 * h) });
      node.receive({ action: "maintenance", payload: { id, failed: true } });
      await settled();
      from += 200;
    }
    await feed(from, from + 5, () => 2);
    assert.match(results.at(-1)!.twin.rul.why[0]!, /No model yet/);
    node.receive({ action: "train", payload: { id } });
    for (let i = 0; i < 300 && !events.some((e) => /model/.test(String(e.payload))); i++) await settled();
    assert.match(String(events.at(-1)!.payload), /The model of 10 past failures is in use/);
    node.receive({ action: "maintenance", payload: { id } });
    await feed(from + 300, from + 300 + 60, (h) => 2 + 3 * ((h - from - 300) / 70) ** 2);
    const { tier, p50 } = results.at(-1)!.twin.rul;
    assert.equal(tier, "C");
    // Ten hours are left; the ten lives wore alike.
    assert.ok(Math.abs(p50! - 10) < 3, `${p50}`);
  });

  it("fuses signals into one indicator that knows the operating point, and refuses unknown names", async () => {
    const { results, feed } = await start({
      indicator: "fused",
      expression: "vibration, speed",
      operating: "speed 200",
      typicalLife: 300,
    });
    // Speed changes between two points, and vibration with it: no wear. Then vibration grows at both.
    const at = (h: number) => (h % 2 ? 1480 : 900);
    for (let h = 0; h < 260; h++)
      await feedOne(h, at(h), at(h) / 500 + (h < 130 ? 0 : (h - 130) / 400) + 0.01 * Math.sin(9 * h * h));
    await settled();
    const { rul: section } = results.at(-1)!.twin;
    assert.match(section.why[0]!, /Distance from the healthy state|twin-rul.fused/);
    assert.ok(section.p50 !== null && section.p50 < 200, `${section.p50}`);
    async function feedOne(h: number, speed: number, vibration: number) {
      await feed(h, h + 1, () => vibration, { values: { speed, vibration }, updated: ["speed", "vibration"] });
    }
    await helper.unload();
    await start({ indicator: "fused", expression: "vibration, nothing" });
    const logged = helper.log().args.map(([entry]: [{ type?: string; msg?: unknown }]) => entry);
    assert.ok(
      logged.some(
        (e: { type?: string; msg?: unknown }) => e.type === "twin-rul" && /no signal "?nothing/.test(String(e.msg)),
      ),
    );
  });

  it("refuses to train on too few failures and to load what is no model, with sentences", async () => {
    const { id, events } = await start();
    const { store } = helper.getNode(asset.id);
    const answers = store.post({ action: "train", branch: "live", id: "plant1:other", requestId: "a" });
    assert.match(answers[0]!.message, /needs 10 recorded failures/);
    const train = (table: unknown) =>
      store.post({ action: "train", branch: "live", id, requestId: String(table), table })[0]!.message;
    assert.match(train("no-such-table"), /The table "?no-such-table"? cannot be read: ENOENT/);
    assert.match(train(7), /payload.table is 7: it must be a CSV text, or the path/);
    const wrong = store.post({
      action: "load-model",
      branch: "live",
      id,
      requestId: "b",
      model: { format: "x" },
    });
    assert.match(wrong[0]!.message, /no fleet model/);
    assert.match(train("unit,cycle,a\n1,1,2\n"), /Training on the table has begun/);
    for (let i = 0; i < 300 && !events.some((e) => /without a model/.test(String(e.payload))); i++) await settled();
    assert.match(String(events.at(-1)!.payload), /without a model: Learning from failures needs at least 3 units/);
    assert.match(String(events.at(-1)!.payload), /typical life must do: enter both in the dialog/);
    assert.doesNotMatch(String(events.at(-1)!.payload), /--/, "no options of a command line");
  });
});

describe("migrations of twin-rul", () => {
  it("leave version 2 as it is", () => {
    const {
      id: _id,
      type: _type,
      wires: _wires,
      ...config
    } = {
      ...rul,
      name: "x",
      version: 2,
      indicator: "model",
      failures: [{ unit: "a", life: 3 }],
      operating: "speed 50",
      model: "MODEL.json",
    };
    assert.deepEqual(migrate(config as never), config);
  });
  it("give version 1 no past failures and no model, and anything older the defaults", () => {
    const { id: _id, type: _type, wires: _wires, ...config } = { ...rul, name: "x" };
    assert.deepEqual(migrate(config as never), { ...config, version: 2, failures: [], operating: "", model: "" });
    const empty = migrate({});
    assert.equal(empty.version, 2);
    assert.equal(empty.unit, "h");
    assert.equal(empty.horizon, 168);
    assert.equal(empty.indicator, "asset");
  });
});
