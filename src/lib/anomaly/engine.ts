/**
 * The anomaly stage of one twin: envelope in, anomaly section and events out. Puts the parts together: rows → statistics
 * → alert layer, beside it the limits table and the sensors that ingest has flagged; then why and health.
 */
import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import { type AnomalySection, type Envelope, TwinError } from "../twin/envelope.ts";
import { type AnomalyEvent, type Condition, Conditions, stop, tell, worst } from "./conditions.ts";
import { causes, contributions, sensorSentence } from "./explain.ts";
import { capOf, instantHealth, smoothHealth } from "./health.ts";
import { fields, num, pack, unpack } from "./json.ts";
import type { AnomalyOptions } from "./options.ts";
import { Rows } from "./rows.ts";
import { suspectSensor } from "./sensor.ts";
import { Statistics } from "./statistics.ts";

/** Score at which a warning becomes an alarm, in thresholds. */
const ALARM_AT = 4;
/** Score below which it counts as over, in thresholds. */
const CLEAR_AT = 0.6;

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
  #statistics: Statistics;
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
    this.#statistics = this.#newStatistics();
    this.#conditions = new Conditions(asset, options);
  }

  #newStatistics(): Statistics {
    const { channels } = this.#rows;
    const { learning, hold, falseAlarmsPerMonth } = this.#options;
    // Nothing finer than a ten-thousandth of the normal range is a change.
    const floors = Float64Array.from(channels, ({ signal, kind }) => {
      const width = signal.normal ? signal.normal[1] - signal.normal[0] : 0;
      return kind === "value" && Number.isFinite(width) ? width * 1e-4 : 0;
    });
    return new Statistics({ channels: channels.length, learning, hold, falseAlarmsPerMonth, floors });
  }

  /** Takes one message of the twin into account. */
  update(twin: Envelope): AnomalyResult {
    for (const i of this.#rows.read(twin)) this.#statistics.forget(i);
    const fresh = this.#rows.x.some((v) => !Number.isNaN(v));
    const events = fresh ? this.#watch(twin.time) : [];
    events.push(...this.#conditions.watch(twin));
    if (fresh && this.#statistics.ready) this.#updateHealth();
    return { section: this.#section(twin.time), events };
  }

  #watch(time: number): AnomalyEvent[] {
    const s = this.#statistics;
    const { main } = this.#conditions;
    s.update(time, this.#rows.x, !this.#frozen && !main.alert.active);
    if (!s.ready || s.settling) return [];
    const transition = main.alert.update({
      time,
      over: s.surprise > s.threshold,
      below: s.surprise < CLEAR_AT * s.threshold,
      severity: s.held > ALARM_AT * s.threshold ? "alarm" : "warning",
    });
    this.#contributions = contributions(this.#rows, s.shares);
    const before = this.#suspect;
    this.#suspect = main.alert.active ? this.#explain() : null;
    const named = main.alert.active && this.#suspect !== before;
    const text = this.#why[0] ?? "The signals do not fit together as usual";
    return tell(main, transition ?? (named ? "changed" : undefined), time, text);
  }

  /** Fills `#why`; returns the signal whose sensor is suspected. */
  #explain(): string | null {
    const s = this.#statistics;
    this.#why = causes(this.#rows, s.channels, s.shown, s.shares);
    const suspect = suspectSensor(this.#rows.channels, s.mewma.u);
    if (suspect === undefined) return null;
    const { signal } = this.#rows.channels[suspect]!;
    this.#why = [sensorSentence(signal.label), ...this.#why];
    return signal.name;
  }

  #updateHealth(): void {
    const s = this.#statistics;
    const ratio = s.settling || !(s.threshold > 0) ? 0 : s.held / s.threshold;
    const instant = instantHealth(ratio, capOf(this.#conditions.worstLimit), this.#suspect !== null);
    this.#health = smoothHealth(this.#health, instant);
  }

  #section(time: number): AnomalySection {
    const s = this.#statistics;
    const active = this.#conditions.active();
    const latched = this.#conditions.latched();
    const learning = this.#rows.channels.length > 0 && !s.ready;
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
      score: s.ready ? round(scoreOf(s)) : null,
      severity: active.length ? worst(active) : latched.length ? "info" : "none",
      since: this.#since,
      health: this.#healthNow(),
      contributions: this.#contributions,
      why: this.#reasons(latched, learning),
      ...(learning && { progress: round(s.progress) }),
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
    if (learning) return [`Learning what is normal: ${Math.floor(this.#statistics.progress * 100)} %`];
    return this.#statistics.settling ? ["Looking at the levels again"] : [];
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
    this.#statistics.tolerate();
    this.#statistics.recentre(true);
    this.#end(main, time);
    return { ok: true, message: "Called false: alarm cleared, present levels are learned, the threshold rises." };
  }

  #confirmed(): Answer {
    this.#acknowledge();
    this.#statistics.confirm();
    return { ok: true, message: "Confirmed: the alarm stays until its cause is gone, nothing of it is learned." };
  }

  #maintenance(time: number): Answer {
    for (const c of this.#conditions.all()) this.#end(c, time);
    this.#statistics.recentre(false);
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
    this.#statistics = this.#newStatistics();
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
      statistics: this.#statistics.snapshot(),
      conditions: this.#conditions.snapshot(),
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
    this.#statistics.restore(s.statistics);
    this.#conditions.restore(s.conditions);
    this.#frozen = s.frozen === true;
    this.#health = s.health === null ? null : num(s.health);
    this.#why = s.why as string[];
    this.#suspect = s.suspect as string | null;
    this.#contributions = s.contributions as Record<string, number>;
    this.#since = s.since === null ? null : num(s.since);
    this.#state = s.state as AnomalySection["state"];
  }
}

/** 0 … 1; one half is the alarm threshold. */
const scoreOf = (s: Statistics): number => (s.threshold > 0 ? 1 - 2 ** (-s.surprise / s.threshold) : 0);
const round = (x: number): number => Math.round(x * 1e4) / 1e4;
