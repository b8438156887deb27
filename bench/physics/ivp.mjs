// Error at t1 and work of every problem of ivp.json, and the time against CVODE. Run by ../physics.mjs, one process per
// problem: `node bench/physics/ivp.mjs PROBLEM SHARED [DRIVER]` prints one line of JSON.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { IVPS } from "./models.mjs";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "../../dist/lib/physics");
const { compileModel } = require(join(lib, "model.js"));
const { odeProblem } = require(join(lib, "problem.js"));
const { OdeSolver } = require(join(lib, "solvers/solver.js"));

const [name, shared, driver] = process.argv.slice(2);
const ROUNDS = 5;
/** Seconds of one timing. */
const BATCH = 0.004;
const OURS = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
const THEIRS = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12];

const { equations, parameters = {}, stiff, banded } = IVPS[name];
const reference = JSON.parse(readFileSync(join(shared, "reference/ivp.json"), "utf8"))[name];
const signal = /d(\w+)\/dt/.exec(equations)[1];
const model = compileModel({ equations, signals: [signal], parameters: new Map(Object.entries(parameters)) });
const problem = odeProblem(model, new Float64Array());

const norm = (v) => Math.hypot(...v);
const errorOf = (y) => norm(reference.y1.map((x, i) => y[i] - x)) / norm(reference.y1);

function solve(rtol) {
  const solver = new OdeSolver(problem, { rtol, atol: rtol * 1e-3 });
  const y = Float64Array.from(reference.y0);
  const result = solver.integrate(reference.t0, y, reference.t1, { maxSteps: 1e6 });
  return { y, result, method: solver.method };
}

function time(rtol, repeats) {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) solve(rtol);
  return (performance.now() - start) / 1000 / repeats;
}

const at = solve(1e-6);
const { steps, rejected, evaluations, code } = at.result;
const report = { name, code, method: at.method, error: errorOf(at.y), steps, rejected, evaluations };
if (driver) report.cvode = await compare();
console.log(JSON.stringify(report));

async function compare() {
  const cvode = startDriver();
  const variants = stiff
    ? banded
      ? ["bdf band", "bdf band-dq"]
      : ["bdf user", "bdf dq"]
    : name.startsWith("vdp")
      ? ["adams dq", "bdf user"]
      : ["adams dq", "bdf dq"];
  const runs = [];
  for (const rtol of OURS) {
    for (let end = performance.now() + 30; performance.now() < end; ) solve(rtol);
    const { y, result } = solve(rtol);
    if (result.code !== "done") continue;
    const repeats = Math.max(1, Math.ceil(BATCH / time(rtol, 3)));
    runs.push({ ours: true, error: errorOf(y), measure: async () => time(rtol, repeats), times: [] });
  }
  for (const variant of variants)
    for (const rtol of THEIRS) {
      const line = (repeats) => `${name} ${variant} ${rtol} ${rtol * 1e-3} ${repeats}`;
      const first = await cvode.ask(line(2));
      if (first.status < 0) continue;
      const repeats = Math.max(1, Math.ceil(BATCH / first.seconds));
      const measure = async () => (await cvode.ask(line(repeats))).seconds;
      runs.push({ ours: false, error: errorOf(first.y), measure, times: [] });
    }
  for (let round = 0; round < ROUNDS; round++) {
    // Ours and theirs by turns, each round in another order.
    const order = [...runs].sort((a, b) => (a.error - b.error) * (round % 2 ? 1 : -1));
    for (const run of order) run.times.push(await run.measure());
  }
  cvode.end();
  for (const run of runs) run.seconds = run.times.sort((a, b) => a - b)[ROUNDS >> 1];
  const [ours, theirs] = [true, false].map((who) => front(runs.filter((r) => r.ours === who)));
  // Closer than its own accuracy the reference cannot tell.
  const low = Math.max(ours[0].error, theirs[0].error, 3 * reference.disagreement);
  const high = Math.min(ours.at(-1).error, theirs.at(-1).error);
  const ratios = [];
  for (let e = Math.ceil(Math.log10(low) * 2) / 2; e <= Math.log10(high) + 1e-9; e += 0.5)
    ratios.push({ error: 10 ** e, ratio: at10(ours, e) / at10(theirs, e) });
  return ratios;
}

/** The runs that no other beats in both error and time, by error. */
function front(runs) {
  const sorted = [...runs].sort((a, b) => a.error - b.error);
  return sorted.filter((r) => !sorted.some((o) => o !== r && o.error <= r.error && o.seconds <= r.seconds));
}

/** Seconds at an error of 10^e, on straight lines in log–log. */
function at10(runs, e) {
  const points = runs.map((r) => [Math.log10(r.error), Math.log10(r.seconds)]);
  const k = points.findIndex(([x]) => x >= e);
  if (k <= 0) return 10 ** points.at(k)[1];
  const [[x0, y0], [x1, y1]] = [points[k - 1], points[k]];
  return 10 ** (y0 + ((y1 - y0) * (e - x0)) / (x1 - x0));
}

function startDriver() {
  const child = spawn(driver, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const [seconds, , , status, ...y] = (await lines.next()).value.split(" ").map(Number);
      return { seconds, status, y };
    },
    end: () => child.stdin.end(),
  };
}
