// Estimation and calibration: the filters against an independent implementation, drifting parameters over 20 seeds, six
// parameters calibrated over 20 seeds, and what a message costs.
// Usage: npm run build && node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON bench/estimation.mjs [folder with reference/, default ../shared] [seeds, default 20]
import "../scripts/node-version.mjs";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "dist", "lib");
const from = (path) => require(join(lib, `${path}.js`));
const { compileModel } = from("physics/model");
const { createRandom } = from("random");

const START = Date.UTC(2026, 0, 1);
const median = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];
const mean = (xs) => xs.reduce((a, b) => a + b, 0) / xs.length;
const percent = (x) => `${(100 * x).toFixed(2)} %`;

/** Prints every table. */
export async function estimation(folder = "../shared", seeds = 20) {
  reference(resolve(folder));
  drifting(seeds);
  await calibration(seeds);
  cost();
  stall();
}

/** Two tanks, 3 000 irregular steps with gaps; EKF and UKF of an independent NumPy implementation. */
function reference(shared) {
  const path = join(shared, "reference", "estimation-tank.json");
  if (!existsSync(path)) return console.log(`No reference data in ${shared}: the filters are not compared.`);
  const { CompiledJointModel, rungeKuttaFlow, solverFlow } = from("physics/estimators/joint-model");
  const data = JSON.parse(readFileSync(path, "utf8"));
  const [A1, A2] = data.p;
  const parameters = new Map(Object.entries({ A1, A2, k1: data.x0[2], k2: data.x0[3] }));
  const model = compileModel({ equations: TANKS, signals: ["q", "h1", "h2"], parameters });
  console.log("Two tanks against the independent filter: largest relative difference of states and parameters");
  console.log("  filter   its integrator (RK4)   our solver   mean NIS");
  for (const [name, file] of [
    ["ekf", "Ekf"],
    ["ukf", "Ukf"],
  ]) {
    const Filter = from(`physics/estimators/${name}`)[file];
    const runs = [rungeKuttaFlow, solverFlow].map((flow) => {
      const joint = new CompiledJointModel(model, ["k1", "k2"], ["h1", "h2"], flow);
      const filter = new Filter(joint, { x: data.x0, sd: data.P0.map(Math.sqrt), q: data.Q, r: data.R });
      let [t, worst, nis, measurements] = [0, 0, 0, 0];
      for (let k = 0; k < data.DT.length; k++) {
        joint.u[0] = data.U[k][0];
        t = filter.predict(t, data.DT[k]);
        filter.update(
          t,
          data.Z[k].map((z) => z ?? Number.NaN),
        );
        nis += filter.nis;
        measurements += filter.measurements;
        if ((k + 1) % 100 === 0)
          for (const [i, x] of data[`ref_${name}`][(k + 1) / 100 - 1].entries())
            worst = Math.max(worst, Math.abs(filter.x[i] / x - 1));
      }
      return { worst, nis: nis / measurements };
    });
    const [rk, own] = runs;
    console.log(
      `  ${name.toUpperCase()}      ${rk.worst.toExponential(1).padEnd(20)}   ${own.worst.toExponential(1).padEnd(10)}   ${own.nis.toFixed(3)}`,
    );
  }
}

const TANKS = `dh1/dt = (q - k1*sqrt(max(h1, 1e-6)))/A1
dh2/dt = (k1*sqrt(max(h1, 1e-6)) - k2*sqrt(max(h2, 1e-6)))/A2`;

/** Whole twins with the node's settings: nothing but the drifting parameter is named. */
function drifting(seeds) {
  console.log(`Drifting parameter found, ${seeds} seeds, defaults of the node; error in the second half of each run`);
  console.log("  machine                  filter   median error   worst seed   mean NIS (least, most)");
  for (const filter of ["ekf", "ukf"])
    for (const [label, run] of [
      ["tank outlet -30 %, ramp", (seed) => tankRun(seed, filter)],
      ["pump efficiency -25 %, step", (seed) => pumpRun(seed, filter, "step")],
      ["pump efficiency -25 %, ramp", (seed) => pumpRun(seed, filter, "ramp")],
    ]) {
      const results = Array.from({ length: seeds }, (_, i) => run(i + 1));
      const errors = results.map((r) => r.error);
      const nis = results.map((r) => r.nis);
      console.log(
        `  ${label.padEnd(27)} ${filter}    ${percent(median(errors)).padEnd(12)}   ${percent(Math.max(...errors)).padEnd(10)}   ${mean(nis).toFixed(3)} (${Math.min(...nis).toFixed(3)}, ${Math.max(...nis).toFixed(3)})`,
      );
    }
}

