/** Learns a fleet model from run-to-failure histories. Pure and deterministic: the same table, options and seed give the same model. */
import { createRandom, type Random } from "../../random.ts";
import { TwinError } from "../../twin/envelope.ts";
import { binTable, type Edges, findEdges, missingBins } from "./bins.ts";
import { fitBands, LEVELS, quantilesAt } from "./conformal.ts";
import { FeatureStream, featureNames, needsStart, type StreamShape, WINDOWS } from "./features.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { fitIndicator } from "./indicator.ts";
import { type Clock, FleetModel, type Learner, type Promised } from "./model.ts";
import { normalise, regimeNumbers, type Sensor, selectSensors } from "./normalise.ts";
import { findRegimes, regimesOf } from "./regimes.ts";
import { ascending, type FleetTable, type FleetUnit, median, quantile } from "./table.ts";
import { type Forest, growForest, predictForest, type TreeOptions } from "./trees.ts";

export interface FleetOptions {
  /** Names of the settings columns; found automatically when absent. An empty list: there are none. */
  settings?: string[];
  /** Longest life that is stated, in units of life; by default 125, or 0.6 median lives where 125 makes no sense. */
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
/** About so many rows teach; longer histories are thinned evenly. */
const ROWS = 14_000;
/** Units up to which every fold is one unit. */
const LEAVE_ONE_OUT = 10;
const FOLDS = 5;
const RIDGE = 0.01;
/** The range of a feature is this far from its ends. */
const TAIL = 0.0005;
const TREES = { trees: 120, learningRate: 0.1, rowShare: 0.5, columnShare: 0.4 };
const MIDLIFE_TREES = { ...TREES, trees: 60, learningRate: 0.15 };

/**
 * Learns from failures: each unit's last row is its failure.
 * @param table at least three units; times ascending within a unit
 * @param progress is told before every forest
 * @throws TwinError `E_FLEET` when the table cannot teach anything, with the reason
 */
export function trainFleet(
  table: FleetTable,
  options: FleetOptions = {},
  progress: (p: FleetProgress) => void = () => {},
): FleetModel {
  check(table);
  const random = createRandom(`fleet ${options.seed ?? 1}`);
  const life = median(table.units.map(lifeOf));
  const cap = options.cap ?? (USUAL_CAP >= 0.3 * life && USUAL_CAP <= life ? USUAL_CAP : tidy(0.6 * life));
  progress({ done: 0, step: "reading the fleet" });
  const fleet = prepare(table, options, life, cap);
  const { rows, midlife, restarted, clock } = featureRows(table, fleet, cap, random);
  const edges = findEdges(concat(rows.values, midlife.values), fleet.names.length);
  const folds = dealFolds(table.units, random);
  const columns = (wanted: (name: string) => boolean) =>
    [...fleet.names.keys()].filter(
      (i) => wanted(fleet.names[i]!) && (options.age !== false || fleet.names[i] !== "age"),
    );
  let forests = 0;
  const count = 2 * (Math.max(...folds) + 1);
  const step = (what: string) => () => progress({ done: 0.1 + (0.9 * forests++) / count, step: what });
  const full = learn(
    rows,
    edges,
    folds,
    columns((name) => name !== "observed"),
    TREES,
    cap,
    random,
    step("learning units from the start"),
  );
  const late = learn(
    midlife,
    edges,
    folds,
    columns((name) => !needsStart(name)),
    MIDLIFE_TREES,
    cap,
    random,
    step("learning units met in mid-life"),
  );
  const restart = learnRestart(
    rows,
    restarted,
    edges,
    full.learner.missing,
    columns((name) => name !== "observed"),
    random,
  );
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
    clock,
    ...rangesOf(rows, fleet.names.length, table.units.length),
    healthy: healthyOf(rows, fleet.names.length, cap),
    edges,
    full: full.learner,
    midlife: late.learner,
    restart,
    restartShare: restarted.target.length / (rows.target.length + restarted.target.length),
    promised: full.promised,
    promisedMidlife: late.promised,
    fingerprint: fingerprintOf(table),
  });
}

const lifeOf = ({ time }: FleetUnit): number => time[time.length - 1]! - time[0]!;

/** Two significant digits. */
const tidy = (x: number): number => Number(x.toPrecision(2));

function check(table: FleetTable): void {
  const { units, signals } = table;
  if (units.length < 3)
    throw new TwinError(
      "E_FLEET",
      `Learning from failures needs at least 3 units that failed, this table has ${units.length}; without failures use --signal and --threshold.`,
    );
  if (signals.length === 0) throw new TwinError("E_FLEET", "The table has no numeric column that could be a signal.");
  const short = units.find((u) => u.time.length < 5 || !(lifeOf(u) > 0));
  if (short)
    throw new TwinError(
      "E_FLEET",
      `Unit ${short.id} has ${short.time.length} row${short.time.length === 1 ? "" : "s"}: every unit needs at least 5 rows at different times, the last being its failure.`,
    );
}

