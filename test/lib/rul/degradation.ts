/** Synthetic degradation for tests: families of growth towards the limit 1, seeded. */
import type { Random } from "../../../src/lib/random.ts";

export type Degradation = (t: number) => number;

/** Steps per unit of time of the random families. */
const STEPS = 1000;
const LONGEST = 6;

export const FAMILIES: Record<string, (r: Random) => Degradation> = {
  linear(r) {
    const a = Math.exp(0.3 * r.normal());
    return (t) => a * t;
  },
  quadratic(r) {
    const a = Math.exp(0.3 * r.normal());
    return (t) => a * t * t;
  },
  exponential(r) {
    const w = 0.02 + 0.1 * r.next();
    const k = Math.log((1 + w) / w) * Math.exp(0.2 * r.normal());
    return (t) => w * Math.expm1(k * t);
  },
  "late onset": (r) => {
    const onset = 0.2 + 0.4 * r.next();
    const w = 0.06;
    const k = Math.log((1 + w) / w) / (1 - onset);
    return (t) => (t < onset ? 0 : w * Math.expm1(k * (t - onset)));
  },
  // Gamma process with shape 1/2 per step: half the square of a normal.
  gamma: (r) => path(r, () => r.normal() ** 2 / STEPS),
  wiener(r) {
    const drift = Math.exp(0.3 * r.normal());
    return path(r, () => drift / STEPS + 0.25 * Math.sqrt(1 / STEPS) * r.normal());
  },
  "wandering rate": (r) => {
    let log = Math.log(0.3);
    return path(r, () => {
      log += 0.0015 + 0.02 * r.normal();
      return Math.exp(log) / STEPS;
    });
  },
};

function path(_r: Random, increment: () => number): Degradation {
  const points = [0];
  for (let i = 1; i < LONGEST * STEPS; i++) points.push(points[i - 1]! + increment());
  return (t) => points[Math.min(points.length - 1, Math.floor(t * STEPS))]!;
}

/** First time at which it reaches 1; undefined when it does not within the longest time. */
export function lifeOf(f: Degradation): number | undefined {
  for (let i = 1; i < LONGEST * STEPS - 50; i++) if (f(i / STEPS) >= 1) return i / STEPS;
  return undefined;
}
