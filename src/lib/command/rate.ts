/** What was written to one signal in the last minute: the memory behind step, change per minute and interval. */

import type { Json } from "../store/store.ts";
import { describe, isPlainObject } from "../twin/envelope.ts";
import type { CommandSignal } from "./settings.ts";
import { duration, quantity } from "./words.ts";

const MINUTE = 60_000;

interface Write {
  time: number;
  value: number;
  /** Distance from the value before. */
  change: number;
}

export class RateMemory {
  #writes: Write[] = [];

  get last(): { time: number; value: number } | undefined {
    return this.#writes[this.#writes.length - 1];
  }

  /** Why the value may not be written now, as a sentence; undefined when it may. `present` is the value now, null when unknown. */
  objection(
    value: number,
    present: number | null,
    signal: CommandSignal,
    minInterval: number,
    now: number,
  ): string | undefined {
    const { last } = this;
    if (last && now - last.time < minInterval)
      return `${signal.label} was written ${duration(now - last.time)} ago, and ${duration(minInterval)} must lie between two writes.`;
    if (signal.step === undefined && signal.perMinute === undefined) return undefined;
    const from = present ?? last?.value;
    if (from === undefined)
      return `The present value of ${signal.label} is not known, so the size of the step cannot be checked.`;
    const change = Math.abs(value - from);
    if (signal.step !== undefined && change > signal.step)
      return `The step from ${quantity(from, signal.unit)} to ${quantity(value, signal.unit)} is larger than the largest step of ${quantity(signal.step, signal.unit)}.`;
    const sum = this.#writes.reduce((all, w) => all + (now - w.time < MINUTE ? w.change : 0), change);
    if (signal.perMinute !== undefined && sum > signal.perMinute)
      return `${signal.label} would change by ${quantity(sum, signal.unit)} within one minute, and ${quantity(signal.perMinute, signal.unit)} is the most.`;
    return undefined;
  }

  add(value: number, present: number | null, now: number): void {
    const change = Math.abs(value - (present ?? this.last?.value ?? value));
    this.#writes = this.#writes.filter((w) => now - w.time < MINUTE).slice(-1000);
    this.#writes.push({ time: now, value, change });
  }

  snapshot(): Json {
    return this.#writes.map(({ time, value, change }) => ({ time, value, change }));
  }

  /** @throws Error when the snapshot is not one of this class. */
  restore(state: unknown): void {
    if (!Array.isArray(state)) throw new Error(`rate memory is ${describe(state)}`);
    this.#writes = state.map((w) => {
      const { time, value, change } = isPlainObject(w) ? w : {};
      if (![time, value, change].every(Number.isFinite)) throw new Error("rate memory is damaged");
      return { time, value, change } as Write;
    });
  }
}
