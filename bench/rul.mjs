// What the remaining-life node states with its default settings: C-MAPSS test sets, real battery cells, synthetic wear, cost.
// Usage: npm run build && node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON bench/rul.mjs [folder with data/ and score/, default ../shared]
import "../scripts/node-version.mjs";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { FAMILIES, lifeOf } from "../test/lib/rul/degradation.ts";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");
const { RulPredictor } = require(join(root, "dist/lib/rul/predictor.js"));
const { createRandom } = require(join(root, "dist/lib/random.js"));
const { compileExpression } = require(join(root, "dist/lib/expression/compile.js"));

const shared = resolve(process.argv[2] ?? "../shared");
const LOOKS = [0.5, 0.75, 0.9];
const total = (xs) => xs.reduce((a, b) => a + b, 0);
const middle = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];
const percent = (x) => `${(100 * x).toFixed(0)} %`;

if (existsSync(join(shared, "score/cmapss-score.mjs"))) await turbofan();
else console.log(`No benchmark data in ${shared}: C-MAPSS is skipped.`);
if (existsSync(join(shared, "data/calce"))) cells();
else console.log(`No benchmark data in ${shared}: CALCE is skipped.`);
synthetic();
cost();

/** A predictor in cycles, with the node's longest life of 20 horizons. */
function predictor(threshold, direction, horizon, typicalLife) {
  return new RulPredictor({
    label: "Indicator",
    unit: "",
    signal: "indicator",
    threshold,
    direction,
    timeUnit: "cycles",
    timeUnitLength: 1,
    horizon,
    longest: horizon * 20,
    ...(typicalLife && { typicalLife }),
  });
}

/** The indicator and the limit of example 3, as shipped: learned from 76 training engines of FD001, no test engine. */
async function turbofan() {
  const { scoreFinal } = await import(pathToFileURL(join(shared, "score/cmapss-score.mjs")));
  const flow = JSON.parse(readFileSync(join(root, "examples/3 Turbofan fleet.json"), "utf8"));
  const node = flow.find((n) => n.type === "twin-rul");
  const expression = compileExpression(node.expression, (name) => /^s\d+$/.test(name));
  const read = (name) => gunzipSync(readFileSync(join(shared, "data/cmapss", `${name}.txt.gz`))).toString();
  console.log("C-MAPSS, official test sets, truth and prediction capped at 125, indicator and limit of example 3:");
  for (const set of ["FD001", "FD003"])
    for (const typicalLife of [undefined, 200]) {
      const truth = read(`RUL_${set}`).trim().split(/\s+/).map(Number);
      const engines = new Map();
      for (const line of read(`test_${set}`).trim().split("\n")) {
        const [unit, cycle, , , , ...sensors] = line.trim().split(/\s+/).map(Number);
        const p = engines.get(unit) ?? predictor(node.threshold, node.direction, node.horizon, typicalLife);
        p.update(cycle, expression.evaluate(expression.names.map((name) => sensors[Number(name.slice(1)) - 1])));
        engines.set(unit, p);
      }
      // No number counts as the cap; a quantile beyond the longest stated life as that life.
      const longest = 20 * node.horizon;
      const rows = Array.from(engines, ([unit, p]) => {
        const { p05, p50, p95, unknown } = p.section();
        return {
          unit,
          unknown,
          p05: unknown ? 0 : (p05 ?? longest),
          p50: unknown ? 125 : (p50 ?? longest),
          p95: p95 ?? longest,
        };
      });
      const all = scoreFinal(
        rows.map(({ unknown, ...row }) => row),
        truth,
      );
      const silent = rows.filter((r) => r.unknown);
      const answered = rows.filter((r) => !r.unknown);
      const shortest = Math.min(...silent.map((r) => truth[r.unit - 1]));
      const label = `  ${set}, ${typicalLife ? `typical life ${typicalLife}` : "typical life unknown"}`;
      console.log(
        `${label}: RMSE ${all.rmse_cap.toFixed(1)}, PHM score ${all.score_cap.toFixed(0)}, more than 10 late ${percent(all.late10)}`,
      );
      if (silent.length > 0)
        console.log(`    no number for ${silent.length} (counted as 125; shortest true life ${shortest})`);
      const own = scoreFinal(
        answered.map(({ unknown, ...row }, i) => ({ ...row, unit: i + 1 })),
        answered.map((r) => truth[r.unit - 1]),
      );
      console.log(
        `    the ${answered.length} with a number: RMSE ${own.rmse_cap.toFixed(1)}, interval holds the truth ${percent(own.cov90)}, mean width ${own.w90.toFixed(0)}`,
      );
    }
  console.log("  published, FD001: by age alone 31.1, CNN 18.5, LSTM 16.1, STAR transformer 10.6");
}

