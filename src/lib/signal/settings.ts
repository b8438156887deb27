/** The settings of a twin-spectrum node and an asset → what the analysis needs. */
import type { Asset } from "../twin/asset.ts";
import { describe, TwinError } from "../twin/envelope.ts";
import { compatible, converter, displayUnit, isUnit, parseUnit } from "../twin/units.ts";
import { BEARINGS, type FaultOrders, faultOrders } from "./bearings.ts";
import { FEATURES, type Feature } from "./feature-names.ts";
import type { FeatureSettings } from "./features.ts";
import { MACHINE_CLASSES } from "./severity.ts";

/** As the dialog stores it; numbers may arrive as text, empty means the default. */
export interface SpectrumConfig {
  version: 1;
  name: string;
  asset: string;
  /** Waveforms from messages, or blocks of a signal's samples. */
  source: "waveform" | "samples";
  /** Name of the waveform (empty: every one), or of the signal. */
  signal: string;
  /** UCUM unit of a waveform that is no signal of the asset. */
  unit: string;
  /** Signal with the speed of the shaft; empty: `rpm` of the waveform, else the fixed speed. */
  speedSignal: string;
  rpm: number | string;
  /** Id of a machine class, `own` or empty. */
  machineClass: string;
  limits: (number | string)[];
  /** Name of a bearing, `own` or empty. */
  bearing: string;
  elements: number | string;
  elementDiameter: number | string;
  pitchDiameter: number | string;
  contactAngle: number | string;
  /** Feature → signal of the asset. */
  mapping: { feature?: unknown; signal?: unknown }[];
  length: number | string;
  overlap: number | string;
  fs: number | string;
  bandLow: number | string;
  bandHigh: number | string;
}

export interface SpectrumSettings extends FeatureSettings {
  source: "waveform" | "samples";
  signal: string;
  speedSignal: string;
  /** Speed in the speed signal's unit → 1/min. */
  toRpm: (value: number) => number;
  rpm: number | undefined;
  length: number;
  overlap: number;
  fs: number | undefined;
  /** What each mapped feature becomes. */
  mapping: { feature: Feature; signal: string; convert: (value: number) => number }[];
}

export const DEFAULTS = { unit: "m/s2", length: 4096, overlap: 50 } as const;

/** @throws TwinError `E_SPECTRUM` with a sentence that says what to change */
export function readSpectrum(config: SpectrumConfig, asset: Pick<Asset, "signals" | "name">): SpectrumSettings {
  const own = config.signal ? asset.signals.get(config.signal) : undefined;
  if (config.source === "samples" && !own)
    wrong(`The signal ${describe(config.signal)} is not a signal of the asset: choose one.`);
  const unit = own?.unit ?? readUnit(config.unit || DEFAULTS.unit);
  const speed = config.speedSignal ? asset.signals.get(config.speedSignal) : undefined;
  if (config.speedSignal && !speed)
    wrong(`The speed signal ${describe(config.speedSignal)} is not a signal of the asset: choose one.`);
  const rpm = optional(config.rpm, "The speed", 0.1, 1e6);
  const bearing = readBearing(config);
  const limits = readZones(config);
  const low = optional(config.bandLow, "The lower end of the band", 0, 1e7);
  const high = optional(config.bandHigh, "The upper end of the band", 0, 1e7);
  if (low !== undefined && high !== undefined && low >= high)
    wrong("The band's lower end must be below its upper end.");
  const length = optional(config.length, "Samples per block", 64, 65_536) ?? DEFAULTS.length;
  return {
    source: config.source,
    signal: config.signal,
    unit,
    speedSignal: config.speedSignal,
    toRpm: speed ? speedConverter(config.speedSignal, speed.unit) : (v) => v,
    rpm,
    length: 2 ** Math.round(Math.log2(length)),
    overlap: (optional(config.overlap, "The overlap", 0, 90) ?? DEFAULTS.overlap) / 100,
    fs: optional(config.fs, "Samples per second", 1e-6, 1e8),
    mapping: readMapping(config, asset, unit),
    ...(bearing && { bearing }),
    ...(limits && { limits }),
    ...((low !== undefined || high !== undefined) && { band: [low ?? 0, high ?? 1e9] as const }),
  };
}

function wrong(sentence: string): never {
  throw new TwinError("E_SPECTRUM", sentence);
}

