#!/usr/bin/env node
/** `twinwire-rul`: learns remaining life from a historian export, and predicts it; the same engine as the node twin rul. */
import { writeFileSync } from "node:fs";
import { parseCsv } from "../lib/machine/csv.ts";
import { leaveAnswersOut } from "../lib/rul/fleet/answers.ts";
import { FleetModel } from "../lib/rul/fleet/model.ts";
import { predictFile } from "../lib/rul/fleet/predict-file.ts";
import { readFleet } from "../lib/rul/fleet/read.ts";
import { trainFleet } from "../lib/rul/fleet/train.ts";
import { predictTrendFile } from "../lib/rul/trend-file.ts";
import { describe, TwinError } from "../lib/twin/envelope.ts";
import { notWritten, number, output, readArguments, readText, required, run } from "./shared.ts";

const USAGE = `twinwire-rul: remaining useful life from a table of histories (CSV with header).

  twinwire-rul train --in TRAIN.csv --model MODEL.json
      Learns from units that failed: the last row of each unit is its failure.
      --unit unit      column that names the unit
      --time cycle     column of the time or age, in units of life (dates count in hours)
      --signals a,b    columns to learn from; default: all other columns of numbers
      --settings a,b   columns that say how the machine was run; default: found automatically
      --cap 125        longest life that is stated; default: 125, or 0.6 median lives where 125 makes no sense
      --seed 1         the same seed gives the same model
      --no-age         do not use the age

  twinwire-rul predict --model MODEL.json --in TEST.csv --out PRED.csv
      Writes unit,time,pred,p05,p10,p50,p90,p95,unknown: one row per unit, at its last row.
      --all            at every row
      --unit, --time   as above; default: as in training

  twinwire-rul predict --signal capacity --threshold 0.77 --falling --typical-life 700 --in TEST.csv --out PRED.csv
      Without any failure: follows one signal to its limit.
      --falling        failed when at or below the threshold; default: at or above
      --typical-life   rough whole life in units of life, a factor of two is forgiven; optional, but it helps much
      --cap            longest life that is stated; default: four typical lives, or twenty ages
      --unit, --time   default: unit where the table has it, else the table is one machine; cycle
      --seed, --all    as above

An empty cell is a missing value. Errors are one sentence, and exit code 2.
`;

const OPTIONS = {
  in: { type: "string" },
  out: { type: "string" },
  model: { type: "string" },
  unit: { type: "string" },
  time: { type: "string" },
  signals: { type: "string" },
  settings: { type: "string" },
  cap: { type: "string" },
  seed: { type: "string" },
  "no-age": { type: "boolean" },
  all: { type: "boolean" },
  signal: { type: "string" },
  threshold: { type: "string" },
  falling: { type: "boolean" },
  "typical-life": { type: "string" },
} as const;

type Values = NonNullable<ReturnType<typeof readArguments<typeof OPTIONS>>>["values"];

const list = (text: string | undefined): string[] | undefined =>
  text
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** Options that belong to another way of calling would be passed over in silence. @throws TwinError `E_ARGUMENT` */
function refuse(values: Values, options: (keyof Values)[], where: string): void {
  const given = options.find((option) => values[option] !== undefined);
  if (given) throw new TwinError("E_ARGUMENT", `The option --${given} has no meaning ${where}. See --help.`);
}

function train(values: Values): void {
  refuse(values, ["signal", "threshold", "falling", "typical-life", "out", "all"], "with train");
  const file = required(values.in, "--in");
  const out = output(values.model, "--model", [file]);
  const signals = list(values.signals);
  const settings = list(values.settings);
  const unit = values.unit ?? "unit";
  const time = values.time ?? "cycle";
  const { table: whole, unreadable } = readFleet(readText(file), {
    unit,
    time,
    ...(signals && { signals: [...new Set([...signals, ...(settings ?? [])])] }),
  });
  complain(unreadable);
  const { table, answers } = leaveAnswersOut(whole);
  if (answers.length > 0)
    process.stderr.write(
      `twinwire-rul: ${answers.join(", ")} left out: it tells how long every unit still lived, which nobody knows of a machine that runs.\n`,
    );
  const started = performance.now();
  const model = withHint(() =>
    trainFleet(table, {
      unitColumn: unit,
      timeColumn: time,
      seed: number(values.seed, "--seed", 1),
      age: !values["no-age"],
      ...(values.cap !== undefined && { cap: number(values.cap, "--cap", 125, 1e-9) }),
      ...(settings && { settings }),
    }),
  );
  const text = JSON.stringify(model);
  write(out, text);
  const { promised, cap, regimes, sensors } = model.content;
  process.stdout.write(
    `Learned from ${promised.units} units in ${((performance.now() - started) / 1000).toFixed(1)} s: ${sensors.length} signals` +
      ` (${sensors.map((s) => s.name).join(", ")}), ${describeRegimes(
        regimes.settings.map((s) => s.name),
        regimes.seen.length,
      )}.\n` +
      `On units it had not seen: RMSE ${promised.rmse} (${promised.rmseBelowCap} below the cap of ${cap}),` +
      ` 90 % interval ${promised.width} wide on average, ${(100 * promised.late).toFixed(1)} % of predictions more than ${tenth(0.08 * cap)} late.\n` +
      `Model ${out}: ${(text.length / 1000).toFixed(0)} kB.\n`,
  );
}

