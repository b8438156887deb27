// Twin planner replayed on recorded lives: every engine of C-MAPSS is judged after every cycle by a fleet model that was trained on the
// other four fifths of the engines, a plan is made, and the engine is renewed at the planned date. "At once": renewed a lead time
// after the order, whatever is learned in between. A planned renewal costs 1, a failure 10. Beside it: run to failure, age replacement (Weibull, fitted on the same four fifths), the
// point estimate as a rule, and an oracle that renews every engine just before its failure.
// Usage: npm run build && node bench/rul/planner.mjs [folder with data/, default ../shared]
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { load } from "./cmapss.mjs";
import { note } from "./figures.mjs";
import { alone, createRandom, mean, middle } from "./shared.mjs";

const require = createRequire(import.meta.url);
const lib = (name) => require(join(import.meta.dirname, "../../dist/lib", `${name}.js`));
const { trainFleet } = lib("rul/fleet/train");
const { FleetPredictor } = lib("rul/fleet/predictor");
const { isDue } = lib("planner/plan");
const { Planner } = lib("planner/planner");
const { readPlanner } = lib("planner/settings");
const { utc } = lib("planner/windows");
const { fleetSection } = lib("rul/fleet-section");
const { fitWeibull } = lib("planner/weibull");
const { ageReplacement } = lib("planner/age-replacement");

const PLANNED = 1;
const FAILURE = 10;
const LEAD = 10;
const MARGIN = 5;
const FOLDS = 5;
const SEEDS = [1, 2, 3];
const HOUR = 3_600_000;

export function run(shared) {
  reference();
  if (!existsSync(join(shared, "data/cmapss")))
    return console.log(`No benchmark data in ${shared}: the planner is skipped.`);
  console.log(
    `Planner, ${FOLDS} folds by engine, planned ${PLANNED}, failure ${FAILURE}, lead ${LEAD}; median of ${SEEDS.length} dealings, cost per 1000 cycles:`,
  );
  for (const name of ["FD001", "FD003"]) {
    const { train } = load(shared, name);
    const replays = SEEDS.map((seed) => replay(train, seed));
    const oracle = middle(replays.map((r) => r.oracle.rate));
    const planned = middle(replays.map((r) => r[`twin planner, margin ${LEAD}`].rate));
    note("planner: % over the oracle FD001; FD003", (100 * (planned / oracle - 1)).toFixed(1));
    for (const key of Object.keys(replays[0])) {
      const m = (what) => middle(replays.map((r) => r[key][what]));
      console.log(
        `  ${name}, ${key.padEnd(34)} ${m("rate").toFixed(3)} (${signed(m("rate") / oracle - 1)} over the oracle), ${m("failures")} of ${train.units.length} failed, ${m("lost").toFixed(1)} cycles given away by those that did not`,
      );
    }
  }
}

function reference() {
  const age = (shape, failure) => ageReplacement({ shape, scale: 1000 }, 1, failure).age;
  const ages = [age(2.5, 5).toFixed(4), age(2, 10).toFixed(4)];
  note("age replacement: T* for Weibull 2.5, 1000 h, 1:5; 2, 1000 h, 1:10; h", ...ages);
  console.log(
    `Age replacement, Weibull 2.5, 1000 h, costs 1:5: T* ${ages[0]} h (published 493.047); 2, 1000 h, 1:10: ${ages[1]} h`,
  );
}

/** All engines once, each under the model of the folds that it is not in. */
function replay({ signals, units }, seed) {
  const random = createRandom(`planner ${seed}`);
  const order = units.map((unit) => [random.next(), unit]).sort(([a], [b]) => a - b);
  const policies = {};
  const note = (name, ends) => (policies[name] ??= []).push(...ends);
  for (let fold = 0; fold < FOLDS; fold++) {
    const of = (wanted) => order.filter((_, i) => (i % FOLDS === fold) === wanted).map(([, unit]) => unit);
    const others = of(false);
    const own = of(true);
    const model = trainFleet({ signals, units: others }, { seed });
    const fit = fitWeibull(others.map((unit) => ({ age: lifeOf(unit), failed: true })));
    const { age } = ageReplacement(fit, PLANNED, FAILURE);
    const judged = own.map((unit) => ({ life: lifeOf(unit), answers: answersOf(model, signals, unit) }));
    /** The renewal comes a lead time after the first cycle at which it is due; a failure may come first. */
    const when = (due) => judged.map(({ life, answers }) => end(life, answers.find(due)?.age + LEAD));
    note(
      "oracle",
      judged.map(({ life }) => end(life, life - 1)),
    );
    for (const margin of [MARGIN, LEAD]) {
      note(
        `twin planner, margin ${margin}`,
        judged.map(({ life, answers }) => end(life, plannedAge(answers, margin))),
      );
      note(
        `p05 at once, margin ${margin}`,
        when((a) => isDue(a.p05, LEAD, margin)),
      );
    }
    note(
      "point estimate, no margin",
      when((a) => isDue(a.p50, LEAD, 0)),
    );
    note(
      "point estimate, same margin",
      when((a) => isDue(a.p50, LEAD, MARGIN)),
    );
    note(
      "age replacement",
      judged.map(({ life }) => end(life, age ?? Number.POSITIVE_INFINITY)),
    );
    note(
      "run to failure",
      judged.map(({ life }) => end(life, Number.POSITIVE_INFINITY)),
    );
  }
  return Object.fromEntries(Object.entries(policies).map(([name, ends]) => [name, sum(ends)]));
}

/** @param renewal age at which the work is done; NaN: it never was due */
function end(life, renewal) {
  const failed = !(renewal < life);
  return { failed, used: failed ? life : renewal, lost: failed ? 0 : life - renewal };
}

function sum(ends) {
  const cycles = ends.reduce((total, e) => total + e.used, 0);
  const failures = ends.filter((e) => e.failed).length;
  const rate = (1000 * (FAILURE * failures + PLANNED * (ends.length - failures))) / cycles;
  return { rate, failures, lost: mean(ends.filter((e) => !e.failed).map((e) => e.lost)) || 0 };
}

const lifeOf = ({ time }) => time[time.length - 1];

/** What the model says after every cycle. */
function answersOf(model, signals, { time, values }) {
  const columns = model.signals.map((name) => signals.indexOf(name));
  const predictor = new FleetPredictor(model);
  return Array.from(time, (age, r) => {
    predictor.update(
      age,
      Float64Array.from(columns, (c) => values[r * signals.length + c]),
    );
    const { p05, p50 } = predictor.estimate();
    return { age, p05, p50, section: fleetSection(predictor, "cycles", 30) };
  });
}

/** Age at which the planner's own date is reached. A cycle is taken for an hour. */
function plannedAge(answers, margin) {
  const config = { days: [0, 1, 2, 3, 4, 5, 6], lives: [], lead: LEAD, margin };
  const planner = new Planner(readPlanner({ ...config, plannedCost: PLANNED, failureCost: FAILURE }), [], 1, utc);
  for (const { age, section } of answers) {
    const time = age * HOUR;
    planner.update({ v: 1, id: "engine", branch: "live", time, values: {}, updated: [], rul: section });
    const [job] = planner.plan(time).plan.jobs;
    if (job && job.policy === "predictive" && job.start < time + HOUR) return job.start / HOUR;
  }
  return Number.NaN;
}

const signed = (x) => `${x >= 0 ? "+" : "−"}${Math.abs(100 * x).toFixed(1)} %`;

await alone(import.meta.url, run);
