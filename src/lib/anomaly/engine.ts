/**
 * The anomaly stage of one twin: envelope in, anomaly section and events out. Puts the parts together: rows → statistics
 * → alert layer, beside it the limits table and the sensors that ingest has flagged; then why and health.
 */
import type { Json } from "../store/store.ts";
import type { Asset, Signal } from "../twin/asset.ts";
import { type AnomalySection, type Envelope, TwinError } from "../twin/envelope.ts";
import { type AnomalyEvent, type Condition, Conditions, stop, tell, worst } from "./conditions.ts";
import { DataEvents } from "./data-events.ts";
import { causes, contributions, sensorSentence, soleCause } from "./explain.ts";
import { capOf, instantHealth, smoothHealth } from "./health.ts";
import { fields, num, pack, unpack } from "./json.ts";
import { Modes } from "./modes.ts";
import type { AnomalyOptions } from "./options.ts";
import { Rows } from "./rows.ts";
import { suspectSensor } from "./sensor.ts";
import { StreamDetector } from "./stream.ts";
import { lowerFirst } from "./words.ts";

/** Smallest deviation that matters, of a signal with a normal range: this share of it. */
const BAND = 0.01;
/** Nothing finer than this share of the normal range is a change. */
const FLOOR = 1e-4;

export type { AnomalyEvent } from "./conditions.ts";

export interface AnomalyResult {
  section: AnomalySection;
  events: AnomalyEvent[];
}

type Answer = { ok: boolean; message: string };

export class AnomalyEngine {
  readonly #options: AnomalyOptions;
  readonly #rows: Rows;
  readonly #conditions: Conditions;
  #stream: StreamDetector;
  /** Smallest deviations that matter, in engineering units and in units of the rows. */
  readonly #smallest: Float64Array;
  readonly #bands: Float64Array;
  readonly #modes: Modes;
  readonly #data: DataEvents;
  #frozen = false;
  #health: number | null = null;
  #why: string[] = [];
  #suspect: string | null = null;
  #contributions: Record<string, number> = {};
  #since: number | null = null;
  #state: AnomalySection["state"] = "unknown";

  /** @throws TwinError `E_ANOMALY` when nothing is left to watch */
  constructor(asset: Asset, options: AnomalyOptions) {
    this.#options = options;
    this.#rows = new Rows(asset, options.watch, options.excluded);
    if (this.#rows.channels.length === 0 && options.limits.length === 0)
      throw new TwinError("E_ANOMALY", "Every signal is excluded: leave at least one signal to watch, or add a limit.");
    const { channels } = this.#rows;
    this.#smallest = Float64Array.from(
      channels,
      ({ signal }) => options.bands.get(signal.name) ?? BAND * width(signal),
    );
    this.#bands = new Float64Array(channels.length);
    this.#stream = this.#newStream();
    const signal = options.mode === undefined ? undefined : asset.signals.get(options.mode);
    this.#modes = new Modes(signal && width(signal));
    this.#conditions = new Conditions(asset, options);
    this.#data = new DataEvents(channels.map((c) => c.signal));
  }

