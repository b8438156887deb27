/** When work can be done: days of the week, hours of the day, and so many jobs at a time. */
import { TwinError } from "../twin/envelope.ts";

export const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEP = HOUR / 2;

/** Local time of a plant. */
export interface Zone {
  /** The local midnight at or before `time`, milliseconds UTC. */
  midnight(time: number): number;
  /** 0 Sunday … 6 Saturday. */
  weekday(time: number): number;
}

/** The time zone of this computer. */
export const localZone: Zone = {
  midnight: (time) => new Date(time).setHours(0, 0, 0, 0),
  weekday: (time) => new Date(time).getDay(),
};

export const utc: Zone = {
  midnight: (time) => Math.floor(time / DAY) * DAY,
  weekday: (time) => new Date(time).getUTCDay(),
};

export interface Windows {
  /** Days on which work begins, 0 Sunday … 6 Saturday. */
  days: ReadonlySet<number>;
  /** Hours of the day, 0 … 24. */
  from: number;
  to: number;
}

/** Work at any time. */
export const ALWAYS: Windows = { days: new Set([0, 1, 2, 3, 4, 5, 6]), from: 0, to: 24 };

const isAlways = ({ days, from, to }: Windows): boolean => days.size === 7 && from === 0 && to === 24;

/** The calendar of one maintenance team. */
export class Crew {
  #windows: Windows;
  #crews: number;
  #zone: Zone;
  #busy: { start: number; end: number }[] = [];

  /** @throws TwinError `E_WINDOW` when there is no time for work */
  constructor(windows: Windows, crews: number, zone: Zone = localZone) {
    if (windows.days.size === 0 || !(windows.from < windows.to))
      throw new TwinError(
        "E_WINDOW",
        "There is no time for work: choose at least one day, and an end that is later than the begin.",
      );
    this.#windows = windows;
    this.#crews = crews;
    this.#zone = zone;
  }

  /** The latest free begin from `earliest` to `latest` of a job of `duration` ms; undefined when there is none. */
  lastStart(earliest: number, latest: number, duration: number): number | undefined {
    for (const [from, to] of this.#daysBack(earliest, latest)) {
      for (let start = Math.min(to, latest); start >= Math.max(from, earliest); start = this.#before(start, from))
        if (this.#isFree(start, duration)) return start;
    }
    return undefined;
  }

  /** The first free begin from `earliest` on, at most `horizon` ms later. */
  firstStart(earliest: number, duration: number, horizon = 60 * DAY): number | undefined {
    for (const [from, to] of this.#days(earliest, earliest + horizon)) {
      for (let start = Math.max(from, earliest); start <= to; start = this.#after(start, from))
        if (this.#isFree(start, duration)) return start;
    }
    return undefined;
  }

  take(start: number, duration: number): void {
    this.#busy.push({ start, end: start + duration });
  }

  release(start: number): void {
    const at = this.#busy.findIndex((b) => b.start === start);
    if (at >= 0) this.#busy.splice(at, 1);
  }

  #isFree(start: number, duration: number): boolean {
    const clashes = this.#busy.filter((b) => b.start < start + duration && b.end > start);
    // Jobs that touch this one need not touch each other.
    return clashes.length < this.#crews || peak(clashes, start, start + duration) < this.#crews;
  }

  /** Half hours counted from the begin of the window. */
  #before(start: number, from: number): number {
    const steps = Math.ceil((start - from) / STEP) - 1;
    return steps < 0 ? Number.NEGATIVE_INFINITY : from + steps * STEP;
  }

  #after(start: number, from: number): number {
    return from + (Math.floor((start - from) / STEP) + 1) * STEP;
  }

  /** Begin of the first and of the last possible start of each working day, forward. */
  *#days(from: number, to: number): Generator<[number, number]> {
    for (let day = this.#zone.midnight(from); day <= to; day = this.#zone.midnight(day + 1.5 * DAY)) {
      const window = this.#window(day);
      if (window) yield window;
    }
  }

  *#daysBack(from: number, to: number): Generator<[number, number]> {
    const first = this.#zone.midnight(from);
    for (let day = this.#zone.midnight(to); day >= first; day = this.#zone.midnight(day - 0.5 * DAY)) {
      const window = this.#window(day);
      if (window) yield window;
    }
  }

  #window(day: number): [number, number] | undefined {
    const { days, from, to } = this.#windows;
    if (!days.has(this.#zone.weekday(day))) return undefined;
    // A job may outlast the shift in which it begins; it begins within it.
    return isAlways(this.#windows) ? [day, day + DAY - STEP] : [day + from * HOUR, day + to * HOUR - STEP];
  }
}

/** Most intervals that cover one moment of [start, end). */
function peak(intervals: readonly { start: number; end: number }[], start: number, end: number): number {
  const moments = [start, ...intervals.map((i) => i.start).filter((t) => t > start && t < end)];
  return Math.max(...moments.map((t) => intervals.filter((i) => i.start <= t && i.end > t).length));
}
