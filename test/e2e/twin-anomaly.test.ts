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
/** Two days, a sample every two minutes; the vibration is 0.8 mm/s too high from row 1000 to 1149. */
const history = `
const noise = (i, k) => Math.sin(12.9898 * i + k) * Math.cos(78.233 * i + 2 * k) + Math.sin(37.719 * i + 3 * k) * 0.5;
const start = Date.UTC(2026, 0, 5, 12);
for (let i = 0; i < 1440; i++) {
  const values = { vibration: 1.8 + 0.05 * noise(i, 1) + (i >= 1000 && i < 1150 ? 0.8 : 0), flow: 60 + noise(i, 2) };
  const twin = { v: 1, id: "plant1:pump-1", branch: "live", time: start + i * 120000, values, updated: ["vibration", "flow"] };
  node.send({ payload: {}, twin });
}
`;
/** Another pump, that is well: ingest has flagged its flow meter as stuck for four hours. */
const stuck = `
const noise = (i, k) => Math.sin(12.9898 * i + k) * Math.cos(78.233 * i + 2 * k) + Math.sin(37.719 * i + 3 * k) * 0.5;
const start = Date.UTC(2026, 0, 5, 12);
for (let i = 0; i < 1440; i++) {
  const bad = i >= 1000 && i < 1120;
  const values = { vibration: 1.8 + 0.05 * noise(i, 1), flow: bad ? 60.2 : 60 + noise(i, 2) };
  const twin = { v: 1, id: "plant1:pump-3", branch: "live", time: start + i * 120000, values, updated: ["vibration", "flow"] };
  if (bad) twin.status = { flow: 0x40930000 };
  node.send({ payload: {}, twin });
}
`;
const z = anomaly.z;
const flows = [
  { id: z, type: "tab", label: "Anomaly" },
  asset,
  { ...asset, id: "asset-for-anomaly-empty", name: "Pump 2", idPattern: "plant1:pump-2" },
  anomaly,
  { id: "anomaly-inject", type: "inject", z, x: 100, y: 60, once: true, onceDelay: 0.1, wires: [["anomaly-source"]] },
  { id: "anomaly-source", type: "function", z, x: 250, y: 60, func: history, outputs: 1, wires: [["anomaly-state"]] },
  { ...asset, id: "asset-for-anomaly-sensor", name: "Pump 3", idPattern: "plant1:pump-3" },
  { ...anomaly, id: "anomaly-dialog-node-3", asset: "asset-for-anomaly-sensor", x: 300, y: 220 },
  {
    id: "anomaly-inject-3",
    type: "inject",
    z,
    x: 100,
    y: 300,
    once: true,
    onceDelay: 0.1,
    wires: [["anomaly-source-3"]],
  },
  {
    id: "anomaly-source-3",
    type: "function",
    z,
    x: 250,
    y: 300,
    func: stuck,
    outputs: 1,
    wires: [["anomaly-state-3"]],
  },
  { id: "anomaly-state-3", type: "twin-state", z, x: 400, y: 300, asset: "asset-for-anomaly-sensor", wires: [[], []] },
  { id: "anomaly-state", type: "twin-state", z, x: 400, y: 60, asset: asset.id, wires: [[], []] },
];

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

  it("stores a chosen detector, says what it is good for, and one undo restores the automatic choice", async () => {
    await editor.edit(anomaly.id);
    const choice = editor.page.locator("#twin-anomaly-detector");
    const hint = editor.page.locator("#twin-anomaly-detector-hint");
    assert.equal(await choice.inputValue(), "auto");
    assert.match(await hint.innerText(), /^Good for nearly everything/);
    await choice.selectOption("cusum");
    assert.match(await hint.innerText(), /^Good for a small shift that stays/);
    await editor.done();
    const changed = await editor.node(anomaly.id);
    assert.equal(changed.detector, "cusum");
    assert.equal(changed.changed, true);
    await editor.edit(anomaly.id);
    assert.equal(await choice.inputValue(), "cusum");
    await editor.cancel();
    await editor.undo();
    assert.equal((await editor.node(anomaly.id)).detector, undefined);
  });

  it("looks back with the detector that is chosen in the dialog", async () => {
    for (const theme of ["light", "dark"] as const) {
      await editor.close();
      editor = await Editor.open(browser, red.url, theme);
      await editor.edit(anomaly.id);
      await tried();
      const answered = editor.page.waitForResponse(/anomaly-preview/);
      await editor.page.selectOption("#twin-anomaly-detector", "cusum");
      const answer = await answered;
      assert.equal(answer.request().postDataJSON().config.detector, "cusum");
      const { alarms } = (await answer.json()) as { alarms: { text: string[] }[] };
      assert.match(alarms[0]!.text[0]!, /^Vibration .* above/);
      await editor.page.waitForFunction(() => document.querySelector("#twin-anomaly-plot svg"));
      await editor.screenshot(`twin-anomaly-detector-${theme}`, ".red-ui-tray");
      await editor.page.selectOption("#twin-anomaly-detector", "auto");
      await editor.cancel();
    }
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

  it("tells before Deploy which alarms the last recording would have raised, at every sensitivity", async () => {
    for (const theme of ["light", "dark"] as const) {
      await editor.close();
      editor = await Editor.open(browser, red.url, theme);
      await editor.edit(anomaly.id);
      await tried();
      const alarms = editor.page.locator("#twin-anomaly-preview-alarms");
      assert.match(
        await words(),
        /^\d+ alarms? in 2 days \(1440 rows\); learning took 6\.6 h\. As false alarms that would be about /,
      );
      // 1000 rows of two minutes after 5 January 12:00 UTC: 6 January 21:20.
      assert.match(await alarms.innerText(), /Vibration .* mm\/s above/);
      const shaded = editor.page.locator('#twin-anomaly-plot rect[data-span="alarm"]');
      // Vibration, flow and score: each alarm is shaded in three panels.
      assert.equal((await shaded.count()) % 3, 0);
      assert.ok((await shaded.count()) >= 3);
      const [box, span] = [(await editor.page.locator("#twin-anomaly-plot svg").boundingBox())!, await longest()];
      const place = (span.x - box.x - (58 / 560) * box.width) / ((492 / 560) * box.width);
      assert.ok(Math.abs(place - 1000 / 1439) < 0.02, `the longest alarm begins at ${place} of the record`);
      await editor.screenshot(`twin-anomaly-preview-${theme}`, ".red-ui-tray");
      await editor.page.fill("#node-input-falseAlarmsPerMonth", "20000");
      await editor.page.waitForFunction(() =>
        /you accept 20000/.test(document.querySelector("#twin-anomaly-preview-text")!.textContent!),
      );
      await editor.page.fill("#node-input-falseAlarmsPerMonth", "0");
      await editor.page.waitForFunction(() =>
        /^False alarms per month is/.test(document.querySelector("#twin-anomaly-preview-text")!.textContent!),
      );
      assert.equal(await editor.page.locator("#twin-anomaly-plot svg").count(), 0);
      await editor.cancel();
    }
  });

  it("shows in violet, and in words, an alarm that is about a sensor and leaves the score low", async () => {
    for (const theme of ["light", "dark"] as const) {
      await editor.close();
      editor = await Editor.open(browser, red.url, theme);
      await editor.edit("anomaly-dialog-node-3");
      await tried();
      assert.match(await words(), /^1 alarm in 2 days .* A sensor reads wrong: Flow\./);
      assert.match(
        await editor.page.locator("#twin-anomaly-preview-alarms").innerText(),
        /Sensor flow reads wrong: its value is stuck or jumps/,
      );
      assert.equal(await editor.page.locator('#twin-anomaly-plot rect[data-span="sensor"]').count(), 3);
      assert.match(await editor.page.locator("#twin-anomaly-preview-notes").innerText(), /Violet: alarm of a sensor/);
      await editor.screenshot(`twin-anomaly-sensor-${theme}`, ".red-ui-tray");
      await editor.cancel();
    }
  });

  it("says that nothing has been recorded of a twin yet", async () => {
    await editor.edit(anomaly.id);
    await editor.page.selectOption("#node-input-asset", "asset-for-anomaly-empty");
    await editor.page.locator("#twin-anomaly-try:disabled").waitFor();
    assert.match(await words(), /^Nothing has been recorded of this twin yet/);
    await editor.cancel();
  });

  const words = () => editor.page.locator("#twin-anomaly-preview-text").innerText();
  const tried = async () => {
    await editor.page.locator("#twin-anomaly-twin option").first().waitFor({ state: "attached", timeout: 10_000 });
    await editor.page.click("#twin-anomaly-try");
    await editor.page.locator("#twin-anomaly-plot svg").waitFor();
  };
  const longest = async () => {
    const boxes = await Promise.all(
      (await editor.page.locator('#twin-anomaly-plot rect[data-span="alarm"]').all()).map((r) => r.boundingBox()),
    );
    return boxes.reduce((a, b) => (b!.width > a!.width ? b : a))!;
  };

  it("dragged from the palette it shows the easy fields", async () => {
    await editor.close();
    editor = await Editor.open(browser, red.url, "dark");
    const id = await editor.drag("twin-anomaly", 300, 300);
    await editor.edit(id);
    assert.equal(await editor.page.locator("#node-input-falseAlarmsPerMonth").isVisible(), true);
    assert.equal(await editor.page.locator("#node-input-learning").isVisible(), false);
    await editor.page.locator("#twin-anomaly-expert summary").click();
    await editor.screenshot("twin-anomaly-dark", ".red-ui-tray");
    await editor.done();
  });
});
