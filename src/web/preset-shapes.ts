/** What `GET twin/api/presets` answers. */
import type { PresetFile } from "../lib/physics/presets/file.ts";

export interface PresetsAnswer {
  /** In the order in which they are offered. */
  presets: { name: string; file: PresetFile }[];
}
