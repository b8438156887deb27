/** A worker for the test of `runInWorker`: the sum of an array. */
import { serve } from "../../src/lib/worker.ts";

serve<Float64Array, number>((job) => job.reduce((sum, x) => sum + x, 0));
