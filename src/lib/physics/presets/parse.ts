/** The text of a preset file → JSON, with what JSON itself would pass over in silence. */
import { describe, TwinError } from "../../twin/envelope.ts";

/** @throws TwinError `E_PRESET` when it is no JSON, or an object has a key twice: the first would be lost */
export function parsePreset(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, "");
  let json: unknown;
  try {
    json = JSON.parse(plain);
  } catch (error) {
    throw new TwinError("E_PRESET", `The file is not JSON: ${(error as Error).message}.`);
  }
  const twice = repeatedKey(plain);
  if (twice !== undefined)
    throw new TwinError("E_PRESET", `The name ${describe(twice)} is there twice: rename or remove one of them.`);
  return json;
}

/** The first key that an object has twice. @param text valid JSON */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token.endsWith(":")) {
      const key: string = JSON.parse(token.slice(0, -1));
      const seen = open.at(-1)!;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}
