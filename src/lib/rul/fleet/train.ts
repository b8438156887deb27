/** Learns a fleet model from run-to-failure histories. Pure and deterministic: the same table, options and seed give the same model. */
import { createRandom } from "../../random.ts";
import { quantile } from "../../statistics.ts";
import { TwinError } from "../../twin/envelope.ts";
import { findEdges } from "./bins.ts";
import { needsStart } from "./features.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { describeFleet, medianLife } from "./fleet.ts";
import { dealFolds, learn, learnRestart, type School } from "./learn.ts";
import { FleetModel } from "./model.ts";
import { concat, type Rows, teachingRows } from "./rows.ts";
import type { FleetTable } from "./table.ts";

export interface FleetOptions {
  /** Names of the settings columns; found automatically when absent. An empty list: there are none. */
  settings?: string[];
  /** Longest life that is stated, in units of life; by default 125, or 0.6 median lives where 125 is less than a fifth of one, or longer than any life. */
  cap?: number;
  seed?: number;
  /** False keeps age out of the model. Default true. */
  age?: boolean;
  unitColumn?: string;
  timeColumn?: string;
}

export interface FleetProgress {
  /** 0 to 1 */
  done: number;
  /** What is being done, in words. */
  step: string;
}

const USUAL_CAP = 125;
/** The range of a feature is this far from its ends. */
const TAIL = 0.0005;
const TREES = { trees: 120, learningRate: 0.1, rowShare: 0.5, columnShare: 0.4 };
const MIDLIFE_TREES = { ...TREES, trees: 60, learningRate: 0.15 };

/**
 * Learns from failures: each unit's last row is its failure.
 * @param table at least three units; times ascending within a unit
 * @param progress is told before every forest
 * @throws TwinError `E_FEW_FAILURES` of fewer than three units, `E_FLEET` when the table cannot teach anything for another reason
 */
export function trainFleet(
  table: FleetTable,
  options: FleetOptions = {},
  progress: (p: FleetProgress) => void = () => {},
): FleetModel {
  check(table);
  const random = createRandom(`fleet ${options.seed ?? 1}`);
  const life = medianLife(table);
  const cap = options.cap ?? usualCap(table, life);
  progress({ done: 0, step: "reading the fleet" });
  const fleet = describeFleet(table, options.settings, cap);
  const teaching = teachingRows(table, fleet, cap, random);
  const { names } = fleet;
  const columns = (wanted: (name: string) => boolean) =>
    [...names.keys()].filter((i) => wanted(names[i]!) && (options.age !== false || names[i] !== "age"));
  const fromStart = columns((name) => name !== "observed");
  const folds = dealFolds(table.units, random);
  let done = 0;
  const school: School = {
    edges: findEdges(concat(teaching.full.values, teaching.midlife.values), names.length),
    folds,
    cap,
    random,
    step: () => progress({ done: 0.1 + (0.9 * done++) / (2 * (Math.max(...folds) + 1)), step: "growing trees" }),
  };
  const full = learn(school, teaching.full, fromStart, TREES);
  const midlife = learn(
    school,
    teaching.midlife,
    columns((name) => !needsStart(name)),
    MIDLIFE_TREES,
  );
  const { missing } = full.learner;
  progress({ done: 1, step: "done" });
  return new FleetModel({
    cap,
    age: options.age !== false,
    seed: options.seed ?? 1,
    unitColumn: options.unitColumn ?? "unit",
    timeColumn: options.timeColumn ?? "cycle",
    regimes: fleet.regimes,
    sensors: fleet.sensors,
    shape: fleet.shape,
    clock: teaching.clock,
    ...rangesOf(teaching.full, names.length, table.units.length),
    healthy: healthyOf(teaching.full, names.length, cap),
    edges: school.edges,
    full: full.learner,
    midlife: midlife.learner,
    ...learnRestart(school, teaching.full, teaching.restarted, missing, fromStart, MIDLIFE_TREES),
    promised: full.promised,
    promisedMidlife: midlife.promised,
    fingerprint: fingerprintOf(table),
  });
}

/** 125, or 0.6 median lives when nothing lives so long, or 125 would be only the very end of a life. */
function usualCap(table: FleetTable, life: number): number {
  const longest = table.units.reduce((max, { time }) => Math.max(max, time[time.length - 1]! - time[0]!), 0);
  return USUAL_CAP >= 0.2 * life && USUAL_CAP <= longest ? USUAL_CAP : Number((0.6 * life).toPrecision(2));
}

function check(table: FleetTable): void {
  const { units, signals } = table;
  if (units.length < 3)
    throw new TwinError(
      "E_FEW_FAILURES",
      `Learning from failures needs at least 3 units that failed, and this table has ${units.length}.`,
    );
  if (signals.length === 0) throw new TwinError("E_FLEET", "The table has no numeric column that could be a signal.");
  const short = units.find((u) => u.time.length < 5 || !(u.time[u.time.length - 1]! > u.time[0]!));
  if (short)
    throw new TwinError(
      "E_FLEET",
      `Unit ${short.id} has ${short.time.length} row${short.time.length === 1 ? "" : "s"}: every unit needs at least 5 rows at different times, the last being its failure.`,
    );
}

/** Range of every feature; a small fleet has shown less than it could, so its range is stretched. */
function rangesOf({ values }: Rows, width: number, units: number) {
  const low = new Float32Array(width);
  const high = new Float32Array(width);
  forColumns(values, width, undefined, (f, sorted) => {
    const [a, b] = [quantile(sorted, TAIL), quantile(sorted, 1 - TAIL)];
    const stretch = (b - a) / units;
    low[f] = sorted.length > 0 ? a - stretch : -Infinity;
    high[f] = sorted.length > 0 ? b + stretch : Infinity;
  });
  return { low, high };
}

function healthyOf({ values, target }: Rows, width: number, cap: number): Float32Array {
  const healthy = new Float32Array(width);
  const most = target.reduce((a, b) => Math.max(a, b), 0);
  forColumns(
    values,
    width,
    (r) => target[r]! >= Math.min(cap, 0.9 * most),
    (f, sorted) => {
      healthy[f] = quantile(sorted, 0.5);
    },
  );
  return healthy;
}

/** Sorted known values of every column. */
function forColumns(
  values: Float32Array,
  width: number,
  wanted: ((row: number) => boolean) | undefined,
  visit: (column: number, sorted: Float32Array) => void,
): void {
  const rows = values.length / width;
  const buffer = new Float32Array(rows);
  for (let f = 0; f < width; f++) {
    let n = 0;
    for (let r = 0; r < rows; r++) {
      const x = values[r * width + f]!;
      if (!Number.isNaN(x) && (!wanted || wanted(r))) buffer[n++] = x;
    }
    visit(f, buffer.subarray(0, n).sort());
  }
}
