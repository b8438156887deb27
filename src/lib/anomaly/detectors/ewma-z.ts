/**
 * Detector: how far the signal is from its baseline, in standard deviations, at three looks: the value itself, its
 * exponentially weighted moving average (Roberts, Technometrics 1, 1959), and its roughness, the logarithm of the EWMA of |Δ|.
 * The first finds spikes and steps, the second small lasting shifts and slow drifts, the third changes of the noise: doubled, or gone.
 *
 * Each look has a robust baseline of its own (baseline.ts). The deviation is judged by Student's t with as many degrees
 * of freedom as the baseline is worth independent values, so that a young or strongly correlated baseline is not over-trusted.
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";
import { SlowAverage } from "../slow-average.ts";
import { Baseline, median } from "./baseline.ts";
import type { ChannelDetector } from "./detector.ts";
import { Learning } from "./learning.ts";
import { beyond } from "./mewma.ts";
import { studentSurprise } from "./normal.ts";

const LOOKS = 3;
const PRIOR = Math.log(LOOKS);
/** Deviation up to which a single value is an ordinary one. */
const ORDINARY = 3;
/** After a change was accepted: samples until the new level is known. */
const SETTLE = 60;
/** Deviation of the average from which on it is an excursion. */
const EXCURSION = 3;
/** Weight of the newest deviation in the slow average that says whether the level is moving. */
const SLOW = 0.01;
/** Deviation that counts as one before maintenance. */
const DEVIATING = 3;
const LARGEST = 1e100;
/** Samples that are enough for anything at all. */
const FEWEST = 20;

export interface EwmaZOptions {
  /** Samples of the learning phase for a signal that does not wander. */
  learning?: number;
  /** Weight of the newest value in the average, 0 < λ < 1. */
  lambda?: number;
}

/** What of the signal is odd. */
export type Look = "value" | "average" | "roughness";
const NAMES: readonly Look[] = ["value", "average", "roughness"];

export class EwmaZ implements ChannelDetector {
  /** Deviation of value, average and roughness, in standard deviations. */
  readonly z = new Float64Array(LOOKS);
  /** The look that was the oddest at the last sample. */
  look: Look = "value";
  readonly #lambda: number;
  readonly #baselines = Array.from({ length: LOOKS }, () => new Baseline());
  readonly #slow = new SlowAverage(SLOW);
  #learning: Learning | undefined;
  readonly #wanted: number;
  /** Values of the three looks, and those of the last sample. */
  #now = [0, 0, 0];
  #before = [0, 0, 0];
  #last = Number.NaN;
  #move = Number.NaN;
  /** Ordinary values in a row, and the means of them and of their steps. */
  #run = 0;
  #runMean = 0;
  #runMove = 0;
  /** While settling: what was seen of each look. */
  #seen: number[][] | undefined;
  /** Deviations before the maintenance. */
  #from: number[] | null = null;

  constructor({ learning = 400, lambda = 1 / 16 }: EwmaZOptions = {}) {
    this.#lambda = lambda;
    this.#wanted = learning;
    this.#learning = new Learning(learning);
  }

  /** Learned share, 0 … 1. */
  get progress(): number {
    return this.#learning?.progress ?? 1;
  }

  /** The baseline of the value itself. */
  get baseline(): Baseline {
    return this.#baselines[0]!;
  }

  /** A mean over many samples in standard deviations of the average. */
  meanZ(mean: number): number {
    return this.#baselines[1]!.z(mean);
  }

