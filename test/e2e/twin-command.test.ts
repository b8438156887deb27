import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { makeUserDir, type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = {
  id: "asset-for-command-dialog",
  type: "twin-asset",
  name: "Pump 1",
  version: 1,
  idPattern: "plant1:pump-1",
  clock: "wall",
  mimic: "pump",
  store: "",
  signals: [
    { name: "speed", unit: "/min", label: "Speed" },
    { name: "flow", unit: "m3/h", label: "Flow" },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const command = {
  id: "command-dialog-node-1",
  type: "twin-command",
  z: "command-dialog-tab",
  x: 300,
  y: 120,
  wires: [[], [], []],
  version: 1,
  name: "",
  asset: asset.id,
  mode: "advise",
  target: "output",
  broker: "",
  topic: "{id}/command/{signal}",
  format: "value",
  signals: [{ signal: "speed", low: 900, high: 1500, step: 100, tolerance: 5, perMinute: "" }],
  rules: [
    {
      when: "model.derived.npshMargin < 0.5",
      hold: 5,
      set: "speed",
      to: "1410",
      why: "the pump is close to cavitation",
    },
    { when: "anomaly.health < 40", hold: 30, set: "speed", to: "speed * 0.9", why: "the pump is not healthy" },
  ],
  interlock: "flow > 20",
  defaultSignal: "",
  expiry: 60,
  retries: 2,
  retryAfter: 10,
  freshness: 30,
  minInterval: 5,
  rearm: 10,
  simulatedTarget: false,
  killed: false,
};
const flows = [{ id: command.z, type: "tab", label: "Commands" }, asset, command];

describe("twin-command in the editor", function () {
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

  const problem = () => editor.page.locator("#twin-command-problem").textContent();
  const cell = (table: string, row: number, label: string) =>
    editor.page.locator(`#twin-command-${table} li`).nth(row).getByLabel(label, { exact: true });

  it("changes nothing on Cancel and on Done untouched", async () => {
    const before = await editor.node(command.id);
    await editor.edit(command.id);
    await editor.screenshot("twin-command-light", ".red-ui-tray");
    await editor.done();
    assert.deepEqual(await editor.node(command.id), before);
    await editor.edit(command.id);
    await cell("signals", 0, "Highest").fill("1400");
    await editor.page.selectOption("#node-input-mode", "auto");
    await editor.cancel();
    assert.deepEqual(await editor.node(command.id), before);
  });

  it("stores a changed table, and one undo restores it", async () => {
    await editor.edit(command.id);
    await cell("signals", 0, "Highest").fill("1400");
    await cell("rules", 1, "to").fill("1000");
    await editor.done();
    const changed = await editor.node(command.id);
    assert.equal((changed.signals as typeof command.signals)[0]!.high, 1400);
    assert.equal((changed.rules as typeof command.rules)[1]!.to, "1000");
    assert.equal(changed.changed, true);
    await editor.undo();
    const restored = await editor.node(command.id);
    assert.deepEqual(restored.signals, command.signals);
    assert.deepEqual(restored.rules, command.rules);
  });

  it("says in a sentence what is wrong, also about an expression, which the runtime reads", async () => {
    await editor.edit(command.id);
    assert.equal(await problem(), "");
    const when = cell("rules", 0, "When");
    await when.fill("flwo < 30");
    await when.blur();
    await editor.page.locator("#twin-command-problem", { hasText: "flwo" }).waitFor({ timeout: 5000 });
    await when.fill("flow < 30");
    await when.blur();
    await editor.page.waitForFunction(() => document.querySelector("#twin-command-problem")!.textContent === "");
    const low = cell("signals", 0, "Lowest");
    await low.fill("slow");
    await low.blur();
    assert.match((await problem())!, /"slow" is not a number/);
    await editor.done();
    assert.equal((await editor.node(command.id)).valid, false);
    await editor.undo();
  });

  it("dragged from the palette it selects the only asset and explains the mode", async () => {
    const id = await editor.drag("twin-command", 300, 300);
    assert.equal((await editor.node(id)).asset, asset.id);
    await editor.edit(id);
    const text = () => editor.page.locator("#twin-command-mode-text").textContent();
    assert.match((await text())!, /waits for a person/);
    await editor.page.selectOption("#node-input-mode", "off");
    assert.match((await text())!, /Nothing is written/);
    assert.equal(await editor.page.locator("#node-input-topic").isVisible(), false);
    await editor.page.selectOption("#node-input-target", "mqtt");
    assert.equal(await editor.page.locator("#node-input-topic").isVisible(), true);
    await editor.cancel();
    await editor.reload();
  });

  it("is readable in the dark", async () => {
    const dark = await Editor.open(browser, red.url, "dark");
    await dark.edit(command.id);
    await dark.page.locator("#twin-command-expert > summary").click();
    await dark.screenshot("twin-command-dark", ".red-ui-tray");
    assert.deepEqual(dark.errors, []);
    await dark.close();
  });
});
