/** Remaining useful life of one machine from its health indicator and a limit: tiers A and B, in words (docs/rul.md). */
import type { Json } from "../store/store.ts";
import type { RulSection } from "../twin/envelope.ts";
import { FEWEST_FAILURES, ParticlePredictor } from "./particles/particle-predictor.ts";
import type { LifePrediction } from "./particles/prediction.ts";
import type { PastLife } from "./similarity.ts";
import { presentSlope } from "./slope.ts";
import { doubtOf, reachedSentence, tooFew, whyOf } from "./trend-words.ts";

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
  seed?: string | number;
}

export interface RulEstimate {
  section: RulSection;
  /** True when the trend has just begun again by itself. */
  restarted: boolean;
}

const FEWEST_SAMPLES = 12;
/** A fall by this many deviations, held for some samples, is a repair that nobody reported. */
const REPAIR_DEVIATIONS = 8;
const REPAIR_SAMPLES = 8;
/** An answer counts down until the age has grown by this share, or this share of the life that was left has passed. */
const RENEWAL = { age: 0.04, left: 0.05 };

interface Answer extends LifePrediction {
  /** Time of the data at which it was computed, and the age then. */
  at: number;
  age: number;
}

export class RulPredictor {
  #options: RulOptions;
  #sign: 1 | -1;
  #particles: ParticlePredictor;
  #failures: readonly PastLife[] = [];
  #last: { t: number; y: number } | null = null;
  /** Smoothed level and its deviation, to notice a repair; both in the direction of growth. */
  #level = 0;
  #deviation = 0;
  #count = 0;
  /** Samples that wait for the next ones to say whether they are a repair. */
  #held: [t: number, y: number][] = [];
  #answer: Answer | null = null;
  /** The record from which the answer was computed, so that a restart gives the same one. */
  #asOf: { particles: Json; at: number; age: number } | null = null;
  /** Age at the last computation, whether or not it gave an answer. */
  #asked = 0;
  #stale = false;
  #reason = "";

  constructor(options: RulOptions) {
    if (!(options.timeUnitLength > 0))
      throw new RangeError(`timeUnitLength must be above zero, got ${options.timeUnitLength}`);
    this.#options = options;
    this.#sign = options.direction === "rising" ? 1 : -1;
    const { threshold, direction, typicalLife, seed = 1 } = options;
    this.#particles = new ParticlePredictor({ threshold, direction, seed, ...(typicalLife && { typicalLife }) });
  }

  /** Takes what is known of machines that failed, in `timeUnit`. The next sample answers with it. */
  learn(failures: readonly PastLife[]): void {
    this.#failures = failures;
    this.#particles.learn(failures);
    this.#stale = true;
  }

  /** Time since the trend began, in `timeUnit`. */
  get age(): number {
    return this.#particles.age;
  }

  /** The indicator since the trend began: age and value. */
  get curve(): [age: number, value: number][] {
    return this.#particles.curve;
  }

  /** True when the smoothed indicator is at its limit. */
  get reached(): boolean {
    return this.#count >= 3 && this.#level >= this.#limit();
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
    this.#particles.restart();
    this.#level = 0;
    this.#deviation = 0;
    this.#count = 0;
    this.#held = [];
    this.#answer = null;
    this.#asOf = null;
    this.#asked = 0;
  }