function twinOf(signals, config) {
  const { PhysicsTwin } = from("physics/physics-twin");
  const { readPhysics } = from("physics/settings");
  const { readAsset } = from("twin/asset-config");
  const asset = readAsset({ idPattern: "*", signals });
  return new PhysicsTwin(readPhysics(config, asset), asset);
}

/** As the reference data: steps of 0.3 to 1.7 s, 1 mm of noise, a fifth of each level missing, the ramp ends at 2 500 s. */
function tankRun(seed, filter) {
  const random = createRandom(`tank ${seed}`);
  const signals = [
    { name: "q", unit: "m3/s" },
    { name: "h1", unit: "m" },
    { name: "h2", unit: "m" },
  ];
  const parameters = Object.entries({ A1: 0.5, A2: 0.4, k1: 0.03, k2: 0.025 }).map(([name, value]) => ({
    name,
    value,
  }));
  const twin = twinOf(signals, {
    preset: "own",
    equations: TANKS,
    parameters,
    estimate: filter,
    drifting: [{ name: "k2" }],
  });
  let [h1, h2, t, q] = [0.8, 1, 0, 0.02];
  const k2 = (at) => 0.025 - 0.0075 * Math.min(1, at / 2500);
  const errors = [];
  const nis = [];
  for (let k = 0; k < 3000; k++) {
    const h = (0.3 + 1.4 * random.next()) / 20;
    for (let i = 0; i < 20; i++) {
      const rate = (a, b, at) => {
        const between = 0.03 * Math.sqrt(Math.max(a, 0));
        return [(q - between) / 0.5, (between - k2(at) * Math.sqrt(Math.max(b, 0))) / 0.4];
      };
      const first = rate(h1, h2, t);
      const middle = rate(h1 + (h / 2) * first[0], h2 + (h / 2) * first[1], t + h / 2);
      h1 += h * middle[0];
      h2 += h * middle[1];
      t += h;
    }
    q = 0.02 + 0.008 * Math.sin(t / 60);
    const values = { q };
    if (random.next() > 0.2) values.h1 = h1 + 1e-3 * random.normal();
    if (random.next() > 0.2) values.h2 = h2 + 1e-3 * random.normal();
    const { section } = twin.update(envelope(START + Math.round(1000 * t), values));
    if (k < 1500) continue;
    errors.push(Math.abs(section.states.k2 / k2(t) - 1));
    nis.push(section.nis);
  }
  return { error: median(errors), nis: mean(nis) };
}

const envelope = (time, values, updated = Object.keys(values)) => ({
  v: 1,
  id: "a",
  branch: "live",
  time,
  values,
  updated,
});

/** The reference pump by its textbook formulas: 1 % noise on every sensor, inputs included, a fifth of each missing. */
export function pumpSamples(seed, count, shape) {
  const random = createRandom(`pump ${seed}`);
  const names = [
    "speed",
    "flow",
    "suctionPressure",
    "dischargePressure",
    "motorCurrent",
    "bearingTemperature",
    "vibration",
  ];
  const held = {};
  let bearing = 40;
  let t = 0;
  return Array.from({ length: count }, (_, k) => {
    const dt = 10 * (0.5 + random.next());
    const share = k / count;
    const worn =
      shape === "none" ? 0 : shape === "step" ? Number(share > 0.4) : Math.min(1, Math.max(0, (share - 0.2) / 0.5));
    const efficiency = 0.72 * (1 - 0.25 * worn);
    const at = (time) => {
      const speed = 1300 + 150 * Math.sin(time / 700) + (Math.floor(time / 3000) % 2 ? 60 : 0);
      return { speed, flow: (50 * speed) / 1480 + 8 * Math.sin(time / 410) };
    };
    // The bearing between two samples, with the speed of the sample before.
    const rest = 20 + 25 * (at(t).speed / 1480) ** 2;
    bearing = rest + (bearing - rest) * Math.exp(-dt / 1200);
    t += dt;
    const { speed, flow } = at(t);
    const truth = { ...machine(speed, flow, 1.2, efficiency), bearingTemperature: bearing };
    const updated = [];
    for (const name of names) {
      const noise = 1 + 0.01 * random.normal();
      if (random.next() < 0.2) continue;
      held[name] = truth[name] * noise;
      updated.push(name);
    }
    return { time: START + Math.round(1000 * t), values: { ...held }, updated, efficiency };
  });
}

function machine(speed, flow, suctionPressure, efficiency) {
  const n = speed / 1480;
  const q = flow / (n * 60);
  const rhoG = 999.1 * 9.80665;
  const head = 40 * n ** 2 - (8 / 3600) * flow ** 2;
  const velocity = (d) => flow / 3600 / ((Math.PI * d * d) / 4);
  const kinetic = (velocity(0.1) ** 2 - velocity(0.125) ** 2) / (2 * 9.80665);
  const power = (rhoG * (flow / 3600) * head) / (efficiency * q * (2 - q));
  return {
    speed,
    flow,
    suctionPressure,
    dischargePressure: suctionPressure + (rhoG * (head - kinetic)) / 1e5,
    motorCurrent: Math.hypot(8, power / (Math.sqrt(3) * 400 * n * 0.9)),
    vibration: 1.8 * n ** 2 * (1 + 0.5 * (q - 1) ** 2),
  };
}

