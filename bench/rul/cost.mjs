// What the node's predictor of tiers A and B costs per sample.
// Usage: npm run build && node bench/rul/cost.mjs
import { createRequire } from "node:module";
import { join } from "node:path";
import { alone, createRandom } from "./shared.mjs";

const require = createRequire(import.meta.url);
const { RulPredictor } = require(join(import.meta.dirname, "../../dist/lib/rul/predictor.js"));

export function run() {
  const random = createRandom("cost");
  const p = predictor();
  const n = 20_000;
  const values = Float64Array.from({ length: n }, (_, i) => (0.8 * i) / n + 0.02 * random.normal());
  const slowest = [];
  const start = process.hrtime.bigint();
  for (let i = 0; i < n; i++) {
    const begin = process.hrtime.bigint();
    p.update(i + 1, values[i]);
    slowest.push(Number(process.hrtime.bigint() - begin) / 1e6);
  }
  const mean = Number(process.hrtime.bigint() - start) / 1e3 / n;
  slowest.sort((a, b) => b - a);
  console.log(
    `Cost, ${n} samples: ${mean.toFixed(1)} µs per sample on average; one in a thousand takes ${slowest[n / 1000].toFixed(1)} ms or more.`,
  );
  console.log(`Memory: a snapshot of ${JSON.stringify(p.snapshot()).length} bytes per twin.`);
  const first = predictor();
  const begin = process.hrtime.bigint();
  for (let i = 0; i < 200; i++) first.update(i + 1, values[i * 100]);
  console.log(
    `  the first 200 samples, when every one changes the fit: ${(Number(process.hrtime.bigint() - begin) / 1e3 / 200).toFixed(0)} µs each.`,
  );
}

function predictor() {
  return new RulPredictor({
    label: "Indicator",
    unit: "",
    signal: "indicator",
    threshold: 1,
    direction: "rising",
    timeUnit: "cycles",
    timeUnitLength: 1,
    horizon: 1e4,
    longest: 2e5,
  });
}

await alone(import.meta.url, run);
