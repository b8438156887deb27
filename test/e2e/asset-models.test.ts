import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const tab = { id: "tab-of-asset-models", type: "tab", label: "Models" };
const pump = {
  id: "asset-models-pump",
  type: "twin-asset",
  version: 1,
  name: "Pump 1",
  idPattern: "plant1:fan-1",
  clock: "data",
  mimic: "generic",
  store: "",
  signals: [{ name: "flow", unit: "m3/h" }],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising", typicalLife: "" },
  relationships: [],
};

for (const version of ["5", "4"] as const)
  describe(`an asset made from a model, in Node-RED ${version}`, function () {
    this.timeout(120_000);
    let browser: Browser;
    let red: Red;
    let editor: Editor;

    before(async function () {
      if (!browserAvailable()) return this.skip();
      browser = await launch();
      red = await startRed({ version, flows: [tab, pump] });
      editor = await Editor.open(browser, red.url, version === "5" ? "dark" : "light");
      editor.page.setDefaultTimeout(8000);
    });
    after(async () => {
      await editor?.close();
      await browser?.close();
      await red?.stop();
      if (red) removeUserDir(red.userDir);
    });

    it("one click from the dialog of twin physics: a fan's signals, a free id, and the node selects it", async () => {
      const { page } = editor;
      const id = await editor.drag("twin-physics", 300, 150);
      await editor.edit(id);
      await page.selectOption("#node-input-preset", "fan");
      await page.locator("#twin-physics-check").getByText("The asset lacks signals that this model reads").waitFor();
      await page.click("#twin-physics-newAsset button");
      await page.locator("#twin-asset-message").getByText("Signals of the model").waitFor();
      await editor.screenshot(`asset-from-model-${version}`, ".red-ui-tray");
      // The other asset serves plant1:fan-1 already.
      assert.equal(await page.inputValue("#node-config-input-idPattern"), "plant1:fan-2");
      await page.click("#node-config-dialog-ok");
      await page.locator("#twin-physics-check").getByText("Predicts flow, filterPressure").waitFor();
      assert.equal(await page.locator("#twin-physics-newAsset").isVisible(), false);
      await page.click("#twin-physics-try");
      await page.locator("#twin-physics-plot path").first().waitFor({ state: "attached" });
      await editor.done();
      const physics = await editor.node(id);
      const asset = await editor.node(String(physics.asset));
      assert.equal(asset.name, "Fan with filter");
      assert.equal(asset.valid, true);
      assert.equal(physics.valid, true);
      const rows = asset.signals as { name: string; unit: string; label: string; normalLow: number }[];
      assert.deepEqual(
        rows.map((r) => [r.name, r.unit, r.label]),
        [
          ["speed", "/min", "Speed"],
          ["flow", "m3/h", "Flow"],
          ["filterPressure", "Pa", "Filter pressure"],
          ["fanPressure", "Pa", "Fan pressure"],
          ["motorPower", "kW", "Motor power"],
        ],
      );
      assert.equal(rows[0]!.normalLow, 720);
    });

    it("the dialog of an asset offers every model that twin physics has", async () => {
      const { page } = editor;
      await editor.edit(pump.id);
      const options = page.locator("#twin-asset-template option");
      await options.getByText("Room").waitFor({ state: "attached" });
      assert.equal(await options.count(), 15, "fourteen models and the empty choice");
      assert.deepEqual(await page.locator("#twin-asset-signals li").count(), 1, "nothing is changed by itself");
      await page.selectOption("#twin-asset-template", "heat-exchanger");
      await page.locator("#twin-asset-message").getByText("Signals of the model").waitFor();
      assert.equal(await page.locator("#twin-asset-signals li").count(), 6);
      await editor.cancel();
      assert.deepEqual((await editor.node(pump.id)).signals, pump.signals);
      assert.deepEqual(editor.errors, []);
    });
  });
