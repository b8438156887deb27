/** The parameters of a preset that are worth tracking, as rows of the estimator's settings. */
import type { EstimateConfig } from "../estimators/settings.ts";
import type { Preset } from "./preset.ts";

/** Percent of the value (of 1 where it is 0), at the start and per √hour; bounds in the parameter's unit. */
export function driftingRows(preset: Preset): NonNullable<EstimateConfig["drifting"]> {
  return preset.drifting.map(({ parameter, sd, perDay }) => {
    const { value, low, high } = preset.parameters.find((p) => p.name === parameter)!;
    const percent = 100 / (Math.abs(value) || 1);
    return {
      name: parameter,
      startSd: percent * sd,
      driftSd: (percent * perDay) / Math.sqrt(24),
      ...(low !== undefined && { low }),
      ...(high !== undefined && { high }),
    };
  });
}
