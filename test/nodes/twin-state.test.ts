import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(join(root, "dist", "nodes", name, `twin-${name}.js`)).default;
helper.init(require.resolve("node-red"));

const ASSET = {
  id: "ab12cd34ef56ab01",
  type: "twin-asset",
  name: "Pump",
  idPattern: "p-*",
  clock: "wall",
  signals: [
    { name: "speed", unit: "/min", staleAfter: 1 },
    { name: "flow", unit: "m3/h" },
  ],
};
const STATE = "ab12cd34ef56ab02";
const flow = (more: object = {}) => [
  ASSET,
  {
    id: STATE,
    type: "twin-state",
    asset: ASSET.id,
    wires: ["a1", "b1", "c1", "d1"].map((x) => [`ab12cd34ef56${x}00`]),
    ...more,
  },
  ...["a1", "b1", "c1", "d1"].map((x) => ({ id: `ab12cd34ef56${x}00`, type: "helper" })),
];

describe("twin-state", () => {
  before(async () => {
    await helper.startServer();
  });
  after(async () => {
    await helper.stopServer();
  });
  afterEach(async () => {
    require(join(root, "dist", "nodes", "shared", "stores.js"))
      .findStore("default")
      ?.forget();
    await helper.unload();
  });

  // biome-ignore lint/suspicious/noExplicitAny: messages of the test helper.
  type Msg = any;
  async function start(more: object = {}) {
    await helper.load([load("asset"), load("state")], flow(more));
    const got: Record<string, Msg[]> = { state: [], delta: [], rejected: [], signals: [] };
    for (const [i, name] of ["state", "delta", "rejected", "signals"].entries())
      helper.getNode(`ab12cd34ef56${["a1", "b1", "c1", "d1"][i]}00`).on("input", (m: Msg) => got[name]!.push(m));
    const node = helper.getNode(STATE);
    const send = async (msg: object) => {
      node.receive(msg);
      await new Promise((resolve) => setTimeout(resolve, 15));
    };
    return { node, got, send };
  }
  const twin = (values: object, more: object = {}) => ({
    twin: { v: 1, id: "p-1", branch: "live", time: Date.now(), values, updated: Object.keys(values), ...more },
  });

  it("sends the whole twin with its revision, passes unrelated properties on, and keeps branches apart", async () => {
    const { got, send } = await start();
    await send({ ...twin({ speed: 1 }), extra: "kept" });
    await send(twin({ flow: 2 }));
    await send(twin({ flow: 9 }, { branch: "whatif:x" }));
    assert.deepEqual(
      got.state!.map((m) => [m.twin.branch, m.twin.rev, m.payload]),
      [
        ["live", 1, { speed: 1 }],
        ["live", 2, { speed: 1, flow: 2 }],
        ["whatif:x", 1, { flow: 9 }],
      ],
    );
    assert.equal(got.state![0].extra, "kept");
    assert.equal(got.state![0].topic, "p-1/state");
  });
  it("rejects a stale revision and an id of nobody's, with a sentence on output 3 and an error", async () => {
    const { node, got, send } = await start();
    await send(twin({ speed: 1 }));
    await send({ ...twin({ speed: 2 }), ifRev: 0 });
    await send(twin({ speed: 2 }, { id: "q" }));
    assert.deepEqual(
      got.rejected!.map((m) => m.error.code),
      ["E_STALE_REVISION", "E_UNKNOWN_TWIN"],
    );
    assert.match(got.rejected![0].payload, /expects revision 0/);
    assert.equal(node.error.callCount, 2);
    assert.equal(got.state!.length, 1);
  });
  it("answers desire with a delta, and passes every action on", async () => {
    const { got, send } = await start();
    await send(twin({ speed: 1400 }));
    await send({ action: "desire", payload: { id: "p-1", desired: { speed: 1500 } } });
    await send({ action: "maintenance", payload: { id: "p-1" } });
    assert.deepEqual(
      got.delta!.map((m) => m.payload),
      [{ speed: 1500 }],
    );
    assert.equal(got.state!.filter((m) => m.action === "maintenance").length, 1);
    await send(twin({ speed: 1500 }));
    assert.deepEqual(got.delta![1].payload, {});
  });
  it("rejects what JSON cannot carry, so that neither the live page nor the saving can fail on it", async () => {
    const { got, send } = await start();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    await send(twin({ speed: 1 }, { odd: circle }));
    await send(twin({ speed: 1n }));
    assert.deepEqual(
      got.rejected!.map((m) => m.error.code),
      ["E_ENVELOPE", "E_ENVELOPE"],
    );
    assert.equal(got.state!.length, 0);
  });
  it("answers a wrong wish from the live page with its sentence", async () => {
    const { send } = await start();
    await send(twin({ speed: 1 }));
    const store = require(join(root, "dist", "nodes", "shared", "stores.js")).findStore("default");
    const ask = (requestId: string, more: object) =>
      store.post({ action: "desire", branch: "live", id: "p-1", requestId, ...more });
    assert.match(ask("1", {})[0].message, /needs payload.desired/);
    assert.match(ask("2", { desired: { nonsense: 1 } })[0].message, /is not a signal/);
    assert.deepEqual(
      [...ask("3", {}), ...ask("4", { desired: { speed: 2 } })].map((r: { ok: boolean }) => r.ok),
      [false, true],
    );
  });
  it("sends one message per signal when asked to", async () => {
    const { got, send } = await start({ perSignal: true, outputs: 4 });
    await send(twin({ speed: 1, flow: 2 }));
    assert.deepEqual(
      got.signals!.map((m) => [m.topic, m.payload]),
      [
        ["speed", 1],
        ["flow", 2],
      ],
    );
  });
  it("says by itself when a value has gone stale", async function () {
    this.timeout(120_000);
    const { got, send } = await start();
    await send(twin({ speed: 1 }));
    for (let i = 0; i < 60 && got.state!.length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(got.state![1].twin.status, { speed: 0x40900000 });
    assert.deepEqual(got.state![1].twin.updated, []);
  });
});
