/** A technician's own presets: JSON files in a folder of the user directory. Nodes keep a copy of the one they chose. */
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, TwinError } from "../../twin/envelope.ts";
import { checkPreset } from "./check.ts";
import { type PresetFile, readPreset } from "./file.ts";
import { parsePreset } from "./parse.ts";
import { presetText } from "./text.ts";

export interface OwnPreset {
  /** Of the file, without `.json`. */
  name: string;
  file: PresetFile;
}

/** What lies in the folder and cannot be used. */
export interface PresetProblem {
  /** Name of the file. */
  file: string;
  /** Why, in a sentence. */
  message: string;
}

const byName = (a: string, b: string): number => a.localeCompare(b);
const LARGEST = 1_000_000;
const MOST_FILES = 500;
/** May lie beside the presets, for text editors. */
const SCHEMA = "preset.schema.json";
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} _-]{0,62}[\p{L}\p{N}_-])?$/u;
/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** The folder of own presets in Node-RED's user directory. */
export const ownFolder = (userDir: string): string => join(userDir, "twinwire", "presets");

/** True for what can be the name of a preset file on every system: no path, no dots. */
export const isPresetName = (x: unknown): x is string => typeof x === "string" && NAME.test(x) && !DEVICE.test(x);

/**
 * Reads all files of the folder, one after the other, so that Node-RED goes on meanwhile. A folder that does not exist is
 * empty; a file that cannot be used is told and disturbs no other.
 */
export async function readOwnPresets(folder: string): Promise<{ presets: OwnPreset[]; problems: PresetProblem[] }> {
  const presets: OwnPreset[] = [];
  const problems: PresetProblem[] = [];
  const files = (await filesOf(folder)).filter((file) => /\.json$/i.test(file) && file !== SCHEMA).sort(byName);
  for (const file of files.slice(0, MOST_FILES))
    try {
      presets.push(await readOwnPreset(folder, file));
    } catch (error) {
      problems.push({ file, message: (error as Error).message });
    }
  if (files.length > MOST_FILES)
    problems.push({ file: files[MOST_FILES]!, message: `Only the first ${MOST_FILES} presets are read.` });
  return { presets, problems };
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new TwinError("E_FILE", `The folder ${folder} cannot be read: ${(error as Error).message}`);
  }
}

async function readOwnPreset(folder: string, file: string): Promise<OwnPreset> {
  const name = file.slice(0, -".json".length);
  requireName(name);
  const path = join(folder, file);
  const { size } = await stat(path);
  if (size > LARGEST) throw new TwinError("E_FILE", `The file is larger than ${LARGEST / 1e6} MB.`);
  const json = parsePreset(await readFile(path, "utf8"));
  checkPreset(readPreset(name, json));
  return { name, file: json as PresetFile };
}

/**
 * Writes a preset to the folder, whole or not at all.
 * @param overwrite whether a file of this name may be replaced
 * @returns false when there is such a file already, and it may not
 * @throws TwinError with a sentence for a name or content that cannot be used, or when the file cannot be written
 */
export async function saveOwnPreset(
  folder: string,
  name: unknown,
  json: unknown,
  overwrite: boolean,
): Promise<boolean> {
  requireName(name);
  checkPreset(readPreset(name, json));
  const text = presetText(json as PresetFile);
  if (text.length > LARGEST) throw new TwinError("E_FILE", `The preset is larger than ${LARGEST / 1e6} MB.`);
  const path = join(folder, `${name}.json`);
  try {
    await mkdir(folder, { recursive: true });
    if (!overwrite) return await writeNew(path, text);
    const temporary = `${path}.tmp`;
    await writeTo(temporary, "w", text);
    await rename(temporary, path);
    return true;
  } catch (error) {
    throw new TwinError("E_FILE", `The file ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** Creating the file and seeing that there was none is one step. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeTo(path, "wx", text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    await rm(path, { force: true });
    throw error;
  }
}

async function writeTo(path: string, flags: string, text: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function requireName(name: unknown): asserts name is string {
  if (!isPresetName(name))
    throw new TwinError(
      "E_PRESET",
      `The name ${describe(name)} cannot be that of a preset: use up to 64 letters, digits, spaces, - and _, beginning with a letter or digit.`,
    );
}
