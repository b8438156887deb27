#!/usr/bin/env node
/** twinwire-detect: the detector of the anomaly node over a recording, streamed once, never looking ahead. */
import { DETECTORS, readDetector } from "../lib/anomaly/choice.ts";
import { DEFAULTS } from "../lib/anomaly/options.ts";
import { StreamDetector } from "../lib/anomaly/stream.ts";
import { describe, TwinError } from "../lib/twin/envelope.ts";
import { number, output, readArguments, required, run } from "./shared.ts";
import { readRows, Sink, survey, type Table } from "./table.ts";

const USAGE = `Usage: twinwire-detect --in FILE.csv --out SCORES.csv [options]

Scores a recording with the detector of the anomaly node: one row timestamp,anomaly_score,alarm per input row; the score is
0 to 1 and 0.5 at the threshold, the alarm 1 while the node would show one.

  --time COLUMN              time column (default: the first with "time" or "date" in its name)
  --signals a,b              columns to watch (default: all others with numbers, without those that are named like labels)
  --train N                  the first N rows are normal (default: the learning length of the node)
  --train-file NORMAL.csv    a recording of normal operation to learn from; then all of --in is judged
  --false-alarms-per-month X budget (default: ${DEFAULTS.falseAlarmsPerMonth})
  --detector NAME            who judges (default: auto), one of
                             ${DETECTORS.join(", ")}
  --separator ";"            between columns (default: found from the header)
`;
const OPTIONS = {
  in: { type: "string" },
  out: { type: "string" },
  time: { type: "string" },
  signals: { type: "string" },
  train: { type: "string" },
  "train-file": { type: "string" },
  "false-alarms-per-month": { type: "string" },
  detector: { type: "string" },
  separator: { type: "string" },
} as const;
/** Rows of a learning phase; a longer record goes on teaching as declared normal. */
const LONGEST_LEARNING = 20_000;
const SHORTEST_LEARNING = 30;

async function main(args: string[]): Promise<void> {
  const read = readArguments(args, OPTIONS, USAGE);
  if (!read) return;
  const { values } = read;
  const file = required(values.in, "--in");
  const normal = values["train-file"];
  const out = output(values.out, "--out", [file, normal]);
  const train = wholeOf(values.train);
  if (normal !== undefined && train !== undefined)
    throw new TwinError("E_ARGUMENT", "Give either --train or --train-file, not both.");
  if (values.separator !== undefined && values.separator.length !== 1)
    throw new TwinError("E_ARGUMENT", `The option --separator is ${describe(values.separator)}: give one character.`);
  const budget = number(
    values["false-alarms-per-month"],
    "--false-alarms-per-month",
    DEFAULTS.falseAlarmsPerMonth,
    0.001,
    100_000,
  );
  const detector = readDetector(values.detector);
  const table: Table = { separator: values.separator, time: values.time, signals: listOf(values.signals) };
  const make = (channels: number, rows: number | undefined) => {
    const { hold, clear, refractory } = DEFAULTS;
    const learning = Math.max(SHORTEST_LEARNING, Math.min(LONGEST_LEARNING, rows ?? DEFAULTS.learning));
    return new StreamDetector({ channels, learning, hold, clear, refractory, falseAlarmsPerMonth: budget, detector });
  };
  const trained = normal === undefined ? undefined : await learnFrom(normal, file, table, make);
  await score(file, out, { ...table, ...(trained && { signals: trained.signals }) }, train ?? 0, (channels) =>
    trained ? trained.detector : make(channels, train),
  );
}

type Make = (channels: number, rows: number | undefined) => StreamDetector;

/** Learns from a recording of normal operation, of the signals that both recordings have. */
async function learnFrom(normal: string, file: string, table: Table, make: Make) {
  const record = await survey(normal, table);
  if (record.rows < SHORTEST_LEARNING)
    throw new TwinError(
      "E_CSV",
      `The file ${describe(normal)} has ${record.rows} rows with a time: at least ${SHORTEST_LEARNING} are needed.`,
    );
  const there = await survey(file, table, 1);
  const signals = record.names.filter((name) => there.names.includes(name));
  const missing = record.names.filter((name) => !signals.includes(name));
  if (signals.length === 0)
    throw new TwinError("E_CSV", `The file ${describe(file)} has none of the signals ${record.names.join(", ")}.`);
  sayLabels(record.labels);
  if (missing.length) process.stderr.write(`Not in ${file}, so not watched: ${missing.join(", ")}\n`);
  const detector = make(signals.length, record.rows);
  for await (const { time, x } of readRows(normal, { ...table, signals }))
    if (time !== undefined) detector.declare(time, x);
  detector.learned();
  return { detector, signals };
}

/** Scores every row of a recording. @param train rows at its beginning that are declared normal */
async function score(
  file: string,
  out: string,
  table: Table,
  train: number,
  make: (channels: number) => StreamDetector,
) {
  const sink = await Sink.open(out);
  let detector: StreamDetector | undefined;
  let [total, bad, codes, judged, alarms, newest, alarm] = [0, 0, 0, 0, 0, 0, 0];
  await sink.write("timestamp,anomaly_score,alarm\n");
  for await (const { columns, text, time, x, ...row } of readRows(file, table)) {
    if (total === 0) sayLabels(columns.labels);
    detector ??= make(x.length);
    codes += row.codes;
    if (time === undefined || x.every(Number.isNaN)) bad++;
    else if (total < train) detector.declare(time, x);
    else {
      const v = detector.update(time, x, true, "");
      if (v.judged) judged++;
      if (v.raised) alarms++;
      newest = v.event;
      alarm = v.active ? 1 : 0;
    }
    if (++total === train) detector.learned();
    await sink.write(`${quoted(text)},${newest.toFixed(6)},${alarm}\n`);
  }
  await sink.close();
  const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? "" : "s"}`;
  process.stderr.write(
    `${counted(total, "row")}, ${counted(alarms, "alarm")}, ${counted(bad, "bad row")} scored as missing\n`,
  );
  if (codes > 0)
    process.stderr.write(
      `${counted(codes, "cell")} with a code for a missing value (-999, -999.25, -9999 or -99999) not used\n`,
    );
  if (judged > 0) return;
  const why =
    bad === total
      ? "no row has a readable time and a number; see --time and --signals"
      : "the recording ends before the learning phase does; give a longer one, or --train-file with normal operation";
  process.stderr.write(`twinwire-detect: Nothing was judged: ${why}.\n`);
}

function sayLabels(labels: readonly string[]): void {
  if (labels.length > 0)
    process.stderr.write(`Left out because of names like labels: ${labels.join(", ")} (--signals watches them too)\n`);
}

function wholeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const n = number(text, "--train", 0, SHORTEST_LEARNING);
  if (!Number.isInteger(n))
    throw new TwinError("E_ARGUMENT", `The option --train is ${n}: give a whole number of rows.`);
  return n;
}

const listOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(",")
    .map((s) => s.trim())
    .filter((s) => s !== "");
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

run("twinwire-detect", main);
