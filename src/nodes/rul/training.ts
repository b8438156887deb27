/** Trains the fleet model in a worker thread, one training at a time. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { FleetModel, type FleetModelJson } from "../../lib/rul/fleet/model.ts";
import type { FleetUnit } from "../../lib/rul/fleet/table.ts";
import type { FleetProgress } from "../../lib/rul/fleet/train.ts";
import type { CsvJob, TableJob, TrainJob } from "../../lib/rul/fleet/train-worker.ts";
import { type Teaching, unitOf } from "../../lib/rul/library.ts";
import { runInWorker } from "../../lib/worker.ts";

const WORKER = join(__dirname, "..", "..", "lib", "rul", "fleet", "train-worker.js");

/** A CSV, or recorded lives. */
export type TrainSource = CsvJob | Teaching;

export class Training {
  /** 0 … 1 while a training runs, else undefined. */
  done: number | undefined;
  #stop: AbortController | undefined;

  get running(): boolean {
    return this.#stop !== undefined;
  }

  /**
   * Node-RED has its turn between lives, which are handed over without being copied.
   * @param progress is called with every step
   * @throws TwinError what the trainer says, `E_STOPPED` when it was stopped
   */
  async run(source: TrainSource, progress: () => void): Promise<FleetModel> {
    const stop = new AbortController();
    this.#stop = stop;
    this.done = 0;
    try {
      const job = "csv" in source ? source : await tableJob(source);
      const json = await runInWorker<TrainJob, FleetModelJson, FleetProgress>(WORKER, job, {
        signal: stop.signal,
        transfer: "table" in job ? job.table.units.flatMap(buffersOf) : [],
        onProgress: ({ done }) => {
          this.done = done;
          progress();
        },
      });
      return FleetModel.fromJSON(json);
    } finally {
      if (this.#stop === stop) this.#stop = undefined;
      this.done = undefined;
    }
  }

  stop(): void {
    this.#stop?.abort();
  }
}

const buffersOf = ({ time, values }: FleetUnit) => [time.buffer, values.buffer] as ArrayBuffer[];

async function tableJob({ signals, failures }: Teaching): Promise<TableJob> {
  const units: FleetUnit[] = [];
  for (const [i, failure] of failures.entries()) {
    units.push(unitOf(failure, i, signals));
    await setImmediate();
  }
  return { table: { signals, units }, options: { unitColumn: "unit", timeColumn: "age" } };
}
