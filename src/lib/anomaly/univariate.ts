/**
 * The default watch over one signal: two questions, each with its own detector and memory.
 *
 * "Is this new?" — the novelty of values (novelty.ts), beside it that of the deviation from the daily rhythm where there is one
 * (profile.ts), told as news (news.ts): the score. It goes on learning, so that each event is told once.
 * "Is this still normal?" — the deviation from a baseline (ewma-z.ts), from the daily or weekly rhythm where there is one (rhythm.ts), against a threshold
 * from the false-alarm budget (layer.ts): the alarm. Its baseline is frozen while the alarm stands and may only be making a pause, so that a fault lasts as long as it lasts.
 */
import type { Json } from "../store/store.ts";
import { AlertLayer, type AlertLayerOptions, type AlertVerdict } from "./alarm/layer.ts";
import { News, type NewsOptions } from "./alarm/news.ts";
import { EwmaZ, type Look } from "./detectors/ewma-z.ts";
import { Habit } from "./detectors/habit.ts";
import { Novelty } from "./detectors/novelty.ts";
import { DAY_MS, Profile } from "./detectors/profile.ts";
import { Rhythm } from "./detectors/rhythm.ts";
import { Stuck } from "./detectors/stuck.ts";
import { fields, num } from "./json.ts";

/** Weight of a known value at an unusual time of day against that of an unknown value. */
const OFFBEAT = 0.5;
/** Deviation of a value, or an average in its own standard deviations, that is out of the ordinary. */
const EXTRAORDINARY = 3;
/** Samples in a row that are out of the ordinary as they were in the last two weeks, after which an alarm that is over was none of a fault. */
const HABITS = 32;
const WEEK_MS = 7 * DAY_MS;
/** Single signals have heavier tails than averages of many: theirs are believed sooner. */
const ASSUMED = 10;
/** Larger values count as this: their squares must stay numbers. */
const LARGEST = 1e100;

export interface UnivariateOptions extends NewsOptions {
  falseAlarmsPerMonth?: number;
  /** Hold, clear and rest of the alarm (layer.ts). */
  alarm?: Pick<AlertLayerOptions, "hold" | "clear" | "refractory">;
  /** Samples of the learning phase for a signal that does not wander. */
  learning?: number;
}

export interface UnivariateVerdict {
  /** 0 … 1: how much of an event this sample is; what has been told is not told again. */
  score: number;
  /** Score of the alarm: 0 … 1, 0.5 at its threshold; stays high while the deviation lasts. */
  deviation: number;
  alarm: AlertVerdict;
  /** Learned share of the baseline, 0 … 1. */
  learned: number;
  /** Deviation from what is usual now, in standard deviations; 0 while learning. */
  z: number;
  /** What is usual now, and its standard deviation in the direction of the deviation, in the signal's unit; 0 while learning. */
  expected: number;
  scale: number;
  /** What is odd: the value itself, its average, its noise; or that it stands still. */
  cause: Look | "stuck";
}

export class Univariate {
  readonly alert: AlertLayer;
  readonly #verdict: UnivariateVerdict;
  readonly #news: News;
  readonly #novelty = new Novelty();
  /** Daily rhythm as it is, and novelty of the deviation from it. */
  readonly #offbeat = new Novelty({ scales: [8] });
  readonly #beat = new Profile(DAY_MS, 48);
  /** The daily or weekly rhythm as learned while all was well, for the alarm. */
  readonly #profile = new Rhythm();
  readonly #level: EwmaZ;
  /** Baseline of the deviation from the daily or weekly rhythm. */
  #rhythm: EwmaZ;
  /** What it did at this hour of the last two weeks, alarm or not. */
  readonly #habit: Habit;
  readonly #learning: number;
  readonly #stuck = new Stuck();
  #usesRhythm = false;
  /** The last sample was out of the ordinary as it was in the last two weeks. */
  #excused = false;
  /** So many samples in a row would have been over the threshold, had they not been so in the last two weeks. */
  #habits = 0;