const PUMP_SIGNALS = Object.entries({
  speed: "/min",
  flow: "m3/h",
  suctionPressure: "bar",
  dischargePressure: "bar",
  motorCurrent: "A",
  bearingTemperature: "Cel",
  vibration: "mm/s",
}).map(([name, unit]) => ({ name, unit }));

const PUMP_ASSET = {
  id: "6f1d2c3b4a596871",
  type: "twin-asset",
  version: 1,
  name: "Pump",
  idPattern: "*",
  clock: "data",
  mimic: "pump",
  store: "",
  signals: PUMP_SIGNALS,
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};

function pumpRun(seed, filter, shape) {
  const twin = twinOf(PUMP_SIGNALS, { preset: "pump", estimate: filter, drifting: [{ name: "bestEfficiency" }] });
  const errors = [];
  const nis = [];
  for (const [k, { time, values, updated, efficiency }] of pumpSamples(seed, 2400, shape).entries()) {
    const { section } = twin.update(envelope(time, values, updated));
    if (k < 1440) continue;
    errors.push(Math.abs(section.states.bestEfficiency / efficiency - 1));
    nis.push(section.nis);
  }
  return { error: median(errors), nis: mean(nis) };
}

/** Six parameters of a pump with pipe and rotor, each 30 to 70 % off; 1 800 rows with 1 % of noise. */
async function calibration(seeds) {
  const { calibrate } = from("physics/calibration/calibrate");
  const data = await import("../test/lib/physics/calibration-data.ts");
  const names = ["J", "a", "b", "L", "k1", "H0"];
  const worst = [];
  const times = [];
  const chi2 = [];
  let converged = 0;
  let inside = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const start = data.displaced(seed, names);
    const begin = performance.now();
    const result = await calibrate(data.pumpModel(start), data.pumpRecording(seed, 1800), {
      fitted: data.wide(start, names),
      maxGap: 600,
    });
    times.push(performance.now() - begin);
    chi2.push(result.chi2);
    const errors = result.parameters.map(({ name, value }) => Math.abs(value / data.PUMP_TRUTH[name] - 1));
    worst.push(Math.max(...errors));
    if (result.converged && Math.max(...errors) < 0.1 && result.chi2 < 1.3) converged++;
    for (const { name, low, high } of result.parameters)
      if (low <= data.PUMP_TRUTH[name] && data.PUMP_TRUTH[name] <= high) inside++;
  }
  console.log(`Calibration of ${names.length} parameters off by 30 to 70 %, 1 800 rows, ${seeds} seeds`);
  console.log(`  converged             ${converged} of ${seeds}`);
  console.log(
    `  worst parameter       ${percent(median(worst))} (median seed), ${percent(Math.max(...worst))} (worst seed)`,
  );
  console.log(`  inside their 95 % interval  ${inside} of ${seeds * names.length} parameters`);
  console.log(
    `  chi2 per measurement  ${mean(chi2).toFixed(3)};  time ${median(times).toFixed(0)} ms, held-out fit included`,
  );
}

/** One process per figure, so that none disturbs another's compiled code; alternating, and medians. */
function cost() {
  const modes = ["off", "ekf", "ukf"];
  const rounds = [1, 2, 3].map(() => modes.map((mode) => child("message", mode)));
  console.log("Pump preset, microseconds per message (median of three processes)");
  for (const [i, mode] of modes.entries())
    console.log(`  ${mode.padEnd(4)} in lib ${median(rounds.map((r) => r[i])).toFixed(1)} us`);
  const red = [1, 2, 3].map(() => ["pass", "off", "ekf"].map((mode) => child("through", mode)));
  const pass = median(red.map((r) => r[0]));
  for (const [i, mode] of [
    [1, "off"],
    [2, "ekf"],
  ])
    console.log(
      `  ${mode.padEnd(4)} in Node-RED ${median(red.map((r) => r[i] - r[0])).toFixed(1)} us above a function node that passes on (${pass.toFixed(1)} us)`,
    );
}

/** Longest time that a timer of 1 ms waits while a model catches up 20 000 s (Lorenz), beside the same without the message. */
function stall() {
  const rounds = [1, 2, 3].map(() => child("gap"));
  const of = (key) => median(rounds.map((r) => r[key])).toFixed(1);
  console.log("Catching up a gap of 20 000 s of the Lorenz equations in Node-RED (medians of three)");
  console.log(`  longest wait ${of("busy")} ms, idle ${of("idle")} ms; done after ${of("seconds")} s`);
}

