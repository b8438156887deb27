/** Own presets in the dialogs of twin physics and twin machine. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { shippedFile } from "../../src/lib/physics/presets/index.ts";
import { makeUserDir, type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const tab = "tab-of-own-presets";
const asset = {
  id: "asset-of-own-presets",
  type: "twin-asset",
  version: 1,
  name: "Buffer tank",
  idPattern: "plant1:tank",
  clock: "data",
  mimic: "tank",
  store: "",
  signals: [
    { name: "level", unit: "m" },
    { name: "inflow", unit: "m3/h" },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const common = { z: tab, asset: asset.id, parameters: [], predictions: [], wires: [[]] };
const flows = [
  { id: tab, type: "tab", label: "Own presets" },
  asset,
  { ...common, id: "preset-node", type: "twin-physics", x: 300, y: 200, version: 2, name: "", preset: "tank" },
  {
    ...common,
    id: "machine-node",
    type: "twin-machine",
    x: 300,
    y: 300,
    version: 1,
    name: "",
    source: "model",
    clock: 60,
    period: 10,
    seed: "1",
    noise: 1,
    faults: [],
    autoplay: true,
    model: { preset: "tank" },
  },
];
const own = { ...shippedFile("tank"), title: "Buffer tank of line 2" };
own.parameters = { ...own.parameters, tankArea: { ...own.parameters!.tankArea!, value: 7 } };

describe("own presets in the dialogs", function () {
  this.timeout(120_000);
  const userDir = makeUserDir();
  const folder = join(userDir, "twinwire", "presets");
  const write = (file: string, content: object | string) =>
    writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
  let red: Red;
  let browser: Browser;

  before(async function () {
    if (!browserAvailable()) this.skip();
    mkdirSync(folder, { recursive: true });
    write("buffer-tank.json", own);
    write("torn.json", '{ "format": "twinwire preset 1", "title": ');
    red = await startRed({ userDir, flows });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    removeUserDir(userDir);
  });

  for (const theme of ["light", "dark"] as const)
    it(`are offered in a group of their own, and what is broken is named (${theme})`, async () => {
      const editor = await Editor.open(browser, red.url, theme);
      const { page } = editor;
      page.setDefaultTimeout(8000);
      await editor.edit("preset-node");
      const select = page.locator("#node-input-preset");
      await select.locator('option[value="file:buffer-tank"]').waitFor({ state: "attached" });
      const groups = await select.evaluate((s: HTMLSelectElement) =>
        Array.from(s.options, (o) => [(o.parentElement as HTMLOptGroupElement).label ?? "", o.value, o.text]),
      );
      assert.deepEqual(groups.slice(0, 3), [
        ["", "", "choose …"],
        ["", "pump", "Centrifugal pump"],
        ["", "fan", "Fan with filter"],
      ]);
      assert.deepEqual(groups.slice(-3), [
        ["Own presets", "file:buffer-tank", "Buffer tank of line 2 (buffer-tank.json)"],
        ["", "own", "Own equations"],
        ["", "reduced", "Finite elements or reduced model"],
      ]);
      assert.equal(groups.length, 18);
      assert.equal(await select.inputValue(), "tank");
      await page.getByText("torn.json cannot be used: The file is not JSON").waitFor();
      await select.selectOption("file:buffer-tank");
      await page.locator("#twin-physics-check").getByText("Predicts level; reads inflow.").waitFor();
      assert.equal(await page.getByLabel("tankArea, Value").getAttribute("placeholder"), "7");
      await editor.screenshot(`twin-physics-own-preset-${theme}`, ".red-ui-tray");
      await editor.cancel();
      assert.deepEqual(editor.errors, []);
      await editor.close();
    });

  it("stay with the node as a copy: the dialog says when the file has changed or is gone, and takes the new one when told", async () => {
    const editor = await Editor.open(browser, red.url);
    const { page } = editor;
    page.setDefaultTimeout(8000);
    const select = page.locator("#node-input-preset");
    const area = () => page.getByLabel("tankArea, Value").getAttribute("placeholder");
    const checked = page.locator("#twin-physics-check").getByText("Predicts level");
    const before = await editor.node("preset-node");
    await editor.edit("preset-node");
    await select.selectOption("file:buffer-tank");
    await editor.done();
    const chosen = await editor.node("preset-node");
    assert.equal(chosen.preset, "file:buffer-tank");
    assert.deepEqual(chosen.presetCopy, own);
    assert.equal(chosen.valid, true);
    await editor.deploy();
    const deployed = await editor.node("preset-node");
    await editor.edit("preset-node");
    await checked.waitFor();
    assert.equal(await page.locator(".twin-preset-update").count(), 0);
    await editor.done();
    assert.deepEqual(await editor.node("preset-node"), deployed, "Done untouched changes nothing");

    write("buffer-tank.json", { ...own, parameters: { ...own.parameters, tankArea: { value: 9, unit: "m²" } } });
    await editor.edit("preset-node");
    await page.getByText("buffer-tank.json has changed since this node took it over.").waitFor();
    assert.equal(await area(), "7");
    await editor.screenshot("twin-physics-own-preset-changed", ".red-ui-tray");
    await page.locator(".twin-preset-update").click();
    assert.equal(await area(), "9");
    await editor.done();
    const updated = await editor.node("preset-node");
    assert.equal((updated.presetCopy as typeof own).parameters!.tankArea!.value, 9);

    rmSync(join(folder, "buffer-tank.json"));
    await editor.edit("preset-node");
    await page.getByText("buffer-tank.json is gone; the node goes on with its copy.").waitFor();
    assert.equal(await area(), "9");
    assert.equal(await select.inputValue(), "file:buffer-tank");
    await editor.done();
    assert.deepEqual((await editor.node("preset-node")).presetCopy, updated.presetCopy);

    write("buffer-tank.json", "{");
    await editor.edit("preset-node");
    await page.getByText("The node goes on with its copy of buffer-tank.json.").waitFor();
    await select.selectOption("tank");
    await editor.done();
    const back = await editor.node("preset-node");
    assert.deepEqual([back.preset, back.presetCopy], [before.preset, null]);
    assert.deepEqual(editor.errors, []);
    write("buffer-tank.json", own);
    await editor.close();
  });

  it("are simulated by twin machine", async () => {
    const editor = await Editor.open(browser, red.url);
    const { page } = editor;
    page.setDefaultTimeout(8000);
    await editor.edit("machine-node");
    const select = page.locator("#twin-machine-preset");
    assert.equal(await select.inputValue(), "tank");
    await select.selectOption("file:buffer-tank");
    await page.getByText("torn.json cannot be used").waitFor();
    assert.equal(await page.locator("#twin-machine-equations").isVisible(), false);
    await editor.done();
    const { model } = (await editor.node("machine-node")) as { model: { preset: string; presetCopy: object } };
    assert.equal(model.preset, "file:buffer-tank");
    assert.deepEqual(model.presetCopy, own);
    await editor.deploy();
    for (let i = 0; !/×/.test(await editor.status("machine-node")); i++) {
      assert(i < 50, `${await editor.status("machine-node")}\n${red.output().slice(-500)}`);
      await page.waitForTimeout(100);
    }
    assert.equal(JSON.parse(readFileSync(join(userDir, "flows.json"), "utf8")).length, flows.length);
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });
});
