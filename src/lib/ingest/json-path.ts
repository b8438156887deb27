/** Paths into a JSON message: `$.pump.speed`, `readings[0].value`, `["motor temp"].v`. */
import { describe, TwinError } from "../twin/envelope.ts";

export type JsonPath = readonly (string | number)[];

const STEP = /\.?([^.[\]"']+)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/y;

/**
 * Reads a path. An empty path, or `$`, is the whole payload.
 * @throws TwinError `E_PATH` with a sentence.
 */
export function readJsonPath(text: string): JsonPath {
  const path = text.trim().replace(/^\$\.?/, "");
  const steps: (string | number)[] = [];
  let at = 0;
  while (at < path.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (!match)
      throw new TwinError(
        "E_PATH",
        `The path ${describe(text)} is not understood at ${describe(path.slice(at))}: write for example pump.speed or readings[0].value.`,
      );
    const name = match[1]?.trim();
    steps.push(match[2] !== undefined ? Number(match[2]) : (name ?? match[3] ?? match[4]!));
    at = STEP.lastIndex;
  }
  return steps;
}

/** The value at a path, own properties only; undefined when there is none. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let here = root;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}
