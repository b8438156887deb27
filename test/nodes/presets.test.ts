/** Presets in a running Node-RED: what the dialog is told, and what costs nothing until it is asked for. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "./harness.ts";

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
      console.log(JSON.stringify({ before, after: loaded(), permission, names: answer.presets.map((p) => p.name), title: answer.presets[0].file.title }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], { cwd: root });
    const { before, after, permission, names, title } = JSON.parse(stdout);
    assert.equal(before, 0);
    assert(after > 14, String(after));
    assert.equal(permission, "twin.read");
    assert.equal(names.length, 14);
    assert.equal(title, "Centrifugal pump");
  });
});
