/** A calibration's result in the units that people read: what a twin keeps of it and a dialog shows. */
import type { PhysicsSettings } from "../settings.ts";
import type { CalibrationResult } from "./calibrate.ts";

/** As CalibrationResult: parameters in their own units, residuals in those of the asset; without the correction itself. */
export type CalibrationReport = Omit<CalibrationResult, "correction">;

export function reportOf(result: CalibrationResult, settings: PhysicsSettings): CalibrationReport {
  const { correction: _, ...rest } = result;
  const ports = settings.equations?.ports;
  const own = (name: string, value: number | null) =>
    value === null ? null : (ports?.get(name)?.fromSi(value) ?? value);
  const scale = (signal: string) => {
    const convert = settings.fromModel.get(signal);
    return convert ? Math.abs(convert(1) - convert(0)) : 1;
  };
  return {
    ...rest,
    parameters: result.parameters.map((p) => ({
      ...p,
      value: own(p.name, p.value)!,
      before: own(p.name, p.before)!,
      low: own(p.name, p.low),
      high: own(p.name, p.high),
    })),
    outputs: result.outputs.map((o) => {
      const k = scale(o.signal);
      return {
        signal: o.signal,
        noise: k * o.noise,
        before: k * o.before,
        after: k * o.after,
        heldOutBefore: k * o.heldOutBefore,
        heldOutAfter: k * o.heldOutAfter,
      };
    }),
    curves: Object.fromEntries(
      Object.entries(result.curves).map(([signal, { time, before, after }]) => {
        const k = scale(signal);
        const scaled = (values: number[]) => (k === 1 ? values : values.map((x) => Number((k * x).toPrecision(5))));
        return [signal, { time, before: scaled(before), after: scaled(after) }];
      }),
    ),
  };
}
