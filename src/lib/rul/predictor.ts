/** Remaining useful life of one machine from the growth of its health indicator towards a limit. */
import type { Json } from "../store/store.ts";
import type { RulSection } from "../twin/envelope.ts";
import { Bins } from "./bins.ts";
import { type Crossing, crossing } from "./crossing.ts";
import { fitGrowth } from "./growth.ts";
import { presentSlope } from "./slope.ts";

export interface RulOptions {
  /** Display name and unit of the indicator, for sentences. */
  label: string;
  unit: string;
  /** Name for the section. */
  signal: string;
  threshold: number;
  direction: "rising" | "falling";
  /** Unit of time of all answers, with its length in the units of `time`. */
  timeUnit: string;
  timeUnitLength: number;
  /** Horizon of the failure probability, and the longest life that is stated, in `timeUnit`. */
  horizon: number;
  longest: number;
  /** Typical whole life in `timeUnit`, if known. */
  typicalLife?: number;
}

export interface RulEstimate {
  section: RulSection;
  /** True when the trend has just begun again by itself. */
  restarted: boolean;
}

const CAPACITY = 80;
const FEWEST_BINS = 12;
/** Logarithm of the odds for growth against a constant: in 1 500 samples of pure noise fewer than 1 % of looks exceed it. */
const ENOUGH_EVIDENCE = 4;
/** A fall by this many deviations, held for some samples, is a repair that nobody reported. */
const REPAIR_DEVIATIONS = 8;
const REPAIR_SAMPLES = 8;
/** Below this share of the way to the limit every law of growth still fits, and any number would be a guess. */
const LEAST_CLIMB = 0.05;
const LIFE_VARIATION = 0.5;

interface Answer {
  /** Time of the data at which it was computed. */
  at: number;
  p05: number;
  p10: number;
  p50: number;
  p90: number;
  p95: number;
  mean: number | null;
}

export class RulPredictor {
  #options: RulOptions;
  #sign: 1 | -1;
  #bins = new Bins(CAPACITY);
  #begin: number | null = null;
  #last: { t: number; y: number } | null = null;
  /** Smoothed level and its deviation, to notice a repair; both in the direction of growth. */
  #level = 0;
  #deviation = 0;
  #count = 0;
  /** Samples that wait for the next ones to say whether they are a repair. */
  #held: [t: number, y: number][] = [];
  #answer: Answer | null = null;
  #crossing: Crossing | null = null;
  #reason = "";
  #slope = 0;

  constructor(options: RulOptions) {
    if (!(options.timeUnitLength > 0))
      throw new RangeError(`timeUnitLength must be above zero, got ${options.timeUnitLength}`);
    this.#options = options;
    this.#sign = options.direction === "rising" ? 1 : -1;
  }