  /** @param band smallest deviation of value and average that matters, in the signal's unit */
  update(time: number, value: number, learn: boolean, band = 0): number {
    if (Number.isNaN(value)) return Number.NaN;
    this.#look(Math.max(-LARGEST, Math.min(LARGEST, value)));
    if (this.#learning) {
      this.#collect(time);
      return Number.NaN;
    }
    if (this.#seen) {
      this.#settle();
      return Number.NaN;
    }
    this.#comeBack();
    let surprise = 0;
    for (let i = 0; i < LOOKS; i++) {
      const b = this.#baselines[i]!;
      const z = (this.z[i] = b.z(this.#now[i]!));
      const n = b.effective;
      const size = band > 0 ? this.#matters(i, band) : Math.abs(z);
      const t = size / Math.sqrt(1 + 1 / n);
      // A bound of the normal surprise first: most looks cannot be the largest.
      if (0.5 * t * t + t <= surprise) continue;
      const own = studentSurprise(t, n);
      if (own < surprise) continue;
      surprise = own;
      this.look = NAMES[i]!;
    }
    surprise = Math.max(0, surprise - PRIOR);
    if (!learn) return surprise;
    const calm = this.#steady() && Math.abs(this.z[1]!) < EXCURSION;
    for (let i = 0; i < LOOKS; i++) this.#baselines[i]!.learn(this.#now[i]!, calm);
    return surprise;
  }

  /** Whether the level is where it is known to be; else a slow drift would become its own noise, the sooner the younger the baseline. */
  #steady(): boolean {
    const { autocorrelation, effective } = this.baseline;
    const z = Math.max(-ORDINARY, Math.min(ORDINARY, this.z[0]!));
    return this.#slow.take(z, autocorrelation, 1 / effective);
  }

  /** What of a deviation is beyond the band; a noise that has become less or more by no more than that is none. */
  #matters(i: number, band: number): number {
    const b = this.#baselines[i]!;
    const now = this.#now[i]!;
    if (i === 2) return Math.abs(Math.exp(now) - Math.exp(b.location)) > band ? Math.abs(this.z[i]!) : 0;
    const rest = beyond(now - b.location, band);
    return rest > 0 ? rest / b.up : -rest / b.down;
  }

