// Finite elements and reduced models against their targets, and what a step costs. Prints one table.
// Usage: npm run build && node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON bench/reduced.mjs [folder with reference/, default ../shared]
import "../scripts/node-version.mjs";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");
const lib = (name) => require(join(root, "dist/lib/physics/reduced", `${name}.js`));
const { rodSystem } = lib("rod");
const { plateSystem } = lib("plate");
const { beamSystem } = lib("beam");
const { ModalCore } = lib("modal-core");
const { HeatCore } = lib("heat-core");
const { DenseCore } = lib("dense-core");
const { reduceHeat } = lib("krylov");
const { fromRows } = lib("dense");
const { readReduced } = lib("read-reduced");

const file = join(resolve(process.argv[2] ?? "../shared"), "reference/fea.json");
// The published targets, should the folder not be there.
const fea = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8"))
  : {
      T3: { target: 36.6 },
      T4: { target: 18.3 },
      beamExactHz: { cantilever: [8.355, 52.361, 146.612, 287.301], simply: [23.453, 93.813, 211.08, 375.253] },
    };

/** `allowed`: largest deviation; a share, or 1e-10 of the step. */
const rows = [];
const row = (what, value, target, deviation, allowed) =>
  rows.push({
    what,
    value,
    target,
    deviation: allowed < 1e-6 ? deviation.toExponential(1) : `${(100 * deviation).toFixed(4)} %`,
    allowed: allowed < 1e-6 ? allowed.toExponential(0) : `${100 * allowed} %`,
    met: deviation <= allowed ? "yes" : "NO",
  });
const relative = (value, target) => Math.abs(value / target - 1);

/** One element of the outputs. */
function read(core, u) {
  const out = new Float64Array(1);
  core.observe(u, out);
  return out[0];
}

/** NAFEMS T3: rod, one end at 0 °C, the other at 100 sin(πt/40), temperature at 0.08 m after 32 s. */
function t3(elements, dt, straight) {
  const core = new ModalCore(
    rodSystem({
      shape: "bar",
      length: 0.1,
      conductivity: 35,
      capacity: 440.5 * 7200,
      elements,
      left: { type: "temperature", input: 0 },
      right: { type: "temperature", input: 1 },
      points: [0.08],
      inputs: 2,
      initial: 0,
    }),
  );
  const u = new Float64Array(2);
  core.rest(u);
  for (let k = 1; k <= Math.round(32 / dt); k++) {
    const next = Float64Array.of(0, 100 * Math.sin((Math.PI * k * dt) / 40));
    core.advance(dt, u, straight ? next : undefined);
    u.set(next);
  }
  return read(core, u);
}
for (const [elements, dt, straight] of [
  [20, 0.1, false],
  [40, 0.1, false],
  [40, 0.1, true],
  [10, 1, true],
]) {
  const T = t3(elements, dt, straight);
  const inputs = straight ? "inputs straight" : "inputs hold";
  row(
    `NAFEMS T3, ${elements} elements, ${dt} s, ${inputs}`,
    `${T.toFixed(3)} °C`,
    `${fea.T3.target} °C`,
    relative(T, fea.T3.target),
    0.003,
  );
}

/** NAFEMS T4: plate with convection, temperature at E. */
const t4 = (cellsX, cellsY) => new HeatCore(t4System(cellsX, cellsY));
const t4System = (cellsX, cellsY) =>
  plateSystem({
    width: 0.6,
    height: 1,
    conductivity: 52,
    capacity: 7850 * 460,
    cellsX,
    cellsY,
    edges: {
      left: { type: "insulated" },
      bottom: { type: "temperature", input: 0 },
      right: { type: "convection", film: 750, input: 1 },
      top: { type: "convection", film: 750, input: 1 },
    },
    heat: [],
    points: [{ x: 0.6, y: 0.2 }],
    inputs: 2,
    initial: 0,
  });
for (const cells of [
  [12, 20],
  [18, 30],
  [24, 40],
  [48, 80],
  [60, 100],
]) {
  const core = t4(...cells);
  const u = Float64Array.of(100, 0);
  core.steady(u);
  const T = read(core, u);
  row(
    `NAFEMS T4, ${cells.join(" × ")} elements`,
    `${T.toFixed(3)} °C`,
    `${fea.T4.target} °C`,
    relative(T, fea.T4.target),
    0.005,
  );
}

{
  const core = new ModalCore(reduceHeat(t4System(24, 40)));
  const u = Float64Array.of(100, 0);
  core.steady(u);
  const T = read(core, u);
  row(
    "NAFEMS T4, 24 × 40 elements, reduced",
    `${T.toFixed(3)} °C`,
    `${fea.T4.target} °C`,
    relative(T, fea.T4.target),
    0.005,
  );
}

