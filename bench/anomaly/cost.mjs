// Cost per sample of the watch over one signal, its growth with what it remembers, and its memory.
// In processor time, which a busy machine disturbs least. node --expose-gc bench/anomaly/cost.mjs
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "..", "dist", "lib");
const { Univariate } = require(join(lib, "anomaly/univariate.js"));
const { Novelty } = require(join(lib, "anomaly/detectors/novelty.js"));
const { createRandom } = require(join(lib, "random.js"));

const N = 100_000;
const STEP = 300_000;

export async function run() {
  const random = createRandom("cost");
  const data = Float64Array.from({ length: N }, (_, i) => 3 * Math.sin((2 * Math.PI * i) / 288) + random.normal());
  const time = (detector) => {
    const start = process.cpuUsage();
    for (let i = 0; i < N; i++) detector.update(i * STEP, data[i], true);
    return process.cpuUsage(start).user / N;
  };
  const makers = {
    default: () => new Univariate(),
    "learning 100": () => new Univariate({ learning: 100 }),
    "learning 10 000": () => new Univariate({ learning: 10_000 }),
    "memory of 100": () => new Novelty({ memory: 100 }),
    "memory of 10 000": () => new Novelty({ memory: 10_000 }),
  };
  for (const make of Object.values(makers)) time(make());
  // Alternately, so that a busy machine slows all alike; the best of five.
  const best = {};
  for (let round = 0; round < 5; round++)
    for (const [name, make] of Object.entries(makers))
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, time(make()));
  console.log(`Cost per sample, one signal: default ${best.default.toFixed(2)} µs`);
  const longer = best["learning 10 000"] / best["learning 100"];
  console.log(`  learning length 100 → 10 000 samples: ${longer.toFixed(2)} times`);
  const growth = best["memory of 10 000"] / best["memory of 100"];
  console.log(
    `  novelty with a memory of 100 → 10 000 values: ${best["memory of 100"].toFixed(2)} → ${best["memory of 10 000"].toFixed(2)} µs, ${growth.toFixed(2)} times`,
  );
  memory(data);
}

/** Heap and array buffers of many watches that have each seen enough to be full. */
function memory(data) {
  const collect = globalThis.gc;
  if (!collect) return console.log("  memory: run node with --expose-gc");
  const MANY = 50;
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const watches = Array.from({ length: MANY }, () => new Univariate());
  for (const watch of watches) for (let i = 0; i < 10_000; i++) watch.update(i * STEP, data[i]);
  const kilobytes = (used() - before) / 1024 / MANY;
  const snapshot = JSON.stringify(watches[0].snapshot()).length / 1024;
  console.log(`  memory per signal: ${kilobytes.toFixed(0)} KB (snapshot ${snapshot.toFixed(0)} KB as JSON)`);
}

if (import.meta.main) await run();
