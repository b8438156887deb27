/**
 * Detector: a signal that used to move and now repeats the same value to the last digit.
 *
 * The probability that a value repeats the last one, given that the last one was a repeat or not, is learned (a two-state
 * Markov chain, with Laplace's rule of succession); a run of r repeats has the surprise −ln P(run ≥ r). Signals that often
 * stand still (counters, set points, coarse resolution) thereby have long runs for free. A run much longer than all before it
 * is needed as well, since real runs are rarely geometric.
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";
import type { ChannelDetector } from "./detector.ts";

/** Repeats that are needed at least. */
const SHORTEST = 10;
/** In longest earlier runs. */
const LONGER = 3;
/** Changes that a signal must have shown before standing still means anything. */
const ENOUGH = 20;
const HORIZON = 20_000;

export class Stuck implements ChannelDetector {
  /** Repeats of the value that stands. */
  run = 0;
  #last = Number.NaN;
  /** Samples and repeats after a new value; samples and repeats after a repeat. */
  #fresh = 0;
  #freshRepeats = 0;
  #still = 0;
  #stillRepeats = 0;
  /** Longest run that has ended; fades slowly. */
  #longest = 0;

  /** @returns surprise of the run that is going on; 0 while the run is an ordinary one */
  update(_time: number, value: number, learn: boolean): number {
    if (Number.isNaN(value)) return Number.NaN;
    const repeat = value === this.#last;
    if (!repeat) {
      if (learn) this.#end();
      this.run = 0;
    } else this.run++;
    this.#last = value;
    if (!repeat || this.#fresh < ENOUGH || this.run < Math.max(SHORTEST, LONGER * this.#longest)) return 0;
    const first = (this.#freshRepeats + 1) / (this.#fresh + 2);
    const next = (this.#stillRepeats + 1) / (this.#still + 2);
    return -Math.log(first) - (this.run - 1) * Math.log(next);
  }

  /** A run, of any length, is over: only now it is learned, so that standing still does not excuse itself. */
  #end(): void {
    this.#fresh++;
    if (this.run > 0) {
      this.#freshRepeats++;
      this.#still += this.run;
      this.#stillRepeats += this.run - 1;
    }
    this.#longest = Math.max(this.run, this.#longest * (1 - 1 / HORIZON));
    if (this.#fresh < HORIZON) return;
    this.#fresh *= 0.5;
    this.#freshRepeats *= 0.5;
    this.#still *= 0.5;
    this.#stillRepeats *= 0.5;
  }

  snapshot(): Json {
    const numbers = [this.run, this.#fresh, this.#freshRepeats, this.#still, this.#stillRepeats, this.#longest];
    return { last: Number.isNaN(this.#last) ? null : this.#last, numbers };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.numbers) || s.numbers.length !== 6) throw new RangeError("The snapshot does not fit.");
    const [run, fresh, freshRepeats, still, stillRepeats, longest] = s.numbers.map(num);
    this.#last = s.last === null ? Number.NaN : num(s.last);
    this.run = run!;
    this.#fresh = fresh!;
    this.#freshRepeats = freshRepeats!;
    this.#still = still!;
    this.#stillRepeats = stillRepeats!;
    this.#longest = longest!;
  }
}
