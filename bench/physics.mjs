// The physics engine measured: accuracy, time against CVODE, trajectories of machines, the stall of a long gap; then estimation.mjs,
// reduced.mjs and equations.mjs.
// Usage: npm run build && node bench/physics.mjs [folder with reference/, default ../shared] [problem …]
// CVODE: Debian libsundials-dev and gcc; without them that part is left out.
import "../scripts/node-version.mjs";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { IVPS } from "./physics/models.mjs";
import { stall } from "./physics/stall.mjs";
import { trajectories } from "./physics/trajectories.mjs";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "../dist/lib/physics");
const api = {};
for (const file of ["model", "problem", "simulate", "simulate-spec", "stepper", "solvers/solver"])
  Object.assign(api, require(join(lib, `${file}.js`)));

const shared = resolve(process.argv[2] ?? join(import.meta.dirname, "../../shared"));
const only = process.argv.slice(3);
const must = (name) => (name === "pleiades" ? 1e-3 : 1e-4);

if (existsSync(join(shared, "reference"))) {
  problems();
  if (only.length === 0) trajectories(api, shared);
} else console.log(`No reference values in ${shared}: give the folder that holds reference/.`);
if (only.length === 0) {
  await stall(api);
  // Each in a process of its own, so that none disturbs another's compiled code.
  for (const name of ["estimation", "reduced", "equations"]) {
    console.log("");
    const flags = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", join(import.meta.dirname, `${name}.mjs`)];
    execFileSync(process.execPath, [...flags, ...(name === "equations" ? [] : [shared])], { stdio: "inherit" });
  }
}

function problems() {
  const folder = mkdtempSync(join(tmpdir(), "twinwire-cvode-"));
  try {
    const driver = build(folder);
    console.log("Error at t1 at rtol 1e-6, atol 1e-9, relative in the norm; the solver chooses its method");
    const results = [];
    for (const name of Object.keys(IVPS)) {
      if (only.length > 0 && !only.includes(name)) continue;
      const args = [join(import.meta.dirname, "physics/ivp.mjs"), name, shared, ...(driver ? [driver] : [])];
      const r = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
      results.push(r);
      console.log(
        `  ${name.padEnd(15)} ${r.error.toExponential(1)} (must ${must(name)})  ends with ${r.method}, ${r.steps} steps, ${r.rejected} rejected, ${r.evaluations} evaluations`,
      );
    }
    if (driver) table(results);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function table(results) {
  console.log("\nTime of ours over CVODE's best (Adams or BDF, own or user Jacobian) at equal achieved error");
  console.log("  problem         median  worst  at error  over errors from … to");
  for (const { name, cvode } of results) {
    const sorted = [...cvode].sort((a, b) => a.ratio - b.ratio);
    const worst = sorted.at(-1);
    const range = `${cvode[0].error.toExponential(0)} … ${cvode.at(-1).error.toExponential(0)}`;
    console.log(
      `  ${name.padEnd(15)} ${sorted[sorted.length >> 1].ratio.toFixed(2).padStart(6)} ${worst.ratio.toFixed(2).padStart(6)}  ${worst.error.toExponential(0).padStart(8)}  ${range}`,
    );
  }
}

function build(folder) {
  const driver = join(folder, "driver");
  const parts = ["cvode", "nvecserial", "sunlinsolband", "sunlinsoldense", "sunmatrixband", "sunmatrixdense"];
  const libraries = [...parts, "sunnonlinsolfixedpoint"].map((part) => `-lsundials_${part}`);
  const source = join(import.meta.dirname, "cvode/driver.c");
  try {
    execFileSync("gcc", ["-O2", "-o", driver, source, ...libraries, "-lm"], { stdio: "pipe" });
    return driver;
  } catch {
    console.log("CVODE is left out: it needs gcc and libsundials-dev.\n");
    return undefined;
  }
}
