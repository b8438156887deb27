import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const built = (path: string) => require(join(root, "dist", path));
const nodes = ["asset", "store", "mqtt", "ingest"].map((name) => built(`nodes/${name}/twin-${name}.js`).default);
const { allCounters } = built("nodes/shared/counters.js");
const { recentArrivals } = built("nodes/shared/recent.js");

// biome-ignore lint/suspicious/noExplicitAny: the test helper publishes no types.
type Any = any;

const asset = {
  id: "asset-node-000001",
  type: "twin-asset",
  name: "pump",
  idPattern: "plant1:pump-1",
  clock: "wall",
  version: 1,
  signals: [
    { name: "speed", unit: "/min", limitLow: 0, limitHigh: 4000 },
    { name: "pressure", unit: "bar" },
  ],
};
const ingest = (change: object = {}) => ({
  id: "ingest-node-00001",
  type: "twin-ingest",
  z: "flow-tab-0000001",
  asset: asset.id,
  source: "messages",
  mapping: [],
  version: 1,
  wires: [["accepted-node-0001"], ["refused-node-00001"]],
  ...change,
});
const flow = (change: object = {}, ...more: object[]) => [
  { id: "flow-tab-0000001", type: "tab" },
  asset,
  ingest(change),
  { id: "accepted-node-0001", type: "helper", z: "flow-tab-0000001" },
  { id: "refused-node-00001", type: "helper", z: "flow-tab-0000001" },
  ...more,
];
const load = (flows: object[]) => helper.load(nodes, flows);
const next = (id: string): Promise<Any> => new Promise((resolve) => helper.getNode(id).once("input", resolve));

describe("twin-ingest", () => {
  before(async () => {
    helper.init(require.resolve("node-red"));
    await helper.startServer();
  });
  afterEach(async () => {
    await helper.unload();
  });
  after(async () => {
    await new Promise((resolve) => helper.stopServer(resolve));
  });

  it("sends accepted samples to output 1 and the original of refused ones to output 2", async () => {
    await load(flow());
    const accepted = next("accepted-node-0001");
    const refused = next("refused-node-00001");
    const payload = { speed: "1480", pressure: "high", colour: "red" };
    helper.getNode("ingest-node-00001").receive({ topic: "x", payload, other: 5 });
    const good = await accepted;
    assert.deepEqual(good.payload, { speed: 1480, pressure: null });
    assert.deepEqual(good.twin.updated, ["speed"]);
    assert.deepEqual([good.topic, good.other, good.twin.rev], ["plant1:pump-1/samples", 5, undefined]);
    const bad = await refused;
    assert.deepEqual([bad.payload, bad.topic, bad.error.code], [payload, "x", "E_TYPE"]);
    assert.deepEqual(
      bad.refused.map((r: Any) => r.reason),
      ["wrong-type", "unknown-signal"],
    );
  });

  it("counts, and remembers what arrived", async () => {
    await load(flow({ id: "ingest-node-00002" }));
    const node = helper.getNode("ingest-node-00002");
    const done = next("refused-node-00001");
    for (const speed of [100, 300, 200]) node.receive({ topic: "t", payload: { speed, mystery: speed / 2 } });
    await done;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const counts = allCounters().find((c: Any) => c.node === "ingest-node-00002");
    assert.deepEqual(counts.total, {
      accepted: 3,
      converted: 0,
      uncertain: 0,
      late: 0,
      refused: { "unknown-signal": 3 },
    });
    assert.deepEqual(counts.twins, [{ branch: "live", id: "plant1:pump-1", ...counts.total }]);
    const mystery = recentArrivals(Date.now()).find((a: Any) => a.signal === "mystery");
    const { time: _, ...seen } = mystery;
    assert.deepEqual(seen, {
      topic: "t",
      signal: "mystery",
      id: "plant1:pump-1",
      value: 100,
      unit: "",
      min: 50,
      max: 150,
      count: 3,
    });
  });

  it("keeps what it knows over a redeploy: a repeat is still a repeat", async () => {
    const message = () => ({ payload: { speed: 5, source: "plc", seq: 1, time: 1795462800000 - 1e6 } });
    await load(flow());
    const first = next("accepted-node-0001");
    helper.getNode("ingest-node-00001").receive(message());
    await first;
    await helper.unload();
    await load(flow());
    const refused = next("refused-node-00001");
    helper.getNode("ingest-node-00001").receive(message());
    assert.equal((await refused).error.code, "E_DUPLICATE");
    // reset forgets it, and travels on
    const action = next("accepted-node-0001");
    helper.getNode("ingest-node-00001").receive({ action: "reset", payload: { id: "plant1:pump-1" }, keep: 1 });
    const passed = await action;
    assert.deepEqual([passed.action, passed.payload, passed.keep], ["reset", { id: "plant1:pump-1" }, 1]);
    const again = next("accepted-node-0001");
    helper.getNode("ingest-node-00001").receive(message());
    assert.equal((await again).payload.speed, 5);
  });

  it("says what to do next when it is not configured", async () => {
    const shown = async (change: object) => {
      await load(flow(change));
      const node = helper.getNode("ingest-node-00001");
      const error = await new Promise<Any>((resolve) => {
        node.once("call:error", (call: Any) => resolve(call.args[0]));
        node.receive({ payload: 1 });
        setTimeout(() => resolve(node.error.lastCall?.args[0]), 200);
      });
      await helper.unload();
      return error;
    };
    assert.equal((await shown({ asset: "" })).code, "E_NO_ASSET");
    assert.equal((await shown({ source: "mqtt", topic: "a/#" })).code, "E_NO_BROKER");
    assert.match((await shown({ mapping: [{ topic: "a/{b", path: "" }] })).message, /Mapping row 1/);
  });
});