  /**
   * Takes a Good new sample of the indicator.
   * @param time source time; must not run back (older samples are ignored)
   */
  update(time: number, value: number): RulEstimate {
    const t = time / this.#options.timeUnitLength;
    if (this.#last && t <= this.#last.t) return { section: this.section(), restarted: false };
    const y = this.#sign * value;
    this.#last = { t, y };
    const fallen = this.#count >= 20 && this.#deviation > 0 && this.#level - y > REPAIR_DEVIATIONS * this.#deviation;
    this.#held.push([t, y]);
    // A sample far below waits for the next ones: a wild one must not pull the level down, or a repair would go unnoticed.
    if (fallen && this.#held.length < REPAIR_SAMPLES) return { section: this.section(), restarted: false };
    if (fallen) this.#beginAgain();
    this.#takeHeld();
    return { section: this.section(), restarted: fallen };
  }

  /** Begins the trend again, after maintenance. */
  restart(): void {
    this.#bins.clear();
    this.#begin = null;
    this.#level = 0;
    this.#deviation = 0;
    this.#count = 0;
    this.#held = [];
    this.#answer = null;
    this.#crossing = null;
    this.#slope = 0;
  }

  /** The present answer. */
  section(): RulSection {
    const { label, unit, threshold, direction, timeUnit, horizon, signal } = this.#options;
    const value = this.#last ? this.#sign * this.#level : null;
    const common = {
      unit: timeUnit,
      coverage: 0.9,
      tier: "A",
      method: "trend",
      indicator: { signal, value: value === null ? null : round(value), threshold, direction },
    };
    const nothing = { mean: null, p05: null, p10: null, p50: null, p90: null, p95: null };
    if (this.#reached()) {
      const why = [
        `${label} ${format(value!)} ${unit} has reached its limit of ${format(threshold)} ${unit}: the machine counts as failed.`,
      ];
      return {
        ...common,
        mean: 0,
        p05: 0,
        p10: 0,
        p50: 0,
        p90: 0,
        p95: 0,
        failureProbability: { horizon, value: 1 },
        censored: null,
        unknown: false,
        why,
      };
    }
    const answer = this.#answer;
    if (!answer)
      return {
        ...common,
        ...nothing,
        failureProbability: { horizon, value: null },
        censored: null,
        unknown: true,
        why: [this.#reason || `No trend yet: ${label} has too few samples.`],
      };
    // Only observed time counts: while the indicator is silent nobody knows whether the machine wears.
    const passed = Math.max(0, (this.#last?.t ?? answer.at) - answer.at);
    const left = (x: number) => (x > this.#options.longest ? null : round(Math.max(0, x - passed)));
    const censored = answer.p95 > this.#options.longest ? this.#options.longest : null;
    const probability = this.#crossing ? this.#crossing.probability(horizon + passed) : null;
    const per = this.#slope * this.#sign;
    const why = [
      `${label} ${per >= 0 ? "grows" : "falls"} ${format(Math.abs(per))} ${unit} per ${timeUnit}, now ${format(value!)} ${unit}, limit ${format(threshold)} ${unit}.`,
    ];
    if (censored !== null) why.push(`Failure may lie beyond ${format(censored)} ${timeUnit}.`);
    return {
      ...common,
      mean: answer.mean === null || censored !== null ? null : left(answer.mean),
      p05: left(answer.p05),
      p10: left(answer.p10),
      p50: left(answer.p50),
      p90: left(answer.p90),
      p95: left(answer.p95),
      failureProbability: { horizon, value: probability === null ? null : Number(probability.toFixed(4)) },
      censored,
      unknown: false,
      why,
    };
  }

  snapshot(): Json {
    return {
      bins: this.#bins.snapshot(),
      begin: this.#begin,
      last: this.#last,
      level: this.#level,
      deviation: this.#deviation,
      count: this.#count,
      held: this.#held,
    } as unknown as Json;
  }

  restore(state: Json): void {
    const s = state as unknown as {
      bins: Json;
      begin: number | null;
      last: { t: number; y: number } | null;
      level: number;
      deviation: number;
      count: number;
      held: [number, number][];
    };
    this.#bins.restore(s.bins);
    this.#begin = s.begin;
    this.#last = s.last;
    this.#level = s.level;
    this.#deviation = s.deviation;
    this.#count = s.count;
    this.#held = s.held;
    if (this.#last) this.#fit(this.#last.t);
  }

  #limit(): number {
    return this.#sign * this.#options.threshold;
  }

  /** The smoothed indicator, so that one wild sample is no failure. */
  #reached(): boolean {
    return this.#count >= 3 && this.#level >= this.#limit();
  }

  #follow(y: number): void {
    this.#count++;
    const gain = Math.max(0.2, 1 / this.#count);
    const error = y - this.#level;
    this.#level += gain * error;
    if (this.#count > 1) this.#deviation += Math.max(0.05, 1 / this.#count) * (Math.abs(error) - this.#deviation);
  }

  /** A lasting fall of a growing indicator is a repair that nobody reported: the trend begins again with the samples since. */
  #beginAgain(): void {
    const since = this.#held;
    this.restart();
    this.#held = since;
    this.#reason = `${this.#options.label} has fallen back: taken for a repair, so the trend begins again.`;
  }

  #takeHeld(): void {
    let fresh = false;
    for (const [t, y] of this.#held) {
      this.#begin ??= t;
      this.#follow(y);
      fresh = this.#bins.push(t, y) || fresh;
    }
    const newest = this.#held.at(-1)![0];
    this.#held = [];
    if (fresh) this.#fit(newest);
  }

  #fit(now: number): void {
    const { label, typicalLife } = this.#options;
    this.#answer = null;
    this.#crossing = null;
    const bins = this.#bins.all;
    const growth = bins.length >= FEWEST_BINS ? fitGrowth(bins) : undefined;
    if (!growth) {
      this.#reason ||= `No trend yet: ${label} has too few samples.`;
      return;
    }
    const rate = growth.fits.reduce((sum, f) => sum + f.weight * f.rate, 0);
    if (growth.evidence < ENOUGH_EVIDENCE || !(rate > 0)) {
      this.#reason = `No trend yet: ${label} does not ${this.#sign > 0 ? "grow" : "fall"} towards its limit beyond its noise.`;
      return;
    }
    const climb = growth.climbed / (growth.climbed + Math.max(0, this.#limit() - this.#level));
    if (climb < LEAST_CLIMB) {
      this.#reason = `No number yet: ${label} has begun to ${this.#sign > 0 ? "grow" : "fall"}, but has covered less than ${100 * LEAST_CLIMB} % of the way to its limit.`;
      return;
    }
    const prior = typicalLife
      ? { age: now - (this.#begin ?? now), typical: typicalLife, variation: LIFE_VARIATION }
      : undefined;
    const result = crossing(growth, this.#limit(), prior);
    if (result.quantile(0.5) > this.#options.longest) {
      this.#reason = `No end in sight: at the present growth ${label} needs more than ${format(this.#options.longest)} ${this.#options.timeUnit} to its limit.`;
      return;
    }
    this.#reason = "";
    this.#crossing = result;
    this.#slope = presentSlope(bins);
    const [p05, p10, p50, p90, p95] = [0.05, 0.1, 0.5, 0.9, 0.95].map((p) => result.quantile(p)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    this.#answer = { at: now, p05, p10, p50, p90, p95, mean: result.mean };
  }
}

/** Four significant digits: more would claim a precision that no prediction has, and make replays differ in the last bit. */
const round = (x: number): number => Number(x.toPrecision(4));
const format = (x: number): string => String(Number(x.toPrecision(3)));
