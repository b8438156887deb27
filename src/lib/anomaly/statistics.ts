/**
 * The statistical watch over one twin: a learning phase that fits the channels, then per row the standardised
 * deviations, two detectors, and the threshold from the false-alarm budget. Constant cost and memory per row.
 */
import type { Json } from "../store/store.ts";
import { Channel, median } from "./channel.ts";
import type { Sample } from "./detector.ts";
import { fields, num, pack, unpack } from "./json.ts";
import { Mewma } from "./mewma.ts";
import { Recentre } from "./recentre.ts";
import { RobustZ } from "./robust-z.ts";
import { Tail } from "./tail.ts";

const LAMBDA = 0.1;
/** Smoothing of the deviations that sentences state. */
const SHOWN = 0.3;
/** Surprise up to which a row is no excursion: one in 400. */
const CALM = 6;
/** Gaps longer than this many intervals count as lost time. */
const GAP = 5;

export interface StatisticsOptions {
  channels: number;
  learning: number;
  hold: number;
  falseAlarmsPerMonth: number;
  /** Smallest believable standard deviation per channel; 0 when nothing is known. */
  floors: Float64Array;
}

export class Statistics {
  /** Learned share 0 … 1. */
  progress = 0;
  /** Surprise of the newest row. */
  surprise = 0;
  /** Smallest surprise of the last `hold` rows: what the threshold is about. */
  held = 0;
  threshold = Number.NaN;
  /** Usual sampling interval, ms. */
  interval = 1000;
  /** The operators' word: 1, or more after false alarms. */
  tolerance = 1;
  readonly shares: Float64Array;
  /** Smoothed deviation per channel in standard deviations. */
  readonly shown: Float64Array;
  readonly channels: Channel[];
  readonly mewma: Mewma;
  readonly #options: StatisticsOptions;
  readonly #z: RobustZ;
  readonly #tail = new Tail();
  readonly #recentre: Recentre;
  readonly #sample: Sample;
  /** Rows of the learning phase, then per channel what late channels have shown so far. */
  #buffer: { time: number; x: Json[] }[] = [];
  #late: (number[] | null)[];
  #counts: number[];
  #recent: number[] = [];
  #last: number | null = null;

  constructor(options: StatisticsOptions) {
    const n = options.channels;
    this.#options = options;
    this.channels = Array.from({ length: n }, () => new Channel());
    this.mewma = new Mewma({ channels: n, lambda: LAMBDA, horizon: this.#horizon });
    this.#z = new RobustZ(n);
    this.#recentre = new Recentre(n, Math.max(20, Math.min(100, options.learning >> 2)));
    this.#late = new Array(n).fill(null);
    this.#counts = new Array(n).fill(0);
    this.shares = new Float64Array(n);
    this.shown = new Float64Array(n);
    this.#sample = {
      time: 0,
      steps: 1,
      z: new Float64Array(n),
      autocorrelation: new Float64Array(n),
      uncertainty: new Float64Array(n),
      learn: true,
    };
  }

  get #horizon(): number {
    return this.#options.learning * 25;
  }

  get ready(): boolean {
    return this.progress >= 1;
  }

  /** After maintenance or a false alarm: the levels are being looked at again. */
  get settling(): boolean {
    return this.#recentre.active;
  }

  /** One row. @param learn false while an alarm stands or the baseline is frozen */
  update(time: number, x: Float64Array, learn: boolean): void {
    if (!this.ready) this.#collect(time, x);
    else {
      this.#pace(time);
      this.#judge(time, x, learn);
    }
    this.#last = time;
  }

