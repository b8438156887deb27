// Every detector that can be chosen: false alarms over the budget on clean streams (60 s, re-learned an hour after each), faults found, cost.
// node bench/anomaly/choice.mjs [shared] [samples per seed, default 200 000] [seeds, default 2] [names]
import { createRequire } from "node:module";
import { join } from "node:path";
import { detector } from "./stream.mjs";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "..", "dist", "lib");
const { DETECTORS } = require(join(lib, "anomaly/choice.js"));
const { createRandom } = require(join(lib, "random.js"));

const STEP = 60_000;
const PER_MONTH = 43_200;
const HOUR = 60;
const CALM_ROWS = 3000;
const FAULT_ROWS = 1500;
const BETWEEN = ["pca", "cross-channel"];

/** Standard normal channels; several have a common cause, with correlation 0.64. AR(1) with coefficient phi. */
function stream(seed, channels, phi) {
  const random = createRandom(seed);
  const rest = Math.sqrt(1 - phi * phi);
  const own = Array.from({ length: channels }, () => random.normal());
  let cause = random.normal();
  return () => {
    cause = phi * cause + rest * random.normal();
    return Float64Array.from(own, (_, i) => {
      own[i] = phi * own[i] + rest * random.normal();
      return channels === 1 ? own[i] : 0.8 * cause + 0.6 * own[i];
    });
  };
}

function onsets(name, channels, phi, samples, seeds, perMonth) {
  let count = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const next = stream(`choice ${phi} ${channels} ${seed}`, channels, phi);
    const watch = detector(channels, undefined, perMonth, name);
    for (let i = 0, relearn = -1; i < samples; i++) {
      if (i === relearn) watch.recentre(true);
      if (!watch.update(i * STEP, next(), true, "").raised) continue;
      count++;
      relearn = i + HOUR;
    }
  }
  return count / ((seeds * samples * perMonth) / PER_MONTH);
}

/** Of 20 seeds: found after how many samples (median), share of the time active from then on. */
function found(name, channels, fault) {
  const after = [];
  let [active, total] = [0, 0];
  for (let seed = 1; seed <= 20; seed++) {
    const next = stream(`fault ${seed}`, channels, 0);
    const other = stream(`other ${seed}`, 1, 0);
    const watch = detector(channels, undefined, 1, name);
    for (let i = 0; i < CALM_ROWS; i++) watch.update(i * STEP, next(), true, "");
    if (watch.verdict.active) continue;
    let first = -1;
    for (let k = 0; k < FAULT_ROWS; k++) {
      const x = next();
      x[0] = fault(x[0], other);
      if (watch.update((CALM_ROWS + k) * STEP, x, true, "").active && first < 0) first = k;
      if (first < 0) continue;
      total++;
      if (watch.verdict.active) active++;
    }
    if (first >= 0) after.push(first);
  }
  after.sort((a, b) => a - b);
  if (after.length === 0) return "0";
  return `${after.length}, ${after[after.length >> 1]}, ${Math.round((100 * active) / total)} %`;
}

const FAULTS = [
  ["step of 5 sigma", (x) => x + 5],
  ["step of 1.5 sigma", (x) => x + 1.5],
];

export async function run(_shared, samples = 200_000, seeds = 2, names = DETECTORS) {
  console.log(
    `Chosen detectors, ${seeds} seeds of ${samples} samples: onsets over the budget at 1 and 10 per month;\n` +
      "faults of 20, median samples, share of the time active from then on; microseconds per row:",
  );
  for (const name of names)
    for (const channels of BETWEEN.includes(name) ? [4] : [1, 4]) {
      const budget = [0, 0.7].map((phi) =>
        [1, 10].map((m) => onsets(name, channels, phi, samples, seeds, m).toFixed(2)).join(" "),
      );
      const faults = FAULTS.map(([what, fault]) => `${what}: ${found(name, channels, fault)}`);
      if (channels > 1) faults.push(`broken correlation: ${found(name, channels, (_x, other) => other()[0])}`);
      const watch = detector(channels, undefined, 1, name);
      const next = stream("cost", channels, 0);
      const rows = Array.from({ length: 50_000 }, next);
      const start = performance.now();
      rows.forEach((x, i) => void watch.update(i * STEP, x, true, ""));
      const us = (((performance.now() - start) * 1000) / rows.length).toFixed(1);
      console.log(
        `  ${name.padEnd(17)} ${channels}  Gaussian ${budget[0]}  AR(1) 0.7 ${budget[1]}  ${faults.join("  ")}  ${us}`,
      );
    }
}

if (import.meta.main)
  await run(
    process.argv[2],
    Number(process.argv[3] ?? 200_000),
    Number(process.argv[4] ?? 2),
    process.argv[5]?.split(","),
  );
