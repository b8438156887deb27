import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { makeUserDir, type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = {
  id: "asset-for-spectrum-dialog",
  type: "twin-asset",
  name: "Motor",
  version: 1,
  idPattern: "plant1:motor-1",
  clock: "wall",
  mimic: "generic",
  store: "",
  signals: [
    { name: "vibration", unit: "mm/s", label: "Vibration" },
    { name: "innerRace", unit: "1", label: "Inner race" },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const spectrum = {
  id: "spectrum-dialog-node-1",
  type: "twin-spectrum",
  z: "spectrum-dialog-tab-1",
  x: 300,
  y: 120,
  wires: [[], []],
  version: 1,
  name: "",
  asset: asset.id,
  source: "waveform",
  signal: "",
  unit: "m/s2",
  speedSignal: "",
  rpm: "",
  machineClass: "medium-rigid",
  limits: [],
  bearing: "6205 (SKF)",
  elements: "",
  elementDiameter: "",
  pitchDiameter: "",
  contactAngle: "",
  mapping: [
    { feature: "velocityRms", signal: "vibration" },
    { feature: "innerRace", signal: "innerRace" },
  ],
  length: 4096,
  overlap: 50,
  fs: "",
  bandLow: "",
  bandHigh: "",
};
const flows = [{ id: spectrum.z, type: "tab", label: "Spectrum" }, asset, spectrum];

describe("twin-spectrum in the editor", function () {
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

  it("changes nothing on Done untouched, and shows the bearing's frequencies and the class's limits", async () => {
    const before = await editor.node(spectrum.id);
    await editor.edit(spectrum.id);
    assert.match(
      await editor.page.locator("#twin-spectrum-orders").innerText(),
      /outer race 3\.585, inner race 5\.415/,
    );
    assert.equal(await editor.page.inputValue("#twin-spectrum-limit-1"), "2.8");
    await editor.screenshot("twin-spectrum", ".red-ui-tray");
    await editor.done();
    assert.deepEqual(await editor.node(spectrum.id), before);
  });

  it("takes an own geometry and own limits, and marks what is missing", async () => {
    await editor.edit(spectrum.id);
    await editor.page.selectOption("#node-input-bearing", "own");
    await editor.page.fill("#node-input-elements", "8");
    await editor.page.fill("#node-input-elementDiameter", "6.75");
    await editor.page.fill("#node-input-pitchDiameter", "28.55");
    assert.match(await editor.page.locator("#twin-spectrum-orders").innerText(), /outer race 3\.054/);
    await editor.page.selectOption("#node-input-machineClass", "own");
    for (const [i, limit] of ["1", "2", "3"].entries()) await editor.page.fill(`#twin-spectrum-limit-${i}`, limit);
    await editor.done();
    const stored = await editor.node(spectrum.id);
    assert.equal(stored.valid, true);
    assert.deepEqual(stored.limits, ["1", "2", "3"]);
    await editor.edit(spectrum.id);
    await editor.page.fill("#node-input-elements", "");
    await editor.done();
    assert.equal((await editor.node(spectrum.id)).valid, false);
    await editor.undo();
    await editor.undo();
    assert.deepEqual((await editor.node(spectrum.id)).limits, []);
  });

  it("dragged from the palette it selects the only asset", async () => {
    await editor.close();
    editor = await Editor.open(browser, red.url, "dark");
    const id = await editor.drag("twin-spectrum", 300, 300);
    assert.equal((await editor.node(id)).asset, asset.id);
    await editor.edit(id);
    await editor.page.selectOption("#node-input-source", "samples");
    assert.equal(await editor.page.locator("#node-input-length").isVisible(), true);
    await editor.screenshot("twin-spectrum-dark", ".red-ui-tray");
    await editor.cancel();
  });
});
