/**
 * Everything of one twin that can stand as an alarm: the detectors' score, each row of the limits table, each sensor that
 * ingest has flagged. All speak through the same alert layer, in sentences.
 */
import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import type { Envelope } from "../twin/envelope.ts";
import { Alert, type AlertOptions, type Severity, type Transition, worse } from "./alert.ts";
import { fields, num } from "./json.ts";
import { type LimitRow, limitCleared, limitSentence, readLimit } from "./limits.ts";
import { flaggedSensors } from "./sensor.ts";
import { lowerFirst, span } from "./words.ts";

/** Samples that limits and flags need at least to be raised, and at most to be cleared. */
const HOLD = 3;
const CLEAR = 10;

export interface AnomalyEvent {
  event: Transition;
  severity: "info" | "warning" | "alarm";
  /** One complete sentence. */
  text: string;
  /** "data" when something is wrong with the data and not with the machine: that is no alarm. */
  about?: "data";
}

export interface Condition {
  alert: Alert;
  /** Newest sentence of the condition. */
  text: string;
  raisedAt: number;
}

export class Conditions {
  readonly main: Condition;
  readonly #limits: (Condition & { row: LimitRow })[];
  readonly #sensors = new Map<string, Condition>();
  readonly #options: AlertOptions;
  readonly #asset: Pick<Asset, "signals">;

  constructor(asset: Pick<Asset, "signals">, options: AlertOptions & { limits: LimitRow[] }) {
    this.#asset = asset;
    this.#options = options;
    // The detectors' alarm has its hold, clear and rest in their own alert layer.
    this.main = { ...this.#make(), alert: new Alert({ latch: options.latch, hold: 1, clear: 1, refractory: 0 }) };
    this.#limits = options.limits.map((row) => ({ ...this.#make(), row }));
  }

  /** Limits and flags know nothing of noise, so that one sample is never enough, and need no long look to be over. */
  #make(): Condition {
    const { latch, refractory } = this.#options;
    const hold = Math.max(HOLD, this.#options.hold);
    const clear = Math.min(CLEAR, this.#options.clear);
    return { alert: new Alert({ latch, hold, clear, refractory }), text: "", raisedAt: 0 };
  }

  /** Limits and flagged sensors of one message. */
  watch(twin: Envelope): AnomalyEvent[] {
    const events = this.#limits.flatMap((c) => this.#watchLimit(c, twin));
    const flagged = new Set(flaggedSensors(this.#asset, twin.status));
    for (const name of flagged) if (!this.#sensors.has(name)) this.#sensors.set(name, this.#make());
    for (const [name, c] of this.#sensors) events.push(...this.#watchSensor(name, c, flagged.has(name), twin.time));
    return events;
  }

  #watchLimit(c: Condition & { row: LimitRow }, twin: Envelope): AnomalyEvent[] {
    const reading = readLimit(c.row, twin);
    if (!reading) return [];
    const what = c.alert.update({ time: twin.time, ...reading, severity: c.row.severity });
    if (c.alert.active && reading.over) c.text = limitSentence(c.row, reading.value);
    if (what === "cleared") return [{ event: what, severity: "info", text: limitCleared(c.row, reading.value) }];
    return tell(c, what, twin.time, c.text);
  }

  #watchSensor(name: string, c: Condition, over: boolean, time: number): AnomalyEvent[] {
    const what = c.alert.update({ time, over, below: !over, severity: "warning" });
    const label = this.#asset.signals.get(name)?.label ?? name;
    if (!over && !c.alert.active && !c.alert.latched && !c.alert.pending) this.#sensors.delete(name);
    return tell(c, what, time, `Sensor ${lowerFirst(label)} reads wrong: its value is stuck or jumps`);
  }

  /** The first sensor that ingest has flagged for long enough. */
  get flaggedSensor(): string | undefined {
    for (const [name, c] of this.#sensors) if (c.alert.active) return name;
    return undefined;
  }

  /** Limits and sensors that stand. */
  standing(): string[] {
    return [...this.#limits, ...this.#sensors.values()].filter((c) => c.alert.active).map((c) => c.text);
  }

  get worstLimit(): Severity {
    return worst(this.#limits);
  }

  active(): Condition[] {
    return this.all().filter((c) => c.alert.active);
  }

  latched(): Condition[] {
    return this.all().filter((c) => c.alert.latched);
  }

  all(): Condition[] {
    return [this.main, ...this.#limits, ...this.#sensors.values()];
  }

  snapshot(): Json {
    return {
      main: pack(this.main),
      limits: this.#limits.map((c) => [key(c.row), pack(c)]),
      sensors: Array.from(this.#sensors, ([name, c]) => [name, pack(c)]),
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    unpack(s.main, this.main);
    // The table may have been edited since: rows that are the same keep their alarm.
    const saved = new Map(s.limits as [string, Json][]);
    for (const c of this.#limits) if (saved.has(key(c.row))) unpack(saved.get(key(c.row)), c);
    for (const [name, c] of s.sensors as [string, Json][]) {
      const condition = this.#make();
      unpack(c, condition);
      this.#sensors.set(name, condition);
    }
  }
}

/** The event of a transition; the sentence of the end names what has ended. */
export function tell(c: Condition, what: Transition | undefined, time: number, text: string): AnomalyEvent[] {
  if (what === undefined) return [];
  if (what === "cleared") {
    const after = span(time - c.raisedAt);
    return [{ event: what, severity: "info", text: `${stop(c.text)} Back to normal after ${after}.` }];
  }
  if (what === "raised") c.raisedAt = time;
  c.text = text;
  return [{ event: what, severity: c.alert.severity === "none" ? "info" : c.alert.severity, text: stop(text) }];
}

/** The worst severity of those that are active. */
export function worst(conditions: Iterable<Condition>): Severity {
  let result: Severity = "none";
  for (const { alert } of conditions) if (alert.active && worse(alert.severity, result)) result = alert.severity;
  return result;
}

export const stop = (text: string): string => (text.endsWith(".") ? text : `${text}.`);

const key = (row: LimitRow): string => `${row.path} ${row.direction} ${row.limit}`;
const pack = (c: Condition): Json => ({ alert: c.alert.snapshot(), text: c.text, raisedAt: c.raisedAt });

function unpack(state: unknown, into: Condition): void {
  const s = fields(state);
  into.alert.restore(s.alert);
  into.text = String(s.text);
  into.raisedAt = num(s.raisedAt);
}
