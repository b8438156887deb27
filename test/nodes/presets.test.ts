/** Presets in a running Node-RED: what the dialog is told, and what costs nothing until it is asked for. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PresetFile } from "../../src/lib/physics/presets/file.ts";
import type { PresetsAnswer, SaveAnswer, SaveRequest } from "../../src/web/preset-shapes.ts";
import { makeUserDir, type Red, removeUserDir, root, startRed } from "./harness.ts";

describe("presets in Node-RED", () => {
  it("are not loaded before a node or a dialog asks for them", async () => {
    // In a process of its own: here other tests have loaded them.
    const program = `
      const fs = require("node:fs");
      const opened = [];
      for (const name of ["readFileSync", "openSync"]) {
        const original = fs[name];
        fs[name] = (path, ...rest) => (opened.push(String(path)), original(path, ...rest));
      }
      const { nodes, plugins } = require(${JSON.stringify(root)} + "/package.json")["node-red"];
      const routes = {};
      const RED = {
        settings: {},
        nodes: { registerType() {} },
        plugins: { registerPlugin() {} },
        auth: { needsPermission: (permission) => permission },
        httpAdmin: new Proxy({}, { get: (_t, method) => (path, ...handlers) => (routes[method + " " + path] = handlers) }),
      };
      for (const file of [...Object.values(nodes), ...Object.values(plugins)])
        require(${JSON.stringify(root)} + "/" + file).default(RED);
      const loaded = () => [...Object.keys(require.cache), ...opened].filter((path) => /[/\\\\]presets[/\\\\]/.test(path)).length;
      const before = loaded();
      const [permission, handler] = routes["get /twin/api/presets"];
      let answer;
      const res = { set: () => res, json: (body) => (answer = body) };
      handler({ query: {} }, res);
      setTimeout(() => console.log(JSON.stringify({ before, after: loaded(), permission, names: answer.presets.map((p) => p.name), title: answer.presets[0].file.title })), 200);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], { cwd: root });
    const { before, after, permission, names, title } = JSON.parse(stdout);
    assert.equal(before, 0);
    assert(after > 14, String(after));
    assert.equal(permission, "twin.read");
    assert.equal(names.length, 14);
    assert.equal(title, "Centrifugal pump");
  });
});

/** An own preset: half of a room's heat, so that nothing that ships predicts the same. */
const oven = (): PresetFile => ({
  format: "twinwire preset 1",
  title: "Oven",
  equations: ["dtemperature/dt = (power - loss) / capacity", "loss = conductance * (temperature - room)"],
  inputs: { power: { unit: "kW", usual: 2 }, room: { unit: "°C", fallback: 20 } },
  outputs: { temperature: "°C" },
  derived: { loss: "kW" },
  initial: { temperature: 20 },
  parameters: {
    capacity: { value: 10, unit: "kJ/K", low: 1, high: 100, label: "Heat capacity" },
    conductance: { value: 20, unit: "W/K", low: 1, high: 100, label: "Loss per kelvin" },
  },
});

