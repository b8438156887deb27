/**
 * The watch over several channels of one machine in one mode of operation: a learning phase that fits the channels, then per row
 * the standardised deviations and the detectors, of which the most surprised speaks. Constant cost and memory per row.
 */
import type { Json } from "../store/store.ts";
import { Interval } from "./alarm/interval.ts";
import { Channel } from "./channel.ts";
import type { Sample, Verdict } from "./detector.ts";
import { CrossChannel } from "./detectors/cross-channel.ts";
import { Exceedance } from "./detectors/exceedance.ts";
import { Mewma } from "./detectors/mewma.ts";
import { RobustZ } from "./detectors/robust-z.ts";
import { Stuck } from "./detectors/stuck.ts";
import { fields, num, pack, unpack } from "./json.ts";
import { Recentre } from "./recentre.ts";

const LAMBDA = 0.1;
/** Weight of the newest sample in the average of a channel. */
const NEWEST = 0.3;
/** Surprise up to which a row is no excursion: one in 400. */
const CALM = 6;
/** Gaps longer than this many intervals count as lost time. */
const GAP = 5;
/** A channel within this many standard deviations, of its average, teaches its baseline, whether an alarm stands or not. */
const IN_BAND = 3;
/** Baselines forget over this many learning lengths. */
const HORIZON = 25;
/** Rows that are enough for anything at all. */
const FEWEST = 20;
/** Detectors that are asked: correction for the best of several. */
const ASKED = Math.log(4);

/** What may be learned from a row: all; while an alarm stands, only levels that take no part in it; nothing. */
export type Lesson = "all" | "bystanders" | "nothing";

export interface MultivariateOptions {
  channels: number;
  /** Rows of the learning phase. */
  learning: number;
  /** Smallest believable standard deviation per channel; 0 when nothing is known. */
  floors: Float64Array;
  /** Smallest deviation that matters per channel, in its units; read with every row, so its owner may change it. */
  bands: Float64Array;
}

export class Multivariate {
  /** Learned share 0 … 1. */
  progress = 0;
  /** Surprise of the newest row. */
  surprise = 0;
  readonly shares: Float64Array;
  /** Deviation of the newest sample of each channel from its baseline, in standard deviations; NaN before the first. */
  readonly newest: Float64Array;
  /** The same, averaged over the last few samples. */
  readonly average: Float64Array;
  readonly channels: Channel[];
  readonly mewma: Mewma;
  /** Surprises of the learning rows, each judged as well as possible by rows that are not itself; once, after the last of them. */
  first: { time: number; surprise: number }[] = [];
  readonly interval = new Interval();
  readonly #options: MultivariateOptions;
  readonly #z: RobustZ;
  /** How surprising the average's T² is, by the learning rows. */
  readonly #averages = new Exceedance();
  readonly #cross: CrossChannel;
  readonly #stuck: Stuck[];
  readonly #recentre: Recentre;
  readonly #sample: Sample;
  /** Surprise of the longest standstill, and whose it is. */
  #longest: [surprise: number, channel: number] = [0, 0];
  /** Rows of the learning phase, then per channel what late channels have shown so far. */
  #buffer: { time: number; x: Float64Array }[] = [];
  #late: (number[] | null)[];
  #counts: number[];
  #last: number | null = null;

  constructor(options: MultivariateOptions) {
    const n = options.channels;
    this.#options = options;
    this.channels = Array.from({ length: n }, () => new Channel());
    this.mewma = new Mewma({ channels: n, lambda: LAMBDA, horizon: this.#horizon });
    this.#z = new RobustZ(n);
    this.#cross = new CrossChannel(n);
    this.#stuck = Array.from({ length: n }, () => new Stuck());
    this.#recentre = new Recentre(n, Math.max(20, Math.min(100, options.learning >> 2)));
    this.#late = new Array(n).fill(null);
    this.#counts = new Array(n).fill(0);
    this.shares = new Float64Array(n);
    this.newest = new Float64Array(n).fill(Number.NaN);
    this.average = new Float64Array(n);
    this.#sample = {
      time: 0,
      steps: 1,
      z: new Float64Array(n),
      autocorrelation: new Float64Array(n),
      uncertainty: new Float64Array(n),
      band: new Float64Array(n),
      learn: true,
    };
  }

  get #horizon(): number {
    return this.#options.learning * HORIZON;
  }

  get ready(): boolean {
    return this.progress >= 1;
  }

  /** After maintenance or a false alarm: the levels are being looked at again. */
  get settling(): boolean {
    return this.#recentre.active;
  }

