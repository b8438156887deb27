/** A calibration in a thread of its own: the model is compiled anew there, because functions do not travel. */
import { serve } from "../../worker.ts";
import { compileModel, type ModelSpec, withParameters } from "../model.ts";
import { type CalibrateOptions, type CalibrationResult, calibrate } from "./calibrate.ts";
import type { CalibrationData } from "./data.ts";

export interface CalibrationJob {
  spec: ModelSpec;
  /** Parameters that differ from the spec's: those of the present version. */
  values: Readonly<Record<string, number>>;
  data: CalibrationData;
  options: CalibrateOptions;
}

serve<CalibrationJob, CalibrationResult>(({ spec, values, data, options }, progress) =>
  calibrate(withParameters(compileModel(spec), values), data, options, progress),
);
