import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import mqtt from "mqtt";
import { freePort, root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const built = (path: string) => require(join(root, "dist", path));
const nodes = ["asset", "store", "mqtt", "ingest"].map((name) => built(`nodes/${name}/twin-${name}.js`).default);
const { mqttTestRoute } = built("web/mqtt-test-route.js");
const { recentRoute } = built("web/recent-route.js");

// biome-ignore lint/suspicious/noExplicitAny: the test helper publishes no types.
type Any = any;

const next = (id: string): Promise<Any> => new Promise((resolve) => helper.getNode(id).once("input", resolve));

const flow = (port: number, ingest: object = {}) => [
  { id: "flow-tab-0000001", type: "tab" },
  {
    id: "asset-node-000001",
    type: "twin-asset",
    name: "pumps",
    idPattern: "plant1:pump-*",
    clock: "wall",
    version: 1,
    signals: [{ name: "speed", unit: "/min" }],
  },
  { id: "broker-node-00001", type: "twin-mqtt", name: "demo", host: "embedded", port, version: 1 },
  {
    id: "ingest-node-00001",
    type: "twin-ingest",
    z: "flow-tab-0000001",
    asset: "asset-node-000001",
    source: "mqtt",
    broker: "broker-node-00001",
    topic: "plant1/{nr}/#",
    qos: "1",
    mapping: [{ topic: "plant1/{nr}/{signal}", id: "plant1:{nr}", path: "value" }],
    version: 1,
    wires: [["accepted-node-0001"], ["refused-node-00001"]],
    ...ingest,
  },
  { id: "accepted-node-0001", type: "helper", z: "flow-tab-0000001" },
  { id: "refused-node-00001", type: "helper", z: "flow-tab-0000001" },
];

/** A Node-RED that knows routes and nodes, for the admin routes alone. */
function routes(): { call(path: string, body?: unknown): Promise<Any>; permissions: string[] } {
  const handlers = new Map<string, Any>();
  const permissions: string[] = [];
  const add = (path: string, _auth: unknown, handler: unknown) => handlers.set(path, handler);
  const RED = {
    httpAdmin: { get: add, post: add },
    auth: { needsPermission: (permission: string) => permissions.push(permission) },
    nodes: { getNode: (id: string) => helper.getNode(id) },
  };
  mqttTestRoute(RED);
  recentRoute(RED);
  return {
    permissions,
    call: (path, body) =>
      new Promise((resolve) => {
        const res = { status: () => res, json: resolve };
        handlers.get(path)({ body }, res);
      }),
  };
}

describe("twin-mqtt", () => {
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

  it("brings the broker's messages to ingest, refuses what no row knows, and keeps the input open", async () => {
    const port = await freePort();
    await helper.load(nodes, flow(port));
    let publisher: Any;
    for (let i = 0; !publisher && i < 100; i++)
      publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }).catch(() => undefined);
    for (let i = 0; helper.getNode("broker-node-00001").connection.state.kind !== "connected" && i < 100; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 100));

    const accepted = next("accepted-node-0001");
    await publisher.publishAsync("plant1/pump-7/speed", '{"value": "1480"}', { qos: 1 });
    const msg = await accepted;
    assert.deepEqual([msg.twin.id, msg.payload, msg.twin.source], ["plant1:pump-7", { speed: 1480 }, "mqtt:demo"]);

    const refused = next("refused-node-00001");
    await publisher.publishAsync("plant1/pump-7/colour", '{"value": "red"}', { qos: 1 });
    const bad = await refused;
    assert.deepEqual(
      [bad.error.code, bad.topic, String(bad.payload)],
      ["E_UNKNOWN_SIGNAL", "plant1/pump-7/colour", '{"value": "red"}'],
    );

    const input = next("accepted-node-0001");
    helper.getNode("ingest-node-00001").receive({ payload: { id: "plant1:pump-8", speed: 5 } });
    assert.equal((await input).twin.id, "plant1:pump-8");
    const { arrivals } = await routes().call("/twin/api/recent");
    const seen = arrivals.find((a: Any) => a.signal === "colour" && a.id === "plant1:pump-7");
    assert.deepEqual([seen.topic, seen.id, seen.value], ["plant1/pump-7/colour", "plant1:pump-7", "red"]);
    await publisher.endAsync(true);
  });

  it("tests a connection with what the dialog says", async () => {
    const { call, permissions } = routes();
    assert.deepEqual(permissions, ["twin.write", "twin.read"]);
    const port = await freePort();
    const ask = (config: object, more: object = {}) => call("/twin/api/mqtt-test", { config, ...more });
    assert.deepEqual(await ask({ host: "embedded", port }), { ok: true, message: `Connected to 127.0.0.1:${port}.` });
    const nobody = await ask({ host: "127.0.0.1", port });
    assert.equal(nobody.ok, false);
    assert.match(nobody.message, /^No broker answers at 127\.0\.0\.1:\d+: check host and port/);
    assert.match((await ask({ host: "" })).message, /host is empty/);
    assert.match((await ask({ host: "http://x" })).message, /is not an address/);
    assert.match(
      (await ask({ host: "127.0.0.1", port, useTls: true, tls: "missing-tls-0001" })).message,
      /TLS settings/,
    );
    assert.match((await call("/twin/api/mqtt-test", "nonsense")).message, /needs config/);
  });

  it("says that the embedded broker's port is in use", async () => {
    const { createServer } = await import("node:net");
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    await helper.load(nodes, flow(port));
    const { connection } = helper.getNode("broker-node-00001");
    for (let i = 0; connection.state.kind !== "waiting" && i < 200; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(connection.state.problem, /port \d+ of the embedded broker is in use/);
    await new Promise((resolve) => other.close(resolve));
  });
});
