import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type Red, removeUserDir, root, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

type FlowNode = { id: string; type: string; name?: string };

describe("the spectrum on the live page, in the example Motor bearing", function () {
  this.timeout(120_000);
  let red: Red;
  let browser: Browser;
  let flow: FlowNode[];

  before(async function () {
    if (!browserAvailable()) this.skip();
    flow = JSON.parse(readFileSync(join(root, "examples", "5 Motor bearing.json"), "utf8"));
    red = await startRed({ flows: flow });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    if (red) removeUserDir(red.userDir);
  });

  async function open(scheme: "light" | "dark", width: number, prepare?: (page: Page) => Promise<unknown>) {
    const context = await browser.newContext({
      viewport: { width, height: 1000 },
      colorScheme: scheme,
      locale: "en-GB",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const problems: string[] = [];
    page.on("pageerror", (e) => problems.push(e.message));
    page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
    await prepare?.(page);
    await page.goto(`${red.url}/twin#branch=live&id=plant1%3Amotor-1`);
    const card = page.locator(".spectrum");
    await card.waitFor();
    return { page, card, problems };
  }

  async function press(name: string): Promise<void> {
    const { id } = flow.find((n) => n.type === "inject" && n.name === name)!;
    assert.equal((await fetch(`${red.url}/inject/${id}`, { method: "POST" })).status, 200);
  }

  it("says what is wrong in words and marks the lines of the damaged part, on desktop and phone", async () => {
    await press("Damage inner race");
    for (const [scheme, width] of [
      ["light", 1400],
      ["dark", 400],
    ] as const) {
      const { page, card, problems } = await open(scheme, width);
      await card.getByText("inner race of the bearing damaged").waitFor();
      await card.getByText(/samples at 12\.8 kHz · 1\d{3}(\.\d+)? rpm/).waitFor();
      const envelope = card.locator('[data-curve="envelope"]');
      await envelope.locator(".mark-word.found", { hasText: /^BPFI$/ }).waitFor();
      assert.deepEqual((await envelope.locator(".mark-word.found").allTextContents()).sort(), [
        "2·BPFI",
        "3·BPFI",
        "BPFI",
      ]);
      assert.equal(await card.getByRole("button", { name: /^BPFO outer race/ }).getAttribute("aria-pressed"), "false");
      await card.getByRole("button", { name: /^BPFO outer race/ }).click();
      await envelope.locator(".mark-word", { hasText: /^BPFO$/ }).waitFor();
      assert.equal(await card.locator('[data-curve="velocity"] .tick', { hasText: "mm/s" }).count(), 1);
      await card.getByRole("button", { name: "Amplitude (m/s²)" }).click();
      await card.locator('[data-curve="amplitude"] .tick', { hasText: "m/s²" }).waitFor();
      // A new spectrum may replace the picture at any moment: measured in one go.
      const plot = await page.evaluate(() =>
        document.querySelector('[data-curve="envelope"] svg')!.getBoundingClientRect().toJSON(),
      );
      assert.ok(plot.x >= 0 && plot.x + plot.width <= width, JSON.stringify(plot));
      // Text is as large on a phone as on a desktop.
      await page.waitForFunction(() => {
        const drawn = document.querySelector<SVGSVGElement>('[data-curve="envelope"] svg')!;
        return Math.abs(drawn.viewBox.baseVal.width / drawn.clientWidth - 1) < 0.03;
      });
      await page.mouse.move(plot.x + plot.width / 2, plot.y + plot.height / 2);
      await envelope.locator(".readout", { hasText: /^[\d.]+ Hz: [\d.]+ × noise$/ }).waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} px wide on a screen of ${width} px`);
      if (process.env.SHOTS) {
        mkdirSync(process.env.SHOTS, { recursive: true });
        await card.screenshot({ path: join(process.env.SHOTS, `spectrum-card-${scheme}-${width}.png`) });
      }
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  });

  it("is read only while the card is open, once per spectrum", async () => {
    const asked: string[] = [];
    const { page, card } = await open("light", 1400, async (p) => {
      p.on("request", (r) => {
        if (r.url().includes("/twin/api/spectrum")) asked.push(r.url());
      });
    });
    await card.locator(".spectrum-plot").first().waitFor();
    await page.waitForTimeout(3000);
    assert.ok(asked.length >= 2 && asked.at(-1)!.includes("have="), asked.join("\n"));
    await card.locator("summary").click();
    await page.waitForTimeout(500);
    const before = asked.length;
    await page.waitForTimeout(3000);
    assert.equal(asked.length, before);
    await page.reload();
    await card.waitFor();
    await page.waitForTimeout(2000);
    assert.equal(asked.length, before, "it stays closed");
    await card.locator("summary").click();
    await card.locator(".spectrum-plot").first().waitFor();
    await page.context().close();
  });

  it("says that there is none yet, as after a restart", async () => {
    const { page, card } = await open("dark", 1400, (p) =>
      p.route("**/twin/api/spectrum?*", (route) => route.fulfill({ json: { spectra: [] } })),
    );
    await card.getByText(/^No spectrum yet: it comes with the next waveform/).waitFor();
    assert.equal(await card.locator("svg").count(), 0);
    await page.context().close();
  });

  it("is live in the dialog of the node as well, light and dark", async () => {
    const { id } = flow.find((n) => n.type === "twin-spectrum")!;
    await press("Damage inner race");
    for (const theme of ["light", "dark"] as const) {
      const editor = await Editor.open(browser, red.url, theme);
      await editor.edit(id);
      const live = editor.page.locator("#twin-spectrum-live");
      await live.locator("svg").nth(1).waitFor();
      await live.getByText(/^plant1:motor-1, .*mm\/s RMS is in zone/).waitFor();
      await live.locator(".mark-word.found", { hasText: /^BPFI$/ }).waitFor();
      const before = await live.innerText();
      await editor.page.waitForFunction(
        (text) => document.querySelector<HTMLElement>("#twin-spectrum-live")!.innerText !== text,
        before,
      );
      await live.scrollIntoViewIfNeeded();
      await editor.screenshot(`twin-spectrum-live-${theme}`, ".red-ui-tray");
      await editor.cancel();
      const asked: string[] = [];
      editor.page.on("request", (r) => r.url().includes("twin/api/spectrum") && asked.push(r.url()));
      await editor.page.waitForTimeout(4500);
      assert.deepEqual(asked, [], "a closed dialog asks nothing");
      const other = await editor.drag("twin-spectrum", 300, 400);
      await editor.edit(other);
      await live.getByText(/^None yet: deploy/).waitFor();
      await editor.cancel();
      assert.deepEqual(editor.errors, []);
      await editor.close();
    }
  });
});
