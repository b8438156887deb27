/** Trains the fleet model in a worker thread, one training at a time. */
import { join } from "node:path";
import { FleetModel, type FleetModelJson } from "../../lib/rul/fleet/model.ts";
import type { FleetProgress } from "../../lib/rul/fleet/train.ts";
import type { TrainJob } from "../../lib/rul/fleet/train-worker.ts";
import { runInWorker } from "../../lib/worker.ts";

const WORKER = join(__dirname, "..", "..", "lib", "rul", "fleet", "train-worker.js");

export class Training {
  /** 0 … 1 while a training runs, else undefined. */
  done: number | undefined;
  #stop: AbortController | undefined;

  get running(): boolean {
    return this.#stop !== undefined;
  }

  /**
   * @param progress is called with every step
   * @throws TwinError what the trainer says, `E_STOPPED` when it was stopped
   */
  async run(job: TrainJob, progress: () => void): Promise<FleetModel> {
    const stop = new AbortController();
    this.#stop = stop;
    this.done = 0;
    try {
      const json = await runInWorker<TrainJob, FleetModelJson, FleetProgress>(WORKER, job, {
        signal: stop.signal,
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
