/**
 * The watch over several channels of one machine in one mode of operation: a learning phase that fits the channels, then per row
 * the standardised deviations and the detectors, of which the most surprised speaks. Constant cost and memory per row.
 */
import type { Json } from "../store/store.ts";
import { Interval } from "./alarm/interval.ts";
import { Channel } from "./channel.ts";
import type { ChosenName } from "./choice.ts";
import type { Sample } from "./detector.ts";
import { fields, list, num, pack, packRow, type Row, unpack, unpackRow } from "./json.ts";
import { type Panel, panelOf } from "./panel.ts";
import { Recentre } from "./recentre.ts";

/** Weight of the newest sample in the average of a channel. */
const NEWEST = 0.3;
/** Surprise up to which a row is no excursion: one in 400. */
const CALM = 6;
/** Gaps longer than this many intervals count as lost time. */
const GAP = 5;
/** A channel within this many standard deviations, of its average, teaches its baseline, whether an alarm stands or not. */
const IN_BAND = 3;
/** A level that is this many standard deviations from where it can have wandered has leapt: that is no wander. */
const LEAP = 4;
/** Baselines forget over this many learning lengths. */
const HORIZON = 25;
/** Larger values, and deviations, count as this: their squares must stay numbers. */
const LARGEST = 1e100;
const FARTHEST = 1e6;
/** Rows that are enough for anything at all. */
const FEWEST = 20;

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
  /** The one detector that judges; several, chosen by themselves, when missing. */
  detector?: ChosenName | undefined;
}

export class Multivariate {
  /** Learned share 0 … 1. */
  progress = 0;
  /** Surprise of the newest row. */
  surprise = 0;
  /** Deviation of the newest sample of each channel from its baseline, in standard deviations; NaN before the first. */
  readonly newest: Float64Array;
  /** The same, averaged over the last few samples. */
  readonly average: Float64Array;
  readonly channels: Channel[];
  /** Surprises of the learning rows, each judged as well as possible by rows that are not itself; once, after the last of them. */
  first: { time: number; surprise: number }[] = [];
  readonly interval = new Interval();
  readonly #options: MultivariateOptions;
  readonly #detectors: Panel;
  readonly #recentre: Recentre;
  readonly #sample: Sample;
  /** Rows of the learning phase, then per channel what late channels have shown so far. */
  #buffer: Row[] = [];
  #late: (number[] | null)[];
  #counts: number[];
  /** Channels that have taken part in the alarm that stands. */
  #involved: Uint8Array;
  #last: number | null = null;

