import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { gaussian } from "../lib/anomaly/random.ts";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(`${root}/dist/nodes/${name}/twin-${name}.js`).default;

interface Message {
  [key: string]: unknown;
  payload: unknown;
  event?: string;
  severity?: string;
  twin: { anomaly: { state: string; active: boolean; score: number | null; health: number | null; why: string[] } };
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
    { name: "flow", unit: "m3/h", label: "Flow" },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const anomaly = {
  id: "anomaly-under-test-1",
  type: "twin-anomaly",
  asset: asset.id,
  version: 1,
  watch: "auto",
  falseAlarmsPerMonth: 1,
  latch: true,
  learning: 50,
  hold: 3,
  clear: 10,
  refractory: 20,
  excluded: "",
  limits: [],
  wires: [["results-helper-node"], ["events-helper-node"]],
};
const sinks = [
  { id: "results-helper-node", type: "helper" },
  { id: "events-helper-node", type: "helper" },
];

describe("twin-anomaly", () => {
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

  const start = async (config: object = anomaly) => {
    await helper.load([load("asset"), load("store"), load("anomaly")], [asset, config, ...sinks]);
    const results: Message[] = [];
    const events: Message[] = [];
    helper.getNode("results-helper-node").on("input", (m: Message) => results.push(m));
    helper.getNode("events-helper-node").on("input", (m: Message) => events.push(m));
    const node = helper.getNode(anomaly.id);
    const status: { text: string; fill: string }[] = [];
    const statusOf = node.status;
    node.status = (s: { text: string; fill: string }) => {
      status.push(s);
      return statusOf.call(node, s);
    };
    let t = Date.UTC(2026, 0, 1);
    const random = gaussian(7);
    const feed = async (n: number, shift = 0) => {
      for (let i = 0; i < n; i++) {
        t += 1000;
        const values = { vibration: 1.8 + 0.1 * random() + shift, flow: 60 + random() };
        node.receive({
          twin: { v: 1, id: "plant1:p1", branch: "live", time: t, values, updated: ["vibration", "flow"] },
        });
      }
      await settled();
    };
    return { node, results, events, status, feed };
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

  it("learns visibly, raises with a sentence, stays active, is acknowledged and recovers after maintenance", async () => {
    const { node, results, events, status, feed } = await start();
    await feed(20);
    assert.equal(results.at(-1)!.payload, null);
    assert.equal(results.at(-1)!.twin.anomaly.state, "learning");
    assert.match(status.at(-1)!.text, /^◷ /);
    await feed(100);
    assert.equal(results.at(-1)!.twin.anomaly.state, "normal");
    assert.ok(results.at(-1)!.twin.anomaly.health! > 90);
    assert.equal(events.length, 0);
    await feed(300, 2);
    const faulty = results.at(-1)!;
    assert.equal(faulty.twin.anomaly.active, true, "a fault that stays is never learned as normal");
    assert.ok((faulty.payload as number) > 0.5);
    assert.ok(faulty.twin.anomaly.health! < 50);
    assert.equal(events[0]!.event, "raised");
    assert.match(String(events[0]!.payload), /^Vibration \d\.\d+ mm\/s above its usual 1\.\d+ mm\/s\.$/);
    node.receive({ action: "maintenance", payload: { id: "plant1:p1" } });
    await feed(150);
    assert.equal(results.at(-1)!.twin.anomaly.state, "normal");
    assert.ok(results.at(-1)!.twin.anomaly.health! > 90);
  });

  it("without an asset says what to do", async () => {
    await helper.load([load("asset"), load("anomaly")], [{ ...anomaly, asset: "" }, ...sinks]);
    const logged = helper.log().args.map(([entry]: [{ type?: string; msg?: unknown }]) => entry);
    const own = logged.filter((entry: { type?: string }) => entry.type === "twin-anomaly");
    assert.match(String(own[0]?.msg), /No asset is selected/);
  });
});
