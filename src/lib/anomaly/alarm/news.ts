/**
 * Is it news? Turns a surprise per sample into a score from 0 to 1 that says what is new *about the last while*.
 *
 * Refractory: what has been told is not told again; for some samples after an event only something more surprising scores.
 * Growth: the more events of at least this height there have been, the less another one is worth: a logarithm of their number is taken
 * off. So a signal that is wild by nature, and an event that returns every week, grow quiet by themselves. Nothing depends on
 * the length of a recording.
 */
import type { Json } from "../../store/store.ts";
import { fields, num, packSparse, unpackSparse } from "../json.ts";

const BINS = 128;
const PER_UNIT = 4;
/** Samples after which the memory of events has faded to half. */
const HALF_LIFE = 200_000;

export interface NewsOptions {
  /** Samples during which only something more surprising is news. */
  refractory?: number;
  /** How fast the threshold rises with the number of events; 0 is never. */
  growth?: number;
  /** How much a lower event counts: e^(−steepness · difference). */
  steepness?: number;
}

export class News {
  readonly #refractory: number;
  readonly #growth: number;
  readonly #weights: Float64Array;
  #events = new Float64Array(BINS);
  /** Height of the last event and samples since. */
  #height = 0;
  #age = 0;

  constructor({ refractory = 100, growth = 2, steepness = 1.2 }: NewsOptions = {}) {
    this.#refractory = this.#age = refractory;
    this.#growth = growth;
    this.#weights = Float64Array.from({ length: BINS }, (_, i) => Math.exp((-steepness * i) / PER_UNIT));
  }

  /** @returns 0 when it is no news, else up to 1 */
  update(surprise: number): number {
    this.#age++;
    const quiet = this.#age <= this.#refractory;
    if (!(surprise > (quiet ? this.#height : LOWEST))) return 0;
    this.#fade();
    const k = bin(surprise);
    const worth = surprise - this.#growth * Math.log1p(this.#number(k, quiet ? bin(this.#height) : -1));
    if (quiet) this.#events[bin(this.#height)]! = Math.max(0, this.#events[bin(this.#height)]! - 1);
    this.#events[k]!++;
    this.#height = surprise;
    this.#age = 0;
    return worth > 0 ? worth / (1 + worth) : 0;
  }

  #fade(): void {
    const kept = 2 ** (-this.#age / HALF_LIFE);
    for (let i = 0; i < BINS; i++) this.#events[i]! *= kept;
  }

  /** Earlier events at least this high, lower ones in part; `own` is the bin of the event that is going on. */
  #number(k: number, own: number): number {
    let n = own >= 0 ? -this.#weights[k - own]! : 0;
    for (let i = 0; i < BINS; i++)
      if (this.#events[i]! > 0) n += this.#events[i]! * (i >= k ? 1 : this.#weights[k - i]!);
    return Math.max(0, n);
  }

  snapshot(): Json {
    return { events: packSparse(this.#events), height: this.#height, age: this.#age };
  }

  restore(state: unknown): void {
    const s = fields(state);
    unpackSparse(s.events, this.#events);
    this.#height = num(s.height);
    this.#age = num(s.age);
  }
}

/** Surprise below which nothing is worth telling. */
const LOWEST = 2;
const bin = (surprise: number): number => Math.min(BINS - 1, Math.floor(surprise * PER_UNIT));
