/** What was promised in a life, judged once the life is over. */
import type { Json } from "../store/store.ts";

/** Predictions kept: evenly over the life, however long. */
const MOST = 64;
/** A promise of more than this share of the life too much was late. */
const LATE = 0.1;

export class Promises {
  #kept: [end: number, p05: number, p95: number | null][] = [];
  #every = 1;
  #skipped = 0;

  /** Notes a prediction made at an age: median and interval of the life left; `p95` null is "or more". */
  note(age: number, p50: number, p05: number, p95: number | null): void {
    if (++this.#skipped < this.#every) return;
    this.#skipped = 0;
    this.#kept.push([age + p50, age + p05, p95 === null ? null : age + p95]);
    if (this.#kept.length < MOST) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 1);
    this.#every *= 2;
  }

  /** How many were made, how many were late, how many intervals held the truth. */
  judge(life: number): { count: number; late: number; inside: number } {
    return {
      count: this.#kept.length,
      late: this.#kept.filter(([end]) => end > life * (1 + LATE)).length,
      inside: this.#kept.filter(([, low, high]) => low <= life && life <= (high ?? Number.POSITIVE_INFINITY)).length,
    };
  }

  clear(): void {
    this.#kept = [];
    this.#every = 1;
    this.#skipped = 0;
  }

  snapshot(): Json {
    return { kept: this.#kept, every: this.#every, skipped: this.#skipped };
  }

  restore(state: Json): void {
    const s = state as { kept: [number, number, number | null][]; every: number; skipped: number };
    this.#kept = [...s.kept];
    this.#every = s.every;
    this.#skipped = s.skipped;
  }
}
