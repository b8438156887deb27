import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { packageName, type Red, root, startRed } from "../nodes/harness.ts";

const types = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))["node-red"].nodes);

/** What Manage palette → Install → upload does: the packed tarball goes to a Node-RED that has never seen the package. */
describe("the packed package, uploaded into a clean Node-RED", () => {
  const folder = mkdtempSync(join(tmpdir(), "twinwire-pack-"));
  let tarball: string;

  before(function () {
    this.timeout(120_000);
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
    tarball = join(folder, readdirSync(folder).find((f) => f.endsWith(".tgz"))!);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const version of ["5", "4"] as const)
    it(`loads every node in Node-RED ${version}`, async function () {
      this.timeout(240_000);
      const userDir = mkdtempSync(join(tmpdir(), "twinwire-clean-"));
      const red: Red = await startRed({ version, userDir, settings: { editorTheme: { tours: false } } });
      try {
        const form = new FormData();
        form.append("tarball", new Blob([readFileSync(tarball)]), "twinwire.tgz");
        const answer = await fetch(`${red.url}/nodes`, { method: "POST", body: form });
        const text = await answer.text();
        assert.equal(answer.status, 200, `${text}\n${red.output()}`);
        const installed = JSON.parse(text);
        assert.equal(installed.name, packageName);
        const loaded = installed.nodes.flatMap((set: { err?: string; types: string[] }) => {
          assert.equal(set.err, undefined);
          return set.types;
        });
        assert.deepEqual(loaded.sort(), [...types].sort());
        // No compiler: nothing in the tree was built on this machine.
        const built = execFileSync("find", [
          join(userDir, "node_modules"),
          "-name",
          "*.node",
          "-path",
          "*build/Release*",
        ]);
        assert.equal(String(built), "");
        const page = await fetch(`${red.url}/twin`);
        assert.equal(page.status, 200);
        const { presets } = (await (await fetch(`${red.url}/twin/api/presets`)).json()) as { presets: object[] };
        assert.equal(presets.length, 14);
      } finally {
        await red.stop();
        rmSync(userDir, { recursive: true, force: true });
      }
    });
});
