#!/usr/bin/env node
/** `twinwire-simulate`: runs equations from a file and writes a table; the same engine as the node twin physics. */
import { closeSync, openSync, writeSync } from "node:fs";
import { digits15, simulate } from "../lib/physics/simulate.ts";
import { readInputTable, readSimulation, type Simulation } from "../lib/physics/simulate-spec.ts";
import { describe, TwinError } from "../lib/twin/envelope.ts";
import { notWritten, number, output, readArguments, readText, required, run } from "./shared.ts";

const USAGE = `twinwire-simulate MODEL.json [--inputs IN.csv] --t1 3600 --dt 1 [--rtol 1e-8] [--atol 1e-10] --out OUT.csv

  Runs the equations of MODEL.json from t = 0 to t1 (seconds) and writes OUT.csv: t, every state, every output; a row
  every dt and one at t1.

  MODEL.json   { "equations": "dT/dt = (P - k*(T - Ta))/C", "initial": { "T": 20 },
                 "parameters": { "k": 2, "Ta": 20, "C": 500 }, "inputs": ["P"], "outputs": [] }
               t is the time. States without an initial value begin at 0.
               Or the file of a preset: its numbers, in its units; inputs rest at their usual values.
  --inputs     table with the columns t and those of the inputs; values hold until the next row. For a preset the
               columns of inputs that change are enough
  --t1, --dt   end and time between rows, seconds
  --rtol       relative tolerance per step, default 1e-8
  --atol       absolute tolerance per step, in the unit of each state, default 1e-10
  --out        table to write

The solver is chosen automatically. Errors are one sentence, and exit code 2.
`;

const OPTIONS = {
  inputs: { type: "string" },
  t1: { type: "string" },
  dt: { type: "string" },
  rtol: { type: "string" },
  atol: { type: "string" },
  out: { type: "string" },
} as const;

/** Bytes that are collected before they are written. */
const CHUNK = 1 << 16;

void run("twinwire-simulate", (args) => {
  const read = readArguments(args, OPTIONS, USAGE);
  if (!read) return;
  const { values, positionals } = read;
  const [file, more] = positionals;
  if (file === undefined) throw new TwinError("E_ARGUMENT", "Give the file of the model. See --help.");
  if (more !== undefined) throw new TwinError("E_ARGUMENT", `${describe(more)} is one file too many. See --help.`);
  const out = output(values.out, "--out", [file, values.inputs]);
  const options = {
    t1: positive(required(values.t1, "--t1"), "--t1"),
    dt: positive(required(values.dt, "--dt"), "--dt"),
    rtol: number(values.rtol, "--rtol", 1e-8, 1e-14, 0.1),
    atol: positive(values.atol ?? "1e-10", "--atol"),
  };
  const simulation = readSimulation(readText(file));
  const { rows, held } = readInputTable(values.inputs === undefined ? undefined : readText(values.inputs), simulation);
  sayHeld(simulation, held);
  write(out, ["t", ...simulation.columns].join(","), simulate(simulation, { ...options, inputs: rows }));
});

/** A column that is misspelt must not be taken for one that is left out on purpose. */
function sayHeld({ usual, unitOf }: Simulation, held: readonly string[]): void {
  if (held.length === 0) return;
  const values = held.map((name) => `${name} ${digits15(usual!.get(name)!)} ${unitOf!(name)}`.trim());
  process.stderr.write(`twinwire-simulate: held at usual values: ${values.join(", ")}.\n`);
}

function positive(text: string, option: string): number {
  const x = number(text, option, 0);
  if (!(x > 0)) throw new TwinError("E_ARGUMENT", `The option ${option} is ${describe(text)}: give a number above 0.`);
  return x;
}

/** Rows that were computed before an error are kept. */
function write(out: string, header: string, rows: Iterable<Float64Array>): void {
  const to = open(out);
  let text = `${header}\n`;
  try {
    for (const row of rows) {
      for (let i = 0; i < row.length; i++) text += `${i > 0 ? "," : ""}${digits15(row[i]!)}`;
      text += "\n";
      if (text.length < CHUNK) continue;
      writeSync(to, text);
      text = "";
    }
  } finally {
    writeSync(to, text);
    closeSync(to);
  }
}

function open(out: string): number {
  try {
    return openSync(out, "w");
  } catch (error) {
    throw notWritten(out, error);
  }
}
