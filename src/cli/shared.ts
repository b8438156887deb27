/** What the command-line entries share: an error is one sentence on standard error and exit code 2. */
import { readFileSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { describe, TwinError } from "../lib/twin/envelope.ts";

/** Runs a command; what it throws becomes one line on standard error. */
export async function run(name: string, main: (args: string[]) => void | Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${name}: ${text.replace(/\s+/g, " ")}\n`);
    process.exitCode = 2;
  }
}

/**
 * Reads the arguments.
 * @param usage is shown with `--help`
 * @returns undefined when help was asked for and shown
 * @throws TwinError `E_ARGUMENT` for an option that does not exist or lacks its value
 */
export function readArguments<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  options: T,
  usage: string,
) {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage.endsWith("\n") ? usage : `${usage}\n`);
    return undefined;
  }
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's own hint about positional arguments helps nobody here.
    const [sentence] = (error as Error).message.split(". ");
    throw new TwinError("E_ARGUMENT", `${sentence!.replace(/\.$/, "")}. See --help.`);
  }
}

/** @throws TwinError `E_ARGUMENT` when the option is missing */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === "")
    throw new TwinError("E_ARGUMENT", `The option ${option} is missing. See --help.`);
  return value;
}

/** @throws TwinError `E_ARGUMENT` when the value is no number in the range */
export function number(
  value: string | undefined,
  option: string,
  fallback: number,
  low = -Infinity,
  high = Infinity,
): number {
  if (value === undefined) return fallback;
  const x = value.trim() === "" ? Number.NaN : Number(value);
  if (!Number.isFinite(x) || x < low || x > high) {
    const bounds = [Number.isFinite(low) && `from ${low}`, Number.isFinite(high) && `up to ${high}`].filter(Boolean);
    const range = bounds.length > 0 ? ` ${bounds.join(" ")}` : "";
    throw new TwinError("E_ARGUMENT", `The option ${option} is ${describe(value)}: give a number${range}.`);
  }
  return x;
}

/**
 * The file to write.
 * @param inputs files that are read
 * @throws TwinError `E_ARGUMENT` when the option is missing or names one of the inputs, which would be lost
 */
export function output(value: string | undefined, option: string, inputs: readonly (string | undefined)[]): string {
  const file = required(value, option);
  for (const input of inputs)
    if (input !== undefined && real(input) === real(file))
      throw new TwinError(
        "E_ARGUMENT",
        `The option ${option} is the file ${describe(input)} that is read: name another.`,
      );
  return file;
}

function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

/** @throws TwinError `E_FILE` when the file cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new TwinError("E_FILE", `The file ${describe(file)} cannot be read: ${fileReason(error)}.`);
  }
}

/** What is said of a file that cannot be written. */
export const notWritten = (file: string, error: unknown): TwinError => {
  const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "its folder does not exist" : fileReason(error);
  return new TwinError("E_FILE", `The file ${describe(file)} cannot be written: ${reason}.`);
};

/** Why a file cannot be read, in words. */
export const fileReason = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "it does not exist";
  if (code === "EACCES") return "permission is denied";
  if (code === "EISDIR") return "it is a folder";
  return (error as Error).message;
};
