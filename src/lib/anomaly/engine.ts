/**
 * The anomaly stage of one twin: envelope in, anomaly section and events out. Puts the parts together: rows → statistics
 * → alert layer, beside it the limits table and the sensors that ingest has flagged; then why and health.
 */
import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import { type AnomalySection, type Envelope, TwinError } from "../twin/envelope.ts";
import { Alert, type Severity, type Transition, worse } from "./alert.ts";
import { causes, contributions, sensorSentence } from "./explain.ts";
import { instantHealth, smoothHealth } from "./health.ts";
import { fields, num } from "./json.ts";
import { type LimitRow, limitCleared, limitSentence, readLimit } from "./limits.ts";
import type { AnomalyOptions } from "./options.ts";
import { Rows } from "./rows.ts";
import { flaggedSensors, suspectSensor } from "./sensor.ts";
import { Statistics } from "./statistics.ts";
import { span } from "./words.ts";

/** Score at which a warning becomes an alarm, in thresholds. */
const ALARM_AT = 4;
/** Score below which it counts as over, in thresholds. */
const CLEAR_AT = 0.6;
const CAP = { none: 100, info: 100, warning: 60, alarm: 30 } as const;

export interface AnomalyEvent {
  event: Transition;
  severity: "info" | "warning" | "alarm";
  text: string;
}

export interface AnomalyResult {
  section: AnomalySection;
  events: AnomalyEvent[];
}

interface Condition {
  alert: Alert;
  /** Newest sentence of the condition. */
  text: string;
  raisedAt: number;
}

export class AnomalyEngine {
  #asset: Asset;
  #options: AnomalyOptions;
  #rows: Rows;
  #statistics: Statistics;
  #main: Condition;
  #limits: (Condition & { row: LimitRow })[];
  #sensors = new Map<string, Condition>();
  #frozen = false;
  #health: number | null = null;
  #why: string[] = [];
  #suspect: string | null = null;
  #contributions: Record<string, number> = {};
  #since: number | null = null;
  #state: AnomalySection["state"] = "unknown";