/** Too few failures to learn from: the command line has another way. */
function withHint(learn: () => FleetModel): FleetModel {
  try {
    return learn();
  } catch (error) {
    if (error instanceof TwinError && error.code === "E_FEW_FAILURES")
      throw new TwinError(error.code, `${error.message} Without failures use predict with --signal and --threshold.`);
    throw error;
  }
}

const tenth = (x: number): number => Math.round(10 * x) / 10;

const describeRegimes = (settings: string[], count: number): string =>
  settings.length === 0 ? "one operating point" : `${count} operating points by ${settings.join(", ")}`;

function predict(values: Values): void {
  if (values.model === undefined && (values.signal !== undefined || values.threshold !== undefined))
    return predictTrend(values);
  if (values.signal !== undefined || values.threshold !== undefined)
    throw new TwinError("E_ARGUMENT", "A model knows its signals: give either --model, or --signal and --threshold.");
  refuse(values, ["falling", "typical-life"], "beside --model");
  const out = output(values.out, "--out", [values.in, values.model]);
  const model = FleetModel.fromJSON(readText(required(values.model, "--model")));
  const text = readText(required(values.in, "--in"));
  const { csv, unreadable, unknown, units } = predictFile(model, text, {
    unit: values.unit ?? model.content.unitColumn,
    time: values.time ?? model.content.timeColumn,
    all: values.all ?? false,
  });
  complain(unreadable);
  write(out, csv);
  if (unknown > 0)
    process.stdout.write(
      `${unknown} of ${units} units are in an unknown condition: the fleet never showed it, their intervals are widened.\n`,
    );
}

/** Without any failure known. */
function predictTrend(values: Values): void {
  const signal = required(values.signal, "--signal");
  const threshold = number(required(values.threshold, "--threshold"), "--threshold", 0);
  const out = output(values.out, "--out", [values.in]);
  const text = readText(required(values.in, "--in"));
  const optional = (value: string | undefined, option: string) =>
    value === undefined ? undefined : number(value, option, 0, 1e-9);
  const { csv, unreadable, units, silent, doubt } = predictTrendFile(text, {
    signal,
    threshold,
    direction: values.falling ? "falling" : "rising",
    typicalLife: optional(values["typical-life"], "--typical-life"),
    cap: optional(values.cap, "--cap"),
    seed: number(values.seed, "--seed", 1),
    unit: values.unit ?? (parseCsv(text).header.includes("unit") ? "unit" : undefined),
    time: values.time ?? "cycle",
    all: values.all ?? false,
  });
  complain(unreadable);
  write(out, csv);
  if (doubt !== "") process.stderr.write(`twinwire-rul: ${doubt}\n`);
  if (silent > 0)
    process.stderr.write(
      `twinwire-rul: ${silent} of ${units} units have fewer than two samples, and no --typical-life was given: they are left out.\n`,
    );
}

function complain(unreadable: number): void {
  if (unreadable > 0)
    process.stderr.write(`twinwire-rul: ${unreadable} cells are neither number nor empty; they count as missing.\n`);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw notWritten(file, error);
  }
}

/** A threshold may lie below zero: a number after it is its value, and no option. */
const withSigns = (args: string[]): string[] =>
  args.flatMap((arg, i) => {
    if (arg === "--threshold" && /^-[\d.]/.test(args[i + 1] ?? "")) return [`${arg}=${args[i + 1]}`];
    return args[i - 1] === "--threshold" && /^-[\d.]/.test(arg) ? [] : [arg];
  });

// Last, when the constants above exist.
void run("twinwire-rul", (args) => {
  const read = readArguments(withSigns(args), OPTIONS, USAGE);
  if (!read) return;
  const [command, ...rest] = read.positionals;
  if (rest.length > 0)
    throw new TwinError("E_ARGUMENT", `The argument ${describe(rest[0])} is one too many. See --help.`);
  if (command === "train") train(read.values);
  else if (command === "predict") predict(read.values);
  else
    throw new TwinError(
      "E_ARGUMENT",
      command === undefined
        ? "Say train or predict. See --help."
        : `The command ${describe(command)} is neither train nor predict.`,
    );
});
