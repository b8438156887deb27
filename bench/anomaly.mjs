// What the anomaly node finds with its default settings: the Numenta Anomaly Benchmark, false alarms on noise, cost per sample.
// Usage: npm run build && node bench/anomaly.mjs [folder with data/ and score/, default ../shared]
import "../scripts/node-version.mjs";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "dist", "lib");
const { AnomalyEngine } = require(join(lib, "anomaly/engine.js"));
const { readOptions } = require(join(lib, "anomaly/options.js"));
const { readAsset } = require(join(lib, "twin/asset-config.js"));

const shared = resolve(process.argv[2] ?? "../shared");
const DAY = 86_400_000;

if (existsSync(join(shared, "score/nab-score.mjs"))) await nab();
else console.log(`No benchmark data in ${shared}: NAB is skipped.`);
noise();
cost();

/** One signal, or several, through an engine with the node's defaults. */
function engine(signals, settings = {}) {
  const asset = readAsset({ idPattern: "*", signals: signals.map((name) => ({ name, unit: "1" })) });
  return new AnomalyEngine(asset, readOptions(settings, asset));
}

/**
 * Two readings of the same run: the score of every row, and the alarms as a technician gets them. In the second an
 * alarm counts at the row that raises it, and one that still stands a day later is answered with "false alarm", as
 * somebody would who finds the machine running: else one change of level would end the benchmark.
 */
async function nab() {
  const { loadCorpus, scoreCorpus } = await import(pathToFileURL(join(shared, "score/nab-score.mjs")));
  const files = loadCorpus(join(shared, "data/nab"));
  const rows = [];
  const alarms = [];
  let raised = 0;
  for (const file of files) {
    const e = engine(["value"]);
    const score = new Float64Array(file.n);
    const alarm = new Float64Array(file.n);
    let since = null;
    for (let i = 0; i < file.n; i++) {
      const time = file.ts[i];
      const twin = { v: 1, id: "a", branch: "live", time, values: { value: file.v[i] }, updated: ["value"] };
      const { section, events } = e.update(twin);
      score[i] = section.score ?? 0;
      if (events.some((event) => event.event === "raised")) {
        alarm[i] = score[i];
        raised++;
      }
      if (!section.active) since = null;
      else if ((since ??= time) + DAY < time) e.action("false-alarm", time);
    }
    rows.push(score);
    alarms.push(alarm);
  }
  console.log(`NAB, ${files.length} files, one default for all, nothing looked up ahead (standard / low FP / low FN):`);
  print("  score of every row", scoreCorpus(files, rows));
  print(`  alarms as raised (${raised} in all)`, scoreCorpus(files, alarms));
  print("  alarms as raised, threshold not chosen on the data", scoreCorpus(files, alarms, { threshold: 0.5 }));
  console.log(
    "  published: Numenta HTM 70.5 / 62.6 / 75.2, windowed Gaussian 39.6 / 20.9 / 47.4, random 11.0 / 1.2 / 19.5",
  );
}

function print(label, result) {
  const { standard, reward_low_FP_rate, reward_low_FN_rate } = result;
  const figures = [standard, reward_low_FP_rate, reward_low_FN_rate].map((p) => p.score.toFixed(1)).join(" / ");
  console.log(`${label}: ${figures}, windows ${standard.detected}/${standard.windows}, false rows ${standard.fp}`);
}

/** Alarms raised over alarms allowed, on Gaussian noise sampled every 60 s. */
function noise() {
  console.log(
    "False alarms on Gaussian noise, raised / allowed (300 000 samples of 60 s, 3 seeds, budget 10 per month):",
  );
  for (const [label, signals, phi] of [
    ["1 signal, white", 1, 0],
    ["1 signal, AR(1) 0.9", 1, 0.9],
    ["4 signals, AR(1) 0.7", 4, 0.7],
  ]) {
    let raised = 0;
    const n = 300_000;
    for (let seed = 1; seed <= 3; seed++) raised += falseAlarms(signals, phi, n, seed);
    const allowed = (3 * n * 10 * 60_000) / (30 * DAY);
    console.log(`  ${label}: ${raised} / ${allowed.toFixed(0)} = ${(raised / allowed).toFixed(2)}`);
  }
}

function falseAlarms(signals, phi, n, seed) {
  const names = Array.from({ length: signals }, (_, i) => `s${i}`);
  const e = engine(names, { falseAlarmsPerMonth: 10 });
  const random = gaussian(seed);
  const x = names.map(() => random());
  let raised = 0;
  for (let i = 0; i < n; i++) {
    const values = {};
    names.forEach((name, k) => {
      values[name] = x[k] = phi * x[k] + Math.sqrt(1 - phi * phi) * random();
    });
    const { events } = e.update({ v: 1, id: "a", branch: "live", time: i * 60_000, values, updated: names });
    for (const event of events) if (event.event === "raised") raised++;
  }
  return raised;
}

function cost() {
  console.log("Cost per message, envelope to section:");
  for (const signals of [1, 8]) {
    falseAlarms(signals, 0, 20_000, 1);
    const start = performance.now();
    falseAlarms(signals, 0, 100_000, 2);
    console.log(`  ${signals} signals: ${(((performance.now() - start) * 1000) / 100_000).toFixed(1)} µs`);
  }
}

function gaussian(seed) {
  let s = seed >>> 0;
  const uniform = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = s;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
