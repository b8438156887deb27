import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { freePort, root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(`${root}/dist/nodes/${name}/twin-${name}.js`).default;

// biome-ignore lint/suspicious/noExplicitAny: messages are what the tests look at.
type Message = any;

const assetId = "asset-for-commands-1";
const nodeId = "command-under-test-1";
const T0 = Date.UTC(2026, 0, 1);

const assetConfig = (changes: object = {}) => ({
  id: assetId,
  type: "twin-asset",
  name: "Pump",
  idPattern: "plant1:pump-1",
  clock: "data",
  store: "",
  mimic: "pump",
  version: 1,
  signals: [
    { name: "speed", unit: "/min", label: "Speed" },
    { name: "flow", unit: "m3/h", label: "Flow" },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
  ...changes,
});
const commandConfig = (changes: object = {}) => ({
  id: nodeId,
  type: "twin-command",
  asset: assetId,
  version: 1,
  mode: "auto",
  signals: [{ signal: "speed", low: 900, high: 1500, tolerance: 5 }],
  wires: [["written-helper-node"], ["refused-helper-node"], ["events-helper-node"]],
  ...changes,
});
const twin = (seconds: number, values: object, more: object = {}) => ({
  v: 1,
  id: "plant1:pump-1",
  branch: "live",
  rev: 1,
  time: T0 + seconds * 1000,
  values,
  updated: Object.keys(values),
  ...more,
});
const tick = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("twin-command", () => {
  before(async () => {
    helper.init(require.resolve("node-red"));
    await helper.startServer();
  });
  afterEach(async () => {
    const { findStore } = require(`${root}/dist/nodes/shared/stores.js`);
    await helper.unload();
    findStore("default")?.forget();
  });
  after(async () => {
    await helper.stopServer();
  });

  async function start(changes: object = {}, asset: object = {}, extra: object[] = []) {
    const sinks = ["written", "refused", "events"].map((name) => ({ id: `${name}-helper-node`, type: "helper" }));
    await helper.load(
      [load("asset"), load("store"), load("mqtt"), load("command")],
      [assetConfig(asset), commandConfig(changes), ...sinks, ...extra],
    );
    const out: Record<"written" | "refused" | "events", Message[]> = { written: [], refused: [], events: [] };
    for (const name of ["written", "refused", "events"] as const)
      helper.getNode(`${name}-helper-node`).on("input", (m: Message) => out[name].push(m));
    const node = helper.getNode(nodeId);
    const statuses: string[] = [];
    node.on("call:status", (call: { firstArg: { text: string } }) => statuses.push(call.firstArg.text));
    const send = async (message: object) => {
      node.receive(message);
      await tick();
    };
    return { ...out, node, send, statuses, store: helper.getNode(assetId).store };
  }

  it("writes a set-point, reads it back, and passes unrelated properties on", async () => {
    const red = await start();
    await red.send({ twin: twin(0, { speed: 1480, flow: 50 }, { note: "kept" }) });
    await red.send({ payload: 1410, order: 77 });
    assert.equal(red.written.length, 1);
    const message = red.written[0]!;
    assert.equal(message.payload, 1410);
    assert.equal(message.topic, "plant1:pump-1/command");
    assert.equal(message.order, 77);
    assert.equal(message.twin.note, "kept");
    assert.equal(message.twin.command.value, 1410);
    assert.equal(message.twin.command.result.sent, true);
    assert.deepEqual(message.twin, JSON.parse(JSON.stringify(message.twin)));
    await red.send({ twin: twin(2, { speed: 1411, flow: 50 }) });
    assert.deepEqual(
      red.events.map((m) => [m.event, m.payload]),
      [
        ["raised", "Speed set to 1410 rpm (was 1480 rpm)."],
        ["cleared", "Speed reads 1411 rpm: the command 1410 rpm is verified."],
      ],
    );
    const ref = { branch: "live", id: "plant1:pump-1" };
    assert.deepEqual(
      red.store.audits(ref).map((a: Message) => a.decision),
      ["sent", "verified"],
    );
    assert.equal(red.store.twin(ref).twin.command.result.verified, true);
    assert.equal(red.store.twin(ref).events.length, 2);
  });

  it("takes {signal: value} and the action command, and never passes an action on", async () => {
    const red = await start();
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({ payload: { speed: 1450 } });
    await red.send({ twin: twin(9, { speed: 1450 }) });
    await red.send({ action: "command", payload: { id: "plant1:pump-1", signal: "speed", value: 1420 } });
    await red.send({ action: "maintenance", payload: { id: "plant1:pump-1" } });
    assert.deepEqual(
      red.written.map((m) => [m.payload, m.action]),
      [
        [1450, undefined],
        [1420, undefined],
      ],
    );
  });

  for (const branch of ["whatif:a", "replay:b", "attack:c"])
    it(`refuses a message of branch ${branch} wired straight in, even one that says it is simulated`, async () => {
      const red = await start({ rules: [{ when: "speed > 100", set: "speed", to: "1000" }] });
      await red.send({ twin: twin(0, { speed: 1480 }, { branch, simulated: true }), payload: 1410 });
      await red.send({ twin: twin(1, { speed: 1480 }, { branch, simulated: true }), payload: 1410 });
      assert.equal(red.written.length, 0);
      assert.equal(red.refused.length, 2);
      const [message] = red.refused;
      assert.match(message.payload, new RegExp(`The branch is ${branch}`));
      assert.deepEqual(message.error, { code: "E_BRANCH", message: message.payload });
      assert.equal(message.twin.branch, branch, "the taint stays");
      assert.ok(
        red.statuses.includes("⛔ twin-command.status.refused") || red.statuses.some((s) => s.startsWith("⛔")),
      );
      assert.equal(red.store.audits({ branch, id: "plant1:pump-1" }).length, 1, "one line, not one per message");
    });

  it("refuses an action on a what-if branch", async () => {
    const red = await start();
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({
      action: "command",
      twin: twin(0, {}, { branch: "whatif:a" }),
      payload: { signal: "speed", value: 1410 },
    });
    assert.equal(red.written.length, 0);
    assert.equal(red.refused[0].error.code, "E_BRANCH");
  });

  it("writes on another branch only when its own dialog says that the target is simulated", async () => {
    const red = await start({ simulatedTarget: true, rules: [{ when: "speed > 1450", set: "speed", to: "1410" }] });
    await red.send({ twin: twin(0, { speed: 1480 }, { branch: "whatif:a" }) });
    assert.equal(red.written[0].twin.branch, "whatif:a");
  });

  const messages: [string, object, unknown][] = [
    ["state", {}, { speed: 1000 }],
    ["anomaly", { anomaly: { state: "active", active: true, latched: true, score: 0.9, health: 10, why: [] } }, 0.9],
    ["RUL", { rul: { unit: "h", p50: 1200, why: [] } }, 1200],
  ];
  for (const [what, section, payload] of messages)
    it(`writes nothing on a message of kind ${what} message without a matching rule, and says so`, async () => {
      const red = await start();
      await red.send({ topic: "plant1:pump-1/x", payload, twin: twin(0, { speed: 1480 }, section) });
      assert.deepEqual([red.written, red.refused, red.events], [[], [], []]);
      assert.match(red.statuses.at(-1)!, /^○ .*(no rule applies|noRule)/);
    });

  it("advises, then writes what a person accepts through the store", async () => {
    const red = await start({
      mode: "advise",
      rules: [{ when: "flow < 30", hold: 1, set: "speed", to: "speed - 70", why: "Flow is low" }],
    });
    const ref = { branch: "live", id: "plant1:pump-1" };
    await red.send({ twin: twin(0, { speed: 1480, flow: 20 }) });
    await red.send({ twin: twin(1, { speed: 1480, flow: 20 }) });
    assert.equal(red.written.length, 0);
    const [proposal] = red.store.twin(ref).proposals;
    assert.equal(proposal.value, 1410);
    assert.deepEqual(proposal.why, ["Flow is low", "Flow is 20"]);
    assert.match(
      red.events[0].payload,
      /^Advice: set Speed from 1480 rpm to 1410 rpm, because Flow is low; Flow is 20\./,
    );
    const answer = red.store.post({ ...ref, action: "accept", command: proposal.id, requestId: "r1", by: "Ann" });
    await tick();
    assert.equal(answer[0].ok, true);
    assert.match(answer[0].message, /sent and waits for its read-back/);
    assert.equal(red.written[0].payload, 1410);
    assert.deepEqual(red.store.twin(ref).proposals, []);
    assert.deepEqual(
      red.store.post({ ...ref, action: "accept", requestId: "r1" }),
      [],
      "a repeated request is ignored",
    );
    const again = red.store.post({ ...ref, action: "accept", command: proposal.id, requestId: "r2" });
    assert.equal(again[0].ok, false);
    assert.match(again[0].message, /may have expired or been answered/);
  });

  it("accepts and rejects by message, with and without the id", async () => {
    const red = await start({ mode: "advise" });
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({ action: "accept", payload: { id: "plant1:pump-1" } });
    assert.equal(red.refused[0].error.code, "E_NO_PROPOSAL");
    await red.send({ payload: 1410 });
    await red.send({ action: "reject", payload: { id: "plant1:pump-1" } });
    await red.send({ payload: 1400 });
    const [proposal] = red.store.twin({ branch: "live", id: "plant1:pump-1" }).proposals;
    await red.send({ action: "accept", payload: { id: "plant1:pump-1", command: proposal.id } });
    assert.deepEqual(
      red.written.map((m) => m.payload),
      [1400],
    );
  });

  it("kill stops everything until release, for one twin and for all, also over a redeploy", async () => {
    const red = await start();
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({ action: "kill" });
    await red.send({ payload: 1410 });
    assert.equal(red.refused[0].error.code, "E_KILLED");
    assert.match(red.statuses.join(), /⛔/);
    await red.send({ action: "release", payload: { id: "plant1:pump-1" } });
    await red.send({ payload: 1410 });
    assert.equal(red.written.length, 0, "release with an id does not lift the switch of all");
    await helper.unload();
    const next = await start();
    await next.send({ twin: twin(1, { speed: 1480 }) });
    await next.send({ payload: 1410 });
    assert.equal(next.refused[0].error.code, "E_KILLED");
    await next.send({ action: "release" });
    await next.send({ payload: 1410 });
    assert.equal(next.written.length, 1);
  });

  it("keeps advice over a redeploy and writes it only with new data", async () => {
    const red = await start({ mode: "advise" });
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({ payload: 1410 });
    await helper.unload();
    const next = await start({ mode: "advise" });
    const ref = { branch: "live", id: "plant1:pump-1" };
    assert.equal(next.store.twin(ref).proposals.length, 1);
    const early = next.store.post({ ...ref, action: "accept", requestId: "r3" });
    assert.match(early[0].message, /No data of this twin has arrived yet/);
    await next.send({ twin: twin(1, { speed: 1480 }) });
    assert.equal(next.store.post({ ...ref, action: "accept", requestId: "r4" })[0].ok, true);
  });

  it("lets a wall-clock machine's advice expire by its timer", async () => {
    const red = await start({ mode: "advise", expiry: 0.5 }, { clock: "wall" });
    await red.send({ twin: { ...twin(0, { speed: 1480 }), time: Date.now() } });
    await red.send({ payload: 1410 });
    await new Promise((resolve) => setTimeout(resolve, 2200));
    assert.deepEqual(
      red.events.map((m) => m.event),
      ["raised", "cleared"],
    );
  });

  it("refuses a payload that is no set-point with a sentence", async () => {
    const red = await start();
    for (const payload of ["1410", null, [], {}, { speed: {} }, Buffer.from("1")]) await red.send({ payload });
    assert.equal(red.refused.length, 6);
    assert.ok(red.refused.every((m) => m.error.code === "E_PAYLOAD" && /\.$/.test(m.payload)));
    assert.equal(red.written.length, 0);
  });

  it("asks which twin is meant when its asset serves a fleet", async () => {
    const red = await start({}, { idPattern: "plant1:*" });
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({ twin: { ...twin(0, { speed: 1480 }), id: "plant1:pump-2" } });
    await red.send({ payload: 1410 });
    assert.match(red.refused[0].payload, /serves several twins/);
    await red.send({ action: "command", payload: { id: "plant1:pump-2", signal: "speed", value: 1410 } });
    assert.equal(red.written[0].twin.id, "plant1:pump-2");
  });

  it("is not disturbed by a node that changes the message it receives", async () => {
    const red = await start();
    await red.send({ twin: twin(0, { speed: 1480 }) });
    await red.send({ payload: 1410 });
    red.written[0]!.twin.values.speed = 9999;
    await red.send({ payload: 9998 });
    assert.equal(red.refused[0].twin.values.speed, 1480);
    assert.equal(red.refused[0].twin.command.result.refused, red.refused[0].payload);
  });

  it("survives any message and writes for none of them", async () => {
    const red = await start({ rules: [{ when: "speed > 9000", set: "speed", to: "1410" }] });
    await red.send({ twin: twin(0, { speed: 1480 }) });
    const odd = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, maxDepth: 3 });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const value = fc.oneof(
      odd,
      fc.constantFrom(circular, Number.NaN, 1e308, "1410", Buffer.from("1410"), "x".repeat(1e5)),
    );
    const notAnEnvelope = fc.record({ twin: value.filter((x) => x !== undefined), payload: value });
    const action = fc.record({
      action: fc.oneof(value, fc.constantFrom("command", "accept", "reject", "reset")),
      twin: fc.oneof(value, fc.constant({ id: "plant1:pump-1" })),
      payload: fc.oneof(
        value,
        fc.record({ signal: value, value: fc.constantFrom("1410", 9999, null), expires: value }),
      ),
    });
    const messages = fc.sample(fc.oneof(notAnEnvelope, action), { numRuns: 1500, seed: 7 });
    for (const message of messages) red.node.receive({ ...message });
    await tick();
    await tick();
    assert.equal(red.written.length, 0);
    await red.send({ twin: twin(9, { speed: 1480 }) });
    await red.send({ payload: 1410 });
    assert.equal(red.written.length, 1, "it is still there");
  });

  describe("over MQTT", () => {
    const broker = (port: number, host: string) => ({
      id: "broker-for-commands-1",
      type: "twin-mqtt",
      version: 1,
      host,
      port,
    });
    const target = { target: "mqtt", broker: "broker-for-commands-1", topic: "{id}/set/{signal}" };

    async function listen(port: number): Promise<{ got: [string, string][]; end: () => Promise<void> }> {
      const client = require("mqtt").connect(`mqtt://127.0.0.1:${port}`);
      const got: [string, string][] = [];
      client.on("message", (topic: string, payload: Buffer) => got.push([topic, payload.toString()]));
      await client.subscribeAsync("#");
      return { got, end: () => client.endAsync() };
    }
    const until = async (condition: () => boolean) => {
      for (let i = 0; i < 200 && !condition(); i++) await tick();
      assert.ok(condition(), "did not happen within 4 s");
    };

    it("publishes the value, or JSON with the expiry, and calls it sent when the broker took it", async () => {
      for (const format of ["value", "json"]) {
        const port = await freePort();
        const red = await start({ ...target, format }, {}, [broker(port, "embedded")]);
        const { connection } = helper.getNode("broker-for-commands-1");
        await until(() => connection.state.kind === "connected");
        const machine = await listen(port);
        await red.send({ twin: twin(0, { speed: 1480 }) });
        await red.send({ payload: 1410 });
        await until(() => machine.got.length > 0 && red.events.length > 0);
        const [topic, payload] = machine.got[0]!;
        assert.equal(topic, "plant1:pump-1/set/speed");
        if (format === "value") assert.equal(payload, "1410");
        else {
          const { command, ...rest } = JSON.parse(payload);
          assert.match(command, /^c-[0-9a-f]{4}-1$/);
          assert.deepEqual(rest, { twin: "plant1:pump-1", signal: "speed", value: 1410, expires: T0 + 60_000 });
        }
        assert.equal(red.events[0].payload, "Speed set to 1410 rpm (was 1480 rpm).");
        assert.equal(red.written.length, 0);
        await machine.end();
        await helper.unload();
        require(`${root}/dist/nodes/shared/stores.js`).findStore("default")?.forget();
      }
    });

    it("does not send without a broker, says so, and gives up after the last retry", async () => {
      const red = await start({ ...target, retries: 1, retryAfter: 1 }, {}, [broker(await freePort(), "127.0.0.1")]);
      await red.send({ twin: twin(0, { speed: 1480 }) });
      await red.send({ payload: 1410 });
      assert.match(
        red.events[0].payload,
        /^Speed 1410 rpm could not be sent: the broker 127\.0\.0\.1:\d+ is not connected\.$/,
      );
      await red.send({ twin: twin(2, { speed: 1480 }) });
      await red.send({ twin: twin(4, { speed: 1480 }) });
      assert.match(red.events.at(-1).payload, /could not be sent in 2 attempts: nothing was written/);
      const audits = red.store.audits({ branch: "live", id: "plant1:pump-1" });
      assert.deepEqual(
        audits.map((a: Message) => a.decision),
        ["failed"],
      );
    });
  });

  it("gives identical messages for identical input", async () => {
    const run = async () => {
      const red = await start({ rules: [{ when: "flow < 30", set: "speed", to: "1410" }] });
      for (let s = 0; s < 5; s++) await red.send({ twin: twin(s, { speed: 1480, flow: 50 - 10 * s }) });
      const all = JSON.stringify([red.written, red.events].flat().map((m) => [m.payload, m.twin]));
      await helper.unload();
      require(`${root}/dist/nodes/shared/stores.js`).findStore("default")?.forget();
      return all;
    };
    const first = await run();
    assert.ok(first.length > 100);
    assert.equal(await run(), first);
  });
});
