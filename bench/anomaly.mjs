// What the anomaly detectors find with their default settings, what they raise on nothing, and what they cost.
// Usage: npm run bench:anomaly -- [folder with data/ and score/, default ../shared] [names of tables]
import "../scripts/node-version.mjs";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder = "../shared", ...wanted] = process.argv.slice(2);
const shared = resolve(folder);
for (const name of ["nab", "skab", "batadal", "relations", "budget", "choice", "cost", "spectrum"]) {
  const file = join(import.meta.dirname, "anomaly", `${name}.mjs`);
  if ((wanted.length && !wanted.includes(name)) || !existsSync(file)) continue;
  const { run } = await import(pathToFileURL(file));
  await run?.(shared);
}
