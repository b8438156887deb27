/** Trains a fleet model in a worker thread: `runInWorker(path of this module, job)`. Ends when its thread is terminated. */
import { serve } from "../../worker.ts";
import type { FleetModelJson } from "./model.ts";
import type { FleetTable } from "./table.ts";
import { type FleetOptions, type FleetProgress, trainFleet } from "./train.ts";

export interface TrainJob {
  table: FleetTable;
  options: FleetOptions;
}

serve<TrainJob, FleetModelJson, FleetProgress>(({ table, options }, progress) =>
  trainFleet(table, options, progress).toJSON(),
);
