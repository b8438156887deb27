// Tiers A and B on C-MAPSS: a health indicator and its threshold, a typical life, no or few failures.
// The indicator is a ridge regression of the sensors on min(life left, 125), or on early against late rows, fitted on the
// training engines; the threshold is its mean at their failures. Truth and prediction are capped at 125.
// Usage: npm run build && node bench/rul/trend.mjs [folder with data/ and score/, default ../shared]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { Matrix, solve } from "ml-matrix";
import { note } from "./figures.mjs";
import { alone, createRandom, mean, middle, predictAfter } from "./shared.mjs";

export async function run(shared) {
  if (!existsSync(join(shared, "data/cmapss")))
    return console.log(`No benchmark data in ${shared}: C-MAPSS is skipped.`);
  const { scoreFinal } = await import(pathToFileURL(join(shared, "score/cmapss-score.mjs")));
  console.log("C-MAPSS official test sets, no failure known (tier A), by the typical life that was given:");
  const wrong = [];
  for (const kind of ["life left", "early or late"])
    for (const set of ["FD001", "FD003"]) {
      const data = load(shared, set, kind);
      for (const typicalLife of [200, 100, 400, undefined]) {
        const label = `${set}, indicator of ${kind}, typical life ${typicalLife ?? "unknown"}`;
        const seeds = typicalLife === 200 && kind === "life left" ? [1, 2, 3, 4, 5] : [1];
        const scores = seeds.map((seed) => score(data, { typicalLife, seed }, []));
        const m = Object.fromEntries(Object.keys(scores[0]).map((key) => [key, middle(scores.map((s) => s[key]))]));
        console.log(line(seeds.length > 1 ? `${label}, median of five seeds` : label, m));
        if (kind !== "life left") continue;
        if (typicalLife === 200) {
          note("no failure known: RMSE FD001; FD003", m.rmse.toFixed(1));
          note("no failure known: interval holds, %", (100 * m.cov90).toFixed(0));
        } else if (typicalLife !== undefined) wrong.push(m.cov90);
      }
    }
  note("typical life wrong by 2: least share the interval holds, %", (100 * Math.min(...wrong)).toFixed(0));
  console.log("  the same with five failures known (tier B), median of three draws of the five:");
  for (const set of ["FD001", "FD003"]) {
    const data = load(shared, set, "life left");
    const scores = [1, 2, 3].map((draw) => {
      const random = createRandom(`five ${draw}`);
      const five = data.train.toSorted(() => random.next() - 0.5).slice(0, 5);
      const failures = five.map((series, i) => ({
        unit: String(i + 1),
        life: series.at(-1)[0],
        curve: thin(series),
      }));
      return score(data, {}, failures);
    });
    const best = scores.toSorted((a, b) => a.rmse - b.rmse)[1];
    console.log(line(`${set}, five failures`, best));
  }
  console.log(
    "  published, FD001: by age alone 31.1, CNN 18.5, LSTM 16.1, STAR transformer 10.6 (trained on 100 failures)",
  );

  function score({ test, truth, threshold }, { typicalLife, seed = 1 }, failures) {
    const rows = test.map((series, u) => {
      const p = predictAfter(
        series,
        { threshold, direction: "falling", seed, ...(typicalLife && { typicalLife }) },
        failures,
      );
      const finite = (x) => Math.min(x, 1e6);
      return { unit: u + 1, p50: p.mean, p05: p.p05, p95: finite(p.p95) };
    });
    const { rmse_cap: rmse, score_cap: phm, cov90, w90, late10 } = scoreFinal(rows, truth);
    return { rmse, phm, cov90, w90, late10 };
  }
}

const line = (label, { rmse, phm, cov90, w90, late10 }) =>
  `  ${label}: RMSE ${rmse.toFixed(1)}, PHM score ${phm.toFixed(0)}, 90 % interval holds ${(100 * cov90).toFixed(0)} %, mean width ${w90.toFixed(0)}, more than 10 late ${(100 * late10).toFixed(0)} %`;

/** Mean of every five cycles: what a node keeps of a life. */
function thin(series) {
  const out = [];
  for (let i = 0; i < series.length; i += 5) {
    const part = series.slice(i, i + 5);
    out.push([mean(part.map(([t]) => t)), mean(part.map(([, y]) => y))]);
  }
  return out;
}

function load(shared, set, kind) {
  const read = (name) => gunzipSync(readFileSync(join(shared, "data/cmapss", `${name}.txt.gz`))).toString();
  const engines = (name) => {
    const units = new Map();
    for (const text of read(`${name}_${set}`).trim().split("\n")) {
      const row = text.trim().split(/\s+/).map(Number);
      if (!units.has(row[0])) units.set(row[0], []);
      units.get(row[0]).push(row);
    }
    return [...units.values()];
  };
  const train = engines("train");
  const rows = train.flat();
  const sensors = Array.from({ length: 21 }, (_, k) => {
    const values = rows.map((row) => row[k + 5]);
    const m = mean(values);
    return { column: k + 5, m, sd: Math.sqrt(mean(values.map((v) => (v - m) ** 2))) };
  }).filter(({ sd }) => sd > 1e-9);
  const features = (row) => [1, ...sensors.map(({ column, m, sd }) => (row[column] - m) / sd)];
  const x = [];
  const y = [];
  for (const unit of train)
    for (const row of unit) {
      const left = unit.length - row[1];
      const early = row[1] <= 0.2 * unit.length;
      if (kind !== "life left" && !early && left > 10) continue;
      x.push(features(row));
      y.push([kind === "life left" ? Math.min(125, left) / 125 : early ? 1 : 0]);
    }
  const a = new Matrix(x);
  const normal = a.transpose().mmul(a);
  for (let i = 0; i < normal.rows; i++) normal.set(i, i, normal.get(i, i) + 1e-3 * x.length);
  const weights = solve(normal, a.transpose().mmul(new Matrix(y))).to1DArray();
  const indicator = (row) => features(row).reduce((sum, f, i) => sum + weights[i] * f, 0);
  const series = (units) => units.map((unit) => unit.map((row) => [row[1], indicator(row)]));
  return {
    threshold: mean(train.map((unit) => indicator(unit.at(-1)))),
    train: series(train),
    test: series(engines("test")),
    truth: read(`RUL_${set}`).trim().split(/\s+/).map(Number),
  };
}

await alone(import.meta.url, run);
