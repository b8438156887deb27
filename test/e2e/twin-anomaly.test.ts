import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { makeUserDir, type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = {
  id: "asset-for-anomaly-dialog",
  type: "twin-asset",
  name: "Pump 1",
  version: 1,
  idPattern: "plant1:pump-1",
  clock: "wall",
  mimic: "pump",
  store: "",
  signals: [
    { name: "vibration", unit: "mm/s", label: "Vibration" },
    { name: "flow", unit: "m3/h", label: "Flow" },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const anomaly = {
  id: "anomaly-dialog-node-1",
  type: "twin-anomaly",
  z: "anomaly-dialog-tab-1",
  x: 300,
  y: 120,
  wires: [[], []],
  version: 1,
  name: "",
  asset: asset.id,
  watch: "auto",
  falseAlarmsPerMonth: 1,
  latch: true,
  learning: 200,
  hold: 3,
  clear: 10,
  refractory: 20,
  excluded: "",
  limits: [
    {
      path: "model.derived.npshMargin",
      direction: "below",
      limit: 0.5,
      text: "cavitation threatens, clean the strainer",
      unit: "m",
      hysteresis: "",
      severity: "warning",
    },
  ],
};
const flows = [{ id: anomaly.z, type: "tab", label: "Anomaly" }, asset, anomaly];

describe("twin-anomaly in the editor", function () {
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

  const cell = (row: number, label: string) =>
    editor.page.locator("#twin-anomaly-limits li").nth(row).getByLabel(label, { exact: true });

  it("changes nothing on Cancel and on Done untouched", async () => {
    const before = await editor.node(anomaly.id);
    await editor.edit(anomaly.id);
    await editor.screenshot("twin-anomaly", ".red-ui-tray");
    await editor.done();
    assert.deepEqual(await editor.node(anomaly.id), before);
    await editor.edit(anomaly.id);
    await cell(0, "Limit").fill("0.8");
    await editor.page.fill("#node-input-falseAlarmsPerMonth", "5");
    await editor.cancel();
    assert.deepEqual(await editor.node(anomaly.id), before);
  });

  it("stores a changed limit, and one undo restores it", async () => {
    await editor.edit(anomaly.id);
    await cell(0, "Limit").fill("0.8");
    await editor.done();
    const changed = await editor.node(anomaly.id);
    assert.equal((changed.limits as { limit: unknown }[])[0]!.limit, 0.8);
    assert.equal(changed.changed, true);
    await editor.undo();
    assert.deepEqual((await editor.node(anomaly.id)).limits, anomaly.limits);
  });

  it("marks a wrong sensitivity and a limit that is no number", async () => {
    await editor.edit(anomaly.id);
    await editor.page.fill("#node-input-falseAlarmsPerMonth", "0");
    await editor.page.locator("#node-input-falseAlarmsPerMonth").blur();
    await editor.page.locator("#node-input-falseAlarmsPerMonth.input-error").waitFor({ timeout: 5000 });
    await editor.page.fill("#node-input-falseAlarmsPerMonth", "1");
    await cell(0, "Limit").fill("low");
    await editor.done();
    assert.equal((await editor.node(anomaly.id)).valid, false);
    await editor.undo();
  });

  it("dragged from the palette it selects the only asset and shows the easy fields", async () => {
    await editor.close();
    editor = await Editor.open(browser, red.url, "dark");
    const id = await editor.drag("twin-anomaly", 300, 300);
    assert.equal((await editor.node(id)).asset, asset.id);
    await editor.edit(id);
    assert.equal(await editor.page.locator("#node-input-falseAlarmsPerMonth").isVisible(), true);
    assert.equal(await editor.page.locator("#node-input-learning").isVisible(), false);
    await editor.page.locator("#twin-anomaly-expert summary").click();
    await editor.screenshot("twin-anomaly-dark", ".red-ui-tray");
    await editor.done();
  });
});
