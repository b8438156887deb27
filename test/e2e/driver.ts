/** Drives a real Node-RED editor in Debian's Chromium: palette, dialogs, imports, deploy, pictures. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { packageName } from "../nodes/harness.ts";

const executable = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path && existsSync(path));

/** True when there is a browser. In CI a missing browser is a failure, elsewhere the tests are skipped with a sentence. */
export function browserAvailable(): boolean {
  if (executable) return true;
  if (process.env.CI) throw new Error("No Chromium found: install the Debian package chromium.");
  console.log("    Skipped: the browser tests need Chromium (on Debian: apt-get install chromium).");
  return false;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
}

export interface EditorNodeState {
  [key: string]: unknown;
  changed?: boolean;
}

/** One editor window. */
export class Editor {
  readonly page: Page;
  readonly errors: string[] = [];

  constructor(page: Page, url: string) {
    this.page = page;
    page.on("pageerror", (e) => {
      // On a busy computer the editor's tips of the day can come before the box that shows them.
      if (!(/reading 'html'/.test(e.message) && /red\.min\.js/.test(e.stack ?? ""))) this.errors.push(e.message);
    });
    page.on("console", (m) => {
      if (m.type() === "error" && m.location().url.startsWith(url))
        this.errors.push(`${m.text()} (${m.location().url})`);
    });
  }

  static async open(browser: Browser, url: string, theme: "light" | "dark" = "light"): Promise<Editor> {
    const context: BrowserContext = await browser.newContext({
      viewport: { width: 1500, height: 950 },
      locale: "en-US",
      colorScheme: theme,
    });
    const page = await context.newPage();
    // Nothing may leave the machine: the editor's own look-ups on the internet are cut off.
    await page.route(
      (u) => u.hostname !== "127.0.0.1",
      (r) => r.abort(),
    );
    const editor = new Editor(page, url);
    await page.goto(`${url}/`);
    await editor.ready();
    // Node-RED 4 has no dark theme of its own; there the class means nothing.
    if (theme === "dark") await page.evaluate(() => document.documentElement.classList.add("nr-theme-dark"));
    return editor;
  }

