import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { mock } from "node:test";
import { after, afterEach, before, describe, it } from "mocha";
import { root } from "./harness.ts";

const require = createRequire(import.meta.url);
const helper = require("node-red-node-test-helper");
const load = (name: string) => require(join(root, "dist", "nodes", name, `twin-${name}.js`)).default;
helper.init(require.resolve("node-red"));

// biome-ignore lint/suspicious/noExplicitAny: messages of the test helper.
type Any = any;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23);
const rul = (p05: number) => ({
  unit: "h",
  mean: p05 * 1.5,
  p05,
  p10: p05 * 1.1,
  p50: p05 * 1.5,
  p90: p05 * 2,
  p95: p05 * 2.2,
  coverage: 0.9,
  failureProbability: { horizon: 24, value: 0.1 },
  tier: "A",
  method: "trend",
  censored: null,
  unknown: false,
  why: [],
});

describe("twin-planner", () => {
  before(async () => helper.startServer());
  after(async () => helper.stopServer());
  afterEach(async () => {
    require(join(root, "dist", "nodes", "shared", "stores.js"))
      .findStore("default")
      ?.forget();
    await helper.unload();
  });

  async function start(config: object = {}, clock = "data") {
    const outputs = ["plan", "events", "calendar"];
    await helper.load(
      [load("asset"), load("planner")],
      [
        {
          id: "a",
          type: "twin-asset",
          name: "Fleet",
          idPattern: "engine-*",
          clock,
          signals: [{ name: "x", unit: "1" }],
        },
        { id: "p", type: "twin-planner", asset: "a", lead: 24, margin: 12, wires: outputs.map((o) => [o]), ...config },
        ...outputs.map((id) => ({ id, type: "helper" })),
      ],
    );
    const seen: Record<string, Any[]> = { plan: [], events: [], calendar: [] };
    for (const o of outputs) helper.getNode(o).on("input", (m: Any) => seen[o]!.push(m));
    const node = helper.getNode("p");
    // What an action changes is planned after a moment without another one.
    const send = (msg: object) => {
      node.receive(msg);
      return new Promise((resolve) => setTimeout(resolve, "twin" in msg && !("action" in msg) ? 20 : 300));
    };
    const state = (id: string, hour: number, p05: number) =>
      send({
        twin: {
          v: 1,
          id,
          branch: "live",
          time: START + hour * HOUR,
          simulated: true,
          values: {},
          updated: [],
          rul: rul(p05),
        },
      });
    return { seen, node, send, state };
  }

  it("plans a fleet, tells once what to order, and writes a calendar", async () => {
    const { seen, state, send, node } = await start();
    await state("engine-1", 0, 300);
    await state("engine-2", 0, 200);
    await send({ action: "plan" });
    const plan = seen.plan!.at(-1)!;
    assert.deepEqual(
      plan.payload.map((j: Any) => j.id),
      ["engine-2", "engine-1"],
    );
    assert.ok(Date.parse(plan.payload[0].start) <= START + 188 * HOUR);
    assert.equal(plan.simulated, true);
    assert.match(seen.calendar!.at(-1)!.payload, /BEGIN:VEVENT\r\nUID:engine-2@twinwire/);
    assert.equal(seen.events!.length, 0);
    await state("engine-2", 5, 30);
    assert.deepEqual(
      seen.events!.map((e) => [e.event, e.severity]),
      [["raised", "warning"]],
    );
    assert.match(seen.events![0]!.payload, /^engine-2: plan work for 2026-11-2.*order now/);
    await send({ action: "maintenance", twin: { id: "engine-2" } });
    assert.deepEqual(
      seen.plan!.at(-1)!.payload.map((j: Any) => j.id),
      ["engine-1"],
    );
    assert.equal(node.error.callCount, 0);
  });

  it("forgets the clock of a run with its machines: another one that begins earlier is not silent", async () => {
    const { seen, state, send, node } = await start();
    await state("engine-1", 400, 300);
    await state("engine-2", 401, 200);
    for (const id of ["engine-1", "engine-2"]) await send({ action: "reset", twin: { id } });
    assert.deepEqual(seen.plan!.at(-1)!.payload, [], "nothing is left of it");
    assert.doesNotMatch(seen.calendar!.at(-1)!.payload, /VEVENT/);
    assert.match(node.status.lastCall.args[0].text, /^…/);
    await state("engine-1", 0, 30);
    const [job] = seen.plan!.at(-1)!.payload;
    assert.deepEqual([job.id, job.stale, job.late], ["engine-1", false, false]);
    assert.equal(seen.plan!.at(-1)!.plan.time, START);
    assert.match(seen.events!.at(-1)!.payload, /^engine-1: plan work for 2026-11-24/);
    await send({ reset: true });
    assert.deepEqual(seen.plan!.at(-1)!.payload, []);
    assert.equal(node.error.callCount, 0);
  });

  it("answers what it cannot read, and keeps branches apart", async () => {
    const { seen, send, state, node } = await start();
    await send({ payload: 5 });
    assert.equal(node.error.callCount, 1);
    await send({ twin: { v: 1, id: "pump-1", branch: "live", time: START, values: {}, updated: [], rul: rul(5) } });
    assert.match(String(node.error.lastCall.args[0]), /does not belong/);
    await state("engine-1", 0, 300);
    await send({
      twin: { v: 1, id: "engine-9", branch: "whatif:x", time: START, values: {}, updated: [], rul: rul(100) },
    });
    assert.deepEqual(
      seen.plan!.at(-1)!.payload.map((j: Any) => j.id),
      ["engine-9"],
    );
    assert.match(seen.calendar!.at(-1)!.payload, /SUMMARY:twin-planner\.calendar\.other/);
  });

  it("refuses a wrong setting with a sentence", async () => {
    const { node } = await start({ failureCost: "much" });
    assert.match(String(node.error.firstCall.args[0]), /cost of a breakdown is "much"/);
  });

  it("makes one plan of a fleet that is reset or maintained machine by machine", async () => {
    const { seen, state, send, node } = await start();
    for (let i = 1; i <= 40; i++) await state(`engine-${i}`, i / 10, 300);
    const plans = () => seen.plan!.length;
    let before = plans();
    for (let i = 1; i <= 20; i++) node.receive({ action: "maintenance", twin: { id: `engine-${i}` } });
    await send({ action: "reset", twin: { id: "engine-21" } });
    assert.equal(plans(), before + 1);
    assert.equal(seen.plan!.at(-1)!.plan.jobs.length, 19);
    // Pauses that are shorter than a moment: a slow caller, too, makes one.
    before = plans();
    for (let i = 1; i <= 40; i++) {
      node.receive({ action: "reset", twin: { id: `engine-${i}` } });
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(plans(), before + 1);
    assert.deepEqual(seen.plan!.at(-1)!.payload, []);
    assert.equal(node.error.callCount, 0);
  });

  it("notices by the clock that a whole fleet has fallen silent, and orders what falls due meanwhile", async () => {
    mock.timers.enable({ apis: ["setInterval", "Date"], now: START });
    try {
      const { seen, state, node } = await start({}, "wall");
      await state("engine-1", 0, 300);
      await state("engine-2", 0, 50);
      const before = seen.plan!.length;
      const pass = (hours: number) => {
        // The mocked clock shows the end of a step while its timers run.
        for (let minute = 0; minute < 60 * hours; minute++) mock.timers.tick(HOUR / 60);
        return new Promise((resolve) => setTimeout(resolve, 50));
      };
      await pass(2);
      assert.equal(seen.plan!.length, before, "a tenth of the lead time is not over");
      // 50 h less lead time and margin: due after 14 h.
      await pass(15);
      assert.deepEqual(
        seen.events!.map((e) => [e.topic, e.event]),
        [["engine-2/plan", "raised"]],
      );
      await pass(13);
      const { payload, plan } = seen.plan!.at(-1)!;
      assert.equal(payload[0].stale, true);
      assert.match(plan.why.join(" "), /2 of 2 machines have stopped reporting/);
      assert.match(node.status.lastCall.args[0].text, /silent/);
      const made = seen.plan!.length - before;
      assert.ok(made >= 10 && made <= 13, `${made} plans in 30 h with one every 2.4 h`);
    } finally {
      mock.timers.reset();
    }
  });

  it("says in the calendar that machines are simulated, whoever asks for the plan", async () => {
    const { seen, state, send } = await start();
    await state("engine-1", 0, 30);
    await send({ action: "plan" });
    assert.equal(seen.plan!.at(-1)!.simulated, true);
    assert.match(seen.calendar!.at(-1)!.payload, /SUMMARY:twin-planner\.calendar\.simulated/);
  });
});
