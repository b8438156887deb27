import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "mocha";

describe("malformed messages", () => {
  it("10 000 of them through every node: no crash, no unhandled rejection, each one answered once", async function () {
    this.timeout(300_000);
    const { NODE_V8_COVERAGE: _coverage, ...env } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        join(import.meta.dirname, "fuzz-runner.ts"),
        "10000",
        "20261124",
      ],
      { maxBuffer: 1 << 26, env },
    );
    const result = JSON.parse(stdout.trim().split("\n").at(-1)!);
    console.log(`    ${result.sent} sent, ${result.errors} answered with an error: ${JSON.stringify(result.byCode)}`);
    assert.deepEqual(result.faults, []);
    assert.equal(result.polluted, false);
    assert.deepEqual(result.silent, [], "every message is answered");
    assert.equal(result.twice, 0, "no message is answered twice");
    assert.equal(result.completed, 10_000);
    for (const type of ["ingest", "state", "physics", "anomaly", "rul", "command", "machine"])
      assert.ok(result.targets.includes(`twin-${type}`), `twin-${type} took part`);
    assert.ok(result.errors > 3000, "most of them are errors");
    for (const code of Object.keys(result.byCode)) assert.match(code, /^E_[A-Z_]+$/, "every error has a code of ours");
  });
});
