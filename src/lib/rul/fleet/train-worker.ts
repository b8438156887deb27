/** Trains a fleet model in a worker thread: `runInWorker(path of this module, job)`. Ends when its thread is terminated. */
import { serve } from "../../worker.ts";
import { leaveAnswersOut } from "./answers.ts";
import type { FleetModelJson } from "./model.ts";
import { readFleet } from "./read.ts";
import type { FleetTable } from "./table.ts";
import { type FleetOptions, type FleetProgress, trainFleet } from "./train.ts";

/** Histories of machines that failed: as a table, or as the text of a CSV that is read here. */
export type TrainJob = TableJob | CsvJob;

export interface TableJob {
  table: FleetTable;
  options: FleetOptions;
}

export interface CsvJob {
  csv: string;
  columns: { unit: string; time: string };
}

serve<TrainJob, FleetModelJson, FleetProgress>((job, progress) => {
  if ("table" in job) return trainFleet(job.table, job.options, progress).toJSON();
  const { unit, time } = job.columns;
  const { table } = leaveAnswersOut(readFleet(job.csv, job.columns).table);
  return trainFleet(table, { unitColumn: unit, timeColumn: time }, progress).toJSON();
});
