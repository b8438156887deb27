import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type Red, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const z = "calibration-dialog-tab";
const id = "plant1:heater-1";
const asset = {
  id: "calibration-dialog-asset",
  type: "twin-asset",
  version: 1,
  name: "Heater",
  idPattern: id,
  clock: "data",
  mimic: "generic",
  store: "",
  signals: [
    { name: "temperature", unit: "Cel", label: "Temperature", normalLow: 20, normalHigh: 60 },
    { name: "power", unit: "kW", label: "Power", normalLow: 0, normalHigh: 10 },
  ],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising", typicalLife: "" },
  relationships: [],
};
const physics = {
  id: "calibration-dialog-physics",
  type: "twin-physics",
  z,
  x: 600,
  y: 60,
  version: 2,
  name: "heater",
  asset: asset.id,
  preset: "own",
  equations: "temperature = gain * power + rest + sun * t * 0",
  parameters: [
    { name: "gain", value: 3, unit: "K/kW" },
    { name: "rest", value: 15, unit: "Cel" },
    { name: "sun", value: 1, unit: "" },
  ],
  calibrate: ["gain", "rest", "sun"].map((name) => ({ name, low: "", high: "" })),
  correct: false,
  correction: false,
  wires: [[]],
};
/** A day, a sample every minute: 4 K per kW above 18 °C; from 18:00 UTC on a fault, of which twin anomaly spoke. */
const START = Date.UTC(2026, 0, 5);
const history = `
for (let i = 0; i < 1440; i++) {
  const power = 5 + 3 * Math.sin(i / 50);
  const temperature = 4 * power + 18 + 0.2 * Math.sin(12.9898 * i * i) + (i >= 1080 ? 9 : 0);
  node.send({ payload: {}, twin: { v: 1, id: "${id}", branch: "live", time: ${START} + i * 60000, values: { temperature, power }, updated: ["temperature", "power"] } });
}
`;
const flows = [
  { id: z, type: "tab", label: "Calibration" },
  asset,
  {
    id: "calibration-inject",
    type: "inject",
    z,
    x: 100,
    y: 60,
    once: true,
    onceDelay: 0.1,
    wires: [["calibration-source"]],
  },
  {
    id: "calibration-source",
    type: "function",
    z,
    x: 250,
    y: 60,
    func: history,
    outputs: 1,
    wires: [["calibration-state"]],
  },
  {
    id: "calibration-state",
    type: "twin-state",
    z,
    x: 400,
    y: 60,
    version: 1,
    asset: asset.id,
    wires: [[physics.id], [], []],
  },
  physics,
  {
    ...{
      id: "calibration-anomaly",
      type: "twin-anomaly",
      z,
      x: 600,
      y: 140,
      version: 3,
      asset: asset.id,
      watch: "signals",
    },
    ...{ falseAlarmsPerMonth: 1, latch: false, learning: 200, hold: 1, clear: 32, refractory: 0, excluded: "" },
    limits: [
      {
        path: "temperature",
        direction: "above",
        limit: 58,
        text: "too hot",
        unit: "",
        hysteresis: "",
        severity: "warning",
      },
    ],
    wires: [[], []],
  },
];
flows[4] = { ...flows[4]!, wires: [[physics.id, "calibration-anomaly"], [], []] } as never;

describe("the calibration in the dialog of twin physics", function () {
  this.timeout(90_000);
  let red: Red;
  let browser: Browser;
  let editor: Editor;

  before(async function () {
    if (!browserAvailable()) return this.skip();
    red = await startRed({ flows });
    browser = await launch();
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

  async function open(theme: "light" | "dark"): Promise<void> {
    editor = await Editor.open(browser, red.url, theme);
    editor.page.setDefaultTimeout(8000);
    await editor.edit(physics.id);
    await editor.page.click("#twin-physics-calibration summary");
  }
  const doubts = () => editor.page.locator("#twin-physics-doubts li");

  it("says what is recorded, warns of alarms in the time chosen, and proposes the time before", async () => {
    await open("dark");
    const { page } = editor;
    await page.locator("#twin-physics-recorded").getByText("Recorded:").waitFor();
    await doubts().getByText("too hot").waitFor();
    await page.locator("#twin-physics-doubts").getByText("makes the fault the healthy model").waitFor();
    await editor.screenshot("calibration-doubts-dark", ".red-ui-tray");
    await page.click("#twin-physics-before");
    await doubts().first().waitFor({ state: "detached" });
    const end = Date.parse(await page.inputValue("#twin-physics-to"));
    const kept = (end - START) / 3_600_000;
    assert.ok(kept > 3 && kept <= 18, `the time before the alarm ends after ${kept} h`);
    // A window that ends before it begins is marked and not sent.
    await page.fill("#twin-physics-from", "2030-01-01T00:00");
    await page.locator("#twin-physics-from").blur();
    await page.locator("#twin-physics-from.input-error").waitFor();
    await page.click("#twin-physics-fromHistory");
    await page.locator("#twin-physics-calibration-message").getByText("ends before it begins").waitFor();
    await editor.cancel();
  });

  it("tells in words and units what was found in the time chosen, and what the data cannot tell", async () => {
    await open("light");
    const { page } = editor;
    await page.locator("#twin-physics-before").click();
    await doubts().first().waitFor({ state: "detached" });
    await page.click("#twin-physics-fromHistory");
    const words = page.locator("#twin-physics-calibration-words");
    await words.waitFor({ timeout: 20_000 });
    const said = await words.innerText();
    const [, gain, half] = /gain ([\d.]+) ± ([\d.]+) K\/kW, was 3/.exec(said) ?? [];
    assert.ok(Math.abs(Number(gain) - 4) <= 3 * Number(half), said);
    assert.match(said, /Temperature is now explained to 0\.1\d °C instead of /);
    assert.match(said, /sun hardly changes what is measured in these data: it keeps its value\./);
    assert.match(said, /What would help: /);
    assert.equal(
      await page.locator("#twin-physics-calibration-result .form-tips").count(),
      0,
      "nothing spoke against it",
    );
    await editor.screenshot("calibration-words-light", ".red-ui-tray");
    // The whole record, with its fault: the report itself says so.
    await page.fill("#twin-physics-to", "");
    await page.locator("#twin-physics-to").blur();
    await doubts().first().waitFor();
    await page.click("#twin-physics-fromHistory");
    await page.locator("#twin-physics-calibration-result .form-tips").waitFor({ timeout: 20_000 });
    assert.match(await words.innerText(), /^\d+ of 1440 measurements did not fit the others and were left out/m);
    await editor.screenshot("calibration-doubted-light", ".red-ui-tray");
    await editor.cancel();
  });
});
