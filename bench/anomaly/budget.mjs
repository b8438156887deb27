// False alarms over the budget on clean streams, 60 s samples, re-learned an hour after each; and faults that must be found at the budget.
// node bench/anomaly/budget.mjs [shared] [samples per seed, default 1 000 000] [seeds, default 10]
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "..", "dist", "lib");
const { Univariate } = require(join(lib, "anomaly/univariate.js"));
const { createRandom } = require(join(lib, "random.js"));

const STEP = 60_000;
const PER_MONTH = 43_200;
const HOUR = 60;
const DAY = 1440;

const ar = (phi) => (random) => {
  let x = random.normal();
  return () => (x = phi * x + Math.sqrt(1 - phi * phi) * random.normal());
};
const STREAMS = {
  "Gaussian noise": (random) => () => random.normal(),
  "AR(1) 0.7": ar(0.7),
  "AR(1) 0.95": ar(0.95),
  "daily rhythm of 3 sigma": (random) => (i) => 3 * Math.sin((2 * Math.PI * i) / DAY) + random.normal(),
};

export async function run(_shared, samples = 1_000_000, seeds = 10) {
  console.log(`Onsets over the budget of false alarms, ${seeds} seeds of ${samples} samples pooled:`);
  for (const [name, stream] of Object.entries(STREAMS)) {
    const cells = [1, 10].map((perMonth) => {
      let onsets = 0;
      for (let seed = 1; seed <= seeds; seed++)
        onsets += falseAlarms(stream(createRandom(`${name} ${seed}`)), perMonth, samples);
      const allowed = (seeds * samples * perMonth) / PER_MONTH;
      return `${perMonth} per month: ${onsets} / ${allowed.toFixed(0)} = ${(onsets / allowed).toFixed(2)}`;
    });
    console.log(`  ${name.padEnd(24)} ${cells.join("   ")}`);
  }
  faults();
}

function falseAlarms(next, falseAlarmsPerMonth, samples) {
  const watch = new Univariate({ falseAlarmsPerMonth });
  let onsets = 0;
  let relearn = -1;
  for (let i = 0; i < samples; i++) {
    if (i === relearn) watch.relearn();
    if (!watch.update(i * STEP, next(i)).alarm.raised) continue;
    onsets++;
    relearn = i + HOUR;
  }
  return onsets;
}

/** Each fault after three days of noise, 20 seeds: how many found, and after how many samples (median). */
function faults() {
  const FAULTS = {
    "step of 5 sigma": (_k, x) => x + 5,
    "drift of 0.1 sigma per hour": (k, x) => x + (0.1 * k) / HOUR,
    stuck: (_k, _x, last) => last,
    "noise doubled": (_k, x) => 2 * x,
  };
  console.log("Faults found at one false alarm per month:");
  for (const [name, fault] of Object.entries(FAULTS)) {
    const after = [];
    let lasted = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(`${name} ${seed}`);
      const watch = new Univariate();
      let x = 0;
      for (let i = 0; i < 3 * DAY; i++) watch.update(i * STEP, (x = random.normal()));
      const last = x;
      let found = -1;
      let active = 0;
      let total = 0;
      for (let k = 0; k < 7 * DAY; k++) {
        const { alarm } = watch.update((3 * DAY + k) * STEP, fault(k, random.normal(), last));
        if (found < 0 && alarm.active) found = k;
        if (found >= 0) {
          total++;
          if (alarm.active) active++;
        }
      }
      if (found >= 0) after.push(found);
      lasted += total ? active / total : 0;
    }
    after.sort((a, b) => a - b);
    console.log(
      `  ${name.padEnd(30)} ${after.length} / 20, ${after[after.length >> 1]} samples, active ${((100 * lasted) / 20).toFixed(1)} % of the time from then on`,
    );
  }
}

if (import.meta.main) await run(process.argv[2], Number(process.argv[3] ?? 1_000_000), Number(process.argv[4] ?? 10));