  constructor(options: MultivariateOptions) {
    const n = options.channels;
    this.#options = options;
    this.channels = Array.from({ length: n }, () => new Channel());
    this.#detectors = panelOf(n, options.learning, this.#horizon, options.detector);
    this.#recentre = new Recentre(n, Math.max(20, Math.min(100, options.learning >> 2)));
    this.#late = new Array(n).fill(null);
    this.#counts = new Array(n).fill(0);
    this.#involved = new Uint8Array(n);
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

  /** Share of each channel in the newest surprise. */
  get shares(): Float64Array {
    return this.#detectors.shares;
  }

  /** Average of each channel in its own standard deviations; NaN where unknown. */
  get u(): Float64Array {
    return this.#detectors.mewma.u;
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
   * @param row values, NaN where there is no new one
   * @returns surprise; NaN while learning or settling
   */
  update(time: number, row: Float64Array, lesson: Lesson): number {
    const x = row.some((v) => Math.abs(v) > LARGEST) ? row.map(believable) : row;
    this.#pace(time);
    this.#last = time;
    if (!this.ready) {
      this.#collect(time, x);
      return Number.NaN;
    }
    this.#standardise(x);
    const settling = this.settling;
    this.#sample.time = time;
    this.#sample.learn = lesson === "all" && !settling;
    this.surprise = this.#detectors.update(this.#sample, x, lesson !== "nothing" && !settling);
    if (!settling && lesson !== "nothing") this.#learn(x, lesson);
    this.#catchUp(x);
    if (this.#recentre.take(x, this.channels)) this.#restart();
    return settling ? Number.NaN : this.surprise;
  }

  #collect(time: number, x: Float64Array): void {
    this.#buffer.push({ time, x: x.slice() });
    this.#detectors.stand(time, x, true);
    for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i]!)) this.#counts[i]!++;
    this.progress = Math.min(1, Math.max(...this.#counts) / this.#options.learning);
    if (this.progress >= 1) this.finish();
  }

  /** Ends the learning phase with what has been seen, if it is enough for anything. */
  finish(): void {
    if (this.#buffer.length < FEWEST) return;
    this.progress = 1;
    for (const i of this.channels.keys()) this.#fit(i);
    const surprises = this.#detectors.fit((use) => this.#again(use));
    this.first = this.#buffer.map(({ time }, k) => ({ time, surprise: surprises[k]! }));
    this.#buffer = [];
  }

  #fit(i: number): void {
    const values = this.#buffer.map((row) => row.x[i]!).filter((v) => !Number.isNaN(v));
    const enough = Math.max(FEWEST, Math.min(this.#options.learning, this.#buffer.length) / 5);
    if (values.length < enough) this.#late[i] = values;
    else this.channels[i]!.fit(values, this.#options.floors[i]!);
  }

  /** Runs through the learning rows, standardised. */
  #again<T>(use: (sample: Sample, k: number) => T): T[] {
    this.#last = null;
    this.#sample.learn = false;
    return this.#buffer.map((row, k) => {
      this.#pace(row.time);
      this.#last = this.#sample.time = row.time;
      this.#standardise(row.x);
      return use(this.#sample, k);
    });
  }

  #standardise(x: Float64Array): void {
    const { z, autocorrelation, uncertainty, band } = this.#sample;
    for (const [i, channel] of this.channels.entries()) {
      const value = x[i]!;
      const known = channel.count > 0 && !Number.isNaN(value);
      z[i] = known ? Math.max(-FARTHEST, Math.min(FARTHEST, channel.z(value))) : Number.NaN;
      autocorrelation[i] = channel.autocorrelation;
      uncertainty[i] = channel.count > 0 ? channel.uncertainty(this.#horizon) : 0;
      band[i] = this.#options.bands[i]! / channel.scale;
      if (!known) continue;
      this.newest[i] = z[i]!;
      this.average[i]! += NEWEST * (z[i]! - this.average[i]!);
    }
  }

  #learn(x: Float64Array, lesson: Lesson): void {
    const calm = lesson === "all" && this.surprise <= CALM;
    if (lesson === "all") this.#involved.fill(0);
    for (const [i, channel] of this.channels.entries()) {
      if (channel.count === 0 || Number.isNaN(x[i]!)) continue;
      const inBand = Math.abs(this.#detectors.mewma.whole[i]!) < IN_BAND;
      if (!inBand && lesson === "bystanders") this.#involved[i] = 1;
      const far = channel.leap(this.average[i]!, this.#sample.steps) > LEAP && !inBand;
      channel.leapt = far || (channel.leapt && lesson !== "all");
      // A wandering level is followed whether an alarm stands or not; one that has leapt only when none does.
      const followed = channel.wander > 0 && !channel.leapt;
      if (!inBand && (followed || lesson === "all")) channel.creep(x[i]!, this.#sample.steps, this.#horizon);
      if (!inBand) continue;
      // A fault that swings through the band teaches nothing on its way; only a level that was seen to wander goes on being followed.
      if (!this.#involved[i] || followed) channel.learn(x[i]!, this.#horizon, calm);
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
    this.#late[i] = [];
    this.average[i] = 0;
    this.newest[i] = Number.NaN;
    this.#detectors.forget(i);
  }

  /** Looks at the levels again. @param trust take the new level whatever it is (see recentre.ts) */
  recentre(trust: boolean): void {
    if (this.ready) this.#recentre.begin(this.channels, this.average, trust);
  }

  /** The machine comes back to this mode: averages of the last time say nothing any more. */
  resume(): void {
    if (!this.ready) return;
    this.#detectors.resume();
    this.average.fill(0);
    for (const channel of this.channels) channel.rest();
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
      newest: pack(this.newest),
      average: pack(this.average),
      channels: this.channels.map((c) => c.snapshot()),
      detectors: this.#detectors.snapshot(),
      recentre: this.#recentre.snapshot(),
      buffer: this.#buffer.map(packRow),
      late: this.#late.map((values) => values && pack(values)),
      counts: this.#counts.slice(),
      involved: Array.from(this.#involved),
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
    unpack(s.newest, this.newest);
    unpack(s.average, this.average);
    const channels = list(s.channels, this.channels.length);
    for (const [i, channel] of this.channels.entries()) channel.restore(channels[i]);
    this.#detectors.restore(s.detectors);
    this.#recentre.restore(s.recentre);
    this.#buffer = list(s.buffer).map((row) => unpackRow(row, this.channels.length));
    this.#late = list(s.late, this.channels.length).map((v) => (v === null ? null : list(v).map(num)));
    this.#counts = list(s.counts, this.channels.length).map(num);
    this.#involved.set(list(s.involved, this.channels.length).map(num));
    this.#last = s.last === null ? null : num(s.last);
  }
}

const believable = (x: number): number => Math.max(-LARGEST, Math.min(LARGEST, x));
