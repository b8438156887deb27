/** The copy that a node keeps of the file of an own preset, so that the file may change or go. */
import { describe, TwinError } from "../../twin/envelope.ts";
import { checkPreset } from "./check.ts";
import { readPreset } from "./file.ts";
import type { Preset } from "./preset.ts";

/**
 * Reads the copy.
 * @param copy content of the preset file, as it was when it was chosen
 * @throws TwinError `E_PRESET` with a sentence that names the preset
 */
export function readCopy(name: string, copy: unknown): Preset {
  if (copy === undefined || copy === null)
    throw new TwinError(
      "E_PRESET",
      `The node has no copy of the preset ${describe(name)}: choose it in the dialog again, and deploy.`,
    );
  try {
    const preset = readPreset(name, copy);
    checkPreset(preset);
    return preset;
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    throw new TwinError("E_PRESET", `The preset ${describe(name)} cannot be used. ${error.message}`);
  }
}