function readUnit(text: string): string {
  const unit = parseUnit(text);
  return isUnit(unit) ? unit.code : wrong(`The unit of the waveform: ${unit.problem}`);
}

/** A speed without a unit, or in 1/min, is rpm already. */
function speedConverter(name: string, unit: string): (v: number) => number {
  if (unit === "1") return (v) => v;
  // Radians have no dimension: rad/s would otherwise pass for turns per second.
  if (unit.startsWith("rad") && compatible(unit, "rad/s")) {
    const toSi = converter(unit, "rad/s");
    return (v) => (toSi(v) * 60) / (2 * Math.PI);
  }
  if (compatible(unit, "/min")) return converter(unit, "/min");
  return wrong(
    `The speed signal ${name} is in ${displayUnit(unit)}: it must be a speed of rotation such as rpm or Hz.`,
  );
}

function readBearing(config: SpectrumConfig): FaultOrders | undefined {
  if (!config.bearing) return undefined;
  if (config.bearing !== "own") {
    const known = BEARINGS.find((b) => b.name === config.bearing);
    return known
      ? faultOrders(known)
      : wrong(`The bearing ${describe(config.bearing)} is not in the table: choose one, or enter its geometry.`);
  }
  try {
    return faultOrders({
      elements: optional(config.elements, "The number of rolling elements", 3, 200) ?? Number.NaN,
      elementDiameter: optional(config.elementDiameter, "The diameter of a rolling element", 0.01, 1e4) ?? Number.NaN,
      pitchDiameter: optional(config.pitchDiameter, "The pitch diameter", 0.01, 1e5) ?? Number.NaN,
      contactAngle: optional(config.contactAngle, "The contact angle", 0, 89) ?? 0,
    });
  } catch (error) {
    return wrong((error as Error).message);
  }
}

function readZones(config: SpectrumConfig): [number, number, number] | undefined {
  if (!config.machineClass) return undefined;
  if (config.machineClass !== "own") {
    const known = MACHINE_CLASSES.find((c) => c.id === config.machineClass);
    return known
      ? [...known.limits]
      : wrong(`The machine class ${describe(config.machineClass)} does not exist: choose another one.`);
  }
  const [a, b, c] = [0, 1, 2].map((i) => optional(config.limits[i], "A limit between zones", 0, 1e4) ?? Number.NaN);
  if (!(a! < b! && b! < c!)) wrong("The limits between the zones must be three rising numbers in mm/s.");
  return [a!, b!, c!];
}

/** Rows of the table; signals that are named like a feature need none. */
function readMapping(config: SpectrumConfig, asset: Pick<Asset, "signals">, unit: string): SpectrumSettings["mapping"] {
  const rows = config.mapping.filter((row) => row?.feature || row?.signal);
  const chosen = new Map<string, Feature>();
  for (const { feature, signal } of rows) {
    if (!Object.hasOwn(FEATURES, String(feature)))
      wrong(`The feature ${describe(feature)} does not exist: choose one of the list.`);
    if (!asset.signals.has(String(signal)))
      wrong(
        `The feature ${feature} goes to ${describe(signal)}, which is not a signal of the asset: choose one, or add it there.`,
      );
    chosen.set(String(signal), feature as Feature);
  }
  if (rows.length === 0)
    for (const name of asset.signals.keys()) if (Object.hasOwn(FEATURES, name)) chosen.set(name, name as Feature);
  return Array.from(chosen, ([signal, feature]) => {
    const from = FEATURES[feature] === "wave" ? unit : FEATURES[feature];
    const to = asset.signals.get(signal)!.unit;
    if (from === to || (from === "1" && to === "1")) return { feature, signal, convert: (v: number) => v };
    if (!compatible(from, to))
      wrong(
        `The feature ${feature} is in ${displayUnit(from)}, but the signal ${signal} is in ${displayUnit(to) || "no unit"}: correct the unit in the asset.`,
      );
    return { feature, signal, convert: converter(from, to) };
  });
}

function optional(x: unknown, label: string, low: number, high: number): number | undefined {
  if (x === undefined || x === null || x === "") return undefined;
  const value = typeof x === "string" ? Number(x.replace(",", ".")) : Number(x);
  if (!(value >= low && value <= high)) wrong(`${label} is ${describe(x)}: enter a number from ${low} to ${high}.`);
  return value;
}