  /** @throws TwinError `E_ANOMALY` when nothing is left to watch */
  constructor(asset: Asset, options: AnomalyOptions) {
    this.#asset = asset;
    this.#options = options;
    this.#rows = new Rows(asset, options.watch, options.excluded);
    const { channels } = this.#rows;
    if (channels.length === 0 && options.limits.length === 0)
      throw new TwinError("E_ANOMALY", "Every signal is excluded: leave at least one signal to watch, or add a limit.");
    const floors = channels.map(({ signal, kind }) =>
      kind === "value" && signal.normal && Number.isFinite(signal.normal[1] - signal.normal[0])
        ? (signal.normal[1] - signal.normal[0]) * 1e-4
        : 0,
    );
    this.#statistics = new Statistics({
      channels: channels.length,
      learning: options.learning,
      hold: options.hold,
      falseAlarmsPerMonth: options.falseAlarmsPerMonth,
      floors: Float64Array.from(floors),
    });
    this.#main = this.#condition();
    this.#limits = options.limits.map((row) => ({ ...this.#condition(), row }));
  }

  #condition(): Condition {
    return { alert: new Alert(this.#options), text: "", raisedAt: 0 };
  }

  /** Takes one message of the twin into account. */
  update(twin: Envelope): AnomalyResult {
    const events: AnomalyEvent[] = [];
    for (const i of this.#rows.read(twin)) this.#statistics.forget(i);
    const fresh = this.#rows.x.some((v) => !Number.isNaN(v));
    if (fresh) this.#watch(twin.time, events);
    for (const limit of this.#limits) this.#watchLimit(limit, twin, events);
    this.#watchSensors(twin, events);
    if (fresh && this.#statistics.ready) this.#updateHealth();
    return { section: this.#section(twin.time), events };
  }

  #watch(time: number, events: AnomalyEvent[]): void {
    const s = this.#statistics;
    const { alert } = this.#main;
    s.update(time, this.#rows.x, !this.#frozen && !alert.active);
    if (!s.ready || s.settling) return;
    const transition = alert.update({
      time,
      over: s.surprise > s.threshold,
      below: s.surprise < CLEAR_AT * s.threshold,
      severity: s.held > ALARM_AT * s.threshold ? "alarm" : "warning",
    });
    this.#contributions = contributions(this.#rows, s.shares);
    const suspect = alert.active ? this.#explain() : null;
    const named = suspect !== this.#suspect && alert.active && transition !== "raised";
    this.#suspect = suspect;
    const what = transition ?? (named ? "changed" : undefined);
    this.#tell(this.#main, what, time, this.#why[0] ?? "The signals do not fit together as usual", events);
  }

  /** Fills `#why`; returns the signal whose sensor is suspected. */
  #explain(): string | null {
    const s = this.#statistics;
    const suspect = suspectSensor(this.#rows.channels, s.mewma.u);
    this.#why = causes(this.#rows, s.channels, s.shown, s.shares);
    if (suspect === undefined) return null;
    const { signal } = this.#rows.channels[suspect]!;
    this.#why = [sensorSentence(signal.label), ...this.#why];
    return signal.name;
  }

  #tell(c: Condition, what: Transition | undefined, time: number, text: string, events: AnomalyEvent[]): void {
    if (what === "raised") c.raisedAt = time;
    if (!what) return;
    const severity = c.alert.severity === "none" ? "info" : c.alert.severity;
    if (what === "cleared") {
      const after = span(time - c.raisedAt);
      events.push({ event: what, severity: "info", text: `${stop(c.text)} Back to normal after ${after}.` });
    } else {
      c.text = text;
      events.push({ event: what, severity, text: stop(text) });
    }
  }

  #watchLimit(c: Condition & { row: LimitRow }, twin: Envelope, events: AnomalyEvent[]): void {
    const reading = readLimit(c.row, twin);
    if (!reading) return;
    const what = c.alert.update({ time: twin.time, ...reading, severity: c.row.severity });
    if (c.alert.active && reading.over) c.text = limitSentence(c.row, reading.value);
    if (what === "cleared") events.push({ event: what, severity: "info", text: limitCleared(c.row, reading.value) });
    else this.#tell(c, what, twin.time, limitSentence(c.row, reading.value), events);
  }

  #watchSensors(twin: Envelope, events: AnomalyEvent[]): void {
    const flagged = new Set(flaggedSensors(this.#asset, twin.status));
    for (const name of flagged) if (!this.#sensors.has(name)) this.#sensors.set(name, this.#condition());
    for (const [name, c] of this.#sensors) {
      const over = flagged.has(name);
      const what = c.alert.update({ time: twin.time, over, below: !over, severity: "warning" });
      const label = this.#asset.signals.get(name)?.label ?? name;
      const text = `Sensor ${label.charAt(0).toLowerCase()}${label.slice(1)} reads wrong: its value is stuck or jumps`;
      this.#tell(c, what, twin.time, text, events);
      if (!over && !c.alert.active && !c.alert.latched && !c.alert.pending) this.#sensors.delete(name);
    }
  }

  #updateHealth(): void {
    const s = this.#statistics;
    const worst = this.#worst(this.#limits);
    const ratio = s.settling || !(s.threshold > 0) ? 0 : s.held / s.threshold;
    this.#health = smoothHealth(this.#health, instantHealth(ratio, CAP[worst], this.#suspect !== null));
  }

  #worst(conditions: Iterable<Condition>): Severity {
    let worst: Severity = "none";
    for (const { alert } of conditions) if (alert.active && worse(alert.severity, worst)) worst = alert.severity;
    return worst;
  }

  *#all(): Generator<Condition> {
    yield this.#main;
    yield* this.#limits;
    yield* this.#sensors.values();
  }

  #section(time: number): AnomalySection {
    const s = this.#statistics;
    const active = Array.from(this.#all()).filter((c) => c.alert.active);
    const latched = Array.from(this.#all()).filter((c) => c.alert.latched);
    const state = active.length ? "active" : latched.length ? "latched" : this.#calm();
    if (state !== this.#state) {
      this.#state = state;
      this.#since = time;
    }
    const learning = this.#rows.channels.length > 0 && !s.ready;
    const suspect = this.#suspect ?? this.#flagged();
    return {
      state,
      active: active.length > 0,
      latched: latched.length > 0,
      score: s.ready ? round(score(s)) : null,
      severity: active.length ? this.#worst(active) : latched.length ? "info" : "none",
      since: this.#since,
      health: this.#health === null ? this.#limitHealth() : round(this.#health),
      contributions: this.#main.alert.active || s.ready ? this.#contributions : {},
      why: this.#reasons(latched, learning),
      ...(learning && { progress: round(s.progress) }),
      ...(suspect && { sensor: suspect }),
    };
  }

  #calm(): AnomalySection["state"] {
    return this.#rows.channels.length > 0 && !this.#statistics.ready ? "learning" : "normal";
  }

  #flagged(): string | undefined {
    for (const [name, c] of this.#sensors) if (c.alert.active) return name;
    return undefined;
  }

  /** While nothing is learned, only a violated limit says anything about health. */
  #limitHealth(): number | null {
    const worst = this.#worst(this.#limits);
    return worst === "none" ? null : CAP[worst];
  }

  #reasons(latched: Condition[], learning: boolean): string[] {
    const standing = [...this.#limits, ...this.#sensors.values()].filter((c) => c.alert.active).map((c) => c.text);
    if (this.#main.alert.active) standing.push(...this.#why);
    if (standing.length) return standing;
    if (latched.length) return latched.map((c) => `Over, waits to be acknowledged: ${stop(c.text)}`);
    if (learning) return [`Learning what is normal: ${Math.floor(this.#statistics.progress * 100)} %`];
    return this.#statistics.settling ? ["Looking at the levels after maintenance"] : [];
  }

  /** Answers an action in one sentence; undefined when it is not for this stage. */
  action(name: string, time: number): { ok: boolean; message: string } | undefined {
    const s = this.#statistics;
    switch (name) {
      case "acknowledge": {
        const some = Array.from(this.#all(), (c) => c.alert.acknowledge()).some(Boolean);
        return { ok: true, message: some ? "Alarm acknowledged." : "There is no alarm to acknowledge." };
      }
      case "false-alarm":
        if (!this.#main.alert.active && !this.#main.alert.latched)
          return {
            ok: false,
            message: "There is no alarm of the detectors to call false; a limit is changed in its table.",
          };
        s.tolerate();
        s.recentre(true);
        this.#end(this.#main, time);
        return {
          ok: true,
          message: "Called false: the alarm is cleared, the present levels are learned, the threshold rises.",
        };
      case "confirmed":
        for (const c of this.#all()) c.alert.acknowledge();
        s.confirm();
        return { ok: true, message: "Confirmed: the alarm stays until its cause is gone, nothing of it is learned." };
      case "maintenance":
        for (const c of this.#all()) this.#end(c, time);
        s.recentre(false);
        this.#health = null;
        return { ok: true, message: "Maintenance noted: alarms are cleared, changed levels become the new baseline." };
      case "freeze":
        this.#frozen = true;
        return { ok: true, message: "Baseline frozen: nothing is learned until the action learn." };
      case "learn":
        this.#frozen = false;
        for (const c of this.#all()) this.#end(c, time);
        this.#relearn();
        return { ok: true, message: "Learning again what is normal, from the next sample on." };
      default:
        return undefined;
    }
  }

  #end(c: Condition, time: number): void {
    c.alert.acknowledge();
    c.alert.clear(time, true);
    if (c === this.#main) {
      this.#why = [];
      this.#suspect = null;
      this.#contributions = {};
    }
  }

  #relearn(): void {
    const fresh = new AnomalyEngine(this.#asset, this.#options);
    this.#statistics = fresh.#statistics;
    this.#health = null;
  }

  snapshot(): Json {
    return {
      rows: this.#rows.snapshot(),
      factor: Array.from(this.#rows.factor),
      expected: Array.from(this.#rows.expected, (v) => (Number.isNaN(v) ? null : v)),
      statistics: this.#statistics.snapshot(),
      main: pack(this.#main),
      limits: this.#limits.map((c) => [key(c.row), pack(c)]),
      sensors: Array.from(this.#sensors, ([name, c]) => [name, pack(c)]),
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
    for (const [name, into] of [
      ["factor", this.#rows.factor],
      ["expected", this.#rows.expected],
    ] as const)
      (s[name] as (number | null)[]).forEach((v, i) => {
        into[i] = v ?? Number.NaN;
      });
    this.#statistics.restore(s.statistics);
    unpack(s.main, this.#main);
    // The table may have been edited since: rows that are the same keep their alarm.
    const saved = new Map(s.limits as [string, Json][]);
    for (const c of this.#limits) if (saved.has(key(c.row))) unpack(saved.get(key(c.row)), c);
    for (const [name, c] of s.sensors as [string, Json][]) {
      const condition = this.#condition();
      unpack(c, condition);
      this.#sensors.set(name, condition);
    }
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
const score = (s: Statistics): number => (s.threshold > 0 ? 1 - 2 ** (-s.surprise / s.threshold) : 0);
const round = (x: number): number => Math.round(x * 1e4) / 1e4;
const stop = (text: string): string => (text.endsWith(".") ? text : `${text}.`);
const key = (row: LimitRow): string => `${row.path} ${row.direction} ${row.limit}`;
const pack = (c: Condition): Json => ({ alert: c.alert.snapshot(), text: c.text, raisedAt: c.raisedAt });
function unpack(state: unknown, into: Condition): void {
  const s = fields(state);
  into.alert.restore(s.alert);
  into.text = String(s.text);
  into.raisedAt = num(s.raisedAt);
}