async function gap() {
  const { startEmbedded } = await import("../test/nodes/embedded.ts");
  const tab = "6f1d2c3b4a596870";
  const id = "6f1d2c3b4a596872";
  const signals = [
    { name: "x", unit: "1" },
    { name: "u", unit: "1" },
  ];
  const asset = { ...PUMP_ASSET, signals };
  const equations = "dx/dt = 10*(y - x)\ndy/dt = x*(28 - z) - y + 0*u\ndz/dt = x*y - 8/3*z";
  const parameters = [{ name: "y", value: 1 }];
  const model = { preset: "own", equations, parameters, maxGap: 1e6, learn: 1e6 };
  const node = { id, type: "twin-physics", version: 2, z: tab, asset: asset.id, ...model, wires: [[]] };
  const red = await startEmbedded([{ id: tab, type: "tab", label: "bench" }, asset, node]);
  const send = (seconds) => red.node(id).receive({ twin: envelope(START + 1000 * seconds, { x: 1, u: 0 }) });
  for (let i = 0; i < 200; i++) send(i);
  await new Promise((done) => setTimeout(done, 500));
  let last = performance.now();
  let longest = 0;
  const probe = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const watch = async (until) => {
    last = performance.now();
    longest = 0;
    await until();
    return longest;
  };
  const idle = await watch(() => new Promise((done) => setTimeout(done, 2000)));
  let seconds = 0;
  const busy = await watch(async () => {
    const begin = performance.now();
    const { store } = red.node(asset.id);
    send(20_200);
    // Done when a message a little later has a model value again.
    for (let i = 1; seconds === 0 && i < 600; i++) {
      await new Promise((done) => setTimeout(done, 100));
      send(20_200 + i / 1000);
      const { model } = store.twin({ branch: "live", id: "a" }).twin;
      if (!model.why?.some((text) => text.includes("steps"))) seconds = (performance.now() - begin) / 1000;
    }
  });
  clearInterval(probe);
  await red.stop();
  return { idle, busy, seconds };
}

function child(...args) {
  const flags = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  const out = execFileSync(process.execPath, [...flags, import.meta.filename, ...args], { encoding: "utf8" });
  return JSON.parse(out.trim().split("\n").at(-1));
}

const PUMP_CONFIG = (mode) => ({
  preset: "pump",
  estimate: mode,
  drifting: [{ name: "bestEfficiency" }, { name: "impellerWear" }],
});

/** Microseconds of one message inside the twin, without Node-RED. */
function message(mode) {
  const twin = twinOf(PUMP_SIGNALS, PUMP_CONFIG(mode));
  const samples = pumpSamples(1, 20000, "none").map((s) => envelope(s.time, s.values, s.updated));
  for (let i = 0; i < 10000; i++) twin.update(samples[i]);
  const begin = performance.now();
  for (let i = 10000; i < 20000; i++) twin.update(samples[i]);
  return (performance.now() - begin) / 10;
}

/** Microseconds from one message to the next through Node-RED and one node. */
async function through(mode) {
  const { startEmbedded } = await import("../test/nodes/embedded.ts");
  const tab = "6f1d2c3b4a596870";
  const asset = PUMP_ASSET;
  const id = "6f1d2c3b4a596872";
  const node =
    mode === "pass"
      ? { id, type: "change", z: tab, rules: [], wires: [[]] }
      : { id, type: "twin-physics", version: 2, z: tab, asset: asset.id, ...PUMP_CONFIG(mode), wires: [[]] };
  const red = await startEmbedded([{ id: tab, type: "tab", label: "bench" }, asset, node]);
  let arrived = 0;
  red.hook("onComplete", (event) => {
    if (event.node.id === id) arrived++;
  });
  const samples = pumpSamples(1, 20000, "none").map((s) => envelope(s.time, s.values, s.updated));
  const send = async (first, last) => {
    for (let i = first; i < last; i++) {
      red.node(id).receive({ twin: samples[i] });
      while (i - arrived > 64) await new Promise((done) => setImmediate(done));
    }
    while (arrived < last) await new Promise((done) => setTimeout(done, 1));
  };
  await send(0, 10000);
  const begin = performance.now();
  await send(10000, 20000);
  const us = (performance.now() - begin) / 10;
  await red.stop();
  return us;
}

if (process.argv[1] === import.meta.filename) {
  const tasks = { message, through, gap };
  const task = tasks[process.argv[2]];
  if (task) console.log(JSON.stringify(await task(...process.argv.slice(3))));
  else await estimation(process.argv[2], Number(process.argv[3] ?? 20));
}
