// The Numenta Anomaly Benchmark, the files that are here: one default for all, streamed, nothing looked up ahead; and a nested check that says
// what a configuration and a threshold chosen on one half are worth on the other.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "..", "dist", "lib");
const { Univariate } = require(join(lib, "anomaly/univariate.js"));
const { Novelty } = require(join(lib, "anomaly/detectors/novelty.js"));
const { DAY_MS, Profile } = require(join(lib, "anomaly/detectors/profile.js"));
const { News } = require(join(lib, "anomaly/alarm/news.js"));
const { createRandom } = require(join(lib, "random.js"));

/** Published, whole corpus (Numenta's README and results; ARTime's): standard, low FP, low FN. */
const PUBLISHED = [
  ["ARTime (is told the file's range and length)", 74.9, 65.1, 80.4],
  ["Numenta HTM (is told the file's range)", 70.5, 62.6, 75.2],
  ["CAD OSE", 69.9, 67.0, 73.2],
  ["Random cut forest", 51.7, 38.4, 59.7],
  ["Windowed Gaussian", 39.6, 20.9, 47.4],
  ["Random", 11.0, 1.2, 19.5],
];

/** @param shared folder with data/nab and score/ */
export async function run(shared) {
  if (!existsSync(join(shared, "score/nab-score.mjs"))) {
    console.log(`No benchmark data in ${shared}: NAB is skipped.`);
    return;
  }
  const { loadCorpus, scoreCorpus } = await import(pathToFileURL(join(shared, "score/nab-score.mjs")));
  const files = loadCorpus(join(shared, "data/nab"));
  const score = (which, scores, options) => scoreCorpus(which, scores, { topFrac: 0.05, ...options });
  console.log(`NAB, ${files.length} files, one default for all, nothing looked up ahead (standard / low FP / low FN):`);
  const { scores, alarms, raised } = watch(files);
  print("score", score(files, scores));
  print(`alarms as raised (${raised} in all), each at 0.5`, score(files, alarms, { topFrac: 1, threshold: 0.5 }));
  for (const [name, ...figures] of PUBLISHED)
    console.log(`  ${figures.map((x) => x.toFixed(1)).join(" / ")}  ${name}, published`);
  nested(files, score);
}

/** The default of the product over each file. */
function watch(files) {
  let raised = 0;
  const alarms = [];
  const scores = files.map((file) => {
    const watch = new Univariate();
    const alarm = new Float64Array(file.n);
    const score = Float64Array.from(file.v, (v, i) => {
      const verdict = watch.update(file.ts[i], v);
      if (verdict.alarm.raised) {
        alarm[i] = 0.5;
        raised++;
      }
      return verdict.score;
    });
    alarms.push(alarm);
    return score;
  });
  return { scores, alarms, raised };
}

function print(label, result) {
  const { standard, reward_low_FP_rate, reward_low_FN_rate } = result;
  const figures = [standard, reward_low_FP_rate, reward_low_FN_rate].map((p) => p.score.toFixed(1)).join(" / ");
  console.log(`  ${figures}  ${label}: windows ${standard.detected} of ${standard.windows}, false rows ${standard.fp}`);
}

const SCALES = [[1], [1, 8], [1, 16], [1, 32], [1, 64], [1, 8, 32], [1, 4, 16, 64]];
const OFFBEAT = [0, 0.5, 1];
const REFRACTORY = [50, 100, 150];
const GROWTH = [1.5, 2, 2.5, 3];
const SPLITS = 20;

/**
 * Every design of a plain grid is scored on a random half of the files with its best threshold; the best of them, with that threshold, on
 * the other half. The mean over the splits is what can be expected of a choice made on so few files.
 */
function nested(files, score) {
  const grid = [];
  for (const scales of SCALES)
    for (const offbeat of OFFBEAT) {
      const raw = files.map((file) => surprise(file, scales, offbeat));
      for (const refractory of REFRACTORY)
        for (const growth of GROWTH)
          grid.push({
            name: JSON.stringify({ scales, offbeat, refractory, growth }),
            scores: raw.map((r) => news(r, { refractory, growth })),
          });
    }
  const standing = { name: "default", scores: watch(files).scores };
  const inside = [];
  const outside = [];
  const fixed = [];
  const whole = grid.map((g) => score(files, g.scores).standard.score).sort((a, b) => a - b);
  const random = createRandom("nested");
  for (let split = 0; split < SPLITS; split++) {
    const order = files
      .map((_, i) => [random.next(), i])
      .sort((a, b) => a[0] - b[0])
      .map(([, i]) => i);
    const halves = [order.slice(0, files.length >> 1), order.slice(files.length >> 1)];
    for (const [a, b] of [halves, halves.toReversed()]) {
      const pick = (which, { scores }) => [which.map((i) => files[i]), which.map((i) => scores[i])];
      let best = { score: Number.NEGATIVE_INFINITY };
      for (const g of grid) {
        const { standard } = score(...pick(a, g));
        if (standard.score > best.score) best = { score: standard.score, threshold: standard.threshold, g };
      }
      inside.push(best.score);
      outside.push(score(...pick(b, best.g), { threshold: best.threshold }).standard.score);
      const { threshold } = score(...pick(a, standing)).standard;
      fixed.push(score(...pick(b, standing), { threshold }).standard.score);
    }
  }
  const mean = (x) => (x.reduce((s, v) => s + v, 0) / x.length).toFixed(1);
  console.log(
    `  nested check, ${grid.length} designs, ${SPLITS} splits both ways: chosen ${mean(inside)} → other half ${mean(outside)}`,
  );
  console.log(`  the default with its threshold from the first half: other half ${mean(fixed)}`);
  const at = (q) => whole[Math.round(q * (whole.length - 1))].toFixed(1);
  console.log(
    `  all ${grid.length} designs on all files: worst ${at(0)}, quartiles ${at(0.25)} ${at(0.5)} ${at(0.75)}, best ${at(1)}`,
  );
}

function surprise(file, scales, weight) {
  const value = new Novelty({ scales });
  const offbeat = new Novelty({ scales: [8] });
  const rhythm = new Profile(DAY_MS, 48);
  return Float64Array.from(file.v, (v, i) => {
    const time = file.ts[i];
    const a = value.update(time, v, true);
    const b = offbeat.update(time, rhythm.update(time, v, true), true);
    return rhythm.found && b > 0 ? Math.hypot(a, weight * b) : a;
  });
}

function news(raw, options) {
  const teller = new News(options);
  return raw.map((x) => teller.update(x));
}

if (import.meta.main) await run(process.argv[2] ?? "../shared");
