import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type Red, removeUserDir, root, startRed } from "../nodes/harness.ts";
import { browserAvailable, launch } from "./driver.ts";

const require = createRequire(import.meta.url);
const PUMP = "#branch=live&id=plant1%3Apump-1";

/** The first example without its demo operator: here the test is the operator. */
function flows(): { type: string; id: string; name?: string; nodes?: string[]; wires?: string[][] }[] {
  const nodes: ReturnType<typeof flows> = JSON.parse(
    readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8"),
  );
  const operators = new Set(nodes.find((n) => n.name?.startsWith("Demo operator"))?.nodes);
  assert.ok(operators.size > 0);
  for (const node of nodes)
    if (node.wires) node.wires = node.wires.map((port) => port.filter((id) => !operators.has(id)));
  return nodes;
}

describe("the live page, with adminAuth and httpAdminRoot /admin", function () {
  this.timeout(120_000);
  let red: Red;
  let browser: Browser;

  before(async function () {
    if (!browserAvailable()) this.skip();
    const { hashSync } = require("bcryptjs");
    const users = [
      { username: "boss", password: hashSync("boss-secret", 4), permissions: "*" },
      { username: "reader", password: hashSync("reader-secret", 4), permissions: "read" },
    ];
    red = await startRed({
      flows: flows(),
      settings: { httpAdminRoot: "/admin", adminAuth: { type: "credentials", users } },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    if (red) removeUserDir(red.userDir);
  });

  async function open(scheme: "light" | "dark", width = 1400): Promise<{ page: Page; problems: string[] }> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      locale: "en-GB",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const problems: string[] = [];
    page.on("pageerror", (e) => problems.push(e.message));
    page.on("console", (m) => {
      // A refused login is an answer 401, which the browser reports by itself.
      if (m.type() === "error" && !/status of 40[13]/.test(m.text())) problems.push(m.text());
    });
    page.on("request", (r) => {
      if (!r.url().startsWith(red.url)) problems.push(`asks for ${r.url()}`);
    });
    await page.goto(`${red.url}/twin`);
    return { page, problems };
  }

  async function login(page: Page, user: string, password = `${user}-secret`): Promise<void> {
    await page.getByLabel("User name").fill(user);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  }

  async function shot(page: Page, name: string): Promise<void> {
    if (!process.env.SHOTS) return;
    mkdirSync(process.env.SHOTS, { recursive: true });
    await page.waitForTimeout(3000);
    await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) });
  }

  it("asks for a login, shows the twins and one twin, and lets advice be accepted", async () => {
    const { page, problems } = await open("light");
    await page.getByRole("button", { name: "Log in" }).waitFor();
    assert.ok(!(await page.textContent("body"))!.includes("plant1"), "nothing of the plant before the login");
    await login(page, "boss", "wrong");
    await page.getByText("Name or password is not right.").waitFor();
    await login(page, "boss");
    const row = page.getByRole("button", { name: "plant1:pump-1" });
    await row.waitFor();
    await shot(page, "live-overview-light");
    await row.click();
    await page.getByText(/^SIMULATED/).waitFor();
    await page.locator(".mimic .value", { hasText: "m³/h" }).waitFor();
    await page.locator(".tile", { hasText: /^NPSH margin-?[\d.]+ m$/ }).waitFor();
    await page.locator('.chart[aria-label] path.line[d^="M"]').first().waitFor({ state: "attached" });
    const revision = async () => Number(/revision (\d+)/.exec((await page.textContent("main"))!)?.[1]);
    const before = await revision();
    await page.waitForFunction((r) => Number(/revision (\d+)/.exec(document.body.textContent)?.[1]) > r, before);

    const token = await page.evaluate(() => JSON.parse(localStorage.getItem("auth-tokens-admin")!).access_token);
    const asked = await fetch(`${red.url}/twin/api/actions`, {
      method: "POST",
      headers: { "content-type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ action: "command", id: "plant1:pump-1", signal: "speed", value: 1410 }),
    });
    assert.equal(asked.status, 200);
    await page.locator(".advice").getByText("1410").first().waitFor();
    await shot(page, "live-page-light");
    await page.getByRole("button", { name: "Accept" }).first().click();
    await page.locator(".answer").waitFor();
    await page.locator(".log").getByText("verified:").first().waitFor();
    assert.deepEqual(problems, []);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    assert.ok(!(await page.textContent("main"))!.includes("plant1"));
    await page.context().close();
  });

  it("tells a reader that acting is not allowed, and goes on showing", async () => {
    const { page, problems } = await open("dark", 390);
    await login(page, "reader");
    await page.getByRole("button", { name: "plant1:pump-1" }).click();
    await page.getByRole("button", { name: "Maintenance done" }).click();
    await page.getByRole("button", { name: "Yes, it was" }).click();
    await page.locator(".answer", { hasText: "may not" }).waitFor();
    await page.locator("h1", { hasText: "plant1:pump-1" }).waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the page is ${width} px wide on a screen of 390 px`);
    await shot(page, "live-page-phone-dark");
    assert.deepEqual(problems, []);
    await page.context().close();
  });

  /** Twins that the example does not have: the page reads these lines instead of the server's. */
  async function show(page: Page, twins: object[]): Promise<void> {
    const common = { store: "s", branch: "live", mimic: "generic", simulated: true, time: Date.now(), proposals: 0 };
    const quiet = { asset: "Fleet", state: "normal", severity: "none", health: 97, why: "", rul: null, notGood: 0 };
    const lines = twins.map((twin) => ({ type: "twin", twin: { ...common, ...quiet, ...twin } }));
    await page.route("**/twin/api/stream", (route) =>
      route.fulfill({ body: `${[{ type: "hello" }, ...lines].map((line) => JSON.stringify(line)).join("\n")}\n` }),
    );
  }

  it("shows the state of every twin on a phone, whatever the length of the texts", async () => {
    const { page, problems } = await open("light", 390);
    await show(page, [
      {
        id: "site-north:turbofan-engine-55",
        asset: "Turbofan engine, fleet model",
        why: "Temperature behind the low-pressure turbine far above its start",
        state: "latched",
        severity: "warning",
        rul: { unit: "cycles", p05: 102.4, p50: 112.6, p95: 1243.8 },
      },
      { id: "pump-1", state: "active", severity: "alarm", rul: { unit: "h", p05: 1, p50: 4.2, p95: null } },
      { id: "pump-2", simulated: false, time: Date.now() - 5_400_000 },
    ]);
    await login(page, "reader");
    await page.getByRole("button", { name: "site-north:turbofan-engine-55" }).waitFor();
    const rows = page.locator(".twins tbody tr");
    assert.equal(await rows.count(), 3);
    for (const cell of await rows.locator("td:not(:empty)").all()) {
      const box = await cell.boundingBox();
      // A cell that is squeezed writes one letter per line.
      const inside = box && box.x >= 0 && box.x + box.width <= 390 && box.height < 100;
      assert.ok(inside, `${await cell.textContent()} reaches from ${box?.x} px over ${box?.width} × ${box?.height} px`);
    }
    for (const word of ["over, not acknowledged", "ALARM", "no data for"])
      assert.ok(await rows.locator(".state", { hasText: word }).isVisible(), word);
    const bar = await page.locator("#bar").boundingBox();
    assert.ok(bar!.height < 60, `the header's words stay on one line: ${bar!.height} px`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the list is ${width} px wide on a screen of 390 px`);
    await shot(page, "live-overview-phone-light");
    await page.setViewportSize({ width: 1280, height: 900 });
    await shot(page, "live-overview-1280-light");
    assert.deepEqual(problems, []);
    await page.context().close();
  });

  it("ranks and colours a twin by its remaining life too", async () => {
    const { page } = await open("light");
    const life = { unit: "cycles", p05: 0, p50: 0.662, p95: 7.7 };
    await show(page, [
      { id: "engine-1", rul: { ...life, p50: 90, severity: "none" } },
      { id: "engine-2", state: "active", severity: "warning" },
      { id: "engine-3", state: "unknown", health: null, rul: { ...life, severity: "alarm" } },
      {
        id: "engine-4",
        state: "unknown",
        health: null,
        rul: { ...life, p05: 80.3, p50: 98.46, p95: 120.7, severity: "none" },
      },
      { id: "engine-5", state: "unknown", health: null },
    ]);
    await login(page, "reader");
    const rows = page.locator(".twins tbody tr");
    await rows.nth(4).waitFor();
    assert.deepEqual(
      await rows.locator(".link").allTextContents(),
      [3, 2, 1, 4, 5].map((i) => `engine-${i}`),
    );
    const words = await rows.locator(".state").allTextContents();
    assert.deepEqual(words.slice(3), ["○ life is watched", "? not watched"]);
    // Nobody knows the hundredths of a life.
    assert.equal(await rows.nth(0).locator(".number").last().textContent(), "0.7 cycles (0–7.7)");
    assert.equal(await rows.nth(3).locator(".number").last().textContent(), "98 cycles (80–121)");
    assert.equal(await rows.first().getAttribute("class"), "alarm");
    assert.equal(await rows.first().locator(".state").textContent(), "■ ALARM");
    await page.context().close();
  });

  it("says of a recording that it is one, and nothing of a health that nobody knows", async () => {
    const { page, problems } = await open("light", 390);
    const id = "engine-7";
    const branch = "replay:rec";
    const twin = {
      v: 1,
      id,
      branch,
      rev: 3,
      time: 1_200_000_000_000,
      values: { t24: 643.9 },
      updated: [],
      simulated: true,
    };
    const detail = {
      ...{ store: "s", branch, id, asset: "Engine", mimic: "generic", simulated: true, time: twin.time },
      ...{ state: "unknown", severity: "none", health: null, why: "", rul: null, notGood: 0 },
      ...{ twin, proposals: [], events: [], audits: [], quantities: [], spectra: 0, failure: null },
      signals: [{ name: "t24", label: "Outlet", unit: "°R", component: "", normal: null }],
    };
    await page.route("**/twin/api/stream?*", (route) =>
      route.fulfill({
        body: `${JSON.stringify({ type: "hello" })}\n${JSON.stringify({ type: "twin", twin: detail })}\n`,
      }),
    );
    await login(page, "reader");
    await page.getByRole("button", { name: "plant1:pump-1" }).waitFor();
    await page.goto(`${red.url}/twin#${new URLSearchParams({ branch, id })}`);
    await page.locator(".banner", { hasText: "RECORDED: these data are played back" }).waitFor();
    assert.doesNotMatch((await page.locator(".banner").textContent())!, /SIMULATED/);
    assert.ok(await page.locator(".health").isHidden());
    assert.ok(await page.locator(".spectrum").isHidden());
    const y = async (of: string) => (await page.locator(of).first().boundingBox())!.y;
    // On a phone what says nothing comes after the machine.
    assert.ok((await y(".tile")) < (await y('.side > [data-state=""]')), "no advice is below the machine");
    assert.deepEqual(
      problems.filter((p) => !/status of 404/.test(p)),
      [],
    );
    await page.context().close();
  });

  it("opens the twin of its address, in the dark theme, and says when the connection is lost", async () => {
    const { page } = await open("dark");
    await login(page, "boss");
    await page.getByRole("button", { name: "plant1:pump-1" }).waitFor();
    await page.goto(`${red.url}/twin${PUMP}`);
    await page.reload();
    await page.locator(".mimic .value", { hasText: "m³/h" }).waitFor();
    await shot(page, "live-page-dark");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.getByRole("button", { name: "Light or dark" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    assert.ok(await page.locator("#lost").isHidden());
    await red.stop(); // hangs until the timeout if the open stream held Node-RED up
    await page.getByText(/^Connection lost since/).waitFor();
    await page.context().close();
  });
});
