// Remaining life: fleet models, trends without failures, battery cells, synthetic wear, the planner, cost; beside published figures.
// Usage: npm run build && node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON bench/rul.mjs [folder with data/ and score/, default ../shared]
import "../scripts/node-version.mjs";
import { resolve } from "node:path";
import { printFigures } from "./rul/figures.mjs";

const shared = resolve(process.argv[2] ?? "../shared");
for (const part of ["fleet", "trend", "cells", "synthetic", "planner", "cost"]) {
  const { run } = await import(`./rul/${part}.mjs`);
  await run(shared);
  console.log("");
}
printFigures();
