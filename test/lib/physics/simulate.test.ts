/** The command line as a user runs it, and what it reads. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { odeProblem } from "../../../src/lib/physics/problem.ts";
import { digits15, simulate } from "../../../src/lib/physics/simulate.ts";
import { type InputRow, readInputs, readSimulation } from "../../../src/lib/physics/simulate-spec.ts";
import { OdeSolver } from "../../../src/lib/physics/solvers/solver.ts";
import { IVPS } from "./ivp.ts";

const CLI = join(import.meta.dirname, "../../../src/cli/simulate.ts");
const TIGHT = { rtol: 1e-8, atol: 1e-10 };

const rowsOf = (model: object, t1: number, dt: number, inputs: InputRow[] = []) =>
  Array.from(simulate(readSimulation(JSON.stringify(model)), { t1, dt, ...TIGHT, inputs }), (row) => Array.from(row));

// NASA ProgPy's battery circuit (Daigle & Kulkarni 2013), end of discharge at 3 V.
const BATTERY = {
  equations: `SOC = (CMax - qMax + qb)/CMax
Cb = -230*SOC^3 + 1.2*SOC^2 + 2079.9*SOC + 27.055726
Rcp = 0.0697776 + 1.50528e-17*exp(37.223*(1 - SOC))
Vcp = qcp/14.8223
Vcs = qcs/234.387
V = qb/Cb - Vcp - Vcs
ib = i + V/1e4
dqb/dt = -ib
dqcp/dt = ib - Vcp/Rcp
dqcs/dt = ib - Vcs/0.0538926
when V < 3`,
  initial: { qb: 7856.3254 },
  parameters: { qMax: 7856.3254, CMax: 7777 },
  inputs: ["i"],
  outputs: ["V"],
};
const LOAD = "t,i\n0,2\n600,1\n900,4\n1800,2\n3000,3\n";

describe("simulation of a file", () => {
  it("follows the DC motor over jumps of its inputs (SciPy, rtol 1e-10)", () => {
    // L i' = V − Kt ω − R i; J ω' = Kt i − Tl − B ω; load 0.2 N·m from 0.05 s, 12 V from 0.1 s. trajectories/dcmotor_sp_ivp.csv
    const truth: [number, number, number][] = [
      [0.001, 182.61965293235744, 22.268288139333762],
      [0.02, 80.04571931559657, 678.6145647392894],
      [0.05, 10.079088064328202, 875.9556124529884],
      [0.1, 9.199434618544457, 876.6889985090884],
      [0.15, 4.154960441783037, 438.7250977660606],
      [0.2, 8.244483368640587, 427.19058952577876],
    ];
    const model = {
      equations: ["di/dt = (V - Kt*w - R*i)/L", "dw/dt = (Kt*i - Tl - B*w)/J"],
      parameters: { L: 83e-6, R: 0.081, Kt: 0.0265258, J: 1.269e-4, B: 5.0060675e-5 },
      inputs: ["V", "Tl"],
    };
    const rows = rowsOf(model, 0.2, 0.001, readInputs("t,Tl,V\n0,0,24\n0.05,0.2,\n0.1,,12\n", ["V", "Tl"]));
    assert.equal(rows.length, 201);
    for (const [t, i, w] of truth) {
      const row = rows[Math.round(t / 0.001)]!;
      assert(Math.abs(row[1]! - i) < 1e-7 * 250 && Math.abs(row[2]! - w) < 1e-7 * 876, `${row} for ${i} ${w}`);
    }
  });

  it("empties the battery at 3005.347251 s (SciPy, rtol 1e-10; trajectories/battery_circuit_ivp.csv)", () => {
    const { model } = readSimulation(JSON.stringify(BATTERY));
    const u = new Float64Array(1);
    const solver = new OdeSolver(odeProblem(model, u), TIGHT);
    const y = Float64Array.from(model.initial);
    let empty = Number.NaN;
    const load = readInputs(LOAD, ["i"]);
    for (const [k, { t, values }] of load.entries()) {
      u.set(values);
      solver.restart();
      solver.integrate(t, y, load[k + 1]?.t ?? 3100, {
        onEvent: (_i, at) => void (empty = Number.isNaN(empty) ? at : empty),
      });
    }
    assert(Math.abs(empty - 3005.347251175009) < 1e-6, String(empty));
    const rows = rowsOf(BATTERY, 1500, 500, load);
    for (const [k, truth] of [
      [2, [5955.94147846764, 4.137417584467998, 50.51747774953131, 3.4755377218021675]],
      [3, [3955.7717343189056, 4.137402120797305, 50.53110335830797, 3.325077387597087]],
    ] as const)
      truth.forEach((x, i) => void assert(Math.abs(rows[k]![i + 1]! / x - 1) < 1e-7, `${rows[k]} for ${truth}`));
  });

  it("throws a ball with bounces", () => {
    const model = {
      equations: "dh/dt = v\ndv/dt = -9.81\nwhen h < 0: v = -0.8*v",
      initial: { v: 10 },
    };
    const rows = rowsOf(model, 3, 1);
    const bounce = 20 / 9.81;
    const later = 3 - bounce;
    assert(Math.abs(rows[3]![1]! - (8 * later - (9.81 / 2) * later ** 2)) < 1e-8, String(rows[3]));
    assert.throws(() => rowsOf(model, 30, 1), /The event h < 0 happens again and again/);
  });

  it("solves what is stiff, and what jumps at a time or by a table", () => {
    const { equations, y1 } = IVPS.Robertson!;
    const [, row] = rowsOf({ equations, initial: { y1: 1 } }, 1e4, 1e4);
    y1.forEach((x, i) => void assert(Math.abs(row![i + 1]! / x - 1) < 1e-6));
    const pulse = rowsOf({ equations: "dx/dt = (t >= 3 and t < 3.001) ? 1000 : 0\ny = 2*x", outputs: ["y"] }, 10, 2.5);
    assert(Math.abs(pulse[4]![1]! - 1) < 1e-9 && Math.abs(pulse[4]![2]! - 2) < 1e-9, String(pulse[4]));
    for (const [sign, after] of [
      ["<", 5],
      ["<=", 5],
    ] as const) {
      const step = rowsOf({ equations: `dx/dt = if(t ${sign} 5, 1, 3)` }, 10, 5);
      assert(Math.abs(step[1]![1]! - after) < 1e-9 && Math.abs(step[2]![1]! - 20) < 1e-9, String(step));
    }
  });

  it("sees jumps at whole numbers where rows end, too", () => {
    const rows = rowsOf({ equations: "dx/dt = floor(t)\ndy/dt = t % 2\ndz/dt = round(t)" }, 10, 1);
    rows.forEach(([t, x, y, z]) => {
      const n = t!;
      assert(Math.abs(x! - (n * (n - 1)) / 2) < 1e-11 && Math.abs(y! - Math.floor(n / 2) * 2 - (n % 2) / 2) < 1e-11);
      assert(Math.abs(z! - (n * n) / 2) < 1e-11, `${t} ${x} ${y} ${z}`);
    });
  });

  it("has rows at every dt and one at t1, whatever the rounding", () => {
    const times = (t1: number, dt: number) => rowsOf({ equations: "dx/dt = 1" }, t1, dt).map((row) => row[0]!);
    assert.deepEqual(times(1, 0.3).map(digits15), ["0", "0.3", "0.6", "0.9", "1"]);
    assert.deepEqual(times(0.3, 0.1).map(digits15), ["0", "0.1", "0.2", "0.3"]);
    assert.deepEqual(times(1, 5), [0, 1]);
    assert.equal(times(3600, 0.1).length, 36_001);
    assert.equal(times(7, 0.7).length, 11);
    assert.equal(times(1e-6, 1e-9).length, 1001);
    assert.throws(() => times(1e9, 1e-3), /choose a larger dt/);
  });

  it("knows outputs of every kind, models without states, and names that are constants elsewhere", () => {
    const model = {
      equations: "y = u*tau + t\nz = 2*y\ndx/dt = -x/e",
      parameters: { tau: 3, e: 2, unused: 1 },
      initial: { x: 1 },
      inputs: ["u"],
      outputs: ["z", "x", "u", "y"],
    };
    const simulation = readSimulation(JSON.stringify(model));
    assert.deepEqual(simulation.columns, ["x", "z", "u", "y"]);
    const rows = rowsOf(model, 2, 1, readInputs("u;t\n1,5;0\n4;1\n", ["u"]));
    assert.deepEqual(rows[1]!.slice(2), [26, 4, 13]);
    assert.deepEqual(rows[0]!.slice(2), [9, 1.5, 4.5]);
    assert(Math.abs(rows[2]![1]! - Math.exp(-1)) < 1e-9);
    assert.deepEqual(rowsOf({ equations: "y = t^2", outputs: ["y"] }, 3, 1.5), [
      [0, 0],
      [1.5, 2.25],
      [3, 9],
    ]);
    const early = rowsOf(
      { equations: "dx/dt = u", inputs: ["u"] },
      4,
      2,
      readInputs("t,u\n-9,7\n-1,1\n1,2\n1,3\n", ["u"]),
    );
    early.forEach((row, k) => void assert(Math.abs(row[1]! - [0, 4, 10][k]!) < 1e-12, String(row)));
  });

  it("says what is wrong with a model in one sentence", () => {
    const cases: [unknown, RegExp][] = [
      ["{", /The model is not JSON/],
      [[], /must be a JSON object/],
      [{}, /has no equations/],
      [{ equations: 3 }, /has no equations/],
      [{ equations: "dx/dt = (" }, /line 1/],
      [{ equations: "dx/dt = -k*x" }, /"k" has no value/],
      [{ equations: "dx/dt = 1", equation: "" }, /a key "equation" that is not known/],
      [{ equations: "dx/dt = 1", initial: { y: 1 } }, /"y" an initial value/],
      [{ equations: "dx/dt = 1", initial: { x: null } }, /"x" is null: give a finite number/],
      [{ equations: "dx/dt = 1", initial: { x: "1" } }, /"x" is "1"/],
      [{ equations: "dx/dt = k", parameters: { k: null } }, /In parameters, "k"/],
      [{ equations: "dx/dt = k", parameters: [1] }, /parameters must map names/],
      [{ equations: "dx/dt = 1", outputs: ["z"] }, /The output "z" is not defined/],
      [{ equations: "dx/dt = 1", outputs: "x" }, /outputs must be an array/],
      [{ equations: "dx/dt = u", inputs: ["u"], parameters: { u: 1 } }, /both an input and a parameter/],
      [{ equations: "dx/dt = 1", parameters: { x: 1 } }, /an equation defines it/],
      [{ equations: "a = b\nb = a" }, /circle/],
    ];
    for (const [model, message] of cases)
      assert.throws(() => readSimulation(typeof model === "string" ? model : JSON.stringify(model)), message);
    const inputs: [string, RegExp][] = [
      ["t,u\n", /at least one row/],
      ["t,v\n0,1\n", /no column "u"/],
      ["time,u\n0,1\n", /no column "t"/],
      ["t,u\n1,1\n0,1\n", /not in order of time: row 2/],
      ["t,u\n0,\n", /first row of the inputs has no value for u/],
      ["t,u\n0,fast\n", /Row 1 of the inputs has "fast" for u/],
      ["t,u\n,1\n", /Row 1 of the inputs has no time/],
    ];
    for (const [text, message] of inputs) assert.throws(() => readInputs(text, ["u"]), message);
    assert.throws(
      () => rowsOf({ equations: "dx/dt = x^2", initial: { x: 1 } }, 2, 0.5),
      /grows without bound near t = 1:/,
    );
  });
});

describe("twinwire-simulate", function () {
  this.timeout(120_000);
  let folder = "";
  const at = (name: string) => join(folder, name);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", CLI, ...args], { encoding: "utf8" });
  const write = (name: string, content: object | string) => {
    writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));
    return at(name);
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "twinwire-simulate-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("writes t, states and outputs with 15 digits, with inputs", () => {
    const model = write("model.json", BATTERY);
    const done = run(model, "--inputs", write("in.csv", LOAD), "--t1", "1500", "--dt", "20", "--out", at("out.csv"));
    assert.equal(done.stderr, "");
    assert.equal(done.status, 0);
    const lines = readFileSync(at("out.csv"), "utf8").trimEnd().split("\n");
    assert.equal(lines[0], "t,qb,qcp,qcs,V");
    assert.equal(lines.length, 77);
    assert.match(lines[1]!, /^0,7856\.3254,0,0,4\.182999999/);
    const last = lines.at(-1)!.split(",").map(Number);
    assert(Math.abs(last[4]! / 3.325077387597087 - 1) < 1e-7);
    assert(lines.some((line) => /\d\.\d{13,14}(,|$)/.test(line)));
  });

  it("answers what is wrong with one sentence and exit code 2", () => {
    const model = write("bad.json", { equations: "dx/dt = -k*x" });
    const good = write("good.json", { equations: "dx/dt = u", inputs: ["u"] });
    for (const [args, sentence] of [
      [[model, "--t1", "1", "--dt", "1", "--out", at("o.csv")], /^twinwire-simulate: "k" has no value[^\n]*\n$/],
      [[good, "--t1", "1", "--dt", "1", "--out", at("o.csv")], /give --inputs IN\.csv/],
      [[good, "--t1", "1", "--dt", "0", "--out", at("o.csv")], /--dt is "0": give a number above 0/],
      [["--t1", "1"], /Give the file of the model/],
    ] as const) {
      const { status, stderr, stdout } = run(...args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, sentence);
      assert.equal(stderr.trimEnd().split("\n").length, 1);
    }
  });
});
