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
    await page.getByText("There is no buffer-tank.json in twinwire/presets; the node goes on with its copy.").waitFor();
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
    await editor.deploy();
    assert.deepEqual(editor.errors, []);
    write("buffer-tank.json", own);
    await editor.close();
  });

  it("are saved from the dialog: a preset with other numbers, and own equations; a file is only replaced when told", async () => {
    const editor = await Editor.open(browser, red.url);
    const { page } = editor;
    page.setDefaultTimeout(8000);
    const saved = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as typeof own;
    const save = page.locator("#twin-physics-save");
    const say = (sentence: string) => save.getByText(sentence).waitFor();
    await editor.edit("preset-node");
    await page.getByLabel("tankArea, Value").fill("5,5");
    await save.getByText("Save as own preset").click();
    await save.getByText("Save", { exact: true }).click();
    await say("Enter a name for the preset.");
    await save.getByLabel("Name of the preset").fill("../tank");
    await save.getByText("Save", { exact: true }).click();
    await say('The name "../tank" cannot be that of a preset');
    await save.getByLabel("Name of the preset").fill("Tank 3");
    await save.getByLabel("Name of the preset").press("Enter");
    await say("Saved as twinwire/presets/Tank 3.json.");
    assert.deepEqual([saved("Tank 3").title, saved("Tank 3").parameters!.tankArea!.value], ["Tank 3", 5.5]);
    await page.locator('#node-input-preset option[value="file:Tank 3"]').waitFor({ state: "attached" });
    assert.equal(await page.locator("#node-input-preset").inputValue(), "tank");
    await page.getByLabel("tankArea, Value").fill("6");
    await save.getByText("Save", { exact: true }).click();
    await say("There is a preset Tank 3.json already.");
    assert.equal(saved("Tank 3").parameters!.tankArea!.value, 5.5);
    await editor.screenshot("twin-physics-save-preset", ".red-ui-tray");
    await save.getByText("Replace it").click();
    await say("Saved as twinwire/presets/Tank 3.json.");
    assert.equal(saved("Tank 3").parameters!.tankArea!.value, 6);
    await editor.cancel();

    await editor.edit("preset-node");
    await page.locator("#node-input-preset").selectOption("own");
    await page.locator("#twin-physics-equations").click();
    await page.keyboard.type("dlevel/dt = (inflow - k * level) / area");
    await page.locator("#twin-physics-check").getByText("Predicts level; reads inflow.").waitFor();
    await save.getByText("Save as own preset").click();
    await save.getByLabel("Name of the preset").fill("leaking");
    await save.getByText("Save", { exact: true }).click();
    await say("Tick “Check the units, and run in SI” first");
    await page.locator("#node-input-checkUnits").check();
    await page.getByLabel("area, Value", { exact: true }).fill("4");
    await page.getByLabel("area, Unit", { exact: true }).fill("m²");
    await page.getByLabel("area, Unit", { exact: true }).blur();
    await page.locator("#twin-physics-check").getByText("k m²/s").waitFor();
    await save.getByText("Save", { exact: true }).click();
    await say('"k": its value is null: give a number.');
    await page.getByLabel("k, Value", { exact: true }).fill("0.001");
    await save.getByText("Save", { exact: true }).click();
    await say("Saved as twinwire/presets/leaking.json.");
    const { equations, outputs, parameters } = saved("leaking");
    assert.deepEqual(equations, ["dlevel/dt = (inflow - k * level) / area"]);
    assert.deepEqual(outputs, { level: "m" });
    assert.deepEqual(parameters!.area, { value: 4, unit: "m2", label: "area" });
    await editor.cancel();
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });

  it("have an asset made of them", async () => {
    const editor = await Editor.open(browser, red.url);
    const { page } = editor;
    page.setDefaultTimeout(8000);
    write("brine pump.json", { ...shippedFile("pump"), title: "Brine pump" });
    await editor.edit("preset-node");
    await page.locator("#node-input-preset").selectOption("file:brine pump");
    await page.locator("#twin-physics-newAsset button").click();
    await page.locator("#twin-asset-message").getByText("Signals of the model").waitFor();
    assert.equal(await page.inputValue("#node-config-input-name"), "Brine pump");
    assert.equal(await page.inputValue("#node-config-input-idPattern"), "plant1:brine-pump-1");
    const titles = await page.locator("#twin-asset-template option").allTextContents();
    for (const title of ["Centrifugal pump", "Brine pump (brine pump.json)"])
      assert(titles.includes(title), `${title}: ${titles}`);
    await page.click("#node-config-dialog-ok");
    await page.locator("#twin-physics-check").getByText("Predicts bearingTemperature, dischargePressure").waitFor();
    await editor.cancel();
    assert.deepEqual(editor.errors, []);
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