interface Fleet {
  regimes: ReturnType<typeof regimesOf>;
  sensors: Sensor[];
  /** Columns of the sensors in the table. */
  columns: number[];
  numbers: Int32Array[];
  shape: StreamShape;
  names: string[];
}

/** Operating points, sensors, and the health indicator. */
function prepare(table: FleetTable, options: FleetOptions, life: number, cap: number): Fleet {
  const named = options.settings?.map((name) => {
    const at = table.signals.indexOf(name);
    if (at < 0)
      throw new TwinError("E_FLEET", `The settings column ${JSON.stringify(name)} is not among the numeric columns.`);
    return at;
  });
  const { regimes, columns: settings } = named
    ? { regimes: regimesOf(table, named), columns: named }
    : findRegimes(table);
  const numbers = regimeNumbers(table, regimes, settings);
  const { sensors, columns } = selectSensors(table, numbers, regimes.seen.length, settings);
  if (sensors.length === 0)
    throw new TwinError("E_FLEET", "No signal moves with life: all are constant or noise, so nothing can be learned.");
  if (sensors.length > 60) {
    sensors.length = 60;
    columns.length = 60;
  }
  const fleet: Fleet = {
    regimes,
    sensors,
    columns,
    numbers,
    shape: { sensors: sensors.length, weights: new Float64Array(sensors.length), intercept: 0, life },
    names: featureNames(sensors.length),
  };
  const smooth: number[] = [];
  const target: number[] = [];
  const stride = strideOf(table);
  table.units.forEach((unit, u) => {
    walk(table, fleet, u, 0, (r, features) => {
      if ((unit.time.length - 1 - r) % stride !== 0) return;
      for (let s = 0; s < sensors.length; s++) smooth.push(features[4 * s]!);
      target.push(1 - Math.min(cap, unit.time[unit.time.length - 1]! - unit.time[r]!) / cap);
    });
  });
  const { weights, intercept } = fitIndicator(
    Float64Array.from(smooth),
    sensors.length,
    Float64Array.from(target),
    RIDGE,
  );
  fleet.shape = { ...fleet.shape, weights, intercept };
  return fleet;
}

const strideOf = (table: FleetTable): number =>
  Math.max(1, Math.ceil(table.units.reduce((sum, u) => sum + u.time.length, 0) / ROWS));

/** Runs a unit through the stream from row `from`; the features are reused by the next row. */
function walk(
  table: FleetTable,
  fleet: Fleet,
  unit: number,
  from: number,
  visit: (row: number, features: Float64Array) => void,
): FeatureStream {
  const { time, values } = table.units[unit]!;
  const stream = new FeatureStream(fleet.shape);
  const features = new Float64Array(stream.length);
  const width = table.signals.length;
  const raw = new Float64Array(fleet.columns.length);
  const z = new Float64Array(fleet.columns.length);
  for (let r = from; r < time.length; r++) {
    for (let s = 0; s < raw.length; s++) raw[s] = values[r * width + fleet.columns[s]!]!;
    normalise(fleet.sensors, fleet.numbers[unit]![r]!, raw, z);
    stream.update(time[r]!, z, Number.NaN, features);
    visit(r, features);
  }
  return stream;
}

/** Rows that teach. */
interface Rows {
  /** `rows × features` */
  values: Float32Array;
  target: Float64Array;
  unit: Int32Array;
}

/** Every unit from its start, and twice from somewhere in its life: once knowing its age, once not. */
function featureRows(table: FleetTable, fleet: Fleet, cap: number, random: Random) {
  const width = fleet.names.length;
  const age = width - 2;
  const full = collect();
  const midlife = collect();
  const restarted = collect();
  const clock = clockOf(table, fleet.shape.life);
  const stride = strideOf(table);
  table.units.forEach((unit, u) => {
    const last = unit.time.length - 1;
    const left = (r: number) => Math.min(cap, unit.time[last]! - unit.time[r]!);
    const start = clock.isAge ? clock.start : unit.time[0]!;
    const seen = !clock.isAge || unit.time[0]! <= clock.start + clock.tolerance;
    walk(table, fleet, u, 0, (r, features) => {
      if (!seen || (last - r) % stride !== 0) return;
      features[age] = unit.time[r]! - start;
      full.add(features, left(r), u);
    });
    const again = Math.floor(last * (0.1 + 0.8 * random.next()));
    walk(table, fleet, u, again, (r, features) => {
      if ((last - r) % stride !== 0) return;
      features[age] = unit.time[r]! - unit.time[again]!;
      restarted.add(features, 0, u);
    });
    for (const known of [clock.isAge, false]) {
      const from = Math.floor(last * 0.9 * random.next());
      walk(table, fleet, u, from, (r, features) => {
        if ((last - r) % stride !== 0) return;
        features[age] = known ? unit.time[r]! - clock.start : Number.NaN;
        for (let f = 0; f < width; f++) if (needsStart(fleet.names[f]!)) features[f] = Number.NaN;
        midlife.add(features, left(r), u);
      });
    }
  });
  return { rows: full.rows(), midlife: midlife.rows(), restarted: restarted.rows(), clock };
}

