import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { makeUserDir, type Red, removeUserDir, root, startRed } from "./harness.ts";

const require = createRequire(import.meta.url);

describe("expression route", function () {
  this.timeout(120_000);
  let red: Red;
  const post = async (body: unknown, settings: RequestInit = {}) => {
    const response = await fetch(`${red.url}/twin/api/expression`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...settings,
    });
    return { status: response.status, answer: response.status === 401 ? undefined : await response.json() };
  };

  before(async () => {
    red = await startRed({ userDir: makeUserDir(), flows: [], settings: { httpAdminRoot: "/admin" } });
  });
  after(async () => {
    await red.stop();
    removeUserDir(red.userDir);
  });

  it("names what an expression reads", async () => {
    const { answer } = await post({
      text: "speed > 3 and model.derived.npshMargin < limit",
      signals: ["speed"],
      parameters: ["limit"],
    });
    assert.deepEqual(answer, { ok: true, names: ["speed", "model.derived.npshMargin", "limit"] });
  });

  it("says what is wrong in a sentence", async () => {
    for (const text of ["spede > 3", "speed >", "process.exit()", "constructor", "model.expected.flow > 1"]) {
      const { status, answer } = await post({ text, signals: ["speed"] });
      assert.equal(status, 200);
      assert.equal(answer.ok, false, text);
      assert.match(answer.message, /[.?]$/);
    }
    assert.match((await post({ text: "1+".repeat(2000), signals: [] })).answer.message, /longer than 2000/);
  });

  it("refuses a body that is none", async () => {
    for (const body of [
      {},
      [],
      { text: 3, signals: [] },
      { text: "1", signals: "speed" },
      { text: "1", signals: ["a b"] },
    ])
      assert.equal((await post(body)).status, 400);
  });
});

describe("expression route with a login", function () {
  this.timeout(120_000);

  it("asks for twin.read", () => {
    const { expressionRoute } = require(`${root}/dist/web/expression-route.js`);
    const routes: unknown[][] = [];
    expressionRoute({
      httpAdmin: { post: (...args: unknown[]) => routes.push(args) },
      auth: { needsPermission: (permission: string) => `needs ${permission}` },
    });
    assert.deepEqual(
      routes.map((r) => r.slice(0, 2)),
      [["/twin/api/expression", "needs twin.read"]],
    );
  });
});
