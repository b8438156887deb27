/** From a model to a new asset that has the signals it asks for: one dialog opens the other and tells it the preset. */
import type { PresetFile } from "../lib/physics/presets/file.ts";

export interface ChosenPreset {
  /** As a node stores its choice. */
  choice: string;
  file: PresetFile;
}

const KEY = "twin-asset-of-preset";

/** Opens the dialog of a new asset, as the button beside the open node's asset does. */
export function openNewAsset(preset: ChosenPreset): void {
  $(document.body).data(KEY, preset);
  $("#node-input-btn-asset-add").trigger("click");
}

/** The preset that the dialog of a new asset shall begin with; told once. */
export function presetOfNewAsset(): ChosenPreset | undefined {
  const preset = $(document.body).data(KEY) as ChosenPreset | undefined;
  $(document.body).removeData(KEY);
  return preset;
}