  #collect(time: number, x: Float64Array): void {
    this.#buffer.push({ time, x: pack(x) });
    x.forEach((value, i) => {
      if (!Number.isNaN(value)) this.#counts[i]!++;
    });
    this.progress = Math.min(1, Math.max(...this.#counts) / this.#options.learning);
    if (this.progress < 1) return;
    const steps = this.#buffer.slice(1).map((row, i) => row.time - this.#buffer[i]!.time);
    this.interval = Math.max(1, median(steps.filter((s) => s > 0).sort((a, b) => a - b)) || 1000);
    for (const i of this.channels.keys()) {
      const column = this.#buffer.map((row) => row.x[i]!);
      this.#fit(i, column);
    }
    this.#replay();
    this.#buffer = [];
  }

  #fit(i: number, column: Json[]): void {
    const values = column.filter((v) => typeof v === "number");
    const enough = Math.max(20, this.#options.learning / 5);
    if (values.length < enough) this.#late[i] = values;
    else this.channels[i]!.fit(values, this.#options.floors[i]!);
  }

  /** The learning rows once more: the correlation first, then what scores normal operation gives. */
  #replay(): void {
    const rows = this.#buffer.map((row) => Float64Array.from(row.x, (v) => (v === null ? Number.NaN : (v as number))));
    for (const x of rows) {
      this.#standardise(x);
      this.mewma.learn(this.#sample.z);
    }
    this.mewma.refresh();
    const scores = this.#buffer.map((row, k) => {
      this.#last = k ? this.#buffer[k - 1]!.time : row.time;
      this.#pace(row.time);
      this.#standardise(rows[k]!);
      this.#score(row.time, false);
      return this.held;
    });
    this.#tail.start(scores);
    this.#setThreshold();
  }

  #judge(time: number, x: Float64Array, learn: boolean): void {
    this.#standardise(x);
    const settling = this.settling;
    this.#setThreshold();
    this.#score(time, learn && !settling && this.surprise <= this.threshold);
    if (learn && !settling) this.#tail.learn(this.held, this.threshold / this.tolerance);
    if (learn && !settling && this.surprise <= this.threshold) this.#learn(x);
    this.#catchUp(x);
    if (this.#recentre.take(x, this.channels)) this.#restart();
  }

  #standardise(x: Float64Array): void {
    const { z, autocorrelation, uncertainty } = this.#sample;
    this.channels.forEach((channel, i) => {
      const value = x[i]!;
      const known = channel.count > 0 && !Number.isNaN(value);
      z[i] = known ? channel.z(value) : Number.NaN;
      autocorrelation[i] = channel.autocorrelation;
      uncertainty[i] = channel.count > 0 ? channel.uncertainty(this.#horizon) : 0;
      if (known) this.shown[i]! += SHOWN * (z[i]! - this.shown[i]!);
    });
  }

  /** Both detectors; the more surprised one speaks. */
  #score(time: number, learn: boolean): void {
    this.#sample.time = time;
    this.#sample.learn = learn;
    const a = this.#z.update(this.#sample);
    const b = this.mewma.update(this.#sample);
    const winner = a.surprise > b.surprise ? a : b;
    this.surprise = winner.surprise;
    this.shares.set(winner.shares);
    this.#recent.push(this.surprise);
    if (this.#recent.length > this.#options.hold) this.#recent.shift();
    this.held = this.#recent.length < this.#options.hold ? 0 : Math.min(...this.#recent);
  }

  #learn(x: Float64Array): void {
    const calm = this.surprise <= Math.max(this.#tail.u, CALM);
    this.channels.forEach((channel, i) => {
      if (channel.count > 0 && !Number.isNaN(x[i]!)) channel.learn(x[i]!, this.#horizon, calm);
    });
  }

  /** Channels that had too few samples in the learning phase join when they have enough. */
  #catchUp(x: Float64Array): void {
    this.#late.forEach((values, i) => {
      if (!values || Number.isNaN(x[i]!)) return;
      values.push(x[i]!);
      if (values.length < this.#options.learning) return;
      this.channels[i]!.fit(values, this.#options.floors[i]!);
      this.#late[i] = null;
    });
  }

  #pace(time: number): void {
    const dt = this.#last === null ? 0 : time - this.#last;
    this.#sample.steps = dt > GAP * this.interval ? dt / this.interval : 1;
    // The median follows by small equal steps, which gaps cannot disturb.
    if (dt > 0 && this.ready)
      this.interval *= dt > this.interval * 1.001 ? 1.002 : dt < this.interval * 0.999 ? 1 / 1.002 : 1;
  }

