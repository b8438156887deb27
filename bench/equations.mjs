// The equation language measured: right-hand sides against hand-written JavaScript and against mathjs `evaluate`, and a
// fuzz of its gate. One process per variant, in rotated order: in one process V8 specialises the shared loop for what it
// sees first, and every later variant looks up to three times slower.
//   npm run build && node bench/equations.mjs [rounds, default 7] [fuzzed expressions, default 1000000]
import "../scripts/node-version.mjs";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "dist", "lib");

const PUMP = {
  equations: `domega/dt = (torque - a*omega^2 - b*omega*Q - c*omega) / J
dQ/dt = (k1*omega^2 - k2*Q*abs(Q) - H0 - R*Q*abs(Q)) / L
dT/dt = (friction*omega^2 - G*(T - Tamb)) / C`,
  initial: [150, 0.01, 40],
  inputs: [60, 20],
  names: ["torque", "Tamb"],
  parameters: {
    a: 1e-3,
    b: 10,
    c: 0.05,
    J: 0.2,
    k1: 1.6e-3,
    k2: 3e4,
    H0: 5,
    R: 9e4,
    L: 2e3,
    friction: 0.02,
    G: 12,
    C: 9e3,
  },
};
const ROD = {
  equations: Array.from(
    { length: 50 },
    (_, i) => `dT${i}/dt = a*(${i === 0 ? "hot" : `T${i - 1}`} - 2*T${i} + ${i === 49 ? "cold" : `T${i + 1}`})`,
  ).join("\n"),
  initial: Array.from({ length: 50 }, (_, i) => 20 + i),
  inputs: [100, 20],
  names: ["hot", "cold"],
  parameters: { a: 2.5 },
};
const problems = {
  lorenz: {
    equations: "dx/dt = s*(y - x)\ndy/dt = x*(r - z) - y\ndz/dt = x*y - b*z",
    initial: [1, 1, 1],
    inputs: [],
    names: [],
    parameters: { s: 10, r: 28, b: 8 / 3 },
    hand: (_t, y, _u, p, out) => {
      const a = y[0];
      const b = y[1];
      const c = y[2];
      out[0] = p[0] * (b - a);
      out[1] = a * (p[1] - c) - b;
      out[2] = a * b - p[2] * c;
    },
  },
  "van der Pol": {
    equations: "dx/dt = v\ndv/dt = mu*(1 - x^2)*v - x",
    initial: [2, 0],
    inputs: [],
    names: [],
    parameters: { mu: 5 },
    hand: (_t, y, _u, p, out) => {
      const x = y[0];
      const v = y[1];
      out[0] = v;
      out[1] = p[0] * (1 - x * x) * v - x;
    },
  },
  "pump, 3 states": {
    ...PUMP,
    hand: (_t, y, u, p, out) => {
      const omega = y[0];
      const Q = y[1];
      const T = y[2];
      out[0] = (u[0] - p[0] * omega * omega - p[1] * omega * Q - p[2] * omega) / p[3];
      out[1] = (p[4] * omega * omega - p[5] * Q * Math.abs(Q) - p[6] - p[7] * Q * Math.abs(Q)) / p[8];
      out[2] = (p[9] * omega * omega - p[10] * (T - u[1])) / p[11];
    },
  },
  "rod, 50 states": {
    ...ROD,
    hand: (_t, y, u, p, out) => {
      for (let i = 0; i < 50; i++)
        out[i] = p[0] * ((i === 0 ? u[0] : y[i - 1]) - 2 * y[i] + (i === 49 ? u[1] : y[i + 1]));
    },
  },
};

const [task, ...args] = process.argv.slice(2);
if (task === "time") console.log(await time(...args));
else if (task === "fuzz")
  console.log(JSON.stringify(await (await import("./equations-fuzz.mjs")).fuzz(lib, Number(args[0]))));
else await report(Number(task ?? 7), Number(args[0] ?? 1e6));

