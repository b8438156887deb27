import { DEFAULTS, type SpectrumConfig } from "../../lib/signal/settings.ts";

/** Brings a stored configuration to the present version. */
export function migrate(config: Partial<SpectrumConfig>): SpectrumConfig {
  return {
    version: 1,
    name: config.name ?? "",
    asset: config.asset ?? "",
    source: config.source === "samples" ? "samples" : "waveform",
    signal: config.signal ?? "",
    unit: config.unit || DEFAULTS.unit,
    speedSignal: config.speedSignal ?? "",
    rpm: config.rpm ?? "",
    machineClass: config.machineClass ?? "",
    limits: Array.isArray(config.limits) ? config.limits : [],
    bearing: config.bearing ?? "",
    elements: config.elements ?? "",
    elementDiameter: config.elementDiameter ?? "",
    pitchDiameter: config.pitchDiameter ?? "",
    contactAngle: config.contactAngle ?? "",
    mapping: Array.isArray(config.mapping) ? config.mapping : [],
    length: config.length ?? DEFAULTS.length,
    overlap: config.overlap ?? DEFAULTS.overlap,
    fs: config.fs ?? "",
    bandLow: config.bandLow ?? "",
    bandHigh: config.bandHigh ?? "",
  };
}
