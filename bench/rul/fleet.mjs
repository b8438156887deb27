// Tier C on C-MAPSS: a fleet model learned from failures, official test sets; also sensors renamed, samples missing, starts in
// mid-life, six operating points, few failures, and a fault that the fleet never had. Truth and prediction are capped at 125.
// Usage: npm run build && node bench/rul/fleet.mjs [folder with data/ and score/, default ../shared]
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { load } from "./cmapss.mjs";
import { note } from "./figures.mjs";
import { alone, mean, middle, percent } from "./shared.mjs";
import { dropRows, dropValues, midLife, operatingPoints, rename, subset, wildValues } from "./variants.mjs";

const require = createRequire(import.meta.url);
const lib = (name) => require(join(import.meta.dirname, "../../dist/lib/rul/fleet", `${name}.js`));
const { trainFleet } = lib("train");
const { FleetModel } = lib("model");
const { FleetPredictor } = lib("predictor");

const CAP = 125;
const SEEDS = [1, 2, 3, 4, 5];

export async function run(shared) {
  if (!existsSync(join(shared, "data/cmapss")))
    return console.log(`No benchmark data in ${shared}: C-MAPSS is skipped.`);
  const { scoreFinal } = await import(pathToFileURL(join(shared, "score/cmapss-score.mjs")));
  const [one, three] = ["FD001", "FD003"].map((name) => load(shared, name));
  const score = (predictions, truth) =>
    scoreFinal(
      predictions.map(({ estimate: { mean, p05, p10, p50, p90, p95 } }, i) => ({
        unit: i + 1,
        p50: mean,
        q50: p50,
        p05,
        p10,
        p90,
        p95,
      })),
      truth,
    );
  /** Median of the seeds, one model each. */
  const judge = (name, train, test, truth, seeds = SEEDS) => {
    const all = seeds.map((seed) => {
      const begin = process.cpuUsage();
      const model = trainFleet(typeof train === "function" ? train(seed) : train, { cap: CAP, seed });
      const { user, system } = process.cpuUsage(begin);
      const text = JSON.stringify(model);
      const predictions = predict(FleetModel.fromJSON(text), test);
      return { ...score(predictions, truth), ms: (user + system) / 1000, kb: text.length / 1000 };
    });
    const m = (key) => middle(all.map((o) => o[key]));
    console.log(
      `  ${name.padEnd(44)} RMSE ${m("rmse_cap").toFixed(2)}, PHM ${m("score_cap").toFixed(0)}, 90 % interval holds ${percent(m("cov90"))}, width ${m("w90").toFixed(1)}, late ${percent(m("late10"))}` +
        `; ${m("kb").toFixed(0)} kB, trained in ${m("ms").toFixed(0)} ms of CPU`,
    );
    return m;
  };
  console.log("C-MAPSS, fleet model (tier C), official test sets, median of five seeds; late: by more than 10 cycles:");
  for (const { name, train, test, truth } of [one, three]) {
    const m = judge(name, train, test, truth);
    note("fleet: RMSE FD001; FD003", m("rmse_cap").toFixed(2));
    note("fleet: PHM08 score FD001; FD003", m("score_cap").toFixed(0));
    note("fleet: 90 % interval holds, %", (100 * m("cov90")).toFixed(0));
    note("fleet: mean width", m("w90").toFixed(1));
    if (name !== "FD001") continue;
    note("fleet: training FD001, s of CPU", (m("ms") / 1000).toFixed(1));
    note("fleet: model, kB", m("kb").toFixed(0));
  }
  console.log(
    "  published FD001 / FD003: age alone 31.1 / 34.1, CNN 18.45 / 19.82, LSTM 16.14 / 16.18, STAR transformer 10.61 / 10.71",
  );
  console.log("  few failures, median of five draws of the units:");
  for (const [{ name, train, test, truth }, sizes] of [
    [one, [3, 5, 10, 20, 50]],
    [three, [10, 50]],
  ])
    for (const units of sizes) {
      const m = judge(`${name}, ${units} units`, (seed) => subset(train, units, `draw ${seed}`), test, truth);
      if (name === "FD001" && units === 10)
        note(
          "fleet of 10 units, FD001: RMSE; interval holds, %",
          m("rmse_cap").toFixed(2),
          (100 * m("cov90")).toFixed(0),
        );
    }
  console.log("  the same data, made harder, median of three seeds:");
  for (const { name, train, test, truth } of [one, three]) {
    const more = (what, a, b) => judge(`${name}, ${what}`, a, b, truth, [1, 2, 3]);
    more("sensors renamed, rescaled, turned, shuffled", rename(train), rename(test));
    more("10 % of values missing", dropValues(train, 0.1, "train"), dropValues(test, 0.1, "test"));
    more("1 % of values wild", wildValues(train, 0.01, "train"), wildValues(test, 0.01, "test"));
    more("1 % of test values wild", train, wildValues(test, 0.01, "test"));
    more("30 % of the test rows missing", train, dropRows(test, 0.3, "test"));
    more("starts in mid-life, age known", train, midLife(test, false, "test"));
    more("starts in mid-life, clock set anew", train, midLife(test, true, "test"));
    more("six operating points", operatingPoints(train, "train", train), operatingPoints(test, "test", train));
    more(
      "six operating points, 10 % missing, renamed",
      dropValues(rename(operatingPoints(train, "train", train)), 0.1, "train"),
      dropValues(rename(operatingPoints(test, "test", train)), 0.1, "test"),
    );
  }
  unseen(one, three);
  cost(one);
}

