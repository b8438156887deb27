// The sets of C-MAPSS as tables of the fleet trainer.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** @returns name, the tables train and test, and the remaining lives at the ends of the test units */
export function load(shared, name) {
  const read = (kind) => gunzipSync(readFileSync(join(shared, "data/cmapss", `${kind}_${name}.txt.gz`))).toString();
  const signals = ["op1", "op2", "op3", ...Array.from({ length: 21 }, (_, i) => `s${i + 1}`)];
  const table = (kind) => {
    const units = new Map();
    for (const line of read(kind).trim().split("\n")) {
      const [unit, ...row] = line.trim().split(/\s+/).map(Number);
      if (!units.has(unit)) units.set(unit, []);
      units.get(unit).push(row);
    }
    return {
      signals,
      units: Array.from(units, ([id, rows]) => ({
        id: String(id),
        time: Float64Array.from(rows, (r) => r[0]),
        values: Float64Array.from(rows.flatMap((r) => r.slice(1))),
      })),
    };
  };
  return { name, train: table("train"), test: table("test"), truth: read("RUL").trim().split(/\s+/).map(Number) };
}
