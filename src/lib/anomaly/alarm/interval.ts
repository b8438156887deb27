/**
 * The usual sampling interval, learned while samples arrive: the median of the first steps, which then follows in small
 * equal steps (a median by stochastic approximation, Robbins & Monro 1951), so that gaps and clock jumps cannot disturb it.
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";

const FIRST = 15;
const STEP = 1.002;

export class Interval {
  /** Milliseconds; 1000 until two samples have been seen. */
  value = 1000;
  #last: number | null = null;
  #first: number[] = [];

  /** @param time source time, ms; a time that does not advance counts as no step */
  update(time: number): number {
    const dt = this.#last === null ? 0 : time - this.#last;
    this.#last = time;
    if (!(dt > 0 && Number.isFinite(dt))) return this.value;
    if (this.#first.length < FIRST) {
      this.#first.push(dt);
      const sorted = this.#first.slice().sort((a, b) => a - b);
      this.value = sorted[sorted.length >> 1]!;
    } else this.value *= dt > this.value * 1.001 ? STEP : dt < this.value * 0.999 ? 1 / STEP : 1;
    return this.value;
  }

  snapshot(): Json {
    return { value: this.value, last: this.#last, first: this.#first.slice() };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.value = num(s.value);
    this.#last = s.last === null ? null : num(s.last);
    this.#first = Array.isArray(s.first) ? s.first.map(num) : [];
  }
}
