/**
 * Detector: values the signal has never had. At each scale the moving mean is looked up in a memory of earlier means; the distance to
 * the nearest, in usual deviations, is ranked among all earlier distances. Novelty by nearest neighbours in one dimension
 * (Knorr & Ng 1998; the online form of Burnaev & Ishimtsev 2016), with a memory that covers the range instead of a window.
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";
import type { ChannelDetector } from "./detector.ts";
import { Memory } from "./memory.ts";
import { Rank } from "./rank.ts";

const WARM_UP = 20;
/** Samples after which the usual deviation forgets. */
const HORIZON = 5000;
const CLIP = 5;
const LARGEST = 1e100;

export interface NoveltyOptions {
  /** Samples of each moving mean. */
  scales?: readonly number[];
  /** Values kept per scale. */
  memory?: number;
  /** Samples after which a value is remembered, unless learning has been stopped since. */
  wait?: number;
}

export class Novelty implements ChannelDetector {
  /** Distance of the newest value from the nearest earlier one, in usual deviations, root of the sum of squares over the scales. */
  distance = 0;
  readonly #looks: Look[];

  constructor({ scales = [1, 32], memory = 1024, wait = 0 }: NoveltyOptions = {}) {
    this.#looks = scales.map((scale) => new Look(scale, memory, wait));
  }

  /**
   * @param band distance from the nearest earlier value that is nobody's concern, in the signal's unit
   * @returns root of the sum of squares of the surprises of all scales; 0 while warming up
   */
  update(_time: number, value: number, learn: boolean, band = 0): number {
    if (Number.isNaN(value)) return Number.NaN;
    const x = Math.max(-LARGEST, Math.min(LARGEST, value));
    let [sum, squares] = [0, 0];
    for (const look of this.#looks) {
      sum += look.update(x, learn, band) ** 2;
      squares += look.distance ** 2;
    }
    this.distance = Math.sqrt(squares);
    return Math.sqrt(sum);
  }

  /** Means of what was before say nothing any more. */
  resume(): void {
    for (const look of this.#looks) look.resume();
  }

  snapshot(): Json {
    return this.#looks.map((look) => look.snapshot());
  }

  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== this.#looks.length)
      throw new RangeError("The snapshot does not fit.");
    for (const [i, look] of this.#looks.entries()) look.restore(state[i]);
  }
}

/** One scale. */
class Look {
  /** Of the newest mean from the nearest earlier one, in usual deviations. */
  distance = 0;
  #ring: Float64Array;
  #memory: Memory;
  #rank = new Rank();
  #samples = 0;
  #sum = 0;
  #level = 0;
  #spread = 0;
  #count = 0;
  readonly #wait: number;
  /** Values that are not remembered yet, oldest first. */
  #waiting: number[] = [];

  constructor(scale: number, memory: number, wait: number) {
    this.#wait = wait;
    this.#ring = new Float64Array(scale);
    this.#memory = new Memory(memory);
  }

  update(value: number, learn: boolean, band: number): number {
    const x = this.#mean(value);
    this.distance = 0;
    if (Number.isNaN(x)) return 0;
    if (learn) this.#follow(x);
    const usual = Math.max(this.#spread, 1e-9 * Math.abs(x), 1e-12);
    this.distance = Math.max(0, this.#visit(x, learn) - band) / usual;
    return this.#count > WARM_UP ? this.#rank.surprise(this.distance, learn) : 0;
  }

  /** What becomes an alarm must not have been remembered by then, or the rest of it would not be new. */
  #visit(x: number, learn: boolean): number {
    if (this.#wait === 0) return this.#memory.visit(x, learn);
    if (learn) {
      if (this.#waiting.push(x) > this.#wait) this.#memory.visit(this.#waiting.shift()!, true);
    } else this.#waiting = [];
    return this.#memory.visit(x, false);
  }

  resume(): void {
    this.#ring.fill(0);
    this.#samples = this.#sum = 0;
    this.#waiting = [];
  }

  /** Moving mean; NaN until its window is full. */
  #mean(value: number): number {
    const ring = this.#ring;
    const n = ring.length;
    const at = this.#samples++ % n;
    this.#sum += value - ring[at]!;
    ring[at] = value;
    // The sum anew with every turn of the ring, so that rounding errors cannot pile up.
    if (at === n - 1) this.#sum = ring.reduce((s, v) => s + v, 0);
    return this.#samples < n ? Number.NaN : this.#sum / n;
  }

  #follow(x: number): void {
    if (this.#count++ === 0) this.#level = x;
    const rate = 1 / Math.min(this.#count, HORIZON);
    const limit = this.#spread > 0 ? CLIP * this.#spread : Number.POSITIVE_INFINITY;
    const e = x - this.#level;
    this.#level += rate * Math.max(-limit, Math.min(limit, e));
    this.#spread += rate * (Math.min(Math.abs(e), limit) - this.#spread);
  }

  snapshot(): Json {
    return {
      ring: Array.from(this.#ring),
      memory: this.#memory.snapshot(),
      rank: this.#rank.snapshot(),
      numbers: [this.#samples, this.#sum, this.#level, this.#spread, this.#count],
      ...(this.#wait > 0 && { waiting: this.#waiting.slice() }),
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.ring) || s.ring.length !== this.#ring.length)
      throw new RangeError("The snapshot does not fit.");
    if (!Array.isArray(s.numbers) || s.numbers.length !== 5) throw new RangeError("The snapshot does not fit.");
    this.#ring.set(s.ring.map(num));
    this.#memory.restore(s.memory);
    this.#rank.restore(s.rank);
    const [samples, sum, level, spread, count] = s.numbers.map(num);
    this.#samples = samples!;
    this.#sum = sum!;
    this.#level = level!;
    this.#spread = spread!;
    this.#count = count!;
    this.#waiting = Array.isArray(s.waiting) ? s.waiting.map(num) : [];
  }
}
