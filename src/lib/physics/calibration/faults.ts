/**
 * What speaks against a stretch of time as data of a calibration: alarms, drifting parameters, maintenance. Calibrating on a
 * machine that is not well makes its fault the healthy model.
 */
import type { Store, TwinRef } from "../../store/store.ts";
import { spoken } from "../../twin/paths.ts";

export interface Doubt {
  /** Source times, milliseconds; `to` is null while it lasts. */
  from: number;
  to: number | null;
  /** One sentence. */
  text: string;
}

export interface Range {
  from?: number | undefined;
  to?: number | undefined;
}

/** A parameter has drifted when its change is beyond this many of its standard deviations, and beyond so many percent. */
const DEVIATIONS = 3;
const PERCENT = 5;
/** Events that a store keeps of a twin; older alarms are known by their score alone. */
const MOST = 20;
const ALARM_SCORE = 0.5;
const CHANGE = /^model\.derived\.(.+)Change$/;

type Known = Pick<Store, "twin" | "history" | "historySignals">;

/** In order of time, at most 20. */
export function doubts(store: Known, ref: TwinRef, range: Range): Doubt[] {
  const from = range.from ?? Number.NEGATIVE_INFINITY;
  const to = range.to ?? Number.POSITIVE_INFINITY;
  const found = [...alarms(store, ref, from, to), ...maintenance(store, ref), ...drifts(store, ref, from, to)];
  return found
    .filter((d) => d.from <= to && (d.to ?? Number.POSITIVE_INFINITY) >= from)
    .sort((a, b) => a.from - b.from)
    .slice(0, MOST);
}

function alarms(store: Known, ref: TwinRef, from: number, to: number): Doubt[] {
  const found: Doubt[] = [];
  const events = store.twin(ref)?.events ?? [];
  for (const e of events) {
    if (e.section !== "anomaly") continue;
    const last = found.at(-1);
    const stands = last?.to === null ? last : undefined;
    if (e.event === "cleared") {
      if (stands) stands.to = e.time;
    } else if (!stands && e.event === "raised" && e.severity !== "info")
      found.push({ from: e.time, to: null, text: e.text });
  }
  // What the list of events no longer reaches; the score of a standing alarm may fall while it stands.
  const known = Math.min(events[0]?.time ?? Number.POSITIVE_INFINITY, found[0]?.from ?? Number.POSITIVE_INFINITY);
  let open: Doubt | undefined;
  for (const { time, value } of store.history({
    ...ref,
    signal: "anomaly.score",
    ...ends(from, Math.min(to, known)),
  })) {
    if (time >= known) break;
    if (typeof value !== "number") continue;
    if (value < ALARM_SCORE) open = undefined;
    else if (open) open.to = time;
    else found.push((open = { from: time, to: time, text: "The anomaly score was above its threshold." }));
  }
  return found;
}

const maintenance = (store: Known, ref: TwinRef): Doubt[] =>
  (store.twin(ref)?.events ?? [])
    .filter((e) => e.section === "model" && e.event === "cleared")
    .map((e) => ({ from: e.time, to: e.time, text: `${e.text} Before and after it is not the same machine.` }));

function drifts(store: Known, ref: TwinRef, from: number, to: number): Doubt[] {
  return store.historySignals(ref).flatMap((signal) => {
    const name = CHANGE.exec(signal)?.[1];
    if (name === undefined) return [];
    const spread = new Map(
      store
        .history({ ...ref, signal: `model.stateSd.${name}Change`, ...ends(from, to) })
        .map(({ time, value }) => [time, value]),
    );
    let worst = 0;
    let [first, last] = [Number.NaN, Number.NaN];
    for (const { time, value } of store.history({ ...ref, signal, ...ends(from, to) })) {
      const sd = spread.get(time);
      if (typeof value !== "number" || typeof sd !== "number") continue;
      if (Math.abs(value) < Math.max(PERCENT, DEVIATIONS * sd)) continue;
      if (Number.isNaN(first)) first = time;
      last = time;
      if (Math.abs(value) > Math.abs(worst)) worst = value;
    }
    if (worst === 0) return [];
    const sign = worst > 0 ? "+" : "−";
    const text = `The estimate of ${spoken(name)} had moved by up to ${sign}${Number(Math.abs(worst).toPrecision(2))} %.`;
    return [{ from: first, to: last, text }];
  });
}

const ends = (from: number, to: number): { from?: number; to?: number } => ({
  ...(Number.isFinite(from) && { from }),
  ...(Number.isFinite(to) && { to }),
});
