import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(join(root, "dist", "nodes", name, `twin-${name}.js`)).default;
helper.init(require.resolve("node-red"));

// biome-ignore lint/suspicious/noExplicitAny: messages of the test helper, answers of the API.
type Any = any;
const ASSET = "ab12cd34ef560001";
const MACHINE = "ab12cd34ef560002";
const OUT = ["ab12cd34ef560003", "ab12cd34ef560004"];

describe("twin-machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "twin-machine-"));
  before(async () => {
    await helper.startServer();
  });
  after(async () => {
    await helper.stopServer();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    require(join(root, "dist", "nodes", "shared", "stores.js"))
      .findStore("default")
      ?.forget();
    await helper.unload();
  });

  async function start(machine: object, idPattern = "p-1") {
    await helper.load(
      [load("asset"), load("machine")],
      [
        {
          id: ASSET,
          type: "twin-asset",
          name: "Pump",
          idPattern,
          clock: "data",
          signals: [{ name: "x", unit: "Cel" }],
        },
        { id: MACHINE, type: "twin-machine", asset: ASSET, wires: OUT.map((id) => [id]), ...machine },
        ...OUT.map((id) => ({ id, type: "helper" })),
      ],
    );
    const samples: Any[] = [];
    const truth: Any[] = [];
    helper.getNode(OUT[0]).on("input", (m: Any) => samples.push(m));
    helper.getNode(OUT[1]).on("input", (m: Any) => truth.push(m));
    const node = helper.getNode(MACHINE);
    /** Sends a message; resolves with the error's code, or undefined when it is done without one. */
    const ask = async (msg: object): Promise<string | undefined> => {
      const before = node.error.callCount;
      node.receive(msg);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return node.error.callCount > before ? node.error.lastCall.args[0].code : undefined;
    };
    return { node, samples, truth, ask };
  }
  async function until(fits: () => boolean) {
    for (let i = 0; i < 300 && !fits(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(fits(), "it did not happen");
  }
  const command = (id: string, more: object = {}) => ({
    payload: 1200,
    twin: { v: 1, id, branch: "live", command: { id: "c-1", signal: "speed", value: 1200 } },
    ...more,
  });

  it("obeys the commands of its own twin; those of another twin, events and states change nothing", async () => {
    const { samples, ask } = await start({ clock: 3600, period: 60, noise: 0 });
    const speed = () => samples.at(-1)?.payload.speed ?? 0;
    await until(() => speed() > 1479);
    assert.equal(await ask(command("p-2")), undefined);
    assert.equal(await ask(command("p-1", { event: "raised", payload: "Advice: a lower speed." })), "E_COMMAND");
    assert.equal(await ask(command("p-1", { error: { code: "E_LIMITS" } })), "E_COMMAND");
    assert.equal(await ask({ payload: { speed: 900 }, twin: { v: 1, id: "p-1", branch: "live" } }), "E_COMMAND");
    const at = samples.length;
    await until(() => samples.length > at + 5);
    assert.ok(speed() > 1479, `${speed()}`);
    assert.equal(await ask(command("p-1")), undefined);
    await until(() => Math.abs(speed() - 1200) < 1);
    assert.equal(await ask({ payload: { speed: 1300 } }), undefined);
    await until(() => Math.abs(speed() - 1300) < 1);
  });

  it("takes faults and repairs of its own twin only, and tells the twin of a repair", async () => {
    const { samples, truth, ask } = await start({ clock: 3600, period: 60 });
    const faults = () => Object.keys(truth.at(-1)?.payload.faults ?? {});
    const fault = (id: string) => ({ action: "fault", payload: { id, fault: "strainer" } });
    await until(() => truth.length > 0);
    assert.equal(await ask(fault("p-2")), undefined);
    const at = truth.length;
    await until(() => truth.length > at + 3);
    assert.deepEqual(faults(), []);
    assert.equal(await ask(fault("p-1")), undefined);
    await until(() => faults().includes("strainer"));
    assert.equal(await ask({ action: "repair", payload: { fault: "strainer" } }), undefined);
    await until(() => faults().length === 0);
    const told = samples.find((m) => m.action === "maintenance");
    assert.deepEqual([told.twin.id, told.payload.what, told.twin.simulated], ["p-1", "strainer", true]);
    assert.equal(await ask({ action: "explode" }), "E_ACTION");
    assert.ok(samples.every((m) => m.twin.simulated === true && m.twin.branch === "live"));
  });

  it("stands still when paused", async () => {
    const { samples, ask } = await start({ clock: 3600, period: 60 });
    await until(() => samples.length > 3);
    await ask({ action: "pause" });
    const at = samples.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(samples.length, at);
    await ask({ action: "play" });
    await until(() => samples.length > at);
  });

  it("refuses a plan with a sensor that is not there, at deploy", async () => {
    const { node } = await start({ faults: [{ fault: "drift", onset: 1, signal: "nonsense" }] });
    assert.equal(node.error.firstCall.args[0].code, "E_FAULT");
  });

  it("starts a fleet over with one reset per twin, each a request of its own; names rows it cannot read", async () => {
    const file = join(folder, "fleet.csv");
    writeFileSync(file, "time,unit,x\n2020-01-01 00:00,a,1\n2020-01-01 00:00,b,2\nnever,a,3\n2020-01-01 01:00,a,4\n");
    const { node, samples, ask } = await start(
      { source: "recording", recording: "file", file, idColumn: "unit", speed: 36_000 },
      "*",
    );
    await until(() => samples.length === 3);
    // The test helper has no catalogue: the text is its key.
    assert.match(String(node.warn.firstCall.args[0]), /warning\.skipped/);
    assert.deepEqual(
      samples.map((m) => [m.twin.branch, m.twin.id, m.payload.x]),
      [
        ["replay:fleet", "a", 1],
        ["replay:fleet", "b", 2],
        ["replay:fleet", "a", 4],
      ],
    );
    assert.equal(await ask({ action: "reset" }), undefined);
    const resets = samples.filter((m) => m.action === "reset");
    assert.deepEqual(
      resets.map((m) => m.twin),
      ["a", "b"].map((id) => ({ branch: "replay:fleet", id })),
    );
    assert.notEqual(resets[0]._msgid, resets[1]._msgid);
    await until(() => samples.length === 8);
    assert.equal(samples.at(-1).payload.x, 4);
  });
});

describe("a machine that begins anew", function () {
  this.timeout(300_000);
  let red: Red | undefined;
  afterEach(async () => {
    await red?.stop();
    if (red) removeUserDir(red.userDir);
    red = undefined;
  });
  const example = (title: string): Any[] => JSON.parse(readFileSync(join(root, "examples", `${title}.json`), "utf8"));
  async function until(path: string, fits: (answer: Any) => boolean): Promise<Any> {
    for (let i = 0; ; i++) {
      const answer = await (await fetch(`${red!.url}/twin/api/${path}`)).json();
      if (fits(answer)) return answer;
      assert.ok(i < 200, `it did not happen: ${JSON.stringify(answer).slice(0, 400)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it("because its plan was edited: the twin learns the new run, and its time never stops", async () => {
    const flow = example("1 Start here pump station");
    const machine = flow.find((n) => n.type === "twin-machine");
    Object.assign(machine, { clock: 3600, faults: [] });
    red = await startRed({ flows: flow });
    const pump = "twin?id=plant1%3Apump-1";
    const known = await until(pump, (a) => a.state === "normal");
    machine.noise = 1.5;
    await red.deploy(flow, "nodes");
    const fresh = await until(pump, (a) => a.state === "learning" && a.twin.rev < known.twin.rev);
    assert.ok(fresh.twin.time > known.twin.time);
    const hour = 3_600_000;
    await until(pump, (a) => a.twin.time > fresh.twin.time + hour);
  });

  it("because a fleet starts over: every engine lives again from its first flight", async () => {
    const flow = example("3 Turbofan fleet");
    const machine = flow.find((n) => n.type === "twin-machine");
    machine.speed = 75_000;
    const speed = (x: number) => ({
      payload: JSON.stringify({ speed: x }),
      id: `ab12cd34ef56${String(x).padStart(4, "0")}`,
    });
    const [slow, fast] = [speed(1000), speed(75_000)];
    for (const { id, payload } of [slow, fast])
      flow.push({
        id,
        type: "inject",
        z: machine.z,
        props: [
          { p: "action", v: "speed", vt: "str" },
          { p: "payload", v: payload, vt: "json" },
        ],
        wires: [[machine.id]],
      });
    red = await startRed({ flows: flow });
    const press = async (id: string) =>
      assert.equal((await fetch(`${red!.url}/inject/${id}`, { method: "POST" })).status, 200);
    const day = 24 * 3_600_000;
    const start = Date.UTC(2008, 0, 1);
    await until("twins", (a) => a.twins.length === 24 && a.twins.every((t: Any) => t.time > start + 3 * day));
    // A busy computer catches up several days at once: at this pace none of them is missed.
    await press(slow.id);
    await press(flow.find((n) => n.type === "inject" && n.name === "Start over").id);
    await until("twins", (a) => a.twins.length === 24 && a.twins.every((t: Any) => t.time < start + 2 * day));
    await press(fast.id);
    await until("twins", (a) => a.twins.every((t: Any) => t.time > start + 3 * day));
  });
});