  #newStream(): StreamDetector {
    const { channels } = this.#rows;
    const { learning, hold, clear, refractory, falseAlarmsPerMonth, detector } = this.#options;
    const floors = Float64Array.from(channels, ({ signal, kind }) => (kind === "value" ? FLOOR * width(signal) : 0));
    const bands = this.#bands;
    const n = channels.length;
    const alarm = { hold, clear, refractory, falseAlarmsPerMonth };
    const modal = this.#options.mode !== undefined;
    return new StreamDetector({ channels: n, learning, ...alarm, modal, floors, bands, detector });
  }

  /** Takes one message of the twin into account. */
  update(twin: Envelope): AnomalyResult {
    for (const i of this.#rows.read(twin)) this.#stream.forget(i);
    for (let i = 0; i < this.#bands.length; i++) this.#bands[i] = this.#smallest[i]! / this.#rows.factor[i]!;
    const fresh = this.#rows.x.some((v) => !Number.isNaN(v));
    const events = fresh ? this.#watch(twin) : [];
    events.push(...this.#conditions.watch(twin), ...this.#data.watch(twin));
    if (fresh && this.#stream.ready) this.#updateHealth();
    return { section: this.#section(twin.time), events };
  }

  #watch(twin: Envelope): AnomalyEvent[] {
    const { time } = twin;
    const { main } = this.#conditions;
    const { mode: signal } = this.#options;
    const mode = signal === undefined ? "" : this.#modes.update(twin.values[signal]);
    const v = this.#stream.update(time, this.#rows.x, !this.#frozen, mode);
    if (!v.judged) return [];
    const severity = v.severity === "alarm" ? "alarm" : "warning";
    const transition = main.alert.update({ time, over: v.active, below: !v.active, again: v.resumed, severity });
    this.#contributions = contributions(this.#rows, v.shares);
    const before = this.#suspect;
    this.#suspect = main.alert.active ? this.#explain() : null;
    const named = main.alert.active && this.#suspect !== before;
    const cause = this.#why[0] ?? "The signals do not fit together as usual";
    const text = v.resumed ? `Again: ${lowerFirst(cause)}` : cause;
    return tell(main, transition ?? (named ? "changed" : undefined), time, text);
  }

  /** Fills `#why`; returns the signal whose sensor is suspected. */
  #explain(): string | null {
    const now = this.#stream.current;
    const { usual } = this.#stream;
    this.#why = usual ? [soleCause(this.#rows, usual, this.#rows.x[0]!)] : causes(this.#rows, now);
    const suspect = suspectSensor(this.#rows.channels, now.u);
    if (suspect === undefined) return null;
    const { signal } = this.#rows.channels[suspect]!;
    this.#why = [sensorSentence(signal.label), ...this.#why];
    return signal.name;
  }

  #updateHealth(): void {
    const v = this.#stream.verdict;
    const ratio = v.judged && v.threshold > 0 ? v.surprise / v.threshold : 0;
    const instant = instantHealth(ratio, capOf(this.#conditions.worstLimit), this.#suspect !== null);
    this.#health = smoothHealth(this.#health, instant);
  }

  #section(time: number): AnomalySection {
    const { ready } = this.#stream;
    const { progress } = this.#stream.verdict;
    const active = this.#conditions.active();
    const latched = this.#conditions.latched();
    const learning = this.#rows.channels.length > 0 && !ready;
    const state = active.length ? "active" : latched.length ? "latched" : learning ? "learning" : "normal";
    if (state !== this.#state) {
      this.#state = state;
      this.#since = time;
    }
    const sensor = this.#suspect ?? this.#conditions.flaggedSensor;
    return {
      state,
      active: active.length > 0,
      latched: latched.length > 0,
      score: ready ? round(this.#stream.verdict.score) : null,
      severity: active.length ? worst(active) : latched.length ? "info" : "none",
      since: this.#since,
      health: this.#healthNow(),
      contributions: this.#contributions,
      why: this.#reasons(latched, learning),
      ...(learning && { progress: round(progress) }),
      ...(sensor && { sensor }),
    };
  }

  /** While nothing is learned, only a violated limit says anything about health. */
  #healthNow(): number | null {
    if (this.#health !== null) return round(this.#health);
    const limit = this.#conditions.worstLimit;
    return limit === "none" ? null : capOf(limit);
  }

  #reasons(latched: Condition[], learning: boolean): string[] {
    const standing = this.#conditions.standing();
    if (this.#conditions.main.alert.active) standing.push(...this.#why);
    if (standing.length) return standing;
    if (latched.length) return latched.map((c) => `Over, waits to be acknowledged: ${stop(c.text)}`);
    if (learning) return [`Learning what is normal: ${Math.floor(this.#stream.verdict.progress * 100)} %`];
    return this.#stream.current.settling ? ["Looking at the levels again"] : [];
  }

  /** Answers an action in one sentence; undefined when it is not for this stage. */
  action(name: string, time: number): Answer | undefined {
    const actions: Record<string, (time: number) => Answer> = {
      acknowledge: () => this.#acknowledge(),
      "false-alarm": (t) => this.#falseAlarm(t),
      confirmed: () => this.#confirmed(),
      maintenance: (t) => this.#maintenance(t),
      freeze: () => this.#freeze(),
      learn: (t) => this.#learn(t),
    };
    return Object.hasOwn(actions, name) ? actions[name]!(time) : undefined;
  }

  #acknowledge(): Answer {
    const some = this.#conditions
      .all()
      .map((c) => c.alert.acknowledge())
      .some(Boolean);
    return { ok: true, message: some ? "Alarm acknowledged." : "There is no alarm to acknowledge." };
  }

  #falseAlarm(time: number): Answer {
    const { main } = this.#conditions;
    if (!main.alert.active && !main.alert.latched)
      return { ok: false, message: "There is no alarm of the detectors to call false; limits are set in their table." };
    this.#stream.falseAlarm();
    this.#end(main, time);
    return { ok: true, message: "Called false: alarm cleared, present levels are learned, the threshold rises." };
  }

  #confirmed(): Answer {
    this.#acknowledge();
    this.#stream.confirmed();
    return { ok: true, message: "Confirmed: the alarm stays until its cause is gone, nothing of it is learned." };
  }

  #maintenance(time: number): Answer {
    for (const c of this.#conditions.all()) this.#end(c, time);
    this.#stream.recentre(false);
    this.#health = null;
    return { ok: true, message: "Maintenance noted: alarms are cleared, changed levels become the new baseline." };
  }

  #freeze(): Answer {
    this.#frozen = true;
    return { ok: true, message: "Baseline frozen: nothing is learned until the action learn." };
  }

  #learn(time: number): Answer {
    this.#frozen = false;
    for (const c of this.#conditions.all()) this.#end(c, time);
    this.#stream = this.#newStream();
    this.#health = null;
    return { ok: true, message: "Learning again what is normal, from the next sample on." };
  }

  #end(c: Condition, time: number): void {
    c.alert.clear(time, true);
    if (c !== this.#conditions.main) return;
    this.#why = [];
    this.#suspect = null;
    this.#contributions = {};
  }

  snapshot(): Json {
    return {
      rows: this.#rows.snapshot(),
      factor: pack(this.#rows.factor),
      expected: pack(this.#rows.expected),
      stream: this.#stream.snapshot(),
      conditions: this.#conditions.snapshot(),
      modes: this.#modes.snapshot(),
      data: this.#data.snapshot(),
      frozen: this.#frozen,
      health: this.#health,
      why: this.#why,
      suspect: this.#suspect,
      contributions: this.#contributions,
      since: this.#since,
      state: this.#state,
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: Json): void {
    const s = fields(state);
    this.#rows.restore(s.rows);
    unpack(s.factor, this.#rows.factor);
    unpack(s.expected, this.#rows.expected);
    this.#stream.restore(s.stream);
    this.#conditions.restore(s.conditions);
    this.#modes.restore(s.modes);
    // Earlier versions did not know.
    if (s.data !== undefined) this.#data.restore(s.data);
    this.#frozen = s.frozen === true;
    this.#health = s.health === null ? null : num(s.health);
    this.#why = s.why as string[];
    this.#suspect = s.suspect as string | null;
    this.#contributions = s.contributions as Record<string, number>;
    this.#since = s.since === null ? null : num(s.since);
    this.#state = s.state as AnomalySection["state"];
  }
}

/** Width of a signal's normal range; 0 without one. */
function width({ normal }: Signal): number {
  const w = normal ? normal[1] - normal[0] : 0;
  return Number.isFinite(w) ? w : 0;
}

const round = (x: number): number => Math.round(x * 1e4) / 1e4;