  /**
   * One row.
   * @param x values, NaN where there is no new one
   * @returns surprise; NaN while learning or settling
   */
  update(time: number, x: Float64Array, lesson: Lesson): number {
    this.#pace(time);
    this.#last = time;
    if (!this.ready) {
      this.#collect(time, x);
      return Number.NaN;
    }
    this.#standardise(x);
    const settling = this.settling;
    this.#stand(time, x, lesson !== "nothing" && !settling);
    this.#score(time, lesson === "all" && !settling);
    if (!settling && lesson !== "nothing") this.#learn(x, lesson);
    this.#catchUp(x);
    if (this.#recentre.take(x, this.channels)) this.#restart();
    return settling ? Number.NaN : this.surprise;
  }

  #collect(time: number, x: Float64Array): void {
    this.#buffer.push({ time, x: x.slice() });
    this.#stand(time, x, true);
    this.#longest = [0, 0];
    for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i]!)) this.#counts[i]!++;
    this.progress = Math.min(1, Math.max(...this.#counts) / this.#options.learning);
    if (this.progress >= 1) this.finish();
  }

  /** Ends the learning phase with what has been seen, if it is enough for anything. */
  finish(): void {
    if (this.#buffer.length < FEWEST) return;
    this.progress = 1;
    for (const i of this.channels.keys()) this.#fit(i);
    this.#replay();
    this.#buffer = [];
  }

  #fit(i: number): void {
    const values = this.#buffer.map((row) => row.x[i]!).filter((v) => !Number.isNaN(v));
    const enough = Math.max(FEWEST, Math.min(this.#options.learning, this.#buffer.length) / 5);
    if (values.length < enough) this.#late[i] = values;
    else this.channels[i]!.fit(values, this.#options.floors[i]!);
  }

  /** The learning rows once more: correlations first, then what normal operation scores. */
  #replay(): void {
    const rows = this.#buffer.map(({ x }) => {
      this.#standardise(x);
      this.mewma.learn(this.#sample.z);
      return this.#sample.z.slice();
    });
    this.mewma.refresh();
    this.#z.fit(rows, this.#sample.uncertainty);
    const times = this.#buffer.map((row) => row.time);
    const crossed = this.#cross.fit(times, rows, this.#horizon);
    this.#last = null;
    this.#averages.fit(
      this.#again(({ time }) => {
        this.#sample.time = time;
        this.#sample.learn = false;
        this.mewma.update(this.#sample);
        return this.mewma.t2;
      }),
    );
    this.mewma.forget();
    this.first = this.#again(({ time }, k) => ({ time, surprise: this.#ask(time, false, crossed?.[k] ?? 0) }));
  }

  /** Runs through the learning rows, standardised. */
  #again<T>(use: (row: { time: number; x: Float64Array }, k: number) => T): T[] {
    this.#last = null;
    return this.#buffer.map((row, k) => {
      this.#pace(row.time);
      this.#last = row.time;
      this.#standardise(row.x);
      return use(row, k);
    });
  }

  #standardise(x: Float64Array): void {
    const { z, autocorrelation, uncertainty, band } = this.#sample;
    for (const [i, channel] of this.channels.entries()) {
      const value = x[i]!;
      const known = channel.count > 0 && !Number.isNaN(value);
      z[i] = known ? channel.z(value) : Number.NaN;
      autocorrelation[i] = channel.autocorrelation;
      uncertainty[i] = channel.count > 0 ? channel.uncertainty(this.#horizon) : 0;
      band[i] = this.#options.bands[i]! / channel.scale;
      if (!known) continue;
      this.newest[i] = z[i]!;
      this.average[i]! += NEWEST * (z[i]! - this.average[i]!);
    }
  }

  #score(time: number, learn: boolean): void {
    this.surprise = this.#ask(time, learn);
  }

  /** All detectors; the most surprised one speaks. @param crossed what the cross-channel detector has said, if it has been asked before */
  #ask(time: number, learn: boolean, crossed?: number): number {
    this.#sample.time = time;
    this.#sample.learn = learn;
    let winner: Verdict = this.#z.update(this.#sample);
    const average = this.mewma.update(this.#sample);
    // Never more surprising than Gauss's law would have it, and less where the learning rows had heavier tails.
    average.surprise = Math.min(average.surprise, this.#averages.surprise(this.mewma.t2));
    if (average.surprise > winner.surprise) winner = average;
    const cross = this.#cross.update(this.#sample);
    if (crossed !== undefined) cross.surprise = crossed;
    if (cross.surprise > winner.surprise) winner = cross;
    this.shares.set(winner.shares);
    const [stuck, channel] = this.#longest;
    if (stuck <= winner.surprise) return Math.max(0, winner.surprise - ASKED);
    this.shares.fill(0);
    this.shares[channel] = 1;
    return Math.max(0, stuck - ASKED);
  }

  /** The signal that has stood still for most surprisingly long. */
  #stand(time: number, x: Float64Array, learn: boolean): void {
    let [most, channel] = [0, 0];
    for (const [i, stuck] of this.#stuck.entries()) {
      const surprise = stuck.update(time, x[i]!, learn);
      if (surprise > most) [most, channel] = [surprise, i];
    }
    this.#longest = [Math.max(0, most - Math.log(this.#stuck.length)), channel];
  }

  #learn(x: Float64Array, lesson: Lesson): void {
    const calm = lesson === "all" && this.surprise <= CALM;
    for (const [i, channel] of this.channels.entries()) {
      if (channel.count === 0 || Number.isNaN(x[i]!)) continue;
      if (Math.abs(this.mewma.u[i]!) < IN_BAND) channel.learn(x[i]!, this.#horizon, calm);
      else channel.creep(x[i]!, this.#sample.steps);
    }
  }

  /** Channels that had too few samples in the learning phase join when they have enough. */
  #catchUp(x: Float64Array): void {
    for (const [i, values] of this.#late.entries()) {
      if (!values || Number.isNaN(x[i]!)) continue;
      values.push(x[i]!);
      if (values.length < this.#options.learning) continue;
      this.channels[i]!.fit(values, this.#options.floors[i]!);
      this.#late[i] = null;
    }
  }

  #pace(time: number): void {
    const dt = this.#last === null ? 0 : time - this.#last;
    const usual = this.ready ? this.interval.update(time) : this.interval.value;
    if (!this.ready) this.interval.update(time);
    this.#sample.steps = dt > GAP * usual ? dt / usual : 1;
  }

  /** A channel measures something else from now on: it is learned anew, alone. */
  forget(i: number): void {
    if (!this.ready) {
      for (const row of this.#buffer) row.x[i] = Number.NaN;
      this.#counts[i] = 0;
      return;
    }
    this.channels[i] = new Channel();
    this.#stuck[i] = new Stuck();
    this.#late[i] = [];
    this.average[i] = 0;
    this.newest[i] = Number.NaN;
    this.mewma.forget(i);
    this.#cross.forget();
  }

  /** Looks at the levels again. @param trust take the new level whatever it is (see recentre.ts) */
  recentre(trust: boolean): void {
    if (this.ready) this.#recentre.begin(this.channels, this.average, trust);
  }

  /** The machine comes back to this mode: averages of the last time say nothing any more. */
  resume(): void {
    if (!this.ready) return;
    this.mewma.forget();
    this.#cross.part();
    this.average.fill(0);
  }

  #restart(): void {
    this.resume();
    this.surprise = 0;
  }

  snapshot(): Json {
    return {
      progress: this.progress,
      surprise: this.surprise,
      interval: this.interval.snapshot(),
      steps: this.#sample.steps,
      shares: pack(this.shares),
      newest: pack(this.newest),
      average: pack(this.average),
      channels: this.channels.map((c) => c.snapshot()),
      z: this.#z.snapshot(),
      mewma: this.mewma.snapshot(),
      averages: this.#averages.snapshot(),
      cross: this.#cross.snapshot(),
      stuck: this.#stuck.map((d) => d.snapshot()),
      longest: this.#longest.slice(),
      recentre: this.#recentre.snapshot(),
      buffer: this.#buffer.map((row) => [row.time, pack(row.x)]),
      late: this.#late.map((values) => values && pack(values)),
      counts: this.#counts.slice(),
      last: this.#last,
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    this.progress = num(s.progress);
    this.surprise = num(s.surprise);
    this.interval.restore(s.interval);
    this.#sample.steps = num(s.steps);
    unpack(s.shares, this.shares);
    unpack(s.newest, this.newest);
    unpack(s.average, this.average);
    const channels = list(s.channels, this.channels.length);
    for (const [i, channel] of this.channels.entries()) channel.restore(channels[i]);
    this.#z.restore(s.z as Json);
    this.mewma.restore(s.mewma as Json);
    this.#averages.restore(s.averages);
    this.#cross.restore(s.cross as Json);
    const stuck = list(s.stuck, this.#stuck.length);
    for (const [i, d] of this.#stuck.entries()) d.restore(stuck[i]);
    const [surprise, channel] = list(s.longest, 2).map(num);
    this.#longest = [surprise!, channel!];
    this.#recentre.restore(s.recentre);
    this.#buffer = list(s.buffer).map((row) => {
      const [time, x] = list(row, 2);
      const values = new Float64Array(this.channels.length);
      unpack(x, values);
      return { time: num(time), x: values };
    });
    this.#late = list(s.late, this.channels.length).map((v) => (v === null ? null : list(v).map(num)));
    this.#counts = list(s.counts, this.channels.length).map(num);
    this.#last = s.last === null ? null : num(s.last);
  }
}

export function list(x: unknown, length?: number): unknown[] {
  if (!Array.isArray(x) || (length !== undefined && x.length !== length))
    throw new RangeError("The snapshot does not fit.");
  return x;
}
