/** Inputs that hardly moved in the data of a calibration: what depends on their movement cannot be told from these data. */
import type { Asset } from "../../twin/asset.ts";
import type { CalibrationData } from "./data.ts";

/** An input whose middle 90 % span less than this share of its normal range, or of its size, rests. */
const SHARE = 0.1;

/**
 * @param inputs names of the columns of `data.inputs`
 * @param fromModel from the model's units to the asset's, per name
 */
export function restingInputs(
  data: CalibrationData,
  inputs: readonly string[],
  asset: Pick<Asset, "signals">,
  fromModel: ReadonlyMap<string, (value: number) => number>,
): string[] {
  return inputs.filter((name, column) => {
    const convert = fromModel.get(name) ?? ((x: number) => x);
    const values: number[] = [];
    for (let i = column; i < data.inputs.length; i += inputs.length)
      if (!Number.isNaN(data.inputs[i])) values.push(convert(data.inputs[i]!));
    values.sort((a, b) => a - b);
    const at = (share: number) => values[Math.floor(share * (values.length - 1))] ?? 0;
    const [low, high] = asset.signals.get(name)?.normal ?? [Number.NaN, Number.NaN];
    const size = high - low > 0 ? high - low : Math.abs(at(0.5));
    return at(0.95) - at(0.05) < SHARE * size || values.length === 0;
  });
}
