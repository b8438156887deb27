import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { envelope, PUMP_SIGNALS, steady } from "../lib/physics/pump-samples.ts";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(`${root}/dist/nodes/${name}/twin-${name}.js`).default;

interface Message {
  [key: string]: unknown;
  topic: string;
  payload: Record<string, number | null>;
  twin: {
    rev: number;
    model: {
      z: Record<string, number | null>;
      derived: Record<string, number>;
      expected: Record<string, number | null>;
      residual: Record<string, number | null>;
      parameters?: string;
    };
  };
}

const asset = {
  id: "asset-under-physics-test",
  type: "twin-asset",
  version: 1,
  name: "Pump",
  idPattern: "plant1:*",
  clock: "data",
  mimic: "pump",
  store: "",
  signals: PUMP_SIGNALS.map(([name, unit]) => ({ name, unit })),
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const physics = {
  id: "physics-under-test-1",
  type: "twin-physics",
  version: 1,
  asset: asset.id,
  preset: "pump",
  wires: [["results-physics-helper"]],
};
const sink = { id: "results-physics-helper", type: "helper" };
const START = Date.UTC(2026, 0, 1);

describe("twin-physics", () => {
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

  const start = async (config: object = physics, machine: object = asset) => {
    await helper.load([load("asset"), load("store"), load("physics")], [machine, config, sink]);
    const results: Message[] = [];
    helper.getNode(sink.id).on("input", (m: Message) => results.push(m));
    const node = helper.getNode(physics.id);
    const status: { text: string; fill: string; shape: string }[] = [];
    const statusOf = node.status;
    node.status = (s: { text: string; fill: string; shape: string }) => {
      status.push(s);
      return statusOf.call(node, s);
    };
    const send = async (msg: object) => {
      const count = results.length;
      node.receive(msg);
      for (let i = 0; i < 200 && results.length === count; i++) await new Promise((resolve) => setImmediate(resolve));
      return results[results.length - 1]!;
    };
    return { results, status, node, send };
  };
  // Every test has a twin of its own: what a node learned of a twin outlives the node.
  let id = "";
  let tests = 0;
  beforeEach(() => {
    id = `plant1:pump-${++tests}`;
  });
  const sample = (i: number, change = {}) => ({
    topic: "x",
    mine: 7,
    twin: envelope(START + i * 1000, { ...steady(1480, 60), ...change }, { id }),
  });

  it("adds the model section, its own topic and the expected values", async () => {
    const { send, status } = await start();
    const msg = await send(sample(0));
    assert.equal(msg.topic, `${id}/model`);
    assert.equal(msg.mine, 7);
    assert.equal(msg.twin.rev, 1);
    assert(Math.abs(msg.payload.dischargePressure! - steady(1480, 60).dischargePressure!) < 1e-9);
    assert(Math.abs(msg.twin.model.derived.head! - 32) < 1e-9);
    // The helper has no catalogues: texts are their keys.
    assert.equal(status.at(-1)!.text, "◷ twin-physics.status.learning");
    assert.equal(status.at(-1)!.fill, "blue");
  });

  it("learns, then shows z in the status and keeps trends in the store", async () => {
    const { send, status } = await start();
    for (let i = 0; i < 101; i++) await send(sample(i));
    assert.equal(status.at(-1)!.text, "● z 0.0");
    assert.equal(status.at(-1)!.fill, "green");
    const msg = await send(sample(102, { dischargePressure: 3.5 }));
    assert(msg.twin.model.z.dischargePressure! < -10);
    assert.equal(status.at(-1)!.fill, "yellow");
    const { store } = helper.getNode(asset.id);
    const query = { branch: "live", id, signal: "model.expected.dischargePressure" };
    assert.equal(store.history(query).length, 102);
    assert(store.historySignals(query).includes("model.derived.npshMargin"));
    assert.equal(store.twin(query).twin.model.derived.head, msg.twin.model.derived.head);
  });

  it("runs a reduced model with a virtual sensor", async () => {
    const wall = {
      kind: "rod",
      length: 0.1,
      conductivity: 1,
      density: 2000,
      specificHeat: 900,
      left: { type: "temperature", from: { signal: "bearingTemperature" } },
      right: { type: "convection", film: 10, ambient: { signal: "ambientTemperature" } },
      points: [
        { signal: "waterTemperature", at: 0.1 },
        { name: "core", at: 0.05 },
      ],
    };
    const config = { ...physics, preset: "reduced", reduced: JSON.stringify(wall) };
    const { send } = await start(config);
    const values = { bearingTemperature: 60, ambientTemperature: 20, waterTemperature: 40 };
    const message = await send({ twin: envelope(START, values, { id }) });
    // Two equal resistances, L/k = 1/h: the surface is half way, the core a quarter down.
    assert(Math.abs(message.payload.waterTemperature! - 40) < 1e-6);
    assert(Math.abs(message.twin.model.derived.core! - 50) < 1e-6);
  });

  it("says at deploy what is remarkable about a reduced model", async () => {
    const beam = {
      kind: "beam",
      support: "cantilever",
      length: 1,
      youngsModulus: 2.1e11,
      secondMoment: 1.667e-9,
      area: 2e-4,
      density: 7850,
      damping: 0,
      forces: [{ from: { value: 1, unit: "N" }, at: 1 }],
      points: [{ name: "tip", at: 1 }],
    };
    await start({ ...physics, preset: "reduced", reduced: JSON.stringify(beam) });
    const said: string[] = helper.log().args.map(([entry]: [{ msg: unknown }]) => String(entry.msg));
    assert(
      said.some((text) => /never die out/.test(text)),
      said.join("\n"),
    );
  });

  it("names a missing input", async () => {
    const { send, status } = await start();
    const { flow: _, ...values } = steady(1480, 60);
    const msg = await send({ twin: envelope(START, values, { id }) });
    assert.equal(msg.payload.dischargePressure, null);
    assert.equal(status.at(-1)!.text, "⚠ twin-physics.status.missing");
    assert.equal(status.at(-1)!.shape, "ring");
  });

  it("answers learn, freeze and maintenance and passes them on", async () => {
    const { send } = await start();
    const { store } = helper.getNode(asset.id);
    const post = (action: string, n: number) => store.post({ action, branch: "live", id, requestId: `r${n}` });
    await send(sample(0));
    assert.deepEqual(post("freeze", 1)[0], {
      node: "twin-physics",
      ok: false,
      message: "twin-physics.answer.tooEarly",
    });
    for (let i = 1; i < 30; i++) await send(sample(i));
    assert.equal(post("maintenance", 2)[0].ok, true);
    assert.equal(post("learn", 3)[0].ok, true);
    assert.deepEqual(post("acknowledge", 4), []);
    const passed = await send({ action: "learn", payload: { id }, _msgid: "abc" });
    assert.equal(passed.action, "learn");
  });

  it("keeps branches apart", async () => {
    const { send } = await start();
    for (let i = 0; i < 40; i++) await send(sample(i, { dischargePressure: 4.5 }));
    const other = sample(41);
    other.twin.branch = "whatif:a";
    const msg = await send(other);
    assert.equal(msg.twin.model.z.dischargePressure, null);
  });

  it("answers with a sentence when it cannot work", async () => {
    for (const [config, sentence] of [
      [{ ...physics, preset: "" }, /no equations yet/],
      [{ ...physics, preset: "own", equations: "y = " }, /line 1: The right side of y is empty/],
      [
        { ...physics, preset: "reduced", reduced: '{ "kind": "rod" }' },
        /Rod: length is missing; enter a number above 0 \(m\)/,
      ],
      [{ ...physics, asset: "" }, /No asset is selected/],
    ] as const) {
      await helper.load([load("asset"), load("store"), load("physics")], [asset, config, sink]);
      const node = helper.getNode(physics.id);
      const error = await new Promise<string>((resolve) => {
        node.error = (e: Error) => resolve(e.message);
        node.receive(sample(0));
      });
      assert.match(error, sentence);
      await helper.unload();
    }
  });

  it("calibrates from the store's history in a worker, and undoes it", async () => {
    const config = {
      ...physics,
      preset: "own",
      equations: "motorCurrent = slope * speed + offset",
      correct: false,
      parameters: [
        { name: "slope", value: 0.02 },
        { name: "offset", value: 1 },
      ],
      calibrate: [{ name: "slope" }, { name: "offset" }],
    };
    const started = await start(config);
    const { store } = helper.getNode(asset.id);
    const ref = { branch: "live", id };
    const post = (action: string, details = {}) =>
      store.post({ ...details, action, ...ref, requestId: `${id}${action}${Math.random()}` })[0];
    const message = (i: number) => {
      const values = { speed: 1000 + 400 * Math.sin(i / 9) };
      return {
        twin: envelope(
          START + i * 1000,
          { ...values, motorCurrent: 0.01 * values.speed + 2 + 0.01 * Math.sin(i * i) },
          { id },
        ),
      };
    };
    await started.send(message(0));
    assert.match(post("calibrate").message, /only 0 measurements/);
    assert.equal(post("undo-calibration").ok, false);
    for (let i = 0; i < 300; i++) store.append(ref, START + i * 1000, message(i).twin.values);
    assert.deepEqual(post("calibrate"), { node: "twin-physics", ok: true, message: "twin-physics.answer.calibrate" });
    assert.match(post("calibrate").message, /running already/);
    assert.equal(started.status.at(-1)!.text, "◷ twin-physics.status.calibrating");
    let msg = await started.send(message(301));
    for (let i = 302; msg.twin.model.parameters === undefined && i < 1500; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      msg = await started.send(message(i));
    }
    assert.equal(msg.twin.model.parameters, "cal-1");
    const { progress, version } = started.node.calibration("live", id);
    assert.equal(progress, null);
    assert.equal(version.report.parameters.length, 2);
    assert(version.report.curves.motorCurrent.after.length > 100);
    assert.deepEqual(started.node.calibration("live", "plant1:other"), { progress: null, version: null, error: null });
    assert(Math.abs(msg.twin.model.residual.motorCurrent!) < 0.05);
    const events = store.twin(ref).events.filter((e: { section: string }) => e.section === "model");
    assert.equal(events.length, 1);
    assert.equal(events[0].text, "twin-physics.answer.calibrated");
    assert.equal(post("undo-calibration").ok, true);
    msg = await started.send(message(2000));
    assert.equal(msg.twin.model.parameters, undefined);
    assert(Math.abs(msg.payload.motorCurrent! - 0.02 * Number(message(2000).twin.values.speed) - 1) < 1e-9);
  });

  it("shows a calibration to those who may read, and only of its own nodes", () => {
    const { calibrationRoute } = require(`${root}/dist/web/calibration-route.js`);
    const routes: [string, string, (req: object, res: object) => void][] = [];
    calibrationRoute({
      httpAdmin: { get: (...args: (typeof routes)[number]) => routes.push(args) },
      auth: { needsPermission: (permission: string) => `needs ${permission}` },
      nodes: {
        getNode: (id: string) => (id === "p" ? { calibration: (...ref: string[]) => ref } : id === "q" ? {} : null),
      },
    });
    assert.deepEqual(routes[0]!.slice(0, 2), ["/twin/api/calibration", "needs twin.read"]);
    const ask = (query: object) => {
      const answer = { code: 200, body: undefined as unknown };
      const res = {
        set: () => res,
        status: (code: number) => {
          answer.code = code;
          return res;
        },
        json: (body: unknown) => {
          answer.body = body;
        },
      };
      routes[0]![2]({ query }, res);
      return answer;
    };
    assert.deepEqual(ask({ node: "p", id: "plant1:a" }), { code: 200, body: ["live", "plant1:a"] });
    for (const query of [
      { node: "q", id: "a" },
      { node: "x", id: "a" },
      { node: "p" },
      { node: "p", id: "a", branch: "?" },
    ])
      assert.equal(ask(query).code, 404);
  });

  it("keeps trends of estimated parameters and of their change", async () => {
    const { send } = await start({ ...physics, estimate: "ekf", drifting: [{ name: "bestEfficiency" }], learn: 20 });
    let msg = await send(sample(0));
    for (let i = 1; i < 60; i++)
      msg = await send(sample(i, { motorCurrent: steady(1480, 60).motorCurrent! * (1 + 0.01 * Math.sin(i * i)) }));
    assert(Math.abs(msg.twin.model.derived.bestEfficiencyChange!) < 3);
    const { store } = helper.getNode(asset.id);
    const names = store.historySignals({ branch: "live", id });
    for (const path of ["states.bestEfficiency", "derived.bestEfficiencyChange", "stateSd.bestEfficiencyChange"])
      assert(names.includes(`model.${path}`), path);
  });

  it("does not load the solvers' helpers of a calibration before one is asked for", async () => {
    // In a process of its own: here other tests have loaded them.
    const flow = JSON.stringify([asset, physics, sink]);
    const program = `
      const load = (name) => require(${JSON.stringify(root)} + "/dist/nodes/" + name + "/twin-" + name + ".js").default;
      const helper = require("node-red-node-test-helper");
      helper.init(require.resolve("node-red"));
      helper.startServer(() => helper.load([load("asset"), load("store"), load("physics")], ${flow}, () => {
        if (!helper.getNode("${physics.id}")) process.exit(1);
        process.stdout.write(JSON.stringify(Object.keys(require.cache)), () => process.exit(0));
      }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], { cwd: root, maxBuffer: 1 << 24 });
    const loaded: string[] = JSON.parse(stdout.slice(stdout.indexOf('["')));
    assert(loaded.some((path) => /physics.runtime/.test(path)));
    assert.deepEqual(
      loaded.filter((path) => /ml-regression|ml-levenberg|correction-fit|identify/.test(path)),
      [],
    );
  });

  it("does not load mathjs before a node is used", async () => {
    const bundle = require.resolve(`${root}/dist/lib/expression/mathjs.js`);
    delete require.cache[bundle];
    load("physics");
    assert.equal(require.cache[bundle], undefined);
  });
});