/** The lowest four frequencies; roots of Blevins (1979), table 8-1, ; the reference has them to 1 mHz. */
const ROOTS = {
  cantilever: [1.87510407, 4.69409113, 7.85475744, 10.99554073],
  "simply-supported": [1, 2, 3, 4].map((n) => n * Math.PI),
  clamped: [4.73004074, 7.85320462, 10.9956078, 14.1371655],
};
const beam = {
  length: 1,
  bendingStiffness: (2.1e11 * 0.02 * 0.01 ** 3) / 12,
  massPerLength: 7850 * 0.0002,
  modes: 8,
  damping: 0.01,
  masses: [],
  forces: [{ input: 0, at: 0.5 }],
  points: [{ at: 0.5, quantity: "displacement", factor: 1 }],
  inputs: 1,
};
for (const [support, roots] of Object.entries(ROOTS)) {
  const { modes } = beamSystem({ ...beam, support, elements: 30 });
  const hz = roots.map((_, i) => modes[i].rate / (2 * Math.PI));
  const exact = roots.map((r) => (r ** 2 / (2 * Math.PI)) * Math.sqrt(beam.bendingStiffness / beam.massPerLength));
  const listed = fea.beamExactHz[support === "simply-supported" ? "simply" : support];
  if (listed?.some((f, i) => relative(f, exact[i]) > 1e-4))
    throw new Error(`the reference of ${support} is another beam`);
  const worst = Math.max(...hz.map((f, i) => relative(f, exact[i])));
  row(
    `beam f1–f4, ${support}`,
    `${hz.map((f) => f.toFixed(3)).join(", ")} Hz`,
    exact.map((f) => f.toFixed(3)).join(", "),
    worst,
    2e-4,
  );
}

/** Zero-order hold: RLC circuit after a step, at 3 000 samples that come at odd times. */
{
  const [R, L, C] = [2, 0.5, 0.02];
  const core = new DenseCore({
    A: fromRows([
      [-R / L, -1 / L],
      [1 / C, 0],
    ]),
    B: fromRows([[1 / L], [0]]),
    C: fromRows([[0, 1]]),
    D: fromRows([[0]]),
  });
  const u = Float64Array.of(1);
  const sigma = R / (2 * L);
  const d = Math.sqrt(1 / (L * C) - sigma ** 2);
  let worst = 0;
  for (let k = 0, t = 0; k < 3000; k++) {
    const dt = (1 + ((k * 7919) % 97)) / 1000;
    t += dt;
    core.advance(dt, u);
    const exact = 1 - Math.exp(-sigma * t) * (Math.cos(d * t) + (sigma / d) * Math.sin(d * t));
    worst = Math.max(worst, Math.abs(read(core, u) - exact));
  }
  row("zero-order hold, step of a circuit, odd times", "", "exact", worst, 1e-10);
}

/** Modes of CalculiX: compliance at the tip with and without static correction. */
{
  const dat = readFileSync(join(root, "test/lib/physics/fixtures/cantilever.dat"), "utf8");
  const signals = new Map([["force", { unit: "N" }]]);
  const tip = (modes, staticStep) => {
    const spec = {
      kind: "modal",
      dat,
      modes,
      forces: [{ from: { signal: "force" }, set: "TIP", direction: "z", staticStep }],
      points: [{ name: "tip", set: "TIP", direction: "z", unit: "m" }],
    };
    const simulator = readReduced(spec, signals).simulator({ maxGap: 1 });
    simulator.step(0, [1], []);
    return simulator.quantities[0];
  };
  const whole = 9.422461e-4;
  const format = (x) => `${(1000 * x).toFixed(5)} mm/N`;
  row(
    "CalculiX modes, 4 of 8, with static correction",
    format(tip(4, 1)),
    format(whole),
    relative(tip(4, 1), whole),
    1e-6 * 10,
  );
  row(
    "CalculiX modes, 8, without (for comparison)",
    format(tip(8, "")),
    format(whole),
    relative(tip(8, ""), whole),
    0.01,
  );
}

console.log("Finite elements and reduced models");
const widths = Object.keys(rows[0]).map((key) => Math.max(key.length, ...rows.map((r) => r[key].length)));
for (const cells of [Object.keys(rows[0]), widths.map((w) => "-".repeat(w)), ...rows.map(Object.values)])
  console.log(`| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`);

/** Microseconds per step, median of several rounds that take turns. */
const COSTS = {
  "beam, 8 modes": () => cost(new ModalCore(beamSystem({ ...beam, support: "cantilever", elements: 30 })), 1),
  "rod, 40 elements": () => cost(rodCore(), 2),
  "state space, 20 states": () => cost(denseCore(20), 1),
  "plate, 18 × 30 elements": () => cost(reducedPlate, 2),
  "the same, implicit": () => cost(t4(18, 30), 2),
};
const reducedPlate = new ModalCore(reduceHeat(t4System(18, 30)));
const rodCore = () =>
  new ModalCore(
    rodSystem({
      shape: "bar",
      length: 0.1,
      conductivity: 35,
      capacity: 440.5 * 7200,
      elements: 40,
      left: { type: "temperature", input: 0 },
      right: { type: "temperature", input: 1 },
      points: [0.08],
      inputs: 2,
      initial: 0,
    }),
  );
function denseCore(n) {
  const A = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? -2 : Math.abs(i - j) === 1 ? 1 : 0)),
  );
  const one = Array.from({ length: n }, () => 1);
  return new DenseCore({ A: fromRows(A), B: fromRows(one.map((x) => [x])), C: fromRows([one]), D: fromRows([[0]]) });
}
function cost(core, inputs) {
  const u = new Float64Array(inputs).fill(1);
  const n = 300;
  const start = performance.now();
  for (let k = 0; k < n; k++) core.advance(1, u);
  return (1000 * (performance.now() - start)) / n;
}
const times = Object.fromEntries(Object.keys(COSTS).map((name) => [name, []]));
for (let round = 0; round < 9; round++) for (const [name, run] of Object.entries(COSTS)) times[name].push(run());
console.log("\nOne step of 1 s, µs (median of 9 rounds, set-up of the step included in the first call):");
for (const [name, list] of Object.entries(times))
  console.log(`  ${name.padEnd(26)} ${list.toSorted((a, b) => a - b)[4].toFixed(1)}`);
if (rows.some((r) => r.met === "NO")) process.exitCode = 1;
