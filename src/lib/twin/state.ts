/** The living twin: reported, desired, delta, revision, quality and time per signal (docs/contract.md). */
import type { Json } from "../store/store.ts";
import type { Asset } from "./asset.ts";
import { describe, type Envelope, isPlainObject, isSignalName, TwinError, type Value } from "./envelope.ts";
import { Repeats, type RepeatsSnapshot } from "./repeats.ts";
import { isGood, StatusCode } from "./status-codes.ts";

interface Reported {
  value: Value;
  time: number;
  /** Status as reported; staleness is added when the twin is read. */
  status: number;
}

export interface Applied {
  /** The whole twin after the update; undefined when nothing changed. */
  twin?: Envelope;
  /** Newly different from the last delta. */
  deltaChanged: boolean;
  /** Samples for the history: everything new, late samples too. */
  history: { time: number; values: Record<string, Value>; status: Record<string, number> }[];
}

export class TwinState {
  #asset: Asset;
  #reported = new Map<string, Reported>();
  #desired = new Map<string, Value>();
  #rev = 0;
  #time = Number.NEGATIVE_INFINITY;
  #extra: Record<string, unknown> = {};
  #source: string | undefined;
  #seq: number | undefined;
  #repeats = new Repeats();
  #stale = new Set<string>();
  #deltaText = "{}";
  readonly id: string;
  readonly branch: string;

  constructor(asset: Asset, branch: string, id: string) {
    this.#asset = asset;
    this.branch = branch;
    this.id = id;
  }

  get rev(): number {
    return this.#rev;
  }

  /** Newest source time, milliseconds UTC; -Infinity before the first sample. */
  get time(): number {
    return this.#time;
  }

  get signalCount(): number {
    return this.#reported.size;
  }