  /** The present answer. */
  section(): RulSection {
    const { timeUnit, horizon, longest } = this.#options;
    const common = {
      unit: timeUnit,
      coverage: 0.9,
      tier: this.#failures.length >= FEWEST_FAILURES ? "B" : "A",
      indicator: {
        signal: this.#options.signal,
        value: this.#last ? round(this.#sign * this.#level) : null,
        threshold: this.#options.threshold,
        direction: this.#options.direction,
      },
    };
    if (this.reached)
      return {
        ...common,
        ...quantiles(() => 0),
        mean: 0,
        method: "limit",
        failureProbability: { horizon, value: 1 },
        censored: null,
        unknown: false,
        why: [reachedSentence(this.#options, this.#sign * this.#level)],
      };
    const answer = this.#answer;
    if (!answer)
      return {
        ...common,
        ...quantiles(() => null),
        mean: null,
        method: this.#method(),
        failureProbability: { horizon, value: null },
        censored: null,
        unknown: true,
        why: [this.#reason || tooFew(this.#options)],
      };
    // Only observed time counts: while the indicator is silent nobody knows whether the machine wears.
    const passed = Math.max(0, (this.#last?.t ?? answer.at) - answer.at);
    const left = (x: number) => (x > longest ? null : round(Math.max(0, x - passed)));
    const censored = answer.p95 > longest ? round(longest) : null;
    const value = answer.probability(horizon + passed);
    return {
      ...common,
      ...quantiles((name) => left(answer[name])),
      mean: censored !== null ? null : left(answer.meanWithin(longest)),
      method: this.#method(),
      failureProbability: { horizon, value: Number(value.toFixed(4)) },
      censored,
      unknown: false,
      why: whyOf(answer, this.#options, {
        value: this.#sign * this.#level,
        slope: presentSlope(this.#particles.bins),
        failures: this.#failures.length,
        censored,
      }),
    };
  }

  snapshot(): Json {
    return {
      particles: this.#particles.snapshot(),
      last: this.#last as Json,
      level: this.#level,
      deviation: this.#deviation,
      count: this.#count,
      held: this.#held,
      asOf: this.#asOf as Json,
      asked: this.#asked,
      reason: this.#reason,
    };
  }

  restore(state: Json): void {
    const s = state as {
      particles: Json;
      last: { t: number; y: number } | null;
      level: number;
      deviation: number;
      count: number;
      held: [number, number][];
      asOf: { particles: Json; at: number; age: number } | null;
      asked: number;
      reason: string;
    };
    this.#stale = false;
    this.#asOf = s.asOf;
    this.#asked = s.asked;
    if (s.asOf) {
      this.#particles.restore(s.asOf.particles);
      const prediction = this.#particles.predict();
      if (prediction) this.#answer = { ...prediction, at: s.asOf.at, age: s.asOf.age };
    }
    this.#particles.restore(s.particles);
    this.#last = s.last;
    this.#level = s.level;
    this.#deviation = s.deviation;
    this.#count = s.count;
    this.#held = s.held;
    this.#reason = s.reason;
  }

  #limit(): number {
    return this.#sign * this.#options.threshold;
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
    this.#reason = `${this.#options.label} has gone back: taken for a repair, so the trend begins again.`;
  }

  #takeHeld(): void {
    let fresh = this.#stale;
    for (const [t, y] of this.#held) {
      this.#follow(y);
      fresh = this.#particles.update(t, this.#sign * y) || fresh;
    }
    const newest = this.#held.at(-1)![0];
    this.#held = [];
    if (fresh && (this.#stale || this.#due(newest)) && !this.reached) this.#predict(newest);
  }

  #due(now: number): boolean {
    if (this.age >= this.#asked * (1 + RENEWAL.age)) return true;
    return this.#answer !== null && now - this.#answer.at >= RENEWAL.left * this.#answer.p50;
  }

  #predict(now: number): void {
    this.#asked = this.age;
    this.#stale = false;
    this.#answer = null;
    this.#asOf = null;
    if (this.#count < FEWEST_SAMPLES) {
      this.#reason ||= tooFew(this.#options);
      return;
    }
    const prediction = this.#particles.predict();
    this.#reason = prediction ? doubtOf(prediction, this.#options, this.#livesKnown) : tooFew(this.#options);
    if (!prediction || this.#reason !== "") return;
    this.#answer = { ...prediction, at: now, age: this.age };
    this.#asOf = { particles: this.#particles.snapshot(), at: now, age: this.age };
  }

  get #livesKnown(): boolean {
    return this.#options.typicalLife !== undefined || this.#failures.length >= FEWEST_FAILURES;
  }

  #method(): string {
    return this.#failures.length >= FEWEST_FAILURES ? "trend and past failures" : "trend";
  }
}

const NAMES = ["p05", "p10", "p50", "p90", "p95"] as const;
type Quantile = (typeof NAMES)[number];

const quantiles = (value: (name: Quantile) => number | null) =>
  Object.fromEntries(NAMES.map((name) => [name, value(name)])) as Record<Quantile, number | null>;

/** Four significant digits: more would claim a precision that no prediction has, and make replays differ in the last bit. */
const round = (x: number): number => Number(x.toPrecision(4));