  /** What was before says nothing any more: the average starts again from the baseline. */
  resume(): void {
    if (!this.#learning) this.#now[1] = this.#baselines[1]!.location;
    this.#last = Number.NaN;
    this.#run = 0;
  }

  /**
   * After an excursion the averages still tell of it when the values have long been ordinary again. Once these have been so for as long as
   * the average remembers, 1 / λ, it starts anew from their mean, which still shows what is not ordinary of them together.
   */
  #comeBack(): void {
    const value = this.#now[0]!;
    const step = Math.abs(value - this.#before[0]!);
    if (Math.abs(this.#baselines[0]!.z(value)) >= ORDINARY) {
      this.#run = 0;
      return;
    }
    const n = ++this.#run;
    this.#runMean += (value - this.#runMean) / n;
    // The step back into the ordinary is part of the excursion.
    if (n > 1) this.#runMove += (step - this.#runMove) / (n - 1);
    if (n < 1 / this.#lambda) return;
    const [, average, roughness] = this.#baselines;
    const far = Math.abs(average!.z(this.#now[1]!));
    if (far > EXCURSION && Math.abs(average!.z(this.#runMean)) < far) this.#now[1] = this.#runMean;
    if (roughness!.z(this.#now[2]!) > EXCURSION && this.#runMove < this.#move) {
      this.#move = this.#runMove;
      this.#now[2] = logMove(this.#move, value);
    }
    this.#run = 0;
  }

  #look(value: number): void {
    const [now, before, lambda] = [this.#before, this.#now, this.#lambda];
    this.#before = before;
    this.#now = now;
    now[0] = value;
    if (Number.isNaN(this.#last)) {
      const first = Number.isNaN(this.#move);
      now[1] = first ? value : before[1]! + lambda * (value - before[1]!);
      now[2] = first ? Math.log(Number.MIN_VALUE) : before[2]!;
    } else {
      const step = Math.abs(value - this.#last);
      this.#move = Number.isNaN(this.#move) ? step : this.#move + (lambda / 2) * (step - this.#move);
      now[1] = before[1]! + lambda * (value - before[1]!);
      now[2] = logMove(this.#move, value);
    }
    this.#last = value;
  }

  #collect(time: number): void {
    const learning = this.#learning!;
    const [x, e, v] = this.#now;
    const [x0, e0, v0] = this.#before;
    if (learning.take(time, [x!, e!, v!, x! - x0!, e! - e0!, v! - v0!])) this.learned();
  }

  /** Ends the learning phase with what has been seen, if it is enough for anything. */
  learned(): void {
    const learning = this.#learning;
    if (!learning || learning.count < FEWEST) return;
    // The averages of the first samples are not yet averages.
    const late = learning.rows.length > 64 ? Math.ceil(learning.rows.length / 16) : 0;
    for (let i = 0; i < LOOKS; i++)
      this.#baselines[i]!.fit(learning.column(i).slice(late), learning.column(LOOKS + i).slice(late), learning.count);
    this.#learning = undefined;
  }

  /**
   * The levels are looked at again, and accepted after a short while.
   * @param trust false after maintenance: what still stands where it stood before keeps its old baseline, so that a fault that was not repaired
   *   is not learned as normal
   */
  relearn(trust = true): void {
    if (this.#learning) return;
    this.#seen = this.#baselines.map(() => []);
    this.#from = trust ? null : Array.from(this.z);
  }

  #settle(): void {
    const seen = this.#seen!;
    for (let i = 0; i < LOOKS; i++) seen[i]!.push(this.#now[i]!);
    if (seen[0]!.length < SETTLE) return;
    this.#seen = undefined;
    this.#slow.forget();
    seen.forEach((values, i) => {
      const b = this.#baselines[i]!;
      const level = median(values.slice(SETTLE >> 1));
      // A level within what a short look can tell keeps the long memory.
      const phi = b.autocorrelation;
      const blur = Math.min(1, Math.sqrt((1.57 * 2 * (1 + phi)) / ((1 - phi) * SETTLE)));
      const now = b.z(level);
      const before = this.#from?.[i] ?? 0;
      const unchanged = Math.abs(before) > DEVIATING && Math.abs(now - before) < Math.abs(now);
      if (Math.abs(now) > 3 * blur && !unchanged) b.move(level, SETTLE >> 1);
    });
    this.#from = null;
  }

  snapshot(): Json {
    return {
      learning: this.#learning?.snapshot() ?? null,
      baselines: this.#baselines.map((b) => b.snapshot()),
      now: this.#now.slice(),
      before: this.#before.slice(),
      last: Number.isNaN(this.#last) ? null : this.#last,
      move: Number.isNaN(this.#move) ? null : this.#move,
      run: [this.#run, this.#runMean, this.#runMove],
      seen: this.#seen?.map((values) => values.slice()) ?? null,
      from: this.#from?.slice() ?? null,
      z: Array.from(this.z),
      look: this.look,
      slow: this.#slow.snapshot(),
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    const three = (x: unknown): unknown[] => {
      if (!Array.isArray(x) || x.length !== LOOKS) throw new RangeError("The snapshot does not fit.");
      return x;
    };
    this.#learning = undefined;
    if (s.learning !== null) {
      this.#learning = new Learning(this.#wanted);
      this.#learning.restore(s.learning);
    }
    three(s.baselines).forEach((b, i) => {
      this.#baselines[i]!.restore(b);
    });
    this.#now = three(s.now).map(num);
    this.#before = three(s.before).map(num);
    this.#last = s.last === null ? Number.NaN : num(s.last);
    this.#move = s.move === null ? Number.NaN : num(s.move);
    const [run, mean, step] = three(s.run).map(num);
    this.#run = run!;
    this.#runMean = mean!;
    this.#runMove = step!;
    this.#seen = s.seen === null ? undefined : three(s.seen).map((v) => (Array.isArray(v) ? v.map(num) : []));
    this.#from = s.from === null ? null : three(s.from).map(num);
    this.z.set(three(s.z).map(num));
    // Earlier versions did not know.
    if (s.slow !== undefined) this.#slow.restore(s.slow);
    this.look = NAMES.includes(s.look as Look) ? (s.look as Look) : "value";
  }
}

const logMove = (move: number, value: number): number => Math.log(move + 1e-12 * Math.abs(value) + 1e-300);
