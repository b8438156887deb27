import type { PresetFile } from "../../lib/physics/presets/file.ts";

/** Configuration of twin-machine, version 1. */
export interface MachineConfig {
  version: 1;
  name: string;
  asset: string;
  /** Id of the twin; empty means the asset's own id. */
  twinId: string;
  source: "simulation" | "bearing" | "model" | "recording";
  /** Simulated seconds per wall second, 1 … 3600. */
  clock: number | string;
  /** Simulated seconds between two samples. */
  period: number | string;
  seed: string;
  noise: number | string;
  faults: Record<string, unknown>[];
  /** Source time of the first sample (ISO 8601); empty means the time of the first deploy. */
  start: string;
  /** Name of a shipped recording, or "file". */
  recording: string;
  file: string;
  timeColumn: string;
  idColumn: string;
  speed: number | string;
  loop: boolean;
  /** Start playing or running at deploy. */
  autoplay: boolean;
  /** A machine made of equations. */
  model: ModelConfig;
}

export interface ModelConfig {
  /** Name of a preset, `file:` and that of an own one, or `own`. */
  preset: string;
  /** Content of the own preset's file as it was when it was chosen. */
  presetCopy?: PresetFile | null;
  equations: string;
  parameters: { name: string; value: number | string; unit?: string }[];
  inputs: { signal?: unknown; expression?: unknown }[];
  /** Standard deviation of each sensor, in the signal's unit. */
  noise: { signal?: unknown; sd?: unknown }[];
  faults: Record<string, unknown>[];
}

const SOURCES = ["simulation", "bearing", "model", "recording"] as const;

/** Brings a stored configuration to the present version. */
export function migrate(
  config: Omit<Partial<MachineConfig>, "model"> & { model?: Partial<ModelConfig> },
): MachineConfig {
  return {
    version: 1,
    name: config.name ?? "",
    asset: config.asset ?? "",
    twinId: config.twinId ?? "",
    source: SOURCES.find((s) => s === config.source) ?? "simulation",
    clock: config.clock ?? 360,
    period: config.period ?? 60,
    seed: String(config.seed ?? "1"),
    noise: config.noise ?? 1,
    faults: Array.isArray(config.faults) ? config.faults : [],
    start: config.start ?? "",
    recording: config.recording ?? "machine-temperature",
    file: config.file ?? "",
    timeColumn: config.timeColumn ?? "",
    idColumn: config.idColumn ?? "",
    speed: config.speed ?? "",
    loop: config.loop === true,
    autoplay: config.autoplay !== false,
    model: { preset: "", equations: "", parameters: [], inputs: [], noise: [], faults: [], ...config.model },
  };
}
