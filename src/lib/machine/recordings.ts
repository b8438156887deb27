/** The recordings that ship with the package, by name. Their files are in data/, with sources in data/README.md. */
import type { RecordingOptions } from "./recording.ts";

export interface ShippedRecording extends RecordingOptions {
  name: string;
  /** For the dialog. */
  title: string;
  file: string;
  /** Labelled windows of known trouble: a JSON list of [from, to], milliseconds UTC or ISO 8601. */
  windows?: string;
  /** Speed at which the whole recording is watched in about two minutes. */
  speed: number;
}

export const RECORDINGS: readonly ShippedRecording[] = [
  {
    name: "machine-temperature",
    title: "Machine temperature before a failure (Numenta Anomaly Benchmark)",
    file: "machine-temperature.csv",
    windows: "machine-temperature.windows.json",
    speed: 65_000,
  },
  {
    name: "turbofan-fd001",
    title: "Turbofan engines run to failure (NASA C-MAPSS FD001)",
    file: "turbofan-fd001.csv",
    idColumn: "unit",
    idPrefix: "engine-",
    period: 3600,
    start: Date.UTC(2008, 0, 1),
    speed: 14_400,
  },
];

export const findRecording = (name: string): ShippedRecording | undefined => RECORDINGS.find((r) => r.name === name);
