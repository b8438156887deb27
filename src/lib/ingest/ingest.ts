/** Sanitises the samples of one twin: every sample is accepted, marked or refused with a reason. */
import type { Json } from "../store/store.ts";
import { type Asset, nowFor, type Signal } from "../twin/asset.ts";
import { describe, type Envelope, type Value } from "../twin/envelope.ts";
import { isBad, isGood, StatusCode, statusName } from "../twin/status-codes.ts";
import { displayUnit } from "../twin/units.ts";
import { type Checked, emptyEnvelope, toEnvelopes } from "./frames.ts";
import type { Batch, RawSample } from "./message.ts";
import { badStatus, type Refusal, refusal } from "./refusal.ts";
import { SeenSequence, type SeenSnapshot } from "./seen.ts";
import { type StuckSnapshot, StuckWatch } from "./stuck.ts";
import { readTime } from "./time.ts";
import { isNumeric, readValue } from "./value.ts";

export interface IngestOptions {
  /** A wall-clock timestamp may lie this far in the future, ms. */
  clockTolerance: number;
}

export interface IngestResult {
  /** One envelope, or several in order of time when the message holds several samples of a signal. */
  envelopes: Envelope[];
  refused: Refusal[];
  /** Samples that go on with a usable value, Good or Uncertain. */
  accepted: number;
  /** Of these: numeric text read or unit converted. */
  converted: number;
  /** Of these: marked Uncertain. */
  uncertain: number;
  /** Of these: older than the newest sample of their signal. */
  late: number;
}

interface SignalState {
  /** Newest usable sample. */
  time: number;
  value: Value;
  /** Newest sample time, usable or not. */
  newest: number;
  stale: boolean;
  stuck: StuckWatch | undefined;
}

const MOST_SOURCES = 16;

/** Create one per (branch, id). */
export class TwinIngest {
  #asset: Asset;
  #options: IngestOptions;
  #signals = new Map<string, SignalState>();
  #sources = new Map<string, SeenSequence>();
  #newest = Number.NEGATIVE_INFINITY;

  constructor(asset: Asset, options: IngestOptions) {
    this.#asset = asset;
    this.#options = options;
  }

  /** Takes what one message says of this twin; `wallClock` in ms UTC. Never throws. */
  accept(batch: Batch, wallClock: number): IngestResult {
    const result: IngestResult = { envelopes: [], refused: [], accepted: 0, converted: 0, uncertain: 0, late: 0 };
    const clock = this.#asset.clock === "wall" && batch.branch === "live" ? wallClock : undefined;
    const common = batch.time === undefined ? undefined : readTime(batch.time, clock);
    if (batch.time !== undefined && common === undefined) {
      result.refused.push(
        refusal(
          "wrong-time",
          `The timestamp ${describe(batch.time)} is not a time: send milliseconds since 1970 or ISO 8601 text.`,
        ),
      );
      return result;
    }
    if (this.#isRepeat(batch, common)) {
      result.refused.push(
        refusal("duplicate", `Message ${batch.seq} of ${describe(batch.source)} has been received before.`),
      );
      return result;
    }
    const checked: Checked[] = [];
    const timed = batch.samples.map((sample) => ({
      sample,
      time: this.#timeOf(sample, common, clock, wallClock, batch),
    }));
    // Within one message the order of time counts, not the order of the list.
    timed.sort((a, b) => ("reason" in a.time || "reason" in b.time ? 0 : a.time.time - b.time.time));
    for (const { sample, time } of timed) {
      const outcome = "reason" in time ? time : this.#check(sample, time.time, time.known, clock, batch, result);
      if ("reason" in outcome) result.refused.push(outcome);
      else checked.push(outcome);
    }
    this.#silent(checked, nowFor(this.#asset, batch.branch, this.#newest, wallClock));
    result.envelopes = toEnvelopes(batch, checked);
    if (batch.samples.length === 0) this.#waveform(batch, common ?? wallClock, result);
    return result;
  }