  /** Signals of which the shown status is not Good. */
  get notGood(): number {
    let count = 0;
    for (const [name, r] of this.#reported) if (!isGood(r.status) || this.#stale.has(name)) count++;
    return count;
  }

  /**
   * Takes over the new samples of an envelope.
   * @param now milliseconds UTC, for staleness
   * @throws TwinError `E_STALE_REVISION` when `ifRev` is not the present revision; `E_ENVELOPE` when the envelope has a
   *   property that JSON cannot carry: it could neither be saved nor be shown. The twin is unchanged after an error.
   */
  apply(update: Envelope, now: number, ifRev?: unknown): Applied {
    if (ifRev !== undefined && ifRev !== this.#rev)
      throw new TwinError(
        "E_STALE_REVISION",
        `The update expects revision ${describe(ifRev)} of ${this.id}, but the twin is at revision ${this.#rev}: read the twin again and repeat the change.`,
      );
    const extra = extraOf(update);
    if (this.#isRepeat(update)) return { deltaChanged: false, history: [] };
    const byTime = new Map<number, { time: number; values: Record<string, Value>; status: Record<string, number> }>();
    let changed = false;
    const fresh: string[] = [];
    const updated = new Set(update.updated);
    for (const name of updated) {
      if (!Object.hasOwn(update.values, name)) continue;
      const time = own(update.times, name) ?? update.time;
      const status = own(update.status, name) ?? StatusCode.Good;
      const value = update.values[name]!;
      const group = byTime.get(time) ?? { time, values: {}, status: {} };
      group.values[name] = value;
      if (status !== StatusCode.Good) group.status[name] = status;
      byTime.set(time, group);
      const known = this.#reported.get(name);
      if (known && time < known.time) continue; // late: into history, never into the current state
      this.#reported.set(name, { value, time, status });
      fresh.push(name);
      changed = true;
    }
    // A status may change without a new sample: a refused sample leaves its mark on the held value.
    for (const [name, known] of this.#reported)
      if (!updated.has(name) && update.time >= known.time) {
        const status = own(update.status, name);
        if (status !== undefined && status !== known.status) {
          known.status = status;
          changed = true;
        }
      }
    const history = Array.from(byTime.values()).sort((a, b) => a.time - b.time);
    if (!changed) return { deltaChanged: false, history };
    this.#time = Math.max(this.#time, update.time);
    this.#source = update.source;
    this.#seq = update.seq;
    this.#extra = extra;
    this.#markStale(now);
    this.#rev++;
    return { twin: this.envelope(fresh), deltaChanged: this.#deltaMoved(), history };
  }

  /**
   * Merges wishes: a value asks for it, null withdraws the wish.
   * @throws TwinError `E_DESIRED` for a signal that the asset does not have
   */
  desire(wishes: Record<string, unknown>): Applied {
    for (const [name, value] of Object.entries(wishes)) {
      if (!isSignalName(name) || !this.#asset.signals.has(name))
        throw new TwinError(
          "E_DESIRED",
          `${describe(name)} is not a signal of the asset ${describe(this.#asset.name)}.`,
        );
      if (value !== null && value !== undefined && !VALUES.has(typeof value))
        throw new TwinError(
          "E_DESIRED",
          `The desired value of ${name} is ${describe(value)}: it must be a number, text, true, false or null.`,
        );
      if (typeof value === "number" && !Number.isFinite(value))
        throw new TwinError("E_DESIRED", `The desired value of ${name} is ${value}: it must be a finite number.`);
    }
    let changed = false;
    for (const [name, value] of Object.entries(wishes)) {
      if (value === null || value === undefined) changed = this.#desired.delete(name) || changed;
      else if (this.#desired.get(name) !== value) {
        this.#desired.set(name, value as Value);
        changed = true;
      }
    }
    if (!changed) return { deltaChanged: false, history: [] };
    this.#rev++;
    return { twin: this.envelope([]), deltaChanged: this.#deltaMoved(), history: [] };
  }

  /** Looks again at what has gone stale by `now`; the twin when a status changed. */
  refresh(now: number): Envelope | undefined {
    if (!this.#markStale(now)) return undefined;
    this.#rev++;
    return this.envelope([]);
  }

  /** The twin at this moment. */
  envelope(updated: string[]): Envelope {
    const values: Record<string, Value> = {};
    const times: Record<string, number> = {};
    const status: Record<string, number> = {};
    for (const [name, r] of this.#reported) {
      values[name] = r.value;
      if (r.time !== this.#time) times[name] = r.time;
      const code = this.#statusOf(name, r);
      if (code !== StatusCode.Good) status[name] = code;
    }
    const desired = Object.fromEntries(this.#desired);
    return {
      ...this.#extra,
      v: 1,
      id: this.id,
      branch: this.branch,
      rev: this.#rev,
      time: Number.isFinite(this.#time) ? this.#time : 0,
      ...(this.#source !== undefined && { source: this.#source }),
      ...(this.#seq !== undefined && { seq: this.#seq }),
      values,
      updated,
      ...(Object.keys(times).length && { times }),
      ...(Object.keys(status).length && { status }),
      ...(this.#desired.size && { desired, delta: this.#delta() }),
      ...(this.#asset.relationships.length && { relationships: [...this.#asset.relationships] }),
    };
  }

  snapshot(): Json {
    return {
      rev: this.#rev,
      time: Number.isFinite(this.#time) ? this.#time : null,
      source: this.#source ?? null,
      seq: this.#seq ?? null,
      extra: this.#extra as Json,
      reported: Array.from(this.#reported, ([name, r]) => [name, r.value, r.time, r.status]),
      desired: Array.from(this.#desired),
      repeats: this.#repeats.snapshot(),
      stale: Array.from(this.#stale),
    };
  }

  restore(state: Json): void {
    const s = state as {
      rev: number;
      time: number | null;
      source: string | null;
      seq: number | null;
      extra: Record<string, unknown>;
      reported: [string, Value, number, number][];
      desired: [string, Value][];
      repeats: RepeatsSnapshot;
      stale: string[];
    };
    this.#rev = s.rev;
    this.#time = s.time ?? Number.NEGATIVE_INFINITY;
    this.#source = s.source ?? undefined;
    this.#seq = s.seq ?? undefined;
    this.#extra = s.extra;
    this.#reported = new Map(s.reported.map(([name, value, time, status]) => [name, { value, time, status }]));
    this.#desired = new Map(s.desired);
    this.#repeats.restore(s.repeats);
    this.#stale = new Set(s.stale);
    this.#deltaText = JSON.stringify(this.#delta());
  }

  #isRepeat(update: Envelope): boolean {
    if (update.source === undefined || update.seq === undefined) return false;
    return !this.#repeats.add(update.source, update.seq);
  }

  #markStale(now: number): boolean {
    let changed = false;
    for (const [name, r] of this.#reported) {
      const limit = this.#asset.signals.get(name)?.staleAfter;
      const stale = limit !== undefined && now - r.time > limit * 1000;
      if (stale === this.#stale.has(name)) continue;
      if (stale) this.#stale.add(name);
      else this.#stale.delete(name);
      changed = true;
    }
    return changed;
  }

  #statusOf(name: string, r: Reported): number {
    return isGood(r.status) && this.#stale.has(name) ? StatusCode.Uncertain_LastUsableValue : r.status;
  }

  #delta(): Record<string, Value> {
    const delta: Record<string, Value> = {};
    for (const [name, wish] of this.#desired)
      if (!same(wish, this.#reported.get(name)?.value, this.#span(name))) delta[name] = wish;
    return delta;
  }

  /** Width of the signal's normal range, or of its physical limits; 0 when neither is known on both sides. */
  #span(name: string): number {
    const signal = this.#asset.signals.get(name);
    for (const range of [signal?.normal, signal?.limits])
      if (range && Number.isFinite(range[1] - range[0])) return range[1] - range[0];
    return 0;
  }

  #deltaMoved(): boolean {
    const text = JSON.stringify(this.#delta());
    const moved = text !== this.#deltaText;
    this.#deltaText = text;
    return moved;
  }
}

const OURS = new Set(
  "v,id,branch,rev,time,source,seq,values,updated,times,status,desired,delta,relationships,model,anomaly,rul,command,__proto__".split(
    ",",
  ),
);

const VALUES = new Set(["number", "string", "boolean"]);

/**
 * Properties that are not ours go on (contract: unknown keys are kept); sections of later nodes do not. A copy: what other
 * nodes do to their message later must not change the twin.
 * @throws TwinError `E_ENVELOPE` naming the property that JSON cannot carry
 */
function extraOf(update: Envelope): Record<string, unknown> {
  if (update.source !== undefined && typeof update.source !== "string") throw notPlain("source", "text");
  if (update.seq !== undefined && !Number.isSafeInteger(update.seq)) throw notPlain("seq", "a whole number");
  const extra: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(update))
    if (value !== undefined && !OURS.has(key)) extra[key] = plain(key, value);
  return extra;
}

function plain(key: string, value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return value;
  try {
    const text = JSON.stringify(value);
    if (text !== undefined && typeof value === "object") return JSON.parse(text);
  } catch {
    // circular, or with a number that JSON does not know: the sentence below
  }
  throw notPlain(key, "plain JSON");
}

const notPlain = (key: string, what: string): TwinError =>
  new TwinError("E_ENVELOPE", `msg.twin.${key} must be ${what}: correct or delete it before the message gets here.`);

const own = (map: unknown, name: string): number | undefined =>
  isPlainObject(map) && Object.hasOwn(map, name) && typeof map[name] === "number" ? map[name] : undefined;

/**
 * Numbers count as reached within 0.1 % of the value or of the signal's range, whichever is more: a drive that reports
 * 1499.6 for 1500 has obeyed, and one that reports 0.3 for 0.
 */
function same(wish: Value, value: Value | undefined, span: number): boolean {
  if (typeof wish === "number" && typeof value === "number")
    return Math.abs(wish - value) <= 1e-3 * Math.max(Math.abs(wish), Math.abs(value), span, 1e-9);
  return wish === value;
}
