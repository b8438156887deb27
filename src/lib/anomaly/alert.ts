/**
 * The alert layer: turns "over the limit" per sample into an alarm with hold, clear, latch and refractory. One object
 * per condition (the statistical score, each derived limit, each sensor), all with the same behaviour.
 */
import type { Json } from "../store/store.ts";
import { fields, num } from "./json.ts";

export type Severity = "none" | "info" | "warning" | "alarm";
export type Transition = "raised" | "changed" | "cleared";

export interface AlertOptions {
  /** Consecutive samples over the limit before the alarm is raised. */
  hold: number;
  /** Consecutive samples clearly below before it is cleared. */
  clear: number;
  /** After it cleared, it stays on the list until acknowledged. */
  latch: boolean;
  /** Samples after a clearing during which it is not raised again. */
  refractory: number;
}

export interface AlertInput {
  time: number;
  over: boolean;
  /** Well below the limit: the hysteresis is the caller's. */
  below: boolean;
  /** It is the alarm that seemed to be over, not a new one: it is told as a change, and who has acknowledged it needs not do so again. */
  again?: boolean;
  severity: "info" | "warning" | "alarm";
}

export class Alert {
  active = false;
  latched = false;
  severity: Severity = "none";
  /** Source time at which the present state began. */
  since: number | null = null;
  #options: AlertOptions;
  #acknowledged = false;
  #over = 0;
  #below = 0;
  #rest = 0;
  /** Updates in a row with a lower severity than the standing one. */
  #milder = 0;

  constructor(options: AlertOptions) {
    this.#options = options;
  }

  /** Over the limit, though not long enough yet. */
  get pending(): boolean {
    return !this.active && this.#over > 0;
  }

  update({ time, over, below, again = false, severity }: AlertInput): Transition | undefined {
    this.#over = over ? this.#over + 1 : 0;
    this.#below = below ? this.#below + 1 : 0;
    if (this.#rest > 0) this.#rest--;
    if (!this.active) {
      if (this.#over < this.#options.hold || this.#rest > 0) return undefined;
      this.active = true;
      this.#acknowledged = again && this.#acknowledged;
      this.latched = this.#options.latch && !this.#acknowledged;
      this.severity = severity;
      this.#milder = 0;
      this.since = time;
      return again ? "changed" : "raised";
    }
    if (this.#below >= this.#options.clear) {
      this.clear(time, this.#acknowledged);
      this.#rest = this.#options.refractory;
      return "cleared";
    }
    if (over && worse(severity, this.severity)) return this.#take(severity);
    // What has become milder for as long as it takes to clear is called by its milder name.
    this.#milder = worse(this.severity, severity) ? this.#milder + 1 : 0;
    return this.#milder >= this.#options.clear ? this.#take(severity) : undefined;
  }

  #take(severity: Severity): Transition {
    this.severity = severity;
    this.#milder = 0;
    return "changed";
  }

  /** Ends the alarm; without an acknowledgement a latching one stays on the list. */
  clear(time: number, acknowledged: boolean): void {
    this.active = false;
    this.#rest = 0;
    this.latched = this.#options.latch && this.latched && !acknowledged;
    this.severity = this.latched ? "info" : "none";
    this.since = this.latched ? time : null;
    this.#over = 0;
    this.#below = 0;
  }

  /** A person has seen it. False when there is nothing to acknowledge. */
  acknowledge(): boolean {
    if (!this.active && !this.latched) return false;
    this.#acknowledged = true;
    this.latched = false;
    if (!this.active) {
      this.severity = "none";
      this.since = null;
    }
    return true;
  }

  snapshot(): Json {
    const { active, latched, severity, since } = this;
    return {
      active,
      latched,
      severity,
      since,
      acknowledged: this.#acknowledged,
      over: this.#over,
      below: this.#below,
      rest: this.#rest,
      milder: this.#milder,
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.active = s.active === true;
    this.latched = s.latched === true;
    this.severity = RANK.includes(s.severity as Severity) ? (s.severity as Severity) : "none";
    this.since = s.since === null ? null : num(s.since);
    this.#acknowledged = s.acknowledged === true;
    this.#over = num(s.over);
    this.#below = num(s.below);
    this.#rest = num(s.rest);
    this.#milder = num(s.milder ?? 0);
  }
}

const RANK: readonly Severity[] = ["none", "info", "warning", "alarm"];

/** True when severity a is above b. */
export const worse = (a: Severity, b: Severity): boolean => RANK.indexOf(a) > RANK.indexOf(b);