/** The second fault of FD003 under a model of FD001, which has only the first. */
function unseen(one, three) {
  const rows = SEEDS.map((seed) => {
    const model = trainFleet(one.train, { cap: CAP, seed });
    const judged = predict(model, three.test).map(({ estimate: { p05, p95, unknown } }, i) => {
      const truth = Math.min(CAP, three.truth[i]);
      return { unknown, inside: p05 <= truth && (p95 >= CAP || truth <= p95) };
    });
    const plain = judged.filter((j) => !j.unknown);
    const flagged = judged.filter((j) => j.unknown);
    return {
      flagged: flagged.length / judged.length,
      plain: mean(plain.map((j) => Number(j.inside))),
      wide: mean(flagged.map((j) => Number(j.inside))),
      falseFlags: mean(predict(model, one.test).map(({ estimate }) => Number(estimate.unknown))),
    };
  });
  const m = (key) => percent(middle(rows.map((r) => r[key])));
  const figure = (key) => (100 * middle(rows.map((r) => r[key]))).toFixed(0);
  note("fault never seen: interval of the unflagged holds, %; false flags, %", figure("plain"), figure("falseFlags"));
  console.log(
    `  fault never seen (train FD001, test FD003): ${m("flagged")} flagged unknown (their widened interval holds ${m("wide")}), the interval of the others holds ${m("plain")}; false flags on FD001 ${m("falseFlags")}`,
  );
}

function cost({ train, test }) {
  const model = trainFleet(train, { cap: CAP });
  const columns = model.signals.map((name) => test.signals.indexOf(name));
  const rows = test.units.flatMap(({ time, values }) =>
    Array.from(time, (t, r) => [r, t, Float64Array.from(columns, (c) => values[r * test.signals.length + c])]),
  );
  const once = (ask) => {
    let predictor;
    const begin = process.hrtime.bigint();
    for (const [r, t, values] of rows) {
      if (r === 0) predictor = new FleetPredictor(model);
      predictor.update(t, values);
      if (ask) predictor.estimate();
    }
    return Number(process.hrtime.bigint() - begin) / 1e3 / rows.length;
  };
  const runs = Array.from({ length: 5 }, () => [once(false), once(true)]);
  const best = (k) => Math.min(...runs.map((r) => r[k])).toFixed(1);
  note("fleet: µs a prediction", best(1));
  console.log(`  cost per sample: ${best(0)} µs to take it, ${best(1)} µs to take it and predict`);
}

/** One estimate per unit, after its last row. */
function predict(model, { signals, units }) {
  const columns = model.signals.map((name) => signals.indexOf(name));
  const row = new Float64Array(columns.length);
  return units.map(({ time, values }) => {
    const predictor = new FleetPredictor(model);
    for (let r = 0; r < time.length; r++) {
      for (let k = 0; k < row.length; k++) row[k] = values[r * signals.length + columns[k]];
      predictor.update(time[r], row);
    }
    return { estimate: predictor.estimate() };
  });
}

await alone(import.meta.url, run);
