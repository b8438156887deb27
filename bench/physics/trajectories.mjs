// Trajectories of machines against reference files, and the times of their events.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BALL, MACHINES } from "./models.mjs";

/** Prints one line per machine: largest error over all times, per column relative to the column's largest value. */
export function trajectories({ simulate, readSimulation, readInputs, odeProblem, OdeSolver }, shared) {
  console.log("\nTrajectories at rtol 1e-8, atol 1e-10: largest error relative to the largest value of the column");
  for (const [name, { file, columns, model, inputs }] of Object.entries(MACHINES)) {
    const truth = table(readFileSync(join(shared, "reference/trajectories", file), "utf8"));
    const simulation = readSimulation(JSON.stringify(model));
    const rows = inputs ? readInputs(inputs, simulation.inputs) : [];
    const dt = truth[1].t - truth[0].t;
    const full = truth.filter((row, i) => Math.abs(row.t - i * dt) < 1e-9 * dt);
    const worst = Object.fromEntries(Object.keys(columns).map((c) => [c, 0]));
    const size = Object.fromEntries(
      Object.entries(columns).map(([c, from]) => [c, Math.max(...truth.map((row) => Math.abs(row[from])))]),
    );
    let k = 0;
    for (const row of simulate(simulation, { t1: full.at(-1).t, dt, rtol: 1e-8, atol: 1e-10, inputs: rows })) {
      for (const [c, from] of Object.entries(columns)) {
        const got = row[simulation.columns.indexOf(c) + 1];
        worst[c] = Math.max(worst[c], Math.abs(got - full[k][from]) / size[c]);
      }
      k++;
    }
    const text = Object.entries(worst).map(([c, e]) => `${c} ${e.toExponential(1)}`);
    console.log(`  ${name.padEnd(8)} ${k} rows: ${text.join(", ")} (must 1e-6)`);
  }
  const battery = MACHINES.battery;
  const empty = firstEvent(battery.model, battery.inputs, 3200);
  console.log(`  battery empty at ${empty.toFixed(6)} s (reference 3005.347251, must within 0.001)`);
  const impact = firstEvent(BALL.model, undefined, 20);
  console.log(
    `  ball lands at ${impact.toFixed(12)} s (exact ${BALL.impact.toFixed(12)}, error ${Math.abs(impact / BALL.impact - 1).toExponential(1)})`,
  );

  function firstEvent(model, inputs, t1) {
    const simulation = readSimulation(JSON.stringify(model));
    const u = new Float64Array(simulation.model.inputs.length);
    const solver = new OdeSolver(odeProblem(simulation.model, u), { rtol: 1e-8, atol: 1e-10 });
    const y = Float64Array.from(simulation.model.initial);
    let first = Number.NaN;
    const rows = inputs ? readInputs(inputs, simulation.inputs) : [{ t: 0, values: u }];
    for (const [k, { t, values }] of rows.entries()) {
      u.set(values);
      solver.restart();
      const onEvent = (_i, at) => {
        if (Number.isNaN(first)) first = at;
      };
      solver.integrate(t, y, rows[k + 1]?.t ?? t1, { onEvent });
    }
    return first;
  }
}

function table(text) {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], Number(cell)])));
}
