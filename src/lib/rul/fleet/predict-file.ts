/** Predictions for a table of histories, as a table. */
import type { FleetModel } from "./model.ts";
import { type FleetEstimate, FleetPredictor } from "./predictor.ts";
import { readFleet } from "./read.ts";

export const PREDICTION_HEADER = "unit,time,pred,p05,p10,p50,p90,p95,unknown";

/** One line of the table of predictions. A quantile beyond the cap is written as the cap. */
export function predictionLine(
  unit: string,
  time: string,
  e: Pick<FleetEstimate, "mean" | "p05" | "p10" | "p50" | "p90" | "p95" | "unknown">,
): string {
  const numbers = [e.mean, e.p05, e.p10, e.p50, e.p90, e.p95].map((x) => Math.round(x * 1000) / 1000);
  return [cell(unit), cell(time), ...numbers, e.unknown ? 1 : 0].join(",");
}

const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * @param text CSV with header
 * @param options `all` predicts at every row instead of every unit's last
 * @throws TwinError `E_CSV` when a column that the model needs is missing
 */
export function predictFile(
  model: FleetModel,
  text: string,
  options: { unit: string; time: string; all: boolean },
): { csv: string; unreadable: number; units: number; unknown: number } {
  const { table, times, unreadable } = readFleet(text, { ...options, signals: model.signals });
  const width = model.signals.length;
  const lines = [PREDICTION_HEADER];
  let unknown = 0;
  table.units.forEach(({ id, time, values }, u) => {
    const predictor = new FleetPredictor(model);
    let last: FleetEstimate | undefined;
    for (let r = 0; r < time.length; r++) {
      predictor.update(time[r]!, values.subarray(r * width, (r + 1) * width));
      if (!options.all && r < time.length - 1) continue;
      last = predictor.estimate()!;
      lines.push(predictionLine(id, times[u]![r]!, last));
    }
    if (last?.unknown) unknown++;
  });
  return { csv: `${lines.join("\n")}\n`, unreadable, units: table.units.length, unknown };
}
