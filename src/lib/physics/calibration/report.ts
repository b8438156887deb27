/** A calibration's result in the units that people read: what a twin keeps of it and a dialog shows. */
import type { Asset } from "../../twin/asset.ts";
import { displayUnit } from "../../twin/units.ts";
import type { PhysicsConfig, PhysicsSettings } from "../settings.ts";
import type { CalibrationResult } from "./calibrate.ts";
import type { Doubt } from "./faults.ts";
import { sentences } from "./words.ts";

/** A name for people, and its unit as they write it; empty for none. */
interface Named {
  label: string;
  unit: string;
}

/** As CalibrationResult: parameters in their own units, residuals in those of the asset; without the correction itself. */
export type CalibrationReport = Omit<CalibrationResult, "correction" | "parameters" | "outputs"> & {
  parameters: (CalibrationResult["parameters"][number] & Named)[];
  outputs: (CalibrationResult["outputs"][number] & Named)[];
  /** What speaks against the stretch of time as data of a healthy machine. */
  doubts: Doubt[];
  /** All of it in plain words. */
  sentences: string[];
};

/** What a report needs beside the result. */
export interface ReportContext {
  asset: Pick<Asset, "signals">;
  config: PhysicsConfig;
  /** Inputs that hardly moved in the data. */
  resting: readonly string[];
  doubts: Doubt[];
}

export function reportOf(
  result: CalibrationResult,
  settings: PhysicsSettings,
  { asset, config, resting, doubts }: ReportContext,
): CalibrationReport {
  const { correction: _, ...rest } = result;
  const ports = settings.equations?.ports;
  const own = (name: string, value: number | null) =>
    value === null ? null : (ports?.get(name)?.fromSi(value) ?? value);
  const scale = (signal: string) => {
    const convert = settings.fromModel.get(signal);
    return convert ? Math.abs(convert(1) - convert(0)) : 1;
  };
  const parameters = result.parameters.map(({ bound, ...p }) => {
    const named = nameOf(p.name, settings, config);
    const limit = bound === undefined ? undefined : Number(own(p.name, bound)!.toPrecision(4));
    const said = limit === undefined ? p.reason : `${p.reason} The bound is ${`${limit} ${named.unit}`.trim()}.`;
    return {
      ...p,
      ...named,
      value: own(p.name, p.value)!,
      before: own(p.name, p.before)!,
      low: own(p.name, p.low),
      high: own(p.name, p.high),
      ...(said !== undefined && { reason: said }),
    };
  });
  const labels = new Map(parameters.map((p) => [p.name, p.label]));
  const speak = (sentence: string) => sentence.replace(/[A-Za-z_]\w*/g, (word) => labels.get(word) ?? word);
  const spoken = parameters.map((p) => (p.reason === undefined ? p : { ...p, reason: speak(p.reason) }));
  const reasons = new Set(result.parameters.flatMap((p) => p.reason ?? []));
  const report: CalibrationReport = {
    ...rest,
    parameters: spoken,
    outputs: result.outputs.map((o) => {
      const k = scale(o.signal);
      const signal = asset.signals.get(o.signal);
      return {
        signal: o.signal,
        label: signal?.label ?? o.signal,
        unit: displayUnit(signal?.unit ?? "1"),
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
    remarks: [
      ...spoken.flatMap((p) => p.reason ?? []),
      ...help(
        spoken,
        resting.map((name) => asset.signals.get(name)?.label ?? name),
      ),
      ...result.remarks.filter((remark) => !reasons.has(remark)),
    ],
    doubts,
    sentences: [],
  };
  report.sentences = sentences(report);
  return report;
}

/** What other data would tell what these could not. */
function help(parameters: readonly { identified: boolean }[], resting: readonly string[]): string[] {
  if (parameters.every((p) => p.identified)) return [];
  if (resting.length === 0)
    return ["What would help: a longer time with other working points and steps between them, or fewer parameters."];
  const list = resting.join(", ").replace(/, ([^,]*)$/, " and $1");
  return [
    `What would help: a time in which ${list} ${resting.length > 1 ? "move" : "moves"}; in these data ${resting.length > 1 ? "they" : "it"} hardly did.`,
  ];
}

/** The preset's words without what stands in brackets, and its unit; an own parameter is called as it was written. */
function nameOf(name: string, { preset, equations }: PhysicsSettings, config: PhysicsConfig): Named {
  const known = preset?.parameters.find((p) => p.name === name);
  if (known) return { label: known.label.replace(/ *\(.*\)$/, ""), unit: displayUnit(known.unit) };
  const typed = [...(config.parameters ?? []), ...(config.units ?? [])].find((row) => row?.name === name && row.unit);
  return { label: name, unit: typed?.unit ? displayUnit(typed.unit) : (equations?.inferred.get(name)?.display ?? "") };
}
