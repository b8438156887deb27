/** What `twin/api/presets` answers. */
import type { PresetFile } from "../lib/physics/presets/file.ts";

export interface PresetsAnswer {
  /** In the order in which they are offered: those that ship, then own ones. */
  presets: { name: string; file: PresetFile; own?: true }[];
  /** Files that cannot be used, and why. */
  problems: { file: string; message: string }[];
}

/** `POST`: saves an own preset. */
export interface SaveRequest {
  name: string;
  file: PresetFile;
  /** Whether a file of this name may be replaced. */
  overwrite?: boolean;
}

/** `exists`: there is a file of this name, and it was not replaced. */
export type SaveAnswer = { saved: true; message: string } | { saved: false; exists?: true; message: string };
