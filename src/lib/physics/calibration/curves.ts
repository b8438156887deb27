/** Residuals before and after a calibration, thinned for a plot. */
import type { CalibrationData } from "./data.ts";

/** Per signal: source times in milliseconds, and measured minus expected before and after, in the model's unit. */
export type Curves = Record<string, { time: number[]; before: number[]; after: number[] }>;

const POINTS = 500;

export function curvesOf(
  signals: readonly string[],
  data: CalibrationData,
  before: Float64Array,
  after: Float64Array,
): Curves {
  const width = signals.length;
  return Object.fromEntries(
    signals.map((signal, output) => {
      const rows: number[] = [];
      for (let k = 0; k < data.time.length; k++) {
        const i = k * width + output;
        if (Number.isFinite(data.outputs[i]! - before[i]! - after[i]!)) rows.push(k);
      }
      const curve = { time: [] as number[], before: [] as number[], after: [] as number[] };
      const buckets = Math.min(POINTS, rows.length);
      for (let b = 0; b < buckets; b++) {
        // One row of every bucket, so that the plot shows noise as noise and not as its mean.
        const k = rows[Math.floor(((b + 0.5) * rows.length) / buckets)]!;
        const i = k * width + output;
        curve.time.push(data.time[k]!);
        curve.before.push(round(data.outputs[i]! - before[i]!));
        curve.after.push(round(data.outputs[i]! - after[i]!));
      }
      return [signal, curve];
    }),
  );
}

const round = (x: number): number => Number(x.toPrecision(5)) + 0;