  constructor({ falseAlarmsPerMonth = 1, learning = 400, alarm: rules, ...news }: UnivariateOptions = {}) {
    this.alert = new AlertLayer({ ...rules, falseAlarmsPerMonth, assumed: ASSUMED });
    this.#news = new News(news);
    this.#learning = learning;
    this.#level = new EwmaZ({ learning });
    this.#rhythm = new EwmaZ({ learning });
    this.#habit = new Habit(learning);
    const alarm = this.alert.verdict;
    this.#verdict = { score: 0, deviation: 0, alarm, learned: 0, z: 0, expected: 0, scale: 0, cause: "value" };
  }

  /**
   * One sample.
   * @param time source time, ms UTC
   * @param value NaN when missing: nothing is learned, nothing changes
   * @param freeze true while the owner does not want anything to be learned for the alarm
   * @returns the same object each time
   */
  update(time: number, value: number, freeze = false): UnivariateVerdict {
    const v = this.#verdict;
    const x = tame(value);
    const learn = !freeze && !this.alert.frozen && !this.alert.verdict.over;
    const residual = this.#profile.look(time, x);
    v.score = Number.isNaN(x) ? 0 : this.#news.update(this.#surprise(time, x));
    this.alert.update(time, this.#deviate(time, x, residual, learn), learn);
    // Not even the first sample of a fault is learned.
    if (learn && !v.alarm.over) this.#follow();
    v.deviation = v.alarm.score;
    v.learned = this.#level.progress;
    return v;
  }

  /** One sample that is declared normal: it teaches everything, counts as normal however high it scores, and raises nothing. */
  declare(time: number, value: number): void {
    const x = tame(value);
    if (!Number.isNaN(x)) this.#news.update(this.#surprise(time, x));
    this.alert.declare(time, this.#deviate(time, x, this.#profile.look(time, x), true));
    this.#follow();
    this.#verdict.learned = this.#level.progress;
  }

  /** Nothing more is declared normal: what was seen is enough, even where the learning phase wanted more. */
  learned(): void {
    this.#level.learned();
    this.#rhythm.learned();
    this.#verdict.learned = this.#level.progress;
  }

  #surprise(time: number, x: number): number {
    const value = this.#novelty.update(time, x, true);
    const offbeat = this.#offbeat.update(time, this.#beat.update(time, x, true), true);
    return this.#beat.found && offbeat > 0 ? Math.hypot(value, OFFBEAT * offbeat) : value;
  }

  /** The rhythm learns. A day that has become a week has other deviations, which are learned anew. */
  #follow(): void {
    const { weekly } = this.#profile;
    this.#profile.learn();
    if (weekly !== this.#profile.weekly) this.#rhythm = new EwmaZ({ learning: this.#learning });
  }

  #deviate(time: number, x: number, residual: number, learn: boolean): number {
    const level = this.#level.update(time, x, learn);
    const rhythm = this.#rhythm.update(time, residual, learn);
    // The rhythm is taken up and given up only while all is well: an alarm keeps the eyes that saw it.
    if (learn) this.#choose(this.#profile.found && this.#rhythm.progress >= 1);
    const stuck = this.#stuck.update(time, x, learn);
    let raw = this.#usesRhythm ? rhythm : level;
    const { threshold } = this.alert.verdict;
    const { z } = this.#usesRhythm ? this.#rhythm : this.#level;
    const ordinary = Math.max(Math.abs(z[0]!), Math.abs(z[1]!)) < EXTRAORDINARY;
    const habit = this.#habit.update(time, x, ordinary);
    if (Number.isNaN(x) || this.#level.progress < 1) return Number.NaN;
    this.#habit.judge(ordinary && !(raw > threshold), this.alert.interval.value / WEEK_MS);
    // Where there is a rhythm, its two descriptions must both be surprised. Averages tell of a habitual hour for a while after it.
    this.#excused = habit < raw && (this.#usesRhythm || (this.#excused && raw > threshold) || this.#habitual());
    this.#habits = this.#excused && raw > threshold ? this.#habits + 1 : 0;
    if (this.#habits === HABITS) this.alert.habitual();
    if (this.#excused) raw = habit;
    this.#explain(stuck > STUCK_AT);
    return stuck > STUCK_AT ? Math.max(Number.isNaN(raw) ? 0 : raw, stuck) : raw;
  }

  #choose(rhythm: boolean): void {
    if (rhythm === this.#usesRhythm) return;
    this.#usesRhythm = rhythm;
    this.alert.doubt();
  }

  /** True when the same hour was out of the ordinary in the last two weeks too, in the same direction. */
  #habitual(): boolean {
    const last = this.#meanZ(this.#habit.means[0]);
    if (Math.abs(last) <= EXTRAORDINARY) return false;
    const before = this.#meanZ(this.#habit.means[1]);
    return Math.abs(before) > EXTRAORDINARY && last > 0 === before > 0;
  }

  /** A mean of the signal in standard deviations of the average, from what is usual now. */
  #meanZ(mean: number): number {
    if (!this.#usesRhythm) return this.#level.meanZ(mean);
    return this.#rhythm.meanZ((mean - this.#profile.expected) / this.#profile.usual);
  }

  /** Fills in what the verdict says of the usual. */
  #explain(stuck: boolean): void {
    const v = this.#verdict;
    const used = this.#usesRhythm ? this.#rhythm : this.#level;
    const { location, up, down } = used.baseline;
    const unit = this.#usesRhythm ? this.#profile.usual : 1;
    v.z = used.z[0]!;
    this.alert.correlation = used.baseline.memory;
    v.expected = (this.#usesRhythm ? this.#profile.expected : 0) + location * unit;
    v.scale = (v.z < 0 ? down : up) * unit;
    v.cause = stuck ? "stuck" : used.look;
  }

  /**
   * The alarm ends and the levels are looked at again.
   * @param trust true: the present level is normal; false, after maintenance: only where it has changed
   */
  relearn(trust = true): void {
    this.#level.relearn(trust);
    this.#rhythm.relearn(trust);
    this.alert.relearn();
  }

  /** A person called the alarm false: its height counts as normal from now on, and so does the present level. */
  falseAlarm(): void {
    this.alert.falseAlarm();
    this.relearn();
  }

  snapshot(): Json {
    const { alarm: _, ...verdict } = this.#verdict;
    return {
      verdict,
      usesRhythm: this.#usesRhythm,
      excused: this.#excused,
      habits: this.#habits,
      alert: this.alert.snapshot(),
      news: this.#news.snapshot(),
      novelty: this.#novelty.snapshot(),
      offbeat: this.#offbeat.snapshot(),
      beat: this.#beat.snapshot(),
      profile: this.#profile.snapshot(),
      level: this.#level.snapshot(),
      rhythm: this.#rhythm.snapshot(),
      habit: this.#habit.snapshot(),
      stuckSensor: this.#stuck.snapshot(),
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    const v = fields(s.verdict);
    this.#usesRhythm = s.usesRhythm === true;
    this.#excused = s.excused === true;
    this.#habits = num(s.habits);
    this.alert.restore(s.alert);
    this.#news.restore(s.news);
    this.#novelty.restore(s.novelty);
    this.#offbeat.restore(s.offbeat);
    this.#beat.restore(s.beat);
    this.#profile.restore(s.profile);
    this.#level.restore(s.level);
    this.#rhythm.restore(s.rhythm);
    this.#habit.restore(s.habit);
    this.#stuck.restore(s.stuckSensor);
    const { alarm, ...known } = this.#verdict;
    for (const key of Object.keys(known)) if (key !== "cause") num(v[key]);
    Object.assign(this.#verdict, v, { alarm });
  }
}

/** Surprise from which a signal that stands still is called stuck: about once in ten million samples. */
const STUCK_AT = 16;

/** Infinite is missing, and huge as large as a square can hold. */
const tame = (value: number): number =>
  Number.isFinite(value) ? Math.max(-LARGEST, Math.min(LARGEST, value)) : Number.NaN;
