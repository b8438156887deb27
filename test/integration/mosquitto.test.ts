/**
 * Nothing is lost between a real broker and the twins: 10 000 samples of five twins at QoS 1 through mosquitto, which is
 * stopped and started again in the middle, into twin-ingest in a real Node-RED.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as tcp } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import mqtt from "mqtt";
import { freePort, type Red, removeUserDir, startRed } from "../nodes/harness.ts";

const SAMPLES = 10_000;
const TWINS = 5;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const mosquitto = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
  .map((dir) => join(dir, "mosquitto"))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

class Broker {
  port: number;
  dir = mkdtempSync(join(tmpdir(), "twinwire-mosquitto-"));
  child: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
    const settings = [
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence true",
      `persistence_location ${this.dir}/`,
      "autosave_interval 1",
      "max_queued_messages 0",
      "log_type none",
      // Debian's mosquitto gives up root's rights; the test's directory belongs to the one who runs the test.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
    ];
    writeFileSync(join(this.dir, "mosquitto.conf"), `${settings.join("\n")}\n`);
  }

  async start(): Promise<void> {
    this.child = spawn(mosquitto!, ["-c", join(this.dir, "mosquitto.conf")], { stdio: "ignore" });
    for (let i = 0; !(await this.answers()); i++) {
      assert.ok(i < 100 && this.child.exitCode === null, "mosquitto did not start");
      await wait(50);
    }
  }

  /** SIGTERM, and wait until the process has gone. */
  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }

  answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = tcp(this.port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  }
}

const flows = (port: number) => [
  { id: "flow-tab-mosquitto", type: "tab", label: "test" },
  {
    id: "asset-mosquitto-1",
    type: "twin-asset",
    name: "pumps",
    idPattern: "plant1:pump-*",
    mimic: "pump",
    clock: "data",
    store: "",
    version: 1,
    signals: [{ name: "speed", unit: "/min" }],
    parameters: [],
    failure: { signal: "", threshold: "", direction: "rising" },
  },
  {
    id: "broker-mosquitto-1",
    type: "twin-mqtt",
    name: "",
    host: "127.0.0.1",
    port,
    protocol: "3.1.1",
    clientId: "twinwire-test",
    version: 1,
  },
  {
    id: "ingest-mosquitto-1",
    type: "twin-ingest",
    z: "flow-tab-mosquitto",
    asset: "asset-mosquitto-1",
    source: "mqtt",
    broker: "broker-mosquitto-1",
    topic: "plant1/+/samples",
    qos: "1",
    mapping: [],
    version: 1,
    wires: [["accepted-mosquitto-1"], ["refused-mosquitto-1"]],
  },
  {
    id: "accepted-mosquitto-1",
    type: "function",
    z: "flow-tab-mosquitto",
    initialize: 'flow.set("accepted", []); flow.set("refused", {}); flow.set("repeats", []);',
    func: 'const { id, source, seq, values } = msg.twin; flow.get("accepted").push([id, source, seq, values.speed]);',
    outputs: 0,
    wires: [],
  },
  {
    id: "refused-mosquitto-1",
    type: "function",
    z: "flow-tab-mosquitto",
    func: 'const r = flow.get("refused"); const { code } = msg.error; r[code] = (r[code] || 0) + 1;',
    outputs: 0,
    wires: [],
  },
  {
    id: "http-in-mosquitto-1",
    type: "http in",
    z: "flow-tab-mosquitto",
    url: "/seen",
    method: "get",
    wires: [["seen-mosquitto-1"]],
  },
  {
    id: "seen-mosquitto-1",
    type: "function",
    z: "flow-tab-mosquitto",
    func: 'msg.payload = msg.req.query.all ? { accepted: flow.get("accepted"), refused: flow.get("refused") } : { count: flow.get("accepted").length }; return msg;',
    outputs: 1,
    wires: [["http-out-mosquitto-1"]],
  },
  { id: "http-out-mosquitto-1", type: "http response", z: "flow-tab-mosquitto", wires: [] },
];

