/** `twinwire-simulate` with the file of a preset. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { simulate } from "../../../src/lib/physics/simulate.ts";
import { readInputTable, readSimulation } from "../../../src/lib/physics/simulate-spec.ts";

const root = join(import.meta.dirname, "../../..");
const shipped = (name: string): string => join(root, "presets", `${name}.json`);
const OPTIONS = { rtol: 1e-8, atol: 1e-10 };

/** Rows as objects; `t` among them. */
function rowsOf(file: string, t1: number, dt: number, table?: string): Record<string, number>[] {
  const simulation = readSimulation(file);
  const { rows } = readInputTable(table, simulation);
  return Array.from(simulate(simulation, { t1, dt, ...OPTIONS, inputs: rows }), (row) =>
    Object.fromEntries([["t", row[0]!], ...simulation.columns.map((name, i) => [name, row[i + 1]!])]),
  );
}

describe("simulation of a preset", () => {
  it("has its numbers, in its units: the pump's bearing warms in closed form", () => {
    // 20 °C ambient and 25 K at nominal speed, from 0 °C: 45 (1 − e^(−t/1200)); head 32 m by the data sheet.
    for (const { t, bearingTemperature, head, shaftPower } of rowsOf(
      readFileSync(shipped("pump"), "utf8"),
      3600,
      600,
    )) {
      assert(Math.abs(bearingTemperature! - 45 * (1 - Math.exp(-t! / 1200))) < 1e-6, `${t}: ${bearingTemperature}`);
      assert(Math.abs(head! - 32) < 1e-12 && shaftPower! > 7 && shaftPower! < 7.5);
    }
  });

  it("takes inputs of a table in the preset's units: battery under load (SciPy, rtol 1e-10)", () => {
    // trajectories/battery_circuit_ivp.csv
    const rows = rowsOf(readFileSync(shipped("battery-circuit"), "utf8"), 1500, 500, "t,current\n0,2\n600,1\n900,4\n");
    assert.deepEqual(Object.keys(rows[0]!).slice(0, 6), [
      "t",
      "bulkCharge",
      "concentrationCharge",
      "surfaceCharge",
      "voltage",
      "soc",
    ]);
    for (const [k, charge, voltage] of [
      [2, 5955.94147846764, 3.4755377218021675],
      [3, 3955.7717343189056, 3.325077387597087],
    ] as const) {
      assert(Math.abs(rows[k]!.bulkCharge! / charge - 1) < 1e-7);
      assert(Math.abs(rows[k]!.voltage! / voltage - 1) < 1e-7);
      // The file has the state of charge in percent.
      assert(Math.abs(rows[k]!.soc! - (100 * (7777 - 7856.3254 + charge)) / 7777) < 1e-5);
    }
  });

  it("converts what is not in SI, both ways: a tank that fills at 18 m³/h without an outlet", () => {
    const file = JSON.parse(readFileSync(shipped("tank"), "utf8"));
    file.initial = { level: 1 };
    const rows = rowsOf(JSON.stringify(file), 3600, 1800, "t,valve\n0,0\n");
    rows.forEach(({ t, level, volume }) => {
      assert(Math.abs(level! - (1 + ((18 / 3600) * t!) / 4)) < 1e-9, `${t}: ${level}`);
      assert(Math.abs(volume! - 4 * level!) < 1e-9);
    });
  });

  it("runs every preset that ships, with finite numbers in every column", () => {
    for (const name of presets.keys())
      for (const row of rowsOf(readFileSync(shipped(name), "utf8"), 100, 50))
        for (const [column, x] of Object.entries(row)) assert(Number.isFinite(x), `${name}: ${column} at ${row.t}`);
  });

  it("holds an input at its usual value until the table says something", () => {
    const { rows, held } = readInputTable(
      "t;valve\n0;\n5;0,5\n",
      readSimulation(readFileSync(shipped("tank"), "utf8")),
    );
    assert.deepEqual(held, ["inflow"]);
    assert.deepEqual(rows, [
      { t: 0, values: Float64Array.of(18, 1) },
      { t: 5, values: Float64Array.of(18, 0.5) },
    ]);
  });

  it("says what it lacks", () => {
    const file = JSON.parse(readFileSync(shipped("tank"), "utf8"));
    const table = (text?: string) => () => readInputTable(text, readSimulation(JSON.stringify(file)));
    assert.throws(table("t,outflow\n0,1\n"), /no column of an input: the model reads inflow, valve/);
    delete file.inputs.inflow.usual;
    assert.throws(table(), /gives "inflow" no usual value: give a column of the table of inputs/);
    assert.throws(table("t,valve\n0,1\n"), /gives "inflow" no usual value/);
    table("t,inflow\n0,1\n")();
    assert.throws(() => readSimulation('{"format":"twinwire preset 2"}'), /this version reads "twinwire preset 1"/);
    assert.throws(() => readSimulation(JSON.stringify({ ...file, equations: "x = 1" })), /No equation defines "level"/);
  });
});

describe("twinwire-simulate with a preset", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "twinwire-preset-"));
  const cli = join(root, "src/cli/simulate.ts");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", cli, ...args], { encoding: "utf8" });
  after(() => rmSync(folder, { recursive: true }));

  it("takes a file that ships, or one of one's own, and says which inputs it holds", () => {
    const out = join(folder, "out.csv");
    const done = run(shipped("dc-motor"), "--t1", "1", "--dt", "0.5", "--out", out);
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.stderr, "twinwire-simulate: held at usual values: voltage 24 V, loadTorque 0.2 N·m.\n");
    const text = readFileSync(out, "utf8");
    assert.equal(text.split("\n")[0], "t,current,omega,speed,torque,copperLoss,mechanicalPower");
    const own = JSON.parse(readFileSync(shipped("dc-motor"), "utf8"));
    own.parameters.resistance.value = 0.1;
    const file = join(folder, "my-motor.json");
    writeFileSync(file, `\uFEFF${JSON.stringify(own)}`);
    assert.equal(run(file, "--t1", "1", "--dt", "0.5", "--out", out).status, 0);
    const speed = (csv: string) => Number(csv.trim().split("\n").at(-1)!.split(",")[3]);
    assert(speed(readFileSync(out, "utf8")) < speed(text) - 10);
    own.parameters.resistance.unit = "Volt";
    writeFileSync(file, JSON.stringify(own));
    const { status, stderr } = run(file, "--t1", "1", "--dt", "0.5", "--out", out);
    assert.equal(status, 2);
    assert.match(stderr, /^twinwire-simulate: [^\n]+\n$/);
  });
});
