/** What a store has kept of a twin, as columns that a worker thread can be given, and as the messages they once were. */
import type { Store, TwinRef } from "../store/store.ts";
import type { Envelope, ModelSection, Value } from "../twin/envelope.ts";

/** Rows that are replayed at most, the newest ones. */
export const MOST_ROWS = 20_000;

export interface Series {
  /** Source times, ms, ascending. */
  time: Float64Array;
  /** Numbers alone as one block, so that a thread is given them without a look at each. */
  value: Float64Array | readonly Value[];
  /** OPC UA StatusCodes; 0 is Good. */
  status: Uint32Array;
}

export interface Recording extends TwinRef {
  desired?: Record<string, Value>;
  /** By signal name, and by `model.expected.…`, `model.sd.…`, `model.derived.…`, `model.states.…`. */
  series: Record<string, Series>;
  /** True when there are older samples than those of the newest `MOST_ROWS` rows. */
  cut: boolean;
}

const PATH = /^(?:model\.(expected|sd|derived|states)\.)?([^.]+)$/;

/**
 * Reads the newest rows of a twin's history, one signal per turn of the event loop, so that other messages are not kept waiting.
 * @param wanted signals of the asset; others are not read
 */
export async function readRecording(
  store: Pick<Store, "history" | "historySignals" | "twin">,
  ref: TwinRef,
  wanted: ReadonlySet<string>,
): Promise<Recording> {
  const series: Record<string, Series> = {};
  let from = Number.NEGATIVE_INFINITY;
  let cut = false;
  const paths = store.historySignals(ref).filter((path) => {
    const [, part, name] = PATH.exec(path) ?? [];
    return name !== undefined && (part === "derived" || part === "states" || wanted.has(name));
  });
  for (const signal of paths) {
    const points = store.history({ ...ref, signal, from });
    // No union of rows reaches farther back than the newest rows of any one signal.
    if (points.length > MOST_ROWS) {
      from = points[points.length - MOST_ROWS]!.time;
      points.splice(0, points.length - MOST_ROWS);
      cut = true;
    }
    // What a slow signal said before is still true at the first row.
    if (from > Number.NEGATIVE_INFINITY && points[0]?.time !== from)
      points.unshift(...store.history({ ...ref, signal, to: from }).slice(-1));
    series[signal] = {
      time: Float64Array.from(points, (p) => p.time),
      value: points.every((p) => typeof p.value === "number")
        ? Float64Array.from(points, (p) => p.value as number)
        : points.map((p) => p.value),
      status: Uint32Array.from(points, (p) => p.status),
    };
    await new Promise((resolve) => setImmediate(resolve));
  }
  const desired = store.twin(ref)?.twin.desired;
  return { ...ref, series, cut, ...(desired && { desired }) };
}

/** Times of all samples of signals, each once, ascending; the newest `MOST_ROWS`. */
export function rowTimes({ series }: Recording): { times: number[]; cut: boolean } {
  const all = new Set<number>();
  for (const [path, { time }] of Object.entries(series)) if (!path.includes(".")) for (const t of time) all.add(t);
  const times = Float64Array.from(all).sort();
  return { times: Array.from(times.subarray(-MOST_ROWS)), cut: times.length > MOST_ROWS };
}

/**
 * The messages of the recording, one per time: what was new, beside it the last known values, and what a model said at that time.
 * @returns the same object each time, with new contents
 */
export function* messages(recording: Recording, times: readonly number[]): Generator<Envelope> {
  const { id, branch, desired } = recording;
  const values: Record<string, Value> = {};
  const status: Record<string, number> = {};
  const twin: Envelope = { v: 1, id, branch, time: 0, values, updated: [], status, ...(desired && { desired }) };
  const cursors = Object.entries(recording.series).map(([path, series]) => {
    const [, part, name = path] = PATH.exec(path)!;
    return { part, name, series, at: 0 };
  });
  for (const time of times) {
    const updated: string[] = [];
    const model = { expected: {}, sd: {}, derived: {}, states: {} } as Record<string, Record<string, number>>;
    let modelled = false;
    for (const c of cursors) {
      for (; c.at < c.series.time.length && c.series.time[c.at]! < time; c.at++)
        if (c.part === undefined) values[c.name] = c.series.value[c.at]!;
      if (c.series.time[c.at] !== time) continue;
      const value = c.series.value[c.at]!;
      if (c.part !== undefined) {
        modelled = true;
        if (typeof value === "number") model[c.part]![c.name] = value;
        continue;
      }
      values[c.name] = value;
      updated.push(c.name);
      const code = c.series.status[c.at]!;
      if (code === 0) delete status[c.name];
      else status[c.name] = code;
    }
    twin.time = time;
    twin.updated = updated;
    if (modelled) twin.model = withResiduals(model, values);
    else delete twin.model;
    yield twin;
  }
}

/** Residuals are not kept: measured minus expected. */
function withResiduals(model: Record<string, Record<string, number>>, values: Envelope["values"]): ModelSection {
  const { expected = {}, sd = {}, derived = {}, states = {} } = model;
  const residual: Record<string, number> = {};
  const z: Record<string, number> = {};
  for (const name in expected) {
    const value = values[name];
    if (typeof value !== "number") continue;
    residual[name] = value - expected[name]!;
    if (sd[name]! > 0) z[name] = residual[name]! / sd[name]!;
  }
  return { expected, sd, residual, z, derived, states };
}
