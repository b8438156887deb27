import assert from "node:assert/strict";
import { join } from "node:path";
import { runInWorker } from "../../src/lib/worker.ts";

const SQUARE = join(import.meta.dirname, "square-worker.ts");
const SUM = join(import.meta.dirname, "sum-worker.ts");

describe("runInWorker", () => {
  it("gives the result, and progress before it", async () => {
    const seen: number[] = [];
    assert.equal(await runInWorker<number, number>(SQUARE, 7, { onProgress: (p) => seen.push(p) }), 49);
    assert.deepEqual(seen, [0.5]);
  });

  it("hands buffers over instead of copying them", async () => {
    const job = new Float64Array([1, 2, 3]);
    assert.equal(await runInWorker<Float64Array, number>(SUM, job, { transfer: [job.buffer] }), 6);
    assert.equal(job.length, 0, "it is not here any more");
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
