import assert from "node:assert/strict";
import { makeUserDir, removeUserDir, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

/**
 * Node-RED takes a string for the reason why a setting is wrong only from validators with two parameters (editor.js,
 * validateNodeProperty); from others a string counts as true, and the wrong setting is deployed without a word.
 */
describe("validators of all dialogs", function () {
  this.timeout(120_000);

  it("have the two parameters without which Node-RED does not listen to them", async function () {
    if (!browserAvailable()) return this.skip();
    const red = await startRed({ userDir: makeUserDir(), flows: [] });
    const browser = await launch();
    try {
      const editor = await Editor.open(browser, red.url);
      const found = await editor.page.evaluate(() => {
        // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
        const { nodes } = (globalThis as any).RED;
        const types: string[] = nodes.registry.getNodeTypes().filter((t: string) => t.startsWith("twin-"));
        return types.flatMap((type) =>
          Object.entries<{ validate?: { length: number } }>(nodes.getType(type).defaults)
            .filter(([, d]) => d.validate)
            .map(([key, d]) => ({ setting: `${type}.${key}`, parameters: d.validate!.length })),
        );
      });
      assert.ok(found.length > 30, `found ${found.length} validators`);
      assert.deepEqual(
        found.filter((f) => f.parameters !== 2),
        [],
      );
    } finally {
      await browser.close();
      await red.stop();
      removeUserDir(red.userDir);
    }
  });
});
