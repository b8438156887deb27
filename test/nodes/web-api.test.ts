import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

const require = createRequire(import.meta.url);
const example = () => JSON.parse(readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8"));
const PUMP = "branch=live&id=plant1%3Apump-1";

for (const version of ["5", "4"] as const)
  describe(`API and live page on Node-RED ${version}, with adminAuth and httpAdminRoot /admin`, function () {
    this.timeout(120_000);
    let red: Red;
    const tokens: Record<string, string> = {};

    before(async () => {
      const bcrypt = require("bcryptjs");
      const user = (username: string, permissions: string) => ({
        username,
        password: bcrypt.hashSync(`${username}-secret`, 4),
        permissions,
      });
      const users = [
        user("boss", "*"),
        user("reader", "read"),
        user("viewer", "twin.read"),
        user("stranger", "flows.read"),
      ];
      red = await startRed({
        version,
        flows: example(),
        settings: { httpAdminRoot: "/admin", httpNodeRoot: "/", adminAuth: { type: "credentials", users } },
      });
      for (const { username } of users) tokens[username] = await login(username, `${username}-secret`);
    });
    after(async () => {
      await red?.stop();
      if (red) removeUserDir(red.userDir);
    });

    async function login(username: string, password: string): Promise<string> {
      const body = new URLSearchParams({
        client_id: "node-red-editor",
        grant_type: "password",
        scope: "",
        username,
        password,
      });
      const answer = await fetch(`${red.url}/auth/token`, { method: "POST", body });
      assert.equal(answer.status, 200, username);
      return (await answer.json()).access_token;
    }

    const get = (path: string, user?: string) =>
      fetch(`${red.url}/${path}`, {
        redirect: "manual",
        headers: user ? { Authorization: `Bearer ${tokens[user]}` } : {},
      });
    const post = (path: string, body: unknown, user?: string, type = "application/json") =>
      fetch(`${red.url}/${path}`, {
        method: "POST",
        headers: { "content-type": type, ...(user && { Authorization: `Bearer ${tokens[user]}` }) },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });

    it("gives the shell to anybody, and the shell has no data", async () => {
      const shell = await get("twin");
      assert.equal(shell.status, 200);
      assert.match(shell.headers.get("content-security-policy")!, /default-src 'none'/);
      const text = await shell.text();
      assert.ok(!text.includes("pump") && text.includes("twin/app.js"));
      for (const file of ["app.js", "app.css", "icon.svg"]) assert.equal((await get(`twin/${file}`)).status, 200);
      assert.equal((await get("twin/")).status, 302);
      for (const file of ["twin/../package.json", "twin/%2e%2e%2fpackage.json", "twin/index.html", "twin/api.js"])
        assert.notEqual((await get(file)).status, 200, file);
    });

    it("gives no data without a login", async () => {
      for (const path of [
        "info",
        "twins",
        `twin?${PUMP}`,
        `history?${PUMP}&signal=speed`,
        "counters",
        `stream?${PUMP}`,
        "recent",
        `spectrum?${PUMP}`,
        "presets",
        `rul/preview?${PUMP}&signal=speed&threshold=1`,
      ])
        assert.equal((await get(`twin/api/${path}`)).status, 401, path);
      for (const path of ["actions", "store/forget", "mqtt-test", "anomaly-preview", "presets"])
        assert.equal((await post(`twin/api/${path}`, {})).status, 401, path);
    });

    it("lets readers read, and refuses their actions without twin.write", async () => {
      for (const user of ["reader", "viewer"]) {
        const answer = await get("twin/api/twins", user);
        assert.equal(answer.status, 200);
        const denied = await post("twin/api/actions", { action: "maintenance", id: "plant1:pump-1" }, user);
        assert.ok([401, 403].includes(denied.status), `${user} ${denied.status}`);
        assert.equal((await get("twin/api/presets", user)).status, 200);
        const unsaved = await post("twin/api/presets", { name: "x", file: {} }, user);
        assert.ok([401, 403].includes(unsaved.status), `${user} ${unsaved.status}`);
      }
    });

    it("shows the running twin, its history and its signals in people's units", async () => {
      await until(async () => (await (await get("twin/api/twins", "reader")).json()).twins.length > 0);
      const [pump] = (await (await get("twin/api/twins", "reader")).json()).twins;
      assert.equal(pump.id, "plant1:pump-1");
      assert.equal(pump.simulated, true);
      const detail = await (await get(`twin/api/twin?${PUMP}`, "reader")).json();
      assert.equal(detail.signals.find((s: { name: string }) => s.name === "bearingTemperature").unit, "°C");
      assert.equal(detail.spectra, 0);
      assert.deepEqual(await (await get(`twin/api/spectrum?${PUMP}`, "viewer")).json(), { spectra: [] });
      assert.equal((await get("twin/api/spectrum?id=nobody", "viewer")).status, 404);
      assert.deepEqual(
        detail.quantities.find((q: { name: string }) => q.name === "npshMargin"),
        { name: "npshMargin", label: "npshMargin", unit: "m" },
      );
      await until(async () => (await history()).speed.length > 5);
      const speed = (await history()).speed as { time: number; value: number }[];
      assert.ok(speed.every((p, i) => i === 0 || p.time > speed[i - 1]!.time));
      assert.ok(speed.every((p) => Math.abs(p.value - 1480) < 20));
      async function history() {
        return (await (await get(`twin/api/history?${PUMP}&signal=speed&signal=nonsense`, "reader")).json()).series;
      }
    });

    it("looks back over the recorded history for the dialog of twin anomaly, for readers only", async () => {
      const asset = example().find((n: { type: string }) => n.type === "twin-asset");
      const body = { id: "plant1:pump-1", asset, config: { version: 3, falseAlarmsPerMonth: 1 } };
      const denied = await post("twin/api/anomaly-preview", body, "stranger");
      assert.ok([401, 403].includes(denied.status), String(denied.status));
      assert.equal((await post("twin/api/anomaly-preview", { id: "plant1:pump-1" }, "viewer")).status, 400);
      const answer = await post("twin/api/anomaly-preview", body, "viewer");
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      const seen = await answer.json();
      assert.ok(seen.rows > 5 && seen.to > seen.from && seen.panels.length > 0, JSON.stringify(seen).slice(0, 300));
      assert.equal(seen.score.length, seen.times.length);
      const sentence = async (part: object) =>
        (await (await post("twin/api/anomaly-preview", { ...body, ...part }, "viewer")).json()).message;
      assert.match(await sentence({ id: "plant1:pump-9" }), /^Nothing has been recorded of this twin yet/);
      assert.match(await sentence({ config: { version: 3, learning: 1 } }), /^Learning length is 1: enter a number/);
      assert.match(await sentence({ asset: {} }), /^The twin id/);
    });

    it("streams a changed value soon after it has changed", async () => {
      const controller = new AbortController();
      const answer = await fetch(`${red.url}/twin/api/stream?${PUMP}`, {
        signal: controller.signal,
        headers: { Authorization: `Bearer ${tokens.reader}` },
      });
      const reader = answer.body!.getReader();
      const seen = new Set<number>();
      let text = "";
      const decoder = new TextDecoder();
      for (let i = 0; i < 200 && seen.size < 4; i++) {
        text += decoder.decode((await reader.read()).value, { stream: true });
        const lines = text.split("\n");
        text = lines.pop()!;
        for (const line of lines) {
          const data = JSON.parse(line);
          if (data.type === "twin") seen.add(data.twin.twin.rev);
        }
      }
      controller.abort();
      assert.ok(seen.size >= 4, "several revisions arrive through one connection");
    });

    it("hands actions to the nodes and says what became of them", async () => {
      const done = await post("twin/api/actions", { action: "maintenance", id: "plant1:pump-1" }, "boss");
      assert.equal(done.status, 200);
      const { results, message } = await done.json();
      assert.ok(results.length >= 2, message);
      const empty = await (await post("twin/api/actions", { action: "accept", id: "plant1:pump-1" }, "boss")).json();
      assert.match(empty.message, /[.!]$/);
      assert.equal(empty.results[0].ok, false);
    });

    it("takes a fleet model and a table themselves, and reads no file that a request names", async () => {
      const { trainFleet } = require(join(root, "dist", "lib", "rul", "fleet", "train.js"));
      const units = [90, 100, 110, 120].map((life, k) => ({
        id: String(k),
        time: Float64Array.from({ length: life }, (_, t) => t + 1),
        values: Float64Array.from({ length: life }, (_, t) => (t / life) ** 2 + 0.01 * Math.sin(7 * t * t + k)),
      }));
      const model = trainFleet({ signals: ["vibration"], units }).toJSON();
      const load = (given: unknown, user: string) =>
        post("twin/api/actions", { action: "load-model", id: "plant1:pump-1", model: given }, user);
      assert.ok([401, 403].includes((await load(model, "reader")).status));
      const wrong = await (await load({ format: "x" }, "boss")).json();
      assert.match(wrong.message, /no fleet model/);
      for (const body of [
        { action: "load-model", model: "/etc/hostname" },
        { action: "load-model", model: "model" },
        { action: "train", table: "/etc/hostname" },
        { action: "train", table: "../package.json" },
      ]) {
        const refused = await post("twin/api/actions", { ...body, id: "plant1:pump-1" }, "boss");
        assert.equal(refused.status, 400, JSON.stringify(body));
        assert.match((await refused.json()).message, /^Send the content instead of a path/);
      }
      assert.ok(JSON.stringify(model).length > 10_000, "longer than other actions may be");
      const loaded = await (await load(model, "boss")).json();
      assert.match(loaded.message, /The model of 4 past failures is in use/);
    });

    it("refuses what is no action, with a sentence", async () => {
      for (const [body, status] of [
        [{ action: "explode", id: "plant1:pump-1" }, 400],
        [{ action: "accept", id: "plant1:unknown" }, 404],
        [{ action: "accept", id: { a: 1 } }, 404],
        [{ action: "accept", id: "plant1:pump-1", branch: "__proto__" }, 404],
        [[], 400],
      ] as const) {
        const answer = await post("twin/api/actions", body, "boss");
        assert.equal(answer.status, status, JSON.stringify(body));
        assert.ok((await answer.json()).message.length > 10);
      }
      assert.equal(
        (await post("twin/api/actions", "action=accept", "boss", "application/x-www-form-urlencoded")).status,
        415,
      );
      assert.equal((await get("twin/api/twin?id=nobody", "boss")).status, 404);
    });
  });

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail("it did not happen within 20 s");
}
