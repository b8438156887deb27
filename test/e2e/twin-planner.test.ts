import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { makeUserDir, type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = {
  id: "asset-for-planner-dialog",
  type: "twin-asset",
  name: "Engines",
  version: 1,
  idPattern: "engine-*",
  clock: "wall",
  mimic: "generic",
  store: "",
  signals: [{ name: "x", unit: "1" }],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const planner = {
  id: "planner-dialog-node-1",
  type: "twin-planner",
  z: "planner-dialog-tab-1",
  x: 300,
  y: 120,
  wires: [[], [], []],
  version: 2,
  name: "",
  asset: asset.id,
  plannedCost: 1000,
  failureCost: 12000,
  setupCost: 300,
  currency: "EUR",
  lead: 48,
  margin: "",
  duration: 4,
  crews: 1,
  days: [1, 2, 3, 4, 5],
  from: 6,
  to: 14,
  grouping: 24,
  horizon: 90,
  interval: "",
  cycleHours: "",
  silence: "",
  lives: [{ age: 900, failed: true }],
};
const flows = [{ id: planner.z, type: "tab", label: "Planner" }, asset, planner];

describe("twin-planner in the editor", function () {
  this.timeout(120_000);
  let red: Red;
  let browser: Browser;
  let editor: Editor;

  before(async function () {
    if (!browserAvailable()) return this.skip();
    red = await startRed({ userDir: makeUserDir(), flows });
    browser = await launch();
  });
  beforeEach(async () => {
    editor = await Editor.open(browser, red.url);
  });
  afterEach(async () => {
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    if (red) removeUserDir(red.userDir);
  });

  it("changes nothing on Done untouched, and stores changed days and lives", async () => {
    const before = await editor.node(planner.id);
    await editor.edit(planner.id);
    await editor.screenshot("twin-planner", ".red-ui-tray");
    await editor.done();
    assert.deepEqual(await editor.node(planner.id), before);
    await editor.edit(planner.id);
    await editor.page.check("#twin-planner-day-6");
    await editor.done();
    assert.deepEqual((await editor.node(planner.id)).days, [1, 2, 3, 4, 5, 6]);
    await editor.undo();
    assert.deepEqual((await editor.node(planner.id)).days, planner.days);
  });

  it("marks an end of work before its begin, and hides the rest from a beginner in the dark", async () => {
    await editor.edit(planner.id);
    await editor.page.fill("#node-input-to", "5");
    await editor.done();
    assert.equal((await editor.node(planner.id)).valid, false);
    await editor.undo();
    await editor.close();
    editor = await Editor.open(browser, red.url, "dark");
    const id = await editor.drag("twin-planner", 300, 300);
    assert.equal((await editor.node(id)).asset, asset.id);
    await editor.edit(id);
    assert.equal(await editor.page.locator("#node-input-margin").isVisible(), false);
    await editor.screenshot("twin-planner-dark", ".red-ui-tray");
    await editor.cancel();
  });
});