describe("a broker that stops in the middle", () => {
  let broker: Broker;
  let red: Red | undefined;
  let publisher: mqtt.MqttClient | undefined;

  before(async function () {
    if (!mosquitto) {
      if (process.env.CI) throw new Error("mosquitto is not installed: CI must install it.");
      console.log("    Skipped: this test needs mosquitto (on Debian: apt-get install mosquitto).");
      this.skip();
    }
    this.timeout(120_000);
    broker = new Broker(await freePort());
    await broker.start();
    red = await startRed({ flows: flows(broker.port) });
  });

  after(async () => {
    await publisher?.endAsync(true);
    if (red) {
      await red.stop();
      removeUserDir(red.userDir);
    }
    await broker?.stop();
    if (broker) rmSync(broker.dir, { recursive: true, force: true });
  });

  it("loses nothing: complete and in order per twin after the repeats are taken out", async function () {
    this.timeout(120_000);
    const seen = async (query = ""): Promise<Record<string, unknown>> =>
      (await fetch(`${red!.url}/seen${query}`)).json();
    publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      clientId: "machine",
      clean: false,
      reconnectPeriod: 200,
    });
    publisher.on("error", () => {}); // While the broker is down.
    let disconnects = 0;
    publisher.on("close", () => disconnects++);
    // Node-RED subscribes after it has started: a first message is repeated until it comes through.
    const ready = JSON.stringify({ id: "plant1:pump-ready", speed: 0, source: "ready", seq: 0 });
    for (let i = 0; ((await seen()).count as number) === 0; i++) {
      assert.ok(i < 100, "ingest subscribes");
      await publisher.publishAsync("plant1/ready/samples", ready, { qos: 1 });
      await wait(100);
    }
    const acknowledged: Promise<unknown>[] = [];
    const publish = (i: number) => {
      const twin = i % TWINS;
      const seq = Math.floor(i / TWINS);
      const payload = {
        v: 1,
        id: `plant1:pump-${twin}`,
        branch: "live",
        time: 1795462800000 + i,
        source: `plc-${twin}`,
        seq,
        values: { speed: i },
        updated: ["speed"],
      };
      acknowledged.push(publisher!.publishAsync(`plant1/pump-${twin}/samples`, JSON.stringify(payload), { qos: 1 }));
    };
    for (let i = 0; i < SAMPLES; i++) {
      publish(i);
      if (i % 50 === 49) await wait(5);
      if (i !== SAMPLES / 2) continue;
      await broker.stop();
      assert.equal(await broker.answers(), false, "the broker is down: a connection is refused");
      const missing = SAMPLES + 1 - ((await seen()).count as number);
      assert.ok(missing > 0, "samples are still to come");
      setTimeout(() => void broker.start(), 1500);
    }
    await Promise.all(acknowledged);
    for (let i = 0; ((await seen()).count as number) <= SAMPLES && i < 200; i++) await wait(100);

    assert.ok(disconnects > 0, "the publisher lost its connection");
    assert.match(
      red!.output(),
      /No broker answers at 127\.0\.0\.1|connection to the broker 127\.0\.0\.1:\d+ was closed/,
      "and so did ingest",
    );
    const { accepted, refused } = (await seen("?all=1")) as {
      accepted: [string, string, number, number][];
      refused: Record<string, number>;
    };
    assert.deepEqual(
      Object.keys(refused).filter((code) => code !== "E_DUPLICATE"),
      [],
      "only repeats are refused",
    );
    assert.equal(accepted.length, SAMPLES + 1);
    for (let twin = 0; twin < TWINS; twin++) {
      const own = accepted.filter(([id]) => id === `plant1:pump-${twin}`);
      assert.deepEqual(
        own.map(([, source, seq, speed]) => [source, seq, speed]),
        Array.from({ length: SAMPLES / TWINS }, (_, seq) => [`plc-${twin}`, seq, seq * TWINS + twin]),
      );
    }
    console.log(`      ${SAMPLES} samples, ${refused.E_DUPLICATE ?? 0} repeats refused`);
  });
});