  async ready(): Promise<void> {
    await this.page
      .locator('[data-palette-type="twin-ingest"]')
      .first()
      .waitFor({ state: "attached", timeout: 60_000 });
    await this.page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Drags a node from the palette to a place in the workspace and returns its id. */
  async drag(type: string, x: number, y: number): Promise<string> {
    const before = await this.ids(type);
    const source = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`).first();
    await source.scrollIntoViewIfNeeded();
    const from = (await source.boundingBox())!;
    const chart = (await this.page.locator("#red-ui-workspace-chart").boundingBox())!;
    const { mouse } = this.page;
    await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await mouse.down();
    await mouse.move(chart.x + x - 60, chart.y + y - 20, { steps: 5 });
    await mouse.move(chart.x + x, chart.y + y, { steps: 5 });
    await mouse.up();
    await this.page.waitForTimeout(150);
    const added = (await this.ids(type)).filter((id) => !before.includes(id));
    assert.equal(added.length, 1, `dragging ${type} adds one node`);
    return added[0]!;
  }

  ids(type: string): Promise<string[]> {
    return this.page.evaluate((t) => {
      const ids: string[] = [];
      const collect = (n: { type: string; id: string }) => {
        if (n.type === t) ids.push(n.id);
      };
      // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
      const red = (globalThis as any).RED;
      red.nodes.eachNode(collect);
      red.nodes.eachConfig(collect);
      return ids;
    }, type);
  }

  /** A node as it would be exported, with the change dot, validity and the workspace's dirty mark beside it. */
  node(id: string): Promise<EditorNodeState> {
    return this.page.evaluate((nodeId) => {
      // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
      const red = (globalThis as any).RED;
      const n = red.nodes.node(nodeId);
      const exported = red.nodes.createExportableNodeSet([n]).find((e: { id: string }) => e.id === nodeId);
      return {
        ...JSON.parse(JSON.stringify(exported)),
        changed: !!n.changed,
        valid: n.valid,
        dirty: red.nodes.dirty(),
      };
    }, id);
  }

  /** Opens the edit dialog of a node or a config node. */
  async edit(id: string): Promise<void> {
    await this.page.evaluate((nodeId) => {
      // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
      const red = (globalThis as any).RED;
      const n = red.nodes.node(nodeId);
      if (n._def.category === "config") red.editor.editConfig("", n.type, nodeId);
      else red.editor.edit(n);
    }, id);
    await this.page.locator("#node-dialog-ok:visible, #node-config-dialog-ok:visible").first().waitFor();
    await this.page.waitForTimeout(500);
  }

  done(): Promise<void> {
    return this.closeDialog("#node-dialog-ok, #node-config-dialog-ok");
  }

  cancel(): Promise<void> {
    return this.closeDialog("#node-dialog-cancel, #node-config-dialog-cancel");
  }

  private async closeDialog(selector: string): Promise<void> {
    await this.page.locator(selector).locator("visible=true").last().click();
    await this.page
      .locator("#node-dialog-ok:visible, #node-config-dialog-ok:visible")
      .first()
      .waitFor({ state: "hidden" });
    await this.page.waitForTimeout(300);
  }

  undo(): Promise<void> {
    // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
    return this.page.evaluate(() => (globalThis as any).RED.history.pop());
  }

  async deploy(): Promise<void> {
    const answer = this.page.waitForResponse((r) => r.url().endsWith("/flows") && r.request().method() === "POST");
    // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
    await this.page.evaluate(() => (globalThis as any).RED.actions.invoke("core:deploy-flows"));
    // Nodes that are not configured yet: the editor asks whether to deploy all the same.
    const confirm = this.page.locator(".red-ui-notification button.primary").last();
    await Promise.race([answer, confirm.waitFor().then(() => confirm.click())]).catch(() => {});
    assert.equal((await answer).status(), 200);
    await this.page.waitForTimeout(300);
  }

  /** Import → Examples → our package → the example, as a person does it. */
  async importExample(title: string): Promise<void> {
    await this.page.keyboard.press("Control+i");
    await this.page.locator("#red-ui-tab-red-ui-clipboard-dialog-import-tab-examples").click();
    const list = this.page.locator("#red-ui-clipboard-dialog-import-tab-examples");
    await list.getByText(packageName, { exact: true }).click();
    const ok = this.page.locator("#red-ui-clipboard-dialog-ok");
    // While the list still unfolds a click may miss.
    for (let i = 0; i < 10 && !(await ok.isEnabled()); i++) {
      await list.getByText(title, { exact: true }).click();
      await this.page.waitForTimeout(200);
    }
    await ok.click();
    await this.page.waitForTimeout(800);
  }

  /** Pairs of nodes of the last tab that lie on each other, buttons beside them included. */
  async overlaps(): Promise<string[]> {
    // A node has a width once it was drawn.
    await this.page.evaluate(() => {
      // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
      const red = (globalThis as any).RED;
      red.workspaces.show(red.nodes.getWorkspaceOrder().at(-1));
    });
    await this.page.waitForTimeout(300);
    return this.page.evaluate(() => {
      // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
      const red = (globalThis as any).RED;
      const boxes: { name: string; left: number; right: number; top: number; bottom: number }[] = [];
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      red.nodes.eachNode((n: any) => {
        if (n.z !== red.workspaces.active()) return;
        const button = n._def.button ? 25 : 0;
        const atRight = n._def.align === "right";
        boxes.push({
          name: n.name || n.type,
          left: n.x - n.w / 2 - (atRight ? 0 : button),
          right: n.x + n.w / 2 + (atRight ? button : 0),
          top: n.y - n.h / 2,
          bottom: n.y + n.h / 2,
        });
      });
      if (boxes.length === 0 || boxes.some((b) => !Number.isFinite(b.right - b.left))) return ["nothing was drawn"];
      return boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          .map((b) => `${a.name} and ${b.name}`),
      );
    });
  }

  /** Status text under a node in the workspace. */
  status(id: string): Promise<string> {
    return this.page.evaluate(
      // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
      (nodeId) => String((globalThis as any).RED.nodes.node(nodeId)?.status?.text ?? ""),
      id,
    );
  }

  /** A picture for people, when the environment variable SHOTS names a folder. */
  async screenshot(name: string, selector?: string): Promise<void> {
    const folder = process.env.SHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    if (selector) await this.page.locator(selector).locator("visible=true").last().screenshot({ path });
    else await this.page.screenshot({ path });
  }
}
