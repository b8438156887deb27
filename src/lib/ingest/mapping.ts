/** The mapping table: which message, and which place in it, is which signal of which twin. */
import { describe, isPlainObject, TwinError } from "../twin/envelope.ts";
import { isUnit, parseUnit } from "../twin/units.ts";
import { type JsonPath, readJsonPath } from "./json-path.ts";
import { readTopicPattern, type TopicPattern } from "./topic.ts";

/** A row as the dialog stores it. */
export interface MappingRow {
  /** For example `plant/+/pump/{id}/{signal}`; empty for every message. */
  topic: string;
  /** Where the value is, for example `data.temp`; empty for the whole payload. */
  path: string;
  /** Name of the signal; may use {captures}; empty for {signal}, or for an object of signals. */
  signal: string;
  /** Twin id; may use {captures}; empty for {id}, or for the asset's own id. */
  id: string;
  /** Unit in which the value arrives; empty when it is the asset's. */
  unit: string;
  /** Where the timestamp is; empty for the time of arrival. */
  time: string;
}

export interface Mapping {
  topic: TopicPattern;
  path: JsonPath;
  signal: string;
  id: string;
  unit: string;
  time: JsonPath | undefined;
}

/**
 * Compiles the table.
 * @throws TwinError `E_MAPPING` with a sentence that names the row.
 */
export function readMapping(rows: readonly Partial<MappingRow>[] | undefined): Mapping[] {
  return (rows ?? []).map((row, i) => {
    if (!isPlainObject(row)) throw new TwinError("E_MAPPING", `Mapping row ${i + 1} is ${describe(row)}.`);
    try {
      return readRow(row);
    } catch (error) {
      throw new TwinError("E_MAPPING", `Mapping row ${i + 1}: ${(error as Error).message}`);
    }
  });
}

function readRow(row: Partial<MappingRow>): Mapping {
  const topic = readTopicPattern(row.topic ?? "");
  for (const part of [row.signal, row.id])
    for (const [, name] of (part ?? "").matchAll(/\{([^}]*)\}/g))
      if (!(row.topic ?? "").split("/").includes(`{${name}}`))
        throw new TwinError(
          "E_MAPPING",
          `{${name}} is used, but the topic ${describe(row.topic ?? "")} has no level {${name}}.`,
        );
  const unit = row.unit ? parseUnit(row.unit) : undefined;
  if (unit && !isUnit(unit)) throw new TwinError("E_MAPPING", unit.problem);
  return {
    topic,
    path: readJsonPath(row.path ?? ""),
    signal: (row.signal ?? "").trim(),
    id: (row.id ?? "").trim(),
    unit: unit?.code ?? "",
    time: row.time?.trim() ? readJsonPath(row.time) : undefined,
  };
}

/** Fills the captures of a topic into a template. */
export const fill = (template: string, captures: ReadonlyMap<string, string>): string =>
  template.replace(/\{([^}]*)\}/g, (_, name: string) => captures.get(name) ?? "");