function collect() {
  const values: number[] = [];
  const target: number[] = [];
  const units: number[] = [];
  return {
    add(features: Float64Array, left: number, unit: number) {
      for (const x of features) values.push(x);
      target.push(left);
      units.push(unit);
    },
    rows: (): Rows => ({
      values: Float32Array.from(values),
      target: Float64Array.from(target),
      unit: Int32Array.from(units),
    }),
  };
}

/** Time is age when nine of ten units begin at about the same time, and the failures are spread. */
function clockOf(table: FleetTable, life: number): Clock {
  const starts = ascending(table.units.map((u) => u.time[0]!));
  const start = quantile(starts, 0.25);
  const tolerance = WINDOWS.short * life;
  const together = starts.filter((t) => Math.abs(t - start) <= tolerance).length;
  return { isAge: together >= 0.6 * starts.length, start, tolerance };
}

/** Deals units of similar life to different folds. */
function dealFolds(units: FleetUnit[], random: Random): Int32Array {
  const folds = units.length <= LEAVE_ONE_OUT ? units.length : FOLDS;
  const order = [...units.keys()].sort((a, b) => lifeOf(units[a]!) - lifeOf(units[b]!));
  const out = new Int32Array(units.length);
  for (let from = 0; from < order.length; from += folds) {
    const deck = Array.from({ length: folds }, (_, i) => i);
    for (const u of order.slice(from, from + folds))
      out[u] = deck.splice(Math.floor(random.next() * deck.length), 1)[0]!;
  }
  return out;
}

/** One forest per fold, which has not seen the units of that fold: their errors are the promise, their mean the answer. */
function learn(
  rows: Rows,
  edges: Edges,
  folds: Int32Array,
  columns: number[],
  trees: Omit<TreeOptions, "minLeaf">,
  cap: number,
  random: Random,
  step: () => void,
): { learner: Learner; promised: Promised } {
  const { values, target, unit } = rows;
  const width = edges.cuts.length;
  const missing = missingBins(edges, values);
  const data = binTable(edges, missing, values, width);
  const held = new Float64Array(target.length);
  const forests: Forest[] = [];
  const bins = new Uint8Array(width);
  const minLeaf = Math.min(25, Math.max(5, Math.round(target.length / 400)));
  const count = Math.max(...folds) + 1;
  for (let fold = 0; fold < count; fold++) {
    step();
    const own: number[] = [];
    const out: number[] = [];
    for (let r = 0; r < unit.length; r++) (folds[unit[r]!] === fold ? out : own).push(r);
    const forest = growForest(data, Int32Array.from(own), target, columns, { ...trees, minLeaf }, random);
    forests.push(forest);
    for (const r of out) {
      for (let c = 0; c < width; c++) bins[c] = data.bins[c * data.rows + r]!;
      held[r] = Math.min(cap, Math.max(0, predictForest(forest, bins)));
    }
  }
  const units = new Set(unit).size;
  const bands = fitBands(held, target, cap, units);
  return { learner: { forests, bands, missing }, promised: promise(held, target, bands, cap, units, count) };
}

/** Learns to tell a unit whose life began with its first sample (0) from one whose clock was set anew in mid-life (1). */
function learnRestart(
  fresh: Rows,
  restarted: Rows,
  edges: Edges,
  missing: Uint8Array,
  columns: number[],
  random: Random,
): Forest {
  const values = concat(fresh.values, restarted.values);
  const data = binTable(edges, missing, values, edges.cuts.length);
  const target = new Float64Array(data.rows).fill(1, fresh.target.length);
  const rows = Int32Array.from(target.keys());
  const minLeaf = Math.min(25, Math.max(5, Math.round(rows.length / 400)));
  return growForest(data, rows, target, columns, { ...MIDLIFE_TREES, minLeaf }, random);
}

function promise(
  held: Float64Array,
  target: Float64Array,
  bands: Learner["bands"],
  cap: number,
  units: number,
  folds: number,
): Promised {
  const q = new Float64Array(LEVELS.length);
  let [square, low, below, late, width] = [0, 0, 0, 0, 0];
  for (let r = 0; r < held.length; r++) {
    const e = held[r]! - target[r]!;
    square += e * e;
    if (target[r]! < cap) {
      low += e * e;
      below++;
    }
    if (e > 0.08 * cap) late++;
    quantilesAt(bands, held[r]!, cap, q);
    width += q[4]! - q[0]!;
  }
  const n = held.length;
  const round = (x: number) => Number(x.toPrecision(4));
  return {
    units,
    rows: n,
    folds,
    rmse: round(Math.sqrt(square / n)),
    rmseBelowCap: round(Math.sqrt(low / Math.max(1, below))),
    late: round(late / n),
    width: round(width / n),
  };
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

function concat(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
