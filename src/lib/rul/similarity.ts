/**
 * Which past failure this machine is most like: its indicator is laid over those of machines that failed, each shifted a
 * little in age (age-aligned trajectory similarity; Wang, Yu, Siegel, Lee 2008).
 */
import { LifeDistribution } from "./distribution.ts";
import type { Observation } from "./particles/filter.ts";

/** A machine that failed. */
export interface PastLife {
  /** What people call it. */
  unit: string;
  /** Whole life, in units of life. */
  life: number;
  /** Its indicator: age and value, ascending; absent when only the life is known. */
  curve?: readonly (readonly [age: number, value: number])[];
}

export interface Likeness {
  unit: string;
  /** Share of the evidence, 0 … 1. */
  share: number;
}

/** Shifts in age, as shares of the past life. */
const SHIFTS = Array.from({ length: 29 }, (_, i) => (i - 16) * 0.05);
/** A shift of this share of a life is a standard deviation. */
const USUAL_SHIFT = 0.4;
/** No two machines wear alike: deviation of the level, and of the logarithm of the life left. */
const LEVEL_DEVIATION = 0.07;
const LIFE_DEVIATION = 0.3;
/** So many neighbouring bins count as one: their deviations go the same way. */
const TOGETHER = 6;
const SPREAD = [-1.4, -0.53, 0, 0.53, 1.4] as const;

export class Similarity {
  readonly #lives: { unit: string; life: number; ages: number[]; levels: number[] }[];

  /** @param scale brings a value to the level that the observations are in */
  constructor(lives: readonly PastLife[], scale: (value: number) => number) {
    this.#lives = lives
      .filter((l) => l.curve && l.curve.length >= 4)
      .map((l) => ({
        unit: l.unit,
        life: l.life,
        ages: l.curve!.map(([age]) => age),
        levels: l.curve!.map(([, value]) => scale(value)),
      }));
  }

  get count(): number {
    return this.#lives.length;
  }

  /**
   * When `limit` will be reached, and whom the machine is like.
   * @param observations scaled bins; times from the machine's beginning
   * @param scale of the distribution
   */
  predict(
    observations: readonly Observation[],
    limit: number,
    scale: number,
    passed = 0,
  ): { life: LifeDistribution; likeness: Likeness[] } {
    const now = observations.at(-1)!.t;
    const found: { unit: string; left: number; log: number }[] = [];
    for (const past of this.#lives) {
      const end = limit >= 1 ? past.life : crossingOf(past.ages, past.levels, limit, past.life);
      for (const share of SHIFTS) {
        const shift = share * past.life;
        const left = end - now - shift;
        if (left <= 0) continue;
        let log = -0.5 * (share / USUAL_SHIFT) ** 2;
        for (const o of observations) {
          const error = o.y - interpolate(past.ages, past.levels, o.t + shift);
          log -= (0.5 * Math.min(9, error ** 2 / (o.variance + LEVEL_DEVIATION ** 2))) / TOGETHER;
        }
        found.push({ unit: past.unit, left, log });
      }
    }
    const life = new LifeDistribution(scale);
    const top = Math.max(...found.map((f) => f.log));
    const shares = new Map<string, number>();
    for (const { unit, left, log } of found) {
      const weight = Math.exp(log - top);
      shares.set(unit, (shares.get(unit) ?? 0) + weight);
      for (const z of SPREAD) life.add(left * Math.exp(LIFE_DEVIATION * z) - passed, weight / SPREAD.length);
    }
    const total = Array.from(shares.values()).reduce((a, b) => a + b, 0);
    const likeness = Array.from(shares, ([unit, weight]) => ({ unit, share: weight / total }));
    return { life, likeness: likeness.sort((a, b) => b.share - a.share) };
  }
}

/** Flat beyond the ends, so that every shift is compared with all that was seen. */
function interpolate(xs: number[], ys: number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (x >= xs[high]!) return ys[high]!;
  if (x <= xs[0]!) return ys[0]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const share = (x - xs[low]!) / (xs[high]! - xs[low]!);
  return ys[low]! + share * (ys[high]! - ys[low]!);
}

/** First age from which the curve stays above the level. */
function crossingOf(ages: number[], levels: number[], level: number, life: number): number {
  const last = levels.findLastIndex((y) => y < level);
  if (last === levels.length - 1) return life;
  if (last < 0) return ages[0]!;
  const [a, b] = [levels[last]!, levels[last + 1]!];
  return ages[last]! + ((level - a) / (b - a)) * (ages[last + 1]! - ages[last]!);
}
