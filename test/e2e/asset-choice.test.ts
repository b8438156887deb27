import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const asset = (id: string, name: string) => ({
  id,
  type: "twin-asset",
  version: 1,
  name,
  idPattern: `plant1:${name.toLowerCase().replace(" ", "-")}`,
  clock: "data",
  mimic: "generic",
  store: "",
  signals: [{ name: "flow", unit: "m3/h" }],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising", typicalLife: "" },
  relationships: [],
});
const tab = { id: "tab-of-asset-choice", type: "tab", label: "Choice" };
const types = ["machine", "ingest", "spectrum", "state", "physics", "anomaly", "rul", "planner", "command"];

describe("the asset of a node that was dragged from the palette", function () {
  this.timeout(120_000);
  let browser: Browser;
  let red: Red;
  let editor: Editor;

  before(async function () {
    if (!browserAvailable()) return this.skip();
    browser = await launch();
  });
  after(() => browser?.close());
  afterEach(async () => {
    assert.deepEqual(editor?.errors ?? [], []);
    await editor?.close();
    await red?.stop();
    if (red) removeUserDir(red.userDir);
  });

  async function open(flows: object[], theme: "light" | "dark" = "light"): Promise<void> {
    red = await startRed({ flows: [tab, ...flows] });
    editor = await Editor.open(browser, red.url, theme);
    editor.page.setDefaultTimeout(8000);
  }
  const line = () => editor.page.locator(".twin-asset-choice");
  const field = () => editor.page.locator("#node-input-asset");

  it("is the only one, and the dialog says so: every node", async () => {
    await open([asset("asset-choice-one", "Pump 1")]);
    for (const [i, type] of types.entries()) {
      const id = await editor.drag(`twin-${type}`, 200 + (i % 3) * 260, 80 + Math.floor(i / 3) * 110);
      assert.equal((await editor.node(id)).asset, "asset-choice-one", type);
      await editor.edit(id);
      assert.equal(await line().innerText(), "Pump 1 is the only asset: it was chosen for you.", type);
      if (type === "anomaly") await editor.screenshot("asset-choice-only", ".red-ui-tray");
      await editor.done();
    }
  });

  it("must be chosen where there are several, and the dialog says so: every node", async () => {
    await open([asset("asset-choice-one", "Pump 1"), asset("asset-choice-two", "Tank 2")], "dark");
    for (const [i, type] of types.entries()) {
      const id = await editor.drag(`twin-${type}`, 200 + (i % 3) * 260, 80 + Math.floor(i / 3) * 110);
      assert.equal((await editor.node(id)).asset, "", type);
      await editor.edit(id);
      assert.equal(await field().inputValue(), "_ADD_", `${type}: no asset is chosen in silence`);
      assert.match(await line().innerText(), /^Choose the machine: there are 2 assets/, type);
      assert.match((await field().getAttribute("class")) ?? "", /input-error/, `${type}: the field is marked`);
      if (type === "physics") await editor.screenshot("asset-choice-several", ".red-ui-tray");
      await editor.done();
      assert.equal((await editor.node(id)).asset, "", `${type}: Done chooses none either`);
      await editor.edit(id);
      await field().selectOption("asset-choice-two");
      await line().waitFor({ state: "hidden" });
      await editor.done();
      assert.equal((await editor.node(id)).asset, "asset-choice-two", type);
    }
  });

  it("has to be made where there is none", async () => {
    await open([]);
    const id = await editor.drag("twin-physics", 300, 150);
    await editor.edit(id);
    assert.match(await line().innerText(), /^There is no asset yet: press \+/);
    await editor.cancel();
  });
});
