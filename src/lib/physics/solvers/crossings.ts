/**
 * Watches functions of (t, y) for a change of sign: switches, where the right-hand side may jump, and events.
 * Index 0 … switches − 1 are switches, then come the events.
 */
import type { OdeProblem } from "./problem.ts";

export class Crossings {
  /** Number of watched functions; 0: nothing to do. */
  readonly count: number;
  readonly #problem: OdeProblem;
  readonly #switches: number;
  readonly #before: Float64Array;
  readonly #after: Float64Array;
  readonly #events: Float64Array;
  /** Set to look past the switches while the state slides along one. */
  ignoreSwitches = false;
  /** Share of its size at the start below which a switch counts as zero: the sine of a whole number is only nearly so. */
  noise = 0;

  constructor(problem: OdeProblem) {
    this.#problem = problem;
    this.#switches = problem.switches?.count ?? 0;
    this.count = this.#switches + (problem.events?.count ?? 0);
    this.#before = new Float64Array(this.count);
    this.#after = new Float64Array(this.count);
    this.#events = new Float64Array(problem.events?.count ?? 0);
  }

  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  /** The state from which changes are counted. */
  start(t: number, y: Float64Array): void {
    this.#write(t, y, this.#before);
  }

  /** Whether the start is exactly where a switch is zero. */
  get onSwitch(): boolean {
    for (let i = 0; i < this.#switches; i++) if (this.#before[i] === 0) return true;
    return false;
  }

  /** Whether a function changed its sign between the start and (t, y). A switch that is just zero counts unless `strict`. */
  look(t: number, y: Float64Array, strict = false): boolean {
    this.#write(t, y, this.#after);
    if (strict)
      for (let i = 0; i < this.#switches; i++)
        if (!(this.#after[i]! * this.#before[i]! < 0)) this.#after[i] = this.#before[i]!;
    for (let i = 0; i < this.count; i++) if (this.#changed(i)) return true;
    return false;
  }

  /** After `look`: the first share of the way, 0 … 1, at which one of the changed functions is zero on a straight line. */
  firstZero(): number {
    let first = 1;
    for (let i = 0; i < this.count; i++) {
      if (!this.#changed(i)) continue;
      const share = this.#before[i]! / (this.#before[i]! - this.#after[i]!);
      if (share < first) first = share;
    }
    return first;
  }

  /** After `look`: which events happened. */
  happened(): number[] {
    return Array.from(this.#events.keys()).filter((i) => this.#changed(this.#switches + i));
  }

  /** After `look`: whether a switch changed. */
  get switched(): boolean {
    for (let i = 0; i < this.#switches; i++) if (this.#changed(i)) return true;
    return false;
  }

  #changed(i: number): boolean {
    const [a, b] = [this.#before[i]!, this.#after[i]!];
    if (i < this.#switches)
      return !this.ignoreSwitches && a !== 0 && (a > 0 ? b <= this.noise * a : b >= this.noise * a);
    const direction = this.#problem.events!.direction[i - this.#switches]!;
    if (direction < 0) return a >= 0 && b < 0;
    if (direction > 0) return a <= 0 && b > 0;
    return (a > 0 && b < 0) || (a < 0 && b > 0);
  }

  #write(t: number, y: Float64Array, out: Float64Array): void {
    const { switches, events } = this.#problem;
    switches?.write(t, y, out);
    if (!events || this.#events.length === 0) return;
    events.write(t, y, this.#events);
    out.set(this.#events, this.#switches);
  }
}

/**
 * Notices events of one kind that come ever faster and pile up before a time they never reach (Zeno): a ball that comes
 * to rest by infinitely many bounces.
 */
export class ZenoGuard {
  /** Per event: time of the last, interval before it, time since when intervals shrink, and how many did. */
  #known: number[][] = [];

  /** @returns true when the event `i` at `t` is one of a pile. */
  add(i: number, t: number): boolean {
    const [last = Number.NEGATIVE_INFINITY, before = 0, since = t, run = 0] = this.#known[i] ?? [];
    const interval = t - last;
    const shrinks = interval < before || interval === 0;
    const next = shrinks ? run + 1 : 0;
    const from = shrinks ? since : t;
    this.#known[i] = [t, interval, from, next];
    return next >= 8 && interval <= 1e-6 * (t - from);
  }

  snapshot(): (number | null)[][] {
    return Array.from(this.#known, (known) => (known ?? []).map((x) => (Number.isFinite(x) ? x : null)));
  }

  restore(state: readonly (readonly (number | null)[])[]): void {
    this.#known = state.map((known) => known.map((x) => x ?? Number.POSITIVE_INFINITY));
  }
}
