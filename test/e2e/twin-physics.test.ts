import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { PUMP_SIGNALS } from "../lib/physics/pump-samples.ts";
import { type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = {
  id: "asset-of-physics-dialog",
  type: "twin-asset",
  version: 1,
  name: "Pump",
  idPattern: "plant1:pump-1",
  clock: "data",
  mimic: "pump",
  store: "",
  signals: PUMP_SIGNALS.map(([name, unit]) => ({ name, unit })),
  parameters: [{ name: "shutOffHead", value: 42, unit: "m" }],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const flows = [
  { id: "tab-of-physics-dialog", type: "tab", label: "Physics" },
  asset,
  {
    id: "own-model-under-test",
    type: "twin-physics",
    z: "tab-of-physics-dialog",
    x: 500,
    y: 300,
    version: 2,
    name: "Bearing",
    asset: asset.id,
    preset: "own",
    equations: "dT/dt = (loss - k*(T - ambientTemperature)) / C\nloss = friction * speed^2",
    parameters: [
      { name: "k", value: 2.5, unit: "W/K" },
      { name: "C", value: "3000", unit: "J/K" },
      { name: "friction", value: 3e-5, unit: "" },
    ],
    predictions: [{ signal: "bearingTemperature", variable: "T" }],
    learn: "",
    correct: true,
    floor: "",
    follow: "",
    settle: "600",
    maxGap: "",
    reduced: "",
    files: [],
    checkUnits: false,
    units: [],
    estimate: "follow",
    drifting: [],
    noise: [],
    process: [],
    gate: "",
    calibrate: [],
    correction: true,
    correctionInputs: [],
    wires: [[]],
  },
  {
    id: "node-of-version-one",
    type: "twin-physics",
    z: "tab-of-physics-dialog",
    x: 500,
    y: 400,
    version: 1,
    name: "Old",
    asset: asset.id,
    preset: "pump",
    parameters: [],
    predictions: [],
    wires: [[]],
  },
];

describe("the dialog of twin-physics", function () {
  this.timeout(120_000);
  let red: Red;
  let browser: Browser;

  before(async function () {
    if (!browserAvailable()) this.skip();
    red = await startRed({ flows });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    if (red) removeUserDir(red.userDir);
  });

  for (const theme of ["light", "dark"] as const)
    it(`shows a preset, its numbers and its check (${theme})`, async () => {
      const editor = await Editor.open(browser, red.url, theme);
      const { page } = editor;
      page.setDefaultTimeout(8000);
      const id = await editor.drag("twin-physics", 300, 150);
      const dropped = await editor.node(id);
      assert.equal(dropped.asset, asset.id);
      assert.equal(dropped.valid, false);
      await editor.edit(id);
      assert.equal(await page.locator("#twin-physics-model").isVisible(), false);
      await page.locator("#node-input-preset").selectOption("pump");
      const check = page.locator("#twin-physics-check");
      await check.getByText("Predicts bearingTemperature, dischargePressure").waitFor();
      const head = page.getByLabel("shutOffHead, Value");
      // The asset's parameter goes before the preset's.
      assert.equal(await head.getAttribute("placeholder"), "42");
      await editor.screenshot(`twin-physics-${theme}`, ".red-ui-tray");
      await head.fill("4o");
      assert.match((await head.getAttribute("class")) ?? "", /input-error/);
      await head.fill("41,5");
      await editor.done();
      const saved = await editor.node(id);
      assert.equal(saved.preset, "pump");
      assert.deepEqual(saved.parameters, [{ name: "shutOffHead", value: 41.5, unit: "" }]);
      assert.equal(saved.valid, true);
      await editor.undo();
      assert.deepEqual((await editor.node(id)).parameters, []);
      assert.deepEqual(editor.errors, []);
      await editor.close();
    });

  it("finds parameters by itself and shows the line that is wrong", async () => {
    const editor = await Editor.open(browser, red.url);
    const { page } = editor;
    page.setDefaultTimeout(8000);
    const id = await editor.drag("twin-physics", 300, 150);
    await editor.edit(id);
    await page.locator("#node-input-preset").selectOption("own");
    await page.locator("#twin-physics-equations").click();
    await page.keyboard.type("vibration = base * (speed / n0)^2\nbad = 2 *");
    const check = page.locator("#twin-physics-check");
    await check.getByText("Line 2: This is not a complete expression").waitFor();
    await page.keyboard.type(" flow");
    await check.getByText("Predicts vibration; reads speed, flow.").waitFor();
    await page.getByLabel("base, Value").fill("1.8");
    await page.getByLabel("n0, Value").fill("1480");
    await page.getByLabel("n0, Unit").fill("rpm");
    await editor.screenshot("twin-physics-own", ".red-ui-tray");
    await editor.done();
    const saved = await editor.node(id);
    assert.equal(saved.equations, "vibration = base * (speed / n0)^2\nbad = 2 * flow");
    assert.deepEqual(saved.parameters, [
      { name: "base", value: 1.8, unit: "" },
      { name: "n0", value: 1480, unit: "/min" },
    ]);
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });

  it("changes nothing by Cancel, nor by Done untouched; a copied preset keeps its numbers", async () => {
    const editor = await Editor.open(browser, red.url);
    const { page } = editor;
    page.setDefaultTimeout(8000);
    const id = "own-model-under-test";
    const before = await editor.node(id);
    assert.equal(before.valid, true);
    await editor.edit(id);
    await page.locator("#twin-physics-check").getByText("Predicts bearingTemperature").waitFor();
    await editor.screenshot("twin-physics-expert", ".red-ui-tray");
    await editor.done();
    assert.deepEqual(await editor.node(id), before);

    await editor.edit(id);
    await page.locator("#node-input-preset").selectOption("pump");
    await page.locator("#twin-physics-copy").click();
    await page.getByLabel("bearingRise, Value").fill("30");
    await editor.cancel();
    assert.deepEqual(await editor.node(id), before);

    await editor.edit(id);
    await page.locator("#node-input-preset").selectOption("pump");
    await page.locator("#twin-physics-copy").click();
    // The mapping of the old equations does not fit the new ones: the check says so until the row is removed.
    await page.locator("#twin-physics-check").getByText('no equation defines "T"').waitFor();
    await page.locator("#twin-physics-outputs .red-ui-editableList-item-remove").click();
    await page.locator("#twin-physics-check").getByText("Predicts bearingTemperature, dischargePressure").waitFor();
    await editor.done();
    const copy = await editor.node(id);
    assert.match(String(copy.equations), /npshMargin = npshAvailable - npshRequired/);
    const values = Object.fromEntries(
      (copy.parameters as { name: string; value: number }[]).map((p) => [p.name, p.value]),
    );
    assert.equal(values.shutOffHead, 42);
    assert.equal(values.nominalSpeed, 1480);
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });

  it("tries a model before Deploy: curves with the values one types, and a sentence for what is wrong", async () => {
    const editor = await Editor.open(browser, red.url);
    await editor.edit("own-model-under-test");
    await editor.page.click("#twin-physics-try");
    await editor.page.locator("#twin-physics-plot path").first().waitFor({ timeout: 8000 });
    await editor.page.selectOption("#node-input-preset", "dc-motor");
    assert.equal(await editor.page.locator("#twin-physics-plot path").count(), 0, "curves of another model are gone");
    await editor.page.click("#twin-physics-try");
    await editor.page
      .locator("#twin-physics-trial-message", { hasText: /no equation defines "T"/ })
      .waitFor({ timeout: 8000 });
    await editor.cancel();
    await editor.edit("node-of-version-one");
    await editor.page.selectOption("#node-input-preset", "dc-motor");
    await editor.page.click("#twin-physics-try");
    await editor.page
      .locator("#twin-physics-trial-message", { hasText: /The asset has no voltage \(V\): the curves take the values/ })
      .waitFor({ timeout: 8000 });
    await editor.page.locator("#twin-physics-plot path").first().waitFor({ state: "attached", timeout: 8000 });
    assert.equal(await editor.page.getByLabel("voltage", { exact: true }).inputValue(), "24");
    await editor.cancel();
    await editor.edit("node-of-version-one");
    await editor.page.click("#twin-physics-try");
    await editor.page.getByLabel("suctionPressure", { exact: true }).waitFor({ timeout: 8000 });
    const curve = () => editor.page.locator("#twin-physics-plot").innerHTML();
    const before = await curve();
    await editor.page.getByLabel("speed", { exact: true }).fill("1000");
    await editor.page.getByLabel("speed", { exact: true }).blur();
    for (let i = 0; (await curve()) === before; i++) {
      assert.ok(i < 50, "the curves do not follow what is typed");
      await editor.page.waitForTimeout(100);
    }
    await editor.screenshot("twin-physics-trial", ".red-ui-tray");
    await editor.cancel();
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });

  it("tries models before there is an asset or a signal, and lists what has to be mapped", async () => {
    for (const theme of ["light", "dark"] as const) {
      const editor = await Editor.open(browser, red.url, theme);
      const { page } = editor;
      page.setDefaultTimeout(8000);
      const id = await editor.drag("twin-physics", 300, 150);
      await editor.edit(id);
      await page.selectOption("#node-input-asset", "_ADD_");
      await page.selectOption("#node-input-preset", "own");
      await page.locator("#twin-physics-equations").click();
      await page.keyboard.type("dx/dt = v\ndv/dt = -4*x");
      await page.getByLabel("x, Value").fill("5");
      await page.click("#twin-physics-try");
      const message = page.locator("#twin-physics-trial-message");
      await message.getByText("No curve is a signal of the asset: there is nothing to compare with yet.").waitFor();
      assert.equal(await page.locator("#twin-physics-plot path").count(), 2);
      await page.selectOption("#node-input-preset", "reduced");
      for (const [kind, missing] of [
        ["rod", "coolant (°C), ambient (°C), surface (°C)"],
        ["plate", "coldPlate (°C), ambient (°C), power (W), caseTemperature (°C)"],
        ["beam", "force (N), deflection (mm)"],
        ["state-space", "power (W), rise (K)"],
      ] as const) {
        // The curves come by themselves, with the example's values.
        await page.selectOption("#twin-physics-example", kind);
        await message.getByText(`The asset has no ${missing}: the curves take`).waitFor();
        await page.locator("#twin-physics-reduced-check").getByText(`To be mapped: ${missing}.`).waitFor();
        assert.ok((await page.locator("#twin-physics-plot path").count()) >= 2, kind);
        if (kind === "plate") await editor.screenshot(`physics-example-${theme}`, ".red-ui-tray");
      }
      await editor.cancel();
      assert.deepEqual(editor.errors, []);
      await editor.close();
    }
  });

  it("fits an editor of 1000 pixels: nothing is cut at its sides", async () => {
    const editor = await Editor.open(browser, red.url);
    await editor.page.setViewportSize({ width: 1000, height: 900 });
    await editor.edit("node-of-version-one");
    const [form, tray] = await editor.page.evaluate(() =>
      ["#dialog-form", ".red-ui-tray"].map((part) => document.querySelector(part)!.getBoundingClientRect().width),
    );
    assert.ok(form! <= tray!, `the form is ${form} px wide in a tray of ${tray} px`);
    await editor.cancel();
    await editor.close();
  });

  it("keeps what a node of an older version means", async () => {
    const editor = await Editor.open(browser, red.url);
    await editor.edit("node-of-version-one");
    await editor.done();
    const stored = await editor.node("node-of-version-one");
    assert.deepEqual([stored.estimate, stored.correction, stored.correct], ["follow", true, true]);
    await editor.undo();
    await editor.close();
  });

  it("asks the running node for a calibration when nothing in the dialog differs from it", async () => {
    const editor = await Editor.open(browser, red.url);
    await editor.edit("own-model-under-test");
    await editor.page.click("#twin-physics-calibration summary");
    await editor.page.click("#twin-physics-fromHistory");
    const message = editor.page.locator("#twin-physics-calibration-message", { hasText: /\w/ });
    await message.waitFor({ timeout: 4000 });
    assert.doesNotMatch(await message.innerText(), /deploy first/);
    await editor.cancel();
    await editor.close();
  });

  it("stores what follows the machine, and shows only what counts", async () => {
    const editor = await Editor.open(browser, red.url);
    await editor.edit("own-model-under-test");
    assert.equal(await editor.page.locator("#twin-physics-drifting").isVisible(), false);
    await editor.page.selectOption("#node-input-estimate", "ekf");
    await editor.page.locator(".twin-physics-filter .red-ui-editableList-addButton").first().click();
    await editor.page.locator("#twin-physics-drifting li").first().getByLabel("Parameter").fill("headCurve");
    // The running node has other settings than the dialog: they would be what is calibrated.
    await editor.page.click("#twin-physics-calibration summary");
    await editor.page.click("#twin-physics-fromHistory");
    await editor.page
      .locator("#twin-physics-calibration-message", { hasText: /Press Done and deploy first/ })
      .waitFor({ timeout: 4000 });
    await editor.done();
    const stored = await editor.node("own-model-under-test");
    assert.equal(stored.estimate, "ekf");
    assert.equal((stored.drifting as { name: string }[])[0]!.name, "headCurve");
    await editor.undo();
    assert.deepEqual((await editor.node("own-model-under-test")).drifting ?? [], []);
    await editor.close();
  });

  it("takes a reduced model with its description", async () => {
    const editor = await Editor.open(browser, red.url);
    await editor.edit("own-model-under-test");
    await editor.page.selectOption("#node-input-preset", "reduced");
    const says = (text: RegExp) =>
      editor.page.locator("#twin-physics-reduced-check", { hasText: text }).waitFor({ timeout: 8000 });
    await editor.page.selectOption("#twin-physics-example", "beam");
    await says(/force/);
    const wall = await editor.page.inputValue("#twin-physics-description");
    assert.equal(JSON.parse(wall).kind, "beam");
    await editor.page.selectOption("#twin-physics-example", "rod");
    const rod = JSON.parse(await editor.page.inputValue("#twin-physics-description"));
    rod.left.ambient.signal = rod.right.ambient.signal = "ambientTemperature";
    rod.points[0].signal = "bearingTemperature";
    await editor.page.fill("#twin-physics-description", JSON.stringify(rod));
    await says(
      /Reads ambientTemperature; predicts bearingTemperature; knows without a sensor: core \(°C\)\. \d+ states/,
    );
    await editor.screenshot("physics-reduced", ".red-ui-tray");
    await editor.page.fill("#twin-physics-description", '{ "kind": "rod" }');
    await says(/Rod/);
    await editor.page.click("#twin-physics-try");
    await editor.page.locator("#twin-physics-trial-message", { hasText: /Rod/ }).waitFor({ timeout: 8000 });
    await editor.done();
    const stored = await editor.node("own-model-under-test");
    assert.equal(stored.reduced, '{ "kind": "rod" }');
    await editor.undo();
    await editor.close();
  });
});