/** Capacity falling to 0.77 Ah; end of life is the first cycle from which the median of five stays below. */
function cells() {
  console.log("CALCE cells, capacity falling to 0.77 Ah, at 30/50/70/90 % of life (truth: p05–p95, median):");
  for (const typicalLife of [undefined, 700]) {
    let inside = 0;
    let near = 0;
    let looks = 0;
    let silent = 0;
    for (const cell of ["CS2_35", "CS2_36"]) {
      const rows = readCsv(join(shared, "data/calce", `${cell}.csv`)).filter((r) => r.capacity > 0);
      const end = rows.findIndex((_, i) => i >= 4 && middle(rows.slice(i - 4, i + 1).map((r) => r.capacity)) < 0.77);
      const life = rows[end].cycle;
      const p = predictor(0.77, "falling", 100, typicalLife);
      const line = [];
      let look = 0;
      for (const { cycle, capacity } of rows.slice(0, end)) {
        const s = p.update(cycle, capacity).section;
        if (cycle / life < [0.3, 0.5, 0.7, 0.9, 2][look]) continue;
        look++;
        looks++;
        const left = life - cycle;
        if (s.p05 === null) silent++;
        else if (s.p05 <= left && left <= (s.p95 ?? Number.POSITIVE_INFINITY)) inside++;
        if (s.p50 !== null && Math.abs(s.p50 - left) <= 0.2 * left) near++;
        line.push(s.p05 === null ? `${left}: no number` : `${left}: ${s.p05}–${s.p95 ?? "…"}, ${s.p50}`);
      }
      console.log(`  ${cell}, life ${life}, typical life ${typicalLife ?? "unknown"}: ${line.join("; ")}`);
    }
    console.log(`    ${inside} of ${looks} inside, ${near} medians within 20 %, ${silent} without a number`);
  }
}

/** The families of the tests with seeds that the tests do not use. */
function synthetic() {
  console.log("Synthetic wear, 40 fresh seeds, 300 samples per life; at 50/75/90 % of life:");
  const sum = { inside: 0, answered: 0, looks: 0 };
  for (const [name, make] of Object.entries(FAMILIES)) {
    const inside = [0, 0, 0];
    const answered = [0, 0, 0];
    const widths = [[], [], []];
    let lives = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = createRandom(`bench ${name} ${seed}`);
      const f = make(random);
      const noise = 0.01 + 0.03 * random.next();
      const life = lifeOf(f);
      if (life === undefined) continue;
      lives++;
      const p = predictor(1, "rising", 1);
      for (let i = 1, look = 0; i < 300; i++) {
        const t = (life * i) / 300;
        const s = p.update(t, f(t) + noise * random.normal()).section;
        if (i / 300 < (LOOKS[look] ?? 2)) continue;
        if (s.p05 !== null) {
          answered[look]++;
          if (s.p05 <= life - t && life - t <= (s.p95 ?? Number.POSITIVE_INFINITY)) inside[look]++;
          widths[look].push(((s.p95 ?? Number.POSITIVE_INFINITY) - s.p05) / life);
        }
        look++;
      }
    }
    sum.inside += total(inside);
    sum.answered += total(answered);
    sum.looks += 3 * lives;
    const shares = inside.map((k, i) => (answered[i] ? `${percent(k / answered[i])} of ${answered[i]}` : "no number"));
    const width = widths.map((w) => (w.length ? percent(middle(w)) : "–"));
    console.log(`  ${name}: inside ${shares.join(" / ")}; median width ${width.join(" / ")} of life`);
  }
  console.log(`  all: ${percent(sum.inside / sum.answered)} inside; a number at ${sum.answered} of ${sum.looks} looks`);
}

function cost() {
  const random = createRandom("cost");
  const p = predictor(1, "rising", 1e4);
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
  const first = predictor(1, "rising", 1e4);
  const begin = process.hrtime.bigint();
  for (let i = 0; i < 200; i++) first.update(i + 1, values[i * 100]);
  console.log(
    `  the first 200 samples, when every one changes the fit: ${(Number(process.hrtime.bigint() - begin) / 1e3 / 200).toFixed(0)} µs each.`,
  );
}

function readCsv(file) {
  const [head, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], Number(cell)])));
}
