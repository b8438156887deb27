// BATADAL: a water distribution network, 43 signals, hourly; a normal year to learn from, then seven attacks. Everything,
// the threshold too, comes from the normal year.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { detector, row } from "./stream.mjs";

export async function run(shared) {
  if (!existsSync(join(shared, "score/batadal-score.mjs"))) return console.log(`No BATADAL in ${shared}: skipped.`);
  const { scoreBatadal, DATASET04_ATTACKS } = await import(pathToFileURL(join(shared, "score/batadal-score.mjs")));
  const [normal, test] = [3, 4].map((k) => load(join(shared, `data/batadal/BATADAL_dataset0${k}.csv`)));
  const attacks = DATASET04_ATTACKS.map((pair) => pair.map((t) => Date.parse(t)));
  console.log(
    `BATADAL, ${normal.X[0].length} signals, fitted on dataset03 (${normal.X.length} h), scored on dataset04, threshold from dataset03 alone:`,
  );
  const d = detector(normal.X[0].length, normal.X.length);
  normal.X.forEach((x, i) => {
    d.declare(normal.ts[i], x);
  });
  d.learned();
  const alarms = test.X.map((x, i) => ({ time: test.ts[i], alarm: d.update(test.ts[i], x, true, "").active ? 1 : 0 }));
  const say = (s) =>
    `S ${s.S.toFixed(3)}, ${s.detected}/7 attacks, true positive ${s.TPR.toFixed(3)}, true negative ${s.TNR.toFixed(3)}`;
  row("the node's own alarms at its default budget", say(scoreBatadal(alarms, attacks)));
  row(
    "beside: every row is an alarm",
    say(
      scoreBatadal(
        alarms.map(({ time }) => ({ time, alarm: 1 })),
        attacks,
      ),
    ),
  );
  row("published, on the test set that is not here", "S 0.970 0.949 0.927 0.894 0.802 0.773 0.534");
}

function load(file) {
  const [head, ...lines] = readFileSync(file, "utf8").trim().split(/\r?\n/);
  const n = head.split(",").length;
  const cells = lines.map((l) => l.split(","));
  const ts = cells.map(([t]) => {
    const [day, month, year, hour] = t.split(/[/ ]/).map(Number);
    return Date.UTC(2000 + year, month - 1, day, hour);
  });
  // The last column is the label.
  return { ts, X: cells.map((c) => Float64Array.from(c.slice(1, n - 1), Number)) };
}