  #setThreshold(): void {
    this.threshold = this.tolerance * this.#tail.threshold(this.#options.falseAlarmsPerMonth, this.interval);
  }

  /** A channel measures something else from now on: it is learned anew, alone. */
  forget(i: number): void {
    if (!this.ready) {
      for (const row of this.#buffer) row.x[i] = null;
      this.#counts[i] = 0;
      return;
    }
    this.channels[i] = new Channel();
    this.#late[i] = [];
    this.shown[i] = 0;
    this.mewma.forget(i);
  }

  /** Looks at the levels again. @param trust take the new level whatever it is (see recentre.ts) */
  recentre(trust: boolean): void {
    if (this.ready) this.#recentre.begin(this.channels, this.shown, trust);
  }

  /** A person called an alarm false: the threshold rises by as much as was missing, at most by half. */
  tolerate(): void {
    const missing = this.threshold > 0 ? (1.1 * this.held) / this.threshold : 1;
    this.tolerance = Math.min(3, this.tolerance * Math.max(1.1, Math.min(1.5, missing)));
    this.#setThreshold();
  }

  /** A person confirmed an alarm: earlier tolerance fades. */
  confirm(): void {
    this.tolerance = Math.max(1, this.tolerance * 0.9);
    this.#setThreshold();
  }

  #restart(): void {
    this.mewma.forget();
    this.shown.fill(0);
    this.#recent = [];
    this.surprise = 0;
    this.held = 0;
  }

  snapshot(): Json {
    return {
      progress: this.progress,
      surprise: this.surprise,
      held: this.held,
      threshold: Number.isFinite(this.threshold) ? this.threshold : null,
      interval: this.interval,
      tolerance: this.tolerance,
      budget: this.#options.falseAlarmsPerMonth,
      steps: this.#sample.steps,
      shares: pack(this.shares),
      shown: pack(this.shown),
      channels: this.channels.map((c) => c.snapshot()),
      mewma: this.mewma.snapshot(),
      tail: this.#tail.snapshot(),
      recentre: this.#recentre.snapshot(),
      buffer: this.#buffer.map((row) => [row.time, row.x]),
      late: this.#late.map((values) => values && pack(values)),
      counts: this.#counts.slice(),
      recent: pack(this.#recent),
      last: this.#last,
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.progress = num(s.progress);
    this.surprise = num(s.surprise);
    this.held = num(s.held);
    this.threshold = s.threshold === null ? Number.NaN : num(s.threshold);
    this.interval = num(s.interval);
    this.tolerance = num(s.tolerance);
    this.#sample.steps = num(s.steps);
    unpack(s.shares, this.shares);
    unpack(s.shown, this.shown);
    const channels = list(s.channels, this.channels.length);
    for (const [i, channel] of this.channels.entries()) channel.restore(channels[i]);
    this.mewma.restore(s.mewma as Json);
    this.#tail.restore(s.tail);
    this.#recentre.restore(s.recentre);
    this.#buffer = list(s.buffer).map((row) => {
      const [time, x] = list(row, 2);
      return { time: num(time), x: list(x, this.channels.length) as Json[] };
    });
    this.#late = list(s.late, this.channels.length).map((v) => (v === null ? null : list(v).map(num)));
    this.#counts = list(s.counts, this.channels.length).map(num);
    this.#recent = list(s.recent).map(num);
    this.#last = s.last === null ? null : num(s.last);
    // The sensitivity may have been changed since.
    if (this.ready && num(s.budget) !== this.#options.falseAlarmsPerMonth) this.#setThreshold();
  }
}

function list(x: unknown, length?: number): unknown[] {
  if (!Array.isArray(x) || (length !== undefined && x.length !== length))
    throw new RangeError("The snapshot does not fit.");
  return x;
}
