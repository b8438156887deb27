// What the node's predictor of tiers A and B costs per sample, and what a training in a worker leaves to the main thread.
// Usage: npm run build && node bench/rul/cost.mjs
import { createRequire } from "node:module";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { note } from "./figures.mjs";
import { alone, createRandom, middle, ParticlePredictor } from "./shared.mjs";

const require = createRequire(import.meta.url);
const { RulPredictor } = require(join(import.meta.dirname, "../../dist/lib/rul/predictor.js"));
const { FailureLibrary } = require(join(import.meta.dirname, "../../dist/lib/rul/library.js"));
const { Training } = require(join(import.meta.dirname, "../../dist/nodes/rul/training.js"));

export async function run() {
  samples();
  predictions();
  await training();
}

function samples() {
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

/** One prediction of tiers A and B with a full record. */
function predictions() {
  const random = createRandom("predictions");
  const p = new ParticlePredictor({ threshold: 1, direction: "rising" });
  for (let i = 0; i < 200; i++) p.update(i, (0.8 * i) / 200 + 0.02 * random.normal());
  const times = Array.from({ length: 200 }, () => {
    const begin = process.hrtime.bigint();
    p.predict();
    return Number(process.hrtime.bigint() - begin) / 1e6;
  });
  note("no failure known: ms a prediction", middle(times).toFixed(1));
  console.log(`One prediction: ${middle(times).toFixed(1)} ms (median of 200).`);
}

/** Milliseconds that this thread has computed. */
function spent() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** A node with a full library trains: 200 lives of 20 signals. */
async function training() {
  const random = createRandom("training");
  const library = new FailureLibrary();
  for (let i = 0; i < 200; i++) {
    const life = 100 + 200 * random.next();
    const ages = Array.from({ length: 200 }, (_, k) => ((k + 1) * life) / 200);
    const signal = () => ages.map((age) => (age / life) ** 3 + 0.1 * random.normal());
    const signals = Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`s${k}`, signal()]));
    library.add({ unit: `${i}`, life, begin: 0, time: life, record: { ages, signals } });
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const idle = monitorEventLoopDelay({ resolution: 1 });
  idle.enable();
  await setTimeout(1000);
  idle.disable();
  delay.enable();
  const cpu = process.threadCpuUsage();
  let longest = 0;
  let before = spent();
  const turn = setInterval(() => {
    const now = spent();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  await new Training().run(library.teaching(), () => {});
  const { user, system } = process.threadCpuUsage(cpu);
  delay.disable();
  clearInterval(turn);
  note(
    "training: longest gap of the event loop; of it computed by the main thread, ms",
    (delay.max / 1e6).toFixed(1),
    longest.toFixed(1),
  );
  console.log(
    `Training on 200 lives of 20 signals: the main thread computed ${((user + system) / 1000).toFixed(0)} ms in all, at most ${longest.toFixed(1)} ms at a stretch; its longest gap was ${(delay.max / 1e6).toFixed(1)} ms (${(idle.max / 1e6).toFixed(1)} ms in a second without training).`,
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
