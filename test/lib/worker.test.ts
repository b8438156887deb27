import assert from "node:assert/strict";
import { join } from "node:path";
import { runInWorker } from "../../src/lib/worker.ts";

const SQUARE = join(import.meta.dirname, "square-worker.ts");

describe("runInWorker", () => {
  it("gives the result, and progress before it", async () => {
    const seen: number[] = [];
    assert.equal(await runInWorker<number, number>(SQUARE, 7, { onProgress: (p) => seen.push(p) }), 49);
    assert.deepEqual(seen, [0.5]);
  });

  it("passes an error on with its code", async () => {
    await assert.rejects(runInWorker(SQUARE, -1), { code: "E_NEGATIVE", message: "The job is negative." });
  });

  it("stops a job that would never end", async () => {
    await assert.rejects(runInWorker(SQUARE, 0, { signal: AbortSignal.timeout(300) }), { code: "E_STOPPED" });
  });

  it("says so when the thread dies", async () => {
    await assert.rejects(runInWorker(join(import.meta.dirname, "no-such-worker.ts"), 1));
  });
});