describe("own presets in Node-RED", function () {
  this.timeout(120_000);
  const userDir = makeUserDir();
  const folder = join(userDir, "twinwire", "presets");
  let red: Red;
  const flows = (preset: object) => [
    { id: "preset-tab", type: "tab", label: "Presets" },
    {
      id: "preset-asset",
      type: "twin-asset",
      version: 1,
      name: "Oven",
      idPattern: "oven",
      clock: "data",
      signals: [
        { name: "power", unit: "kW" },
        { name: "temperature", unit: "Cel" },
      ],
      parameters: [],
      failure: { signal: "" },
    },
    {
      id: "preset-in",
      type: "http in",
      z: "preset-tab",
      x: 1,
      y: 1,
      url: "/in",
      method: "post",
      wires: [["preset-physics"]],
    },
    {
      id: "preset-physics",
      type: "twin-physics",
      z: "preset-tab",
      x: 1,
      y: 1,
      asset: "preset-asset",
      ...preset,
      wires: [["preset-out"]],
    },
    { id: "preset-out", type: "http response", z: "preset-tab", x: 1, y: 1, statusCode: "200", wires: [] },
  ];
  const offered = async () => (await (await fetch(`${red.url}/twin/api/presets`)).json()) as PresetsAnswer;
  const save = async (request: Partial<SaveRequest>) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${red.url}/twin/api/presets`, {
      method: "POST",
      headers,
      body: JSON.stringify(request),
    });
    return { status: answer.status, ...((await answer.json()) as SaveAnswer) };
  };

  before(async () => {
    red = await startRed({ userDir, flows: flows({ preset: "file:oven", presetCopy: oven() }) });
  });
  after(async () => {
    await red?.stop();
    removeUserDir(userDir);
  });

  it("are offered beside those that ship, marked; a broken one is named and disturbs no other", async () => {
    assert.equal((await offered()).presets.length, 14);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "oven.json"), JSON.stringify(oven()));
    writeFileSync(join(folder, "pump.json"), JSON.stringify({ ...oven(), title: "Pump of mine" }));
    writeFileSync(join(folder, "torn.json"), "{");
    const { presets, problems } = await offered();
    assert.deepEqual(
      presets.slice(14).map((p) => [p.name, p.own, p.file.title]),
      [
        ["oven", true, "Oven"],
        ["pump", true, "Pump of mine"],
      ],
    );
    const pump = presets.find((p) => p.name === "pump")!;
    assert.equal(pump.file.title, "Centrifugal pump");
    assert.equal(pump.own, undefined);
    assert.deepEqual(
      problems.map((p) => p.file),
      ["torn.json"],
    );
  });

  it("are saved by POST under their name alone, and replaced only when asked to", async () => {
    assert.deepEqual(await save({ name: "oven 2", file: oven() }), {
      status: 200,
      saved: true,
      message: "Saved as twinwire/presets/oven 2.json.",
    });
    assert.equal(JSON.parse(readFileSync(join(folder, "oven 2.json"), "utf8")).title, "Oven");
    const changed = { ...oven(), title: "Another" };
    const again = await save({ name: "oven 2", file: changed });
    assert.deepEqual([again.saved, "exists" in again && again.exists], [false, true]);
    assert.equal(JSON.parse(readFileSync(join(folder, "oven 2.json"), "utf8")).title, "Oven");
    assert.equal((await save({ name: "oven 2", file: changed, overwrite: true })).saved, true);
    assert.equal(JSON.parse(readFileSync(join(folder, "oven 2.json"), "utf8")).title, "Another");
    const outside = await save({ name: "../../settings", file: oven(), overwrite: true });
    assert.equal(outside.saved, false);
    assert.match(outside.message, /The name "\.\.\/\.\.\/settings" cannot be that of a preset/);
    assert(!existsSync(join(userDir, "settings.json")));
    assert.match((await save({ name: "x", file: { ...oven(), equations: "y =" } })).message, /Equations, line 1/);
    assert.match((await save({ name: "x" })).message, /A preset is a JSON object/);
    assert.equal((await save([] as never)).status, 400);
  });

  it("live on in the node when their file changes or goes", async () => {
    const run = async (time: number): Promise<{ temperature: number }> => {
      const values = { power: 2, temperature: 20 };
      const body = JSON.stringify({ v: 1, id: "oven", branch: "live", rev: 1, time, values, updated: ["power"] });
      const headers = { "content-type": "application/json" };
      for (let i = 0; ; i++) {
        const answer = await fetch(`http://127.0.0.1:${red.port}/in`, { method: "POST", headers, body });
        if (answer.ok) return (await answer.json()) as { temperature: number };
        // Not there yet after the deploy.
        assert(i < 50, `${answer.status}\n${red.output()}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    // The http nodes carry the envelope as a payload.
    const wired = flows({ preset: "file:oven", presetCopy: oven() }).map((n) =>
      n.id === "preset-in" ? { ...n, wires: [["preset-move"]] } : n,
    );
    const move = {
      id: "preset-move",
      type: "change",
      z: "preset-tab",
      x: 1,
      y: 1,
      rules: [{ t: "move", p: "payload", pt: "msg", to: "twin", tot: "msg" }],
      wires: [["preset-physics"]],
    };
    rmSync(folder, { recursive: true });
    await red.deploy([...wired, move]);
    await run(0);
    // From 20 °C by 2 kW into 10 kJ/K, time constant 500 s: 20 + 100 (1 − e^(−0.2)).
    const { temperature } = await run(100_000);
    assert(Math.abs(temperature - (20 + 100 * (1 - Math.exp(-0.2)))) < 0.01, String(temperature));
    await red.deploy([...flows({ preset: "file:oven" }), move]);
    for (let i = 0; !/no copy of the preset "oven"/.test(red.output()); i++) {
      assert(i < 50, red.output());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});
