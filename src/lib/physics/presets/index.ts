/** The presets that ship: one JSON file each in presets/, read when somebody asks for it. */
import { pathOf, readText } from "../../../../presets/read.cjs";
import { TwinError } from "../../twin/envelope.ts";
import { type PresetFile, readPreset } from "./file.ts";
import { parsePreset } from "./parse.ts";
import type { Preset } from "./preset.ts";

/** In the order in which they are offered. */
export const PRESET_NAMES = [
  "pump",
  "fan",
  "valve",
  "tank",
  "two-tanks",
  "heat-exchanger",
  "dc-motor",
  "motor-thermal",
  "bearing-thermal",
  "conveyor",
  "mass-spring-damper",
  "battery",
  "battery-circuit",
  "room",
] as const;

/** Looks like a map by name. Files are read anew each time: a changed one counts from the next deploy on. */
export const presets = {
  /** @throws TwinError `E_PRESET` when the file cannot be used */
  get: (name: string): Preset | undefined => (isShipped(name) ? named(name, readPreset) : undefined),
  keys: (): readonly string[] => PRESET_NAMES,
  values: (): Preset[] => PRESET_NAMES.map((name) => presets.get(name)!),
};

/** The content of a file as it is. */
export const shippedFile = (name: string): PresetFile => named(name, (_name, json) => json as PresetFile);

const isShipped = (name: string): boolean => PRESET_NAMES.some((known) => known === name);

function named<T>(name: string, read: (name: string, json: unknown) => T): T {
  try {
    return read(name, parsePreset(readText(name)));
  } catch (error) {
    throw new TwinError("E_PRESET", `The preset file ${pathOf(name)} cannot be used: ${(error as Error).message}`);
  }
}
