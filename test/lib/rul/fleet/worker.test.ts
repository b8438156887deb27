/** Training away from the main thread. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createRandom } from "../../../../src/lib/random.ts";
import { FleetModel, type FleetModelJson } from "../../../../src/lib/rul/fleet/model.ts";
import { type FleetProgress, trainFleet } from "../../../../src/lib/rul/fleet/train.ts";
import type { TableJob } from "../../../../src/lib/rul/fleet/train-worker.ts";
import { runInWorker } from "../../../../src/lib/worker.ts";

const MODULE = join(import.meta.dirname, "../../../../src/lib/rul/fleet/train-worker.ts");

function job(): TableJob {
  const random = createRandom("worker");
  const units = Array.from({ length: 8 }, (_, u) => {
    const life = 80 + 10 * u;
    const time = Float64Array.from({ length: life + 1 }, (_, t) => t);
    return { id: `m${u}`, time, values: time.map((t) => (t / life) ** 2 + 0.02 * random.normal()) };
  });
  return { table: { signals: ["heat"], units }, options: { seed: 5 } };
}

describe("training in a worker", () => {
  it("gives the same model as training here, with progress that only grows", async () => {
    const told: number[] = [];
    const json = await runInWorker<TableJob, FleetModelJson, FleetProgress>(MODULE, job(), {
      onProgress: ({ done }) => told.push(done),
    });
    const { table, options } = job();
    assert.equal(JSON.stringify(FleetModel.fromJSON(json)), JSON.stringify(trainFleet(table, options)));
    assert.equal(told[0], 0);
    assert.equal(told.at(-1), 1);
    assert.ok(told.length > 10);
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
    );
  });

  it("stops when asked, and says why it cannot learn", async () => {
    const stop = new AbortController();
    const running = runInWorker<TableJob, FleetModelJson, FleetProgress>(MODULE, job(), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(running, { code: "E_STOPPED" });
    const { table, options } = job();
    const two = { table: { ...table, units: table.units.slice(0, 2) }, options };
    await assert.rejects(runInWorker(MODULE, two), { code: "E_FEW_FAILURES", message: /at least 3 units/ });
  });
});
