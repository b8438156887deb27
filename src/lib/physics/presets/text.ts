/** A preset file as text that people read: one line per equation, parameter, fault. */
import type { PresetFile } from "./file.ts";

const ORDER = [
  "$schema",
  "format",
  "title",
  "source",
  "diagram",
  "equations",
  "inputs",
  "outputs",
  "derived",
  "units",
  "initial",
  "parameters",
  "faults",
  "drifting",
  "follow",
  "settle",
] as const;

/** JSON, in the order of docs/presets.md; what is empty is left out. */
export function presetText(file: PresetFile): string {
  const lines = typeof file.equations === "string" ? file.equations.trimEnd().split("\n") : file.equations;
  const content: PresetFile = { ...file, equations: lines };
  const parts = ORDER.filter((key) => content[key] !== undefined && !isEmpty(content[key])).map(
    (key) => `  "${key}": ${block(content[key])}`,
  );
  return `{\n${parts.join(",\n")}\n}\n`;
}

const isEmpty = (x: unknown): boolean => x !== null && typeof x === "object" && Object.keys(x).length === 0;

function block(x: unknown): string {
  if (x === null || typeof x !== "object") return JSON.stringify(x);
  const [open, close] = Array.isArray(x) ? "[]" : "{}";
  const rows = Array.isArray(x) ? x.map(line) : Object.entries(x).map(([k, v]) => `${JSON.stringify(k)}: ${line(v)}`);
  return `${open}\n${rows.map((row) => `    ${row}`).join(",\n")}\n  ${close}`;
}

function line(x: unknown): string {
  if (x === null || typeof x !== "object") return JSON.stringify(x);
  const cells = Object.entries(x).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{ ${cells.join(", ")} }`;
}
