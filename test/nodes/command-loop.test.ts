import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(`${root}/dist/nodes/${name}/twin-${name}.js`).default;

/** The pump station's signals, as the simulator names them. */
const SIGNALS: [string, string][] = [
  ["speed", "/min"],
  ["suctionPressure", "bar"],
  ["dischargePressure", "bar"],
  ["flow", "m3/h"],
  ["motorCurrent", "A"],
  ["bearingTemperature", "Cel"],
  ["vibration", "mm/s"],
  ["tankLevel", "m"],
  ["waterTemperature", "Cel"],
  ["ambientTemperature", "Cel"],
];
const ids = { asset: "asset-of-the-loop-1", machine: "machine-of-the-loop-1", command: "command-of-the-loop-1" };
const flow = (changes: object) => [
  {
    id: ids.asset,
    type: "twin-asset",
    name: "Pump",
    idPattern: "plant1:pump-1",
    clock: "data",
    mimic: "pump",
    version: 1,
    signals: SIGNALS.map(([name, unit]) => ({ name, unit })),
    parameters: [],
  },
  {
    id: ids.machine,
    type: "twin-machine",
    asset: ids.asset,
    clock: 3600,
    period: 60,
    seed: "7",
    wires: [["ingest-of-the-loop-1"], []],
  },
  { id: "ingest-of-the-loop-1", type: "twin-ingest", asset: ids.asset, wires: [["state-of-the-loop-1"], []] },
  {
    id: "state-of-the-loop-1",
    type: "twin-state",
    asset: ids.asset,
    wires: [[ids.command, "states-helper-node"], [], []],
  },
  {
    id: ids.command,
    type: "twin-command",
    asset: ids.asset,
    signals: [{ signal: "speed", low: 900, high: 1500, tolerance: 10 }],
    expiry: 3600,
    retryAfter: 600,
    wires: [[ids.machine], ["refused-helper-node"], ["events-helper-node"]],
    ...changes,
  },
  ...["states", "refused", "events"].map((name) => ({ id: `${name}-helper-node`, type: "helper" })),
];

// biome-ignore lint/suspicious/noExplicitAny: messages are what the tests look at.
type Message = any;

describe("twin-command and the simulated pump", () => {
  before(async () => {
    helper.init(require.resolve("node-red"));
    await helper.startServer();
  });
  afterEach(async () => {
    await helper.unload();
    require(`${root}/dist/nodes/shared/stores.js`).findStore("default")?.forget();
  });
  after(async () => {
    await helper.stopServer();
  });

  async function start(changes: object) {
    const types = ["asset", "store", "machine", "ingest", "state", "command"];
    await helper.load(types.map(load), flow(changes));
    const seen: Record<string, Message[]> = { states: [], refused: [], events: [] };
    for (const name of Object.keys(seen))
      helper.getNode(`${name}-helper-node`).on("input", (m: Message) => seen[name]!.push(m));
    const until = async (condition: () => boolean) => {
      for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
      const facts = [seen.refused![0]?.payload, seen.events!.map((e) => e.payload), seen.states!.at(-1)?.payload];
      assert.ok(condition(), JSON.stringify(facts));
    };
    return { ...seen, until, store: helper.getNode(ids.asset).store } as Message;
  }

  it("a rule slows the pump down; the measured speed verifies it", async () => {
    const red = await start({ mode: "auto", rules: [{ when: "speed > 1450", hold: 120, set: "speed", to: "1410" }] });
    await red.until(() => red.events.length >= 2);
    assert.deepEqual(
      red.events.map((e: Message) => e.event),
      ["raised", "cleared"],
    );
    assert.match(red.events[1].payload, /^speed reads 14\d\d(\.\d+)? rpm: the command 1410 rpm is verified\.$/);
    await red.until(() => Math.abs(red.states.at(-1).payload.speed - 1410) < 10);
  });

  it("advice waits; accepting it from the page moves the pump", async () => {
    const red = await start({
      mode: "advise",
      expiry: 86_400,
      rules: [{ when: "speed > 1450", set: "speed", to: "1410" }],
    });
    const ref = { branch: "live", id: "plant1:pump-1" };
    await red.until(() => red.store.twin(ref)?.proposals.length === 1);
    assert.ok(red.states.at(-1).payload.speed > 1450, "nothing has been written yet");
    const [proposal] = red.store.twin(ref).proposals;
    const answers = red.store.post({ ...ref, action: "accept", command: proposal.id, requestId: "page-1", by: "Ann" });
    assert.deepEqual(
      answers.map((a: Message) => a.ok),
      [true],
    );
    await red.until(() => red.store.audits(ref).some((a: Message) => a.decision === "verified"));
    assert.deepEqual(
      red.store.audits(ref).map((a: Message) => a.decision),
      ["proposed", "accepted", "sent", "verified"],
    );
  });
});
