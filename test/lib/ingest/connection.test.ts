import assert from "node:assert/strict";
import { createServer } from "node:net";
import mqtt from "mqtt";
import { embeddedBroker } from "../../../src/lib/ingest/embedded-broker.ts";
import { type ConnectionState, MqttConnection, type MqttMessage } from "../../../src/lib/ingest/mqtt-connection.ts";
import { TwinError } from "../../../src/lib/twin/envelope.ts";
import { freePort } from "../../nodes/harness.ts";

const until = async (what: string, condition: () => boolean) => {
  for (let i = 0; !condition(); i++) {
    assert.ok(i < 1000, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const reaches = (connection: MqttConnection, kind: ConnectionState["kind"]) =>
  until(kind, () => connection.state.kind === kind);
const text = (messages: MqttMessage[]) => messages.map((m) => `${m.topic}=${m.payload}`);

describe("MQTT connection, with the embedded broker", () => {
  let port: number;
  let release: () => Promise<void>;
  const open: MqttConnection[] = [];
  const connect = (clientId: string, more = {}) => {
    const connection = new MqttConnection({
      url: `mqtt://127.0.0.1:${port}`,
      client: { clientId, clean: false },
      random: () => 0,
      ...more,
    });
    open.push(connection);
    return connection;
  };

  beforeEach(async () => {
    port = await freePort();
    release = await embeddedBroker(port);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((c) => c.close()));
    await release();
  });

  it("gives every subscriber whose filter matches each message once", async () => {
    const c = connect("overlap");
    const got: Record<string, MqttMessage[]> = { all: [], one: [], plus: [], same: [] };
    c.subscribe("a/#", 1, (m) => got.all!.push(m));
    c.subscribe("a/b", 0, (m) => got.one!.push(m));
    c.subscribe("+/b", 1, (m) => got.plus!.push(m));
    c.subscribe("a/b", 1, (m) => got.same!.push(m));
    await reaches(c, "connected");
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const topic of ["a/b", "a/c", "x/b", "x/y"]) await c.publish(topic, "1", { qos: 1, retain: false });
    await until("all", () => got.all!.length >= 2 && got.plus!.length >= 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(text(got.all!), ["a/b=1", "a/c=1"]);
    assert.deepEqual(text(got.one!), ["a/b=1"]);
    assert.deepEqual(text(got.plus!), ["a/b=1", "x/b=1"]);
    assert.deepEqual(text(got.same!), ["a/b=1"]);
  });

  it("hands a message over before it is acknowledged, and not at all when it is closed", async () => {
    const order: string[] = [];
    const c = connect("ack");
    c.subscribe("t", 1, () => order.push("handled"));
    await reaches(c, "connected");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
    await publisher.publishAsync("t", "x", { qos: 1 });
    await until("handled", () => order.length === 1);
    // The broker keeps what comes while the connection is closed, and delivers it to the next one of this client id.
    await c.close();
    await publisher.publishAsync("t", "y", { qos: 1 });
    const again = connect("ack");
    const got: MqttMessage[] = [];
    again.subscribe("t", 1, (m) => got.push(m));
    await until("queued message", () => got.length === 1);
    assert.deepEqual(text(got), ["t=y"]);
    await publisher.endAsync();
  });

  it("holds messages for a node that is being redeployed", async () => {
    const c = connect("keep");
    const first: MqttMessage[] = [];
    const second: MqttMessage[] = [];
    const stop = c.subscribe("t/#", 1, (m) => first.push(m));
    await reaches(c, "connected");
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop({ keep: true });
    const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
    for (const n of [1, 2, 3]) await publisher.publishAsync("t/x", String(n), { qos: 1 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    c.subscribe("t/#", 1, (m) => second.push(m));
    await until("three", () => second.length === 3);
    assert.deepEqual([text(first), text(second)], [[], ["t/x=1", "t/x=2", "t/x=3"]]);
    await publisher.endAsync();
  });

  it("ends a subscription", async () => {
    const c = connect("end");
    const got: MqttMessage[] = [];
    const stop = c.subscribe("t", 1, (m) => got.push(m));
    c.subscribe("other", 1, (m) => got.push(m));
    await reaches(c, "connected");
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await c.publish("t", "1", { qos: 1, retain: false });
    await c.publish("other", "2", { qos: 1, retain: false });
    await until("other", () => got.length > 0);
    assert.deepEqual(text(got), ["other=2"]);
  });

  it("publishes, and says when it cannot: nothing is sent later", async () => {
    const c = connect("publish");
    await c.publish("out", "1", { qos: 1, retain: true });
    await c.publish("out", Buffer.from("2"), { qos: 0, retain: false });
    await assert.rejects(
      c.publish("a/+", "1", { qos: 1, retain: false }),
      (e) => e instanceof TwinError && e.code === "E_TOPIC",
    );
    await release();
    await reaches(c, "waiting");
    await assert.rejects(
      c.publish("out", "late", { qos: 1, retain: true }),
      (e) =>
        e instanceof TwinError &&
        e.code === "E_BROKER" &&
        /^Nothing was sent to the broker 127\.0\.0\.1/.test(e.message),
    );
    release = await embeddedBroker(port);
    await reaches(c, "connected");
    const got: string[] = [];
    const reader = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
    reader.on("message", (_t, payload) => got.push(String(payload)));
    await reader.subscribeAsync("#");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(got, []);
    await reader.endAsync();
  });

  it("reconnects and subscribes again when the broker has forgotten it", async () => {
    const c = connect("back");
    const got: MqttMessage[] = [];
    const states: string[] = [];
    c.onState(({ kind }) => states.push(kind));
    c.subscribe("t", 1, (m) => got.push(m));
    await reaches(c, "connected");
    await release();
    await reaches(c, "waiting");
    assert.match(c.state.problem!, /127\.0\.0\.1:\d+/);
    release = await embeddedBroker(port);
    await reaches(c, "connected");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await c.publish("t", "1", { qos: 1, retain: false });
    await until("message", () => got.length === 1);
    assert.equal(states.includes("waiting"), true);
  });

  it("says that a port is in use, and that nobody answers", async () => {
    const busy = createServer();
    const taken = await freePort();
    await new Promise<void>((resolve) => busy.listen(taken, "127.0.0.1", resolve));
    await assert.rejects(embeddedBroker(taken), /port \d+ of the embedded broker is in use/);
    await new Promise((resolve) => busy.close(resolve));
    const nobody = new MqttConnection({ url: `mqtt://127.0.0.1:${await freePort()}`, client: {}, random: () => 0 });
    open.push(nobody);
    nobody.open();
    await reaches(nobody, "waiting");
    assert.match(nobody.state.problem!, /^No broker answers at 127\.0\.0\.1:\d+: check host and port/);
  });
});