  /** A waveform is no sample of a signal: it goes on as it is. */
  #waveform(batch: Batch, time: number, result: IngestResult): void {
    result.accepted++;
    result.envelopes = [emptyEnvelope(batch, time)];
  }

  #isRepeat(batch: Batch, time: number | undefined): boolean {
    if (batch.seq === undefined) return false;
    const source = batch.source ?? "";
    let seen = this.#sources.get(source);
    if (!seen) {
      this.#sources.set(source, (seen = new SeenSequence()));
      if (this.#sources.size > MOST_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    }
    return seen.isRepeat(batch.seq, time, time === undefined ? contentOf(batch) : "");
  }

  #timeOf(
    sample: RawSample,
    common: number | undefined,
    clock: number | undefined,
    wallClock: number,
    batch: Batch,
  ): { time: number; known: boolean } | Refusal {
    const given = sample.time === undefined || sample.time === null ? common : readTime(sample.time, clock);
    if (given === undefined && sample.time !== undefined && sample.time !== null)
      return refusal(
        "wrong-time",
        `${sample.signal}: the timestamp ${describe(sample.time)} is not a time: send milliseconds since 1970 or ISO 8601 text.`,
        sample.signal,
      );
    if (given === undefined) {
      const now = nowFor(this.#asset, batch.branch, this.#newest, wallClock);
      return { time: Number.isFinite(now) ? now : wallClock, known: false };
    }
    if (clock !== undefined && given > clock + this.#options.clockTolerance)
      return refusal(
        "clock-skew",
        `${sample.signal}: the timestamp ${new Date(given).toISOString()} lies ${Math.round((given - clock) / 1000)} s in the future: set the clock of the source, or the asset's clock to "data".`,
        sample.signal,
      );
    return { time: given, known: true };
  }

  #check(
    sample: RawSample,
    time: number,
    known: boolean,
    clock: number | undefined,
    batch: Batch,
    result: IngestResult,
  ): Checked | Refusal {
    const signal = this.#asset.signals.get(sample.signal);
    if (!signal)
      return refusal(
        "unknown-signal",
        `The asset ${describe(this.#asset.name)} has no signal ${describe(sample.signal)}: add it to the asset, or leave it out.`,
        sample.signal,
      );
    const state = this.#stateOf(signal);
    const late = time < state.newest;
    if (isBad(sample.status)) {
      const why = refusal(
        "bad-at-source",
        `${signal.label}: its source says ${statusName(sample.status!)}.`,
        signal.name,
      );
      return this.#refused(why, sample.status!, state, time, late, result);
    }
    const read = readValue(signal, sample.value, sample.unit);
    if ("reason" in read) return this.#refused(read, badStatus(read.reason), state, time, late, result);
    const { value } = read;
    if (known && batch.seq === undefined && time === state.time && time === state.newest && value === state.value)
      return refusal(
        "duplicate",
        `${signal.label}: the sample of ${new Date(time).toISOString()} has been received before.`,
        signal.name,
      );
    const outside = limitSentence(signal, value);
    if (outside)
      return this.#refused(
        refusal("out-of-range", outside, signal.name),
        StatusCode.Bad_OutOfRange,
        state,
        time,
        late,
        result,
      );

    const status = (sample.status ?? 0) || this.#doubt(signal, state, value, time, known, late, clock, batch);
    if (!late) {
      state.time = time;
      state.newest = time;
      state.value = value;
      state.stale = status === StatusCode.Uncertain_LastUsableValue;
      this.#newest = Math.max(this.#newest, time);
    } else result.late++;
    result.accepted++;
    if (read.converted) result.converted++;
    if (!isGood(status)) result.uncertain++;
    return { signal: signal.name, time, value, status };
  }

  /** A refused sample goes on with its Bad status and the last usable value, unless it came late or nobody knows its signal. */
  #refused(
    why: Refusal,
    status: number | undefined,
    state: SignalState,
    time: number,
    late: boolean,
    result: IngestResult,
  ): Checked | Refusal {
    if (status === undefined || late) return why;
    result.refused.push(why);
    state.newest = Math.max(state.newest, time);
    this.#newest = Math.max(this.#newest, time);
    return held(why.signal!, time, state, status);
  }

  /** The Uncertain status of a believable value, or 0. */
  #doubt(
    signal: Signal,
    state: SignalState,
    value: Value,
    time: number,
    known: boolean,
    late: boolean,
    clock: number | undefined,
    batch: Batch,
  ): number {
    if (late) return 0;
    let status = 0;
    if (typeof value === "number") {
      const elapsed = (time - state.time) / 1000;
      if (signal.maxRate !== undefined && typeof state.value === "number" && elapsed > 0)
        if (Math.abs(value - state.value) > signal.maxRate * elapsed * 1.01)
          // A hundredth of slack: timestamps are rounded to milliseconds.
          status = StatusCode.Uncertain_SensorNotAccurate;
      state.stuck?.push(value);
      if (this.#isStuck(signal, state, value)) status = StatusCode.Uncertain_SensorNotAccurate;
    }
    const tooOld = clock !== undefined && signal.staleAfter !== undefined && clock - time > signal.staleAfter * 1000;
    if (tooOld || (batch.retained && !known)) return StatusCode.Uncertain_LastUsableValue;
    return status;
  }

  /**
   * A frozen signal is stuck when at least half of the twin's other noisy signals still move. A signal that has no such
   * company is stuck when the asset expects movement of it (largest rate or normal range) and its value is a working one.
   */
  #isStuck(signal: Signal, state: SignalState, value: number): boolean {
    if (!state.stuck?.frozen) return false;
    let others = 0;
    let moving = 0;
    for (const other of this.#signals.values()) {
      if (other === state || !other.stuck?.noisy) continue;
      others++;
      if (!other.stuck.frozen && other.stuck.run < state.stuck.run / 2) moving++;
    }
    const working = signal.normal
      ? value >= signal.normal[0] && value <= signal.normal[1]
      : signal.maxRate !== undefined;
    const stuck = others > 0 ? moving * 2 >= others : working;
    if (!stuck) state.stuck.rest();
    return stuck;
  }

  /** Adds, once, the held value of every signal that has been silent for longer than the asset's *stale after*. */
  #silent(checked: Checked[], now: number): void {
    if (checked.length === 0 || !Number.isFinite(now)) return;
    for (const [name, state] of this.#signals) {
      const staleAfter = this.#asset.signals.get(name)?.staleAfter;
      if (staleAfter === undefined || state.stale || !Number.isFinite(state.newest)) continue;
      if (now - state.newest <= staleAfter * 1000 || checked.some((c) => c.signal === name)) continue;
      state.stale = true;
      checked.push(held(name, state.newest, state, StatusCode.Uncertain_LastUsableValue));
    }
  }

  #stateOf(signal: Signal): SignalState {
    let state = this.#signals.get(signal.name);
    if (!state) {
      const never = Number.NEGATIVE_INFINITY;
      state = {
        time: never,
        newest: never,
        value: null,
        stale: false,
        stuck: isNumeric(signal) ? new StuckWatch() : undefined,
      };
      this.#signals.set(signal.name, state);
    }
    return state;
  }

  snapshot(): Json {
    return {
      newest: Number.isFinite(this.#newest) ? this.#newest : null,
      signals: Array.from(this.#signals, ([name, s]) => ({
        name,
        time: Number.isFinite(s.time) ? s.time : null,
        newest: Number.isFinite(s.newest) ? s.newest : null,
        value: s.value,
        stale: s.stale,
        stuck: s.stuck?.snapshot() ?? null,
      })),
      sources: Array.from(this.#sources, ([name, seen]) => ({ name, seen: seen.snapshot() as unknown as Json })),
    };
  }

  /** @throws when the snapshot is of no use */
  restore(json: Json): void {
    const never = Number.NEGATIVE_INFINITY;
    const state = json as unknown as {
      newest: number | null;
      signals: {
        name: string;
        time: number | null;
        newest: number | null;
        value: Value;
        stale: boolean;
        stuck: StuckSnapshot | null;
      }[];
      sources: { name: string; seen: SeenSnapshot }[];
    };
    this.#newest = state.newest ?? never;
    for (const saved of state.signals) {
      const signal = this.#asset.signals.get(saved.name);
      if (!signal) continue;
      const own = this.#stateOf(signal);
      own.time = saved.time ?? never;
      own.newest = saved.newest ?? never;
      own.value = saved.value;
      own.stale = saved.stale;
      if (saved.stuck) own.stuck?.restore(saved.stuck);
    }
    for (const { name, seen } of state.sources) {
      const sequence = new SeenSequence();
      sequence.restore(seen);
      this.#sources.set(name, sequence);
    }
  }
}

/** A value that stays, under a new status. */
const held = (signal: string, time: number, state: SignalState, status: number): Checked => ({
  signal,
  time,
  value: state.value,
  status,
  heldSince: Number.isFinite(state.time) ? state.time : Number.NaN,
});

function limitSentence(signal: Signal, value: Value): string | undefined {
  if (!signal.limits || typeof value !== "number") return undefined;
  const [low, high] = signal.limits;
  if (value >= low && value <= high) return undefined;
  const unit = displayUnit(signal.unit);
  const range =
    high === Number.POSITIVE_INFINITY
      ? `at least ${low}`
      : low === Number.NEGATIVE_INFINITY
        ? `at most ${high}`
        : `${low} … ${high}`;
  return (
    `${signal.label} is ${value} ${unit}`.trim() +
    `, which cannot be true: its physical limits are ${range} ${unit}`.trimEnd() +
    "."
  );
}

/** What a message without a timestamp says, to tell a repeat from a source that counts again. */
function contentOf(batch: Batch): string {
  let content = "";
  for (const { signal, value } of batch.samples) {
    content += `${signal}=${typeof value === "object" ? "{}" : String(value)};`;
    if (content.length > 200) break;
  }
  return content.slice(0, 200);
}