async function report(rounds, expressions) {
  console.log(
    `right-hand side, ns per call: the least of ${rounds} processes each; in brackets the ratios of single rounds`,
  );
  console.log("model             hand   ours  mathjs   ours/hand            mathjs/ours");
  const variants = ["hand", "ours", "mathjs"];
  for (const name of Object.keys(problems)) {
    const found = { hand: [], ours: [], mathjs: [] };
    for (let round = 0; round < rounds; round++)
      for (let k = 0; k < variants.length; k++) {
        const variant = variants[(k + round) % variants.length];
        found[variant].push(Number(child("time", name, variant)));
      }
    const ratio = (a, b) =>
      `${(Math.min(...found[a]) / Math.min(...found[b])).toFixed(2)} [${range(found[a].map((x, i) => x / found[b][i]))}]`;
    const ns = variants
      .map((v) =>
        Math.min(...found[v])
          .toFixed(1)
          .padStart(6),
      )
      .join(" ");
    console.log(name.padEnd(15), ns, " ", ratio("ours", "hand").padEnd(20), ratio("mathjs", "ours"));
  }
  const fuzzed = JSON.parse(child("fuzz", String(expressions)));
  console.log(
    `fuzz: ${fuzzed.tried} expressions tried, ${fuzzed.accepted} accepted, ${fuzzed.models} models of them, ${fuzzed.outside} with anything outside the whitelist in` +
      ` the generated code, ${fuzzed.other} other errors, longest ${fuzzed.longest.toFixed(1)} ms, ${fuzzed.seconds.toFixed(0)} s`,
  );
  if (fuzzed.outside + fuzzed.other > 0 || fuzzed.longest > 100) process.exitCode = 1;
}

function range(xs) {
  return `${Math.min(...xs).toFixed(2)}, ${Math.max(...xs).toFixed(2)}`;
}

function child(...parts) {
  const flags = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  return execFileSync(process.execPath, [...flags, import.meta.filename, ...parts], { encoding: "utf8" });
}

/** ns per call of one variant, the least of several timings in this process. */
async function time(name, variant) {
  const problem = problems[name];
  const f = variant === "hand" ? problem.hand : variant === "ours" ? compiled(problem) : await interpreted(problem);
  // As in a solver: the state comes from one of several vectors, and the result goes to one of several. So nothing can be
  // computed once before the loop or left out, and no call waits for the result of the one before.
  const states = Array.from({ length: 8 }, (_, k) => Float64Array.from(problem.initial, (y) => y * (1 + k / 1000)));
  const results = Array.from({ length: 8 }, () => new Float64Array(problem.initial.length));
  const u = Float64Array.from(problem.inputs);
  const p = Float64Array.from(Object.values(problem.parameters));
  // Short windows, many of them: some are not interrupted by other processes.
  const calls = variant === "mathjs" ? 5_000 : 300_000;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 60; k++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) {
      f(i, states[i & 7], u, p, results[i & 7]);
    }
    least = Math.min(least, Number(process.hrtime.bigint() - start) / calls);
  }
  return least;
}

function compiled({ equations, names, parameters }) {
  const { compileModel } = require(join(lib, "physics/model.js"));
  const first = /d(\w+)\/dt/.exec(equations)[1];
  const model = compileModel({
    equations,
    signals: [...names, first],
    parameters: new Map(Object.entries(parameters)),
  });
  // The order of inputs and parameters is that of their first use, as in the hand-written functions.
  const same = (a, b) => a.join() === b.join();
  if (!same(model.inputs, names) || !same(model.parameters, Object.keys(parameters))) throw new Error("order");
  return model.rhs;
}

/** mathjs with its faster scope, a Map, and one compiled expression per equation. */
async function interpreted({ equations, names, parameters }) {
  const { compile } = await import("mathjs");
  const states = [];
  const rights = [];
  for (const [, name, right] of equations.matchAll(/d(\w+)\/dt = (.*)/g)) {
    states.push(name);
    rights.push(compile(right));
  }
  const scope = new Map(Object.entries(parameters));
  return (_t, y, u, _p, out) => {
    for (let i = 0; i < states.length; i++) scope.set(states[i], y[i]);
    for (let i = 0; i < names.length; i++) scope.set(names[i], u[i]);
    for (let i = 0; i < rights.length; i++) out[i] = rights[i].evaluate(scope);
  };
}
