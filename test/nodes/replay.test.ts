import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "mocha";

async function replay(speed: number): Promise<{ sent: number; hashes: Record<string, string> }> {
  const { NODE_V8_COVERAGE: _coverage, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", join(import.meta.dirname, "replay-runner.ts"), String(speed)],
    { env },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

describe("the same recording, played twice", () => {
  it("gives byte-identical payloads and envelopes from every node, whatever the speed", async function () {
    this.timeout(300_000);
    const [a, b] = [await replay(2_000_000), await replay(3_000_000)];
    assert.ok(a.sent > 60_000, `${a.sent} messages`);
    for (const type of ["twin-machine", "twin-ingest", "twin-state", "twin-anomaly"]) assert.ok(a.hashes[type], type);
    assert.deepEqual(a, b);
    console.log(`    ${a.sent} messages alike`);
  });
});
