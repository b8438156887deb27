/** Files that a person names: by a path, or by the name of one that ships with the package. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, TwinError } from "../../lib/twin/envelope.ts";

/** Built code lies in dist/nodes/rul; what ships is in data/ at the top of the package. */
const DATA = join(__dirname, "..", "..", "..", "data");

/**
 * @param name a path, or a plain name such as `turbofan-fd001-failures`
 * @param what stands in the sentence of the error: "model", "table"
 * @throws TwinError `E_FILE` with the name and the reason
 */
export function readNamed(name: string, ending: ".csv" | ".json", what: string): string {
  const shipped = /^[\w-]+$/.test(name) ? join(DATA, name + ending) : "";
  try {
    return readFileSync(shipped && existsSync(shipped) ? shipped : name, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TwinError("E_FILE", `The ${what} ${describe(name)} cannot be read: ${code}.`);
  }
}
