import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import type { Browser } from "playwright-core";
import { type Red, removeUserDir, root, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

const palette = ["ingest", "state", "physics", "anomaly", "rul", "command", "machine"].map((n) => `twin-${n}`);
const configs = ["twin-asset", "twin-store", "twin-mqtt"];
const example1 = "1 Start here pump station";
const example = (title: string): { id: string; type: string; z?: string }[] =>
  JSON.parse(readFileSync(join(root, "examples", `${title}.json`), "utf8"));
const titles = globSync("examples/*.json", { cwd: root })
  .map((f) => f.replace(/^examples.|\.json$/g, ""))
  .sort();

for (const version of ["5", "4"] as const)
  describe(`the editor of Node-RED ${version}`, function () {
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
      await editor?.close();
      await red?.stop();
      if (red) removeUserDir(red.userDir);
    });

    async function open(flows: object[], theme: "light" | "dark" = "light"): Promise<void> {
      red = await startRed({ version, flows });
      editor = await Editor.open(browser, red.url, theme);
    }

    it("every node can be dragged from the palette, and unconfigured says what to do next", async () => {
      await open([{ id: "e2e0a1b2c3d4e5f6", type: "tab", label: "empty" }]);
      const ids: Record<string, string> = {};
      for (const [i, type] of palette.entries())
        ids[type] = await editor.drag(type, 250 + (i % 3) * 260, 100 + Math.floor(i / 3) * 110);
      await editor.screenshot(`palette-${version}`);
      await editor.deploy();
      for (const type of palette.filter((t) => t !== "twin-machine")) {
        const text = await until(
          () => editor.status(ids[type]!),
          (t) => t !== "",
        );
        assert.match(text, /^\W.*(choose|set|add|enter|open)/, `${type} says what to do next, not "${text}"`);
      }
      assert.deepEqual(editor.errors, []);
    });

    it("a newly dropped node selects the only asset", async () => {
      await open(example(example1));
      const [asset] = await editor.ids("twin-asset");
      for (const [i, type] of palette.entries()) {
        const id = await editor.drag(type, 250 + (i % 3) * 260, 620 + Math.floor(i / 3) * 60);
        assert.equal((await editor.node(id)).asset, asset, type);
      }
    });

    it("Done untouched leaves no change, Cancel changes nothing: every dialog", async () => {
      await open(example(example1));
      for (const type of [...palette, ...configs]) {
        const [id] = await editor.ids(type);
        if (!id) continue; // twin-store and twin-mqtt are not in the first example: see the next test
        await checkDialog(type, id);
      }
      assert.deepEqual(editor.errors, []);
    });

    it("the dialogs of configuration nodes: store and broker", async () => {
      await open([
        { id: "e2e0a1b2c3d4e5f6", type: "tab", label: "empty" },
        {
          id: "e2e0a1b2c3d4e501",
          type: "twin-store",
          name: "my store",
          samplesPerSignal: 10_000,
          memory: 100,
          version: 1,
        },
        {
          id: "e2e0a1b2c3d4e502",
          type: "twin-mqtt",
          name: "plant",
          host: "127.0.0.1",
          port: 1,
          useTls: false,
          tls: "",
          protocol: "3.1.1",
          clientId: "",
          keepalive: 60,
          sessionExpiry: 86_400,
          version: 1,
        },
      ]);
      await checkDialog("twin-store", "e2e0a1b2c3d4e501");
      await checkDialog("twin-mqtt", "e2e0a1b2c3d4e502");
    });

    async function checkDialog(type: string, id: string): Promise<void> {
      const before = await editor.node(id);
      await editor.edit(id);
      await editor.screenshot(`dialog-${type}-${version}`, ".red-ui-tray");
      await editor.done();
      // A first Done may write defaults that an older or hand-written flow lacks; a second one must find nothing to do.
      const once = await editor.node(id);
      assert.equal(once.changed, before.changed, `${type}: Done untouched leaves no change dot`);
      const { page } = editor;
      await editor.edit(id);
      const fields = page.locator(
        ".red-ui-tray .red-ui-editor input[type=text]:visible, .red-ui-tray form input[type=text]:visible",
      );
      for (let i = 0; i < Math.min(3, await fields.count()); i++) await fields.nth(i).fill(`changed ${i}`);
      await editor.cancel();
      assert.deepEqual(await editor.node(id), once, `${type}: Cancel changes nothing`);
    }

    for (const title of titles)
      it(`imports and deploys the example "${title}"`, async () => {
        await open([{ id: "e2e0a1b2c3d4e5f6", type: "tab", label: "empty" }]);
        await editor.importExample(title);
        assert.deepEqual(await editor.overlaps(), [], "nodes lie on each other");
        await editor.deploy();
        const twins = await until(
          async () => (await (await fetch(`${red.url}/twin/api/twins`)).json()) as { twins: { id: string }[] },
          (answer) => answer.twins.length > 0,
        );
        assert.ok(twins.twins.length > 0, "alive after Deploy");
        const [anomaly] = await editor.ids("twin-anomaly");
        if (anomaly)
          await until(
            () => editor.status(anomaly),
            (t) => t !== "",
          );
        await editor.screenshot(`example-${title.slice(0, 1)}-${version}`);
        assert.deepEqual(editor.errors, []);
      });
  });

/** Asks again until the answer fits, for a minute; returns the last answer. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (let i = 0; ; i++) {
    const answer = await ask();
    if (fits(answer) || i >= 300) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
