import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { makeUserDir, type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = {
  id: "asset-for-rul-dialog-1",
  type: "twin-asset",
  name: "Pump 1",
  version: 1,
  idPattern: "plant1:pump-1",
  clock: "data",
  mimic: "pump",
  store: "",
  signals: [{ name: "vibration", unit: "mm/s", label: "Vibration" }],
  parameters: [],
  failure: { signal: "vibration", threshold: 7.1, direction: "rising" },
};
const rul = {
  id: "rul-dialog-node-1",
  type: "twin-rul",
  z: "rul-dialog-tab-1",
  x: 300,
  y: 120,
  wires: [[], []],
  version: 2,
  name: "",
  asset: asset.id,
  indicator: "asset",
  expression: "",
  threshold: "",
  direction: "rising",
  unit: "h",
  horizon: 100,
  warnAt: 50,
  onlyWhile: "",
  typicalLife: "",
  failures: [],
  operating: "",
  model: "",
};
/** Three lives of 200, 240 and 220 hours that end at the limit, and 150 hours of a fourth that will last 230. */
const history = `
let hour = 0;
for (const [life, seen] of [[200, 208], [240, 248], [220, 228], [230, 150]])
  for (let i = 0; i < seen; i++, hour++) {
    const vibration = 1.8 + 5.3 * (i / life) ** 2 + 0.1 * Math.sin(12.9898 * hour) * Math.cos(78.233 * hour);
    const twin = { v: 1, id: "plant1:pump-1", branch: "live", time: hour * 3600000, values: { vibration }, updated: ["vibration"] };
    node.send({ payload: {}, twin });
  }
`;
const z = rul.z;
const flows = [
  { id: z, type: "tab", label: "Life" },
  asset,
  rul,
  {
    id: "rul-dialog-inject",
    type: "inject",
    z,
    x: 100,
    y: 60,
    once: true,
    onceDelay: 0.1,
    wires: [["rul-dialog-source"]],
  },
  {
    id: "rul-dialog-source",
    type: "function",
    z,
    x: 250,
    y: 60,
    func: history,
    outputs: 1,
    wires: [["rul-dialog-state"]],
  },
  { id: "rul-dialog-state", type: "twin-state", z, x: 400, y: 60, asset: asset.id, wires: [[], []] },
];

describe("twin-rul in the editor", function () {
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

  const open = async () => {
    await editor.edit(rul.id);
    await editor.page.locator("#twin-rul-twin option").first().waitFor({ state: "attached", timeout: 10_000 });
  };

  it("changes nothing on Cancel and on Done untouched", async () => {
    const before = await editor.node(rul.id);
    await editor.edit(rul.id);
    await editor.done();
    assert.deepEqual(await editor.node(rul.id), before);
  });

  it("shows the record with its limit, the interval and the promised error before Deploy", async () => {
    for (const theme of ["light", "dark"] as const) {
      await editor.close();
      editor = await Editor.open(browser, red.url, theme);
      await open();
      await editor.page.click("#twin-rul-show");
      await editor.page.locator("#twin-rul-chart svg .twin-rul-line").waitFor({ state: "attached" });
      assert.equal(await editor.page.locator("#twin-rul-chart .twin-rul-interval").count(), 1);
      assert.match(
        await editor.page.locator("#twin-rul-chart").innerText(),
        /record\s+limit\s+past failure\s+limit reached/,
      );
      const text = await editor.page.locator("#twin-rul-preview-text").innerText();
      assert.match(text, /Life left: [\d.]+ hours \(90 %: [\d.]+ to ([\d.]+|more)\)/);
      // Three whole lives, three looks at each.
      assert.match(text, /past lives .*: \d of 9 intervals held the truth; median error \d+ %/);
      // Truth: 80 h are left.
      const [, low, high] = /90 %: ([\d.]+) to ([\d.]+)/.exec(text)!;
      assert.ok(Number(low) < 80 && Number(high) > 80, text);
      await editor.screenshot(`twin-rul-${theme}`, ".red-ui-tray");
      await editor.cancel();
    }
  });

  it("lists every twin once, and those of the asset chosen last, however slow the answers are", async () => {
    await editor.page.route("**/twin/api/twins", async (route) => {
      const reply = await route.fetch();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.fulfill({ response: reply });
    });
    await open();
    // Every change asks anew while the answers before it are still on their way.
    await editor.page.evaluate(() => {
      const select = document.querySelector("#node-input-asset")!;
      for (let i = 0; i < 3; i++) select.dispatchEvent(new Event("change"));
    });
    await editor.page.waitForTimeout(1500);
    assert.deepEqual(await editor.page.locator("#twin-rul-twin option").allInnerTexts(), ["plant1:pump-1"]);
    await editor.page.unroute("**/twin/api/twins");
    await editor.cancel();
  });

  it("speaks plainly of past failures and the fleet model, and opens them when only the model counts", async () => {
    await open();
    await editor.page.selectOption("#node-input-indicator", "model");
    const fleet = editor.page.locator("#twin-rul-fleet");
    assert.equal(await fleet.evaluate((details) => (details as unknown as { open: boolean }).open), true);
    const tips = (await fleet.locator(".form-tips").allInnerTexts()).join(" ");
    assert.match(tips, /How long machines of this kind lasted\..*\(tier B\).*\(tier C\).*msg\.action = train/);
    await editor.cancel();
  });

  it("learns past failures from the recorded history and from a file, and stores them", async () => {
    await open();
    await editor.page.locator("#twin-rul-fleet summary").click();
    await editor.page.click("#twin-rul-learn");
    await editor.page.locator("#twin-rul-failures li").nth(2).waitFor();
    await editor.page.setInputFiles("#twin-rul-file", {
      name: "lives.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("unit,time,vibration\nm7,10,2\nm7,190,7\nm8,0,2\nm8,260,7\n"),
    });
    await editor.page.locator("#twin-rul-failures li").nth(4).waitFor();
    assert.match(await editor.page.locator("#twin-rul-failures-text").innerText(), /Added 2 lives from the file/);
    await editor.screenshot("twin-rul-failures", ".red-ui-tray");
    await editor.done();
    const { failures } = (await editor.node(rul.id)) as unknown as { failures: { unit: string; life: number }[] };
    assert.equal(failures.length, 5);
    // Recorded lives of 200, 240 and 220 hours, found within the noise.
    for (const [i, life] of [200, 240, 220].entries()) assert.ok(Math.abs(Number(failures[i]!.life) - life) < 10);
    assert.deepEqual(failures.slice(3), [
      { unit: "m7", life: 180 },
      { unit: "m8", life: 260 },
    ]);
    await editor.undo();
  });

  it("marks a past failure without a life", async () => {
    await open();
    await editor.page.locator("#twin-rul-fleet summary").click();
    await editor.page.locator("#twin-rul-fleet .red-ui-editableList-addButton").click();
    await editor.done();
    assert.equal((await editor.node(rul.id)).valid, false);
    await editor.undo();
  });
});
