/**
 * A bank of growth laws, fitted to the binned health indicator by Bayesian linear regression.
 *
 * Law: y(u) = level + rate·φ(u), u = t − now ≤ 0, with φ(0) = 0 and φ'(0) = 1. So `level` and `rate` are the indicator and
 * its growth *now*; the shape φ says how it came there and how it goes on:
 * - exponential, φ = (e^{ku} − 1)/k: the rate feeds on itself (k > 0; exponential degradation, Gebraeel et al. 2005),
 *   stays (k = 0) or slows down (k < 0);
 * - power, φ = τ/p·((1 + u/τ)^p − 1): growth with the p-th power of the time since its onset (wear, crack growth).
 * Both are flat before their onset, τ ago (incubation); an exponential may also have none.
 * For a given shape the law is linear, so its posterior is Gaussian in closed form; laws are weighed by their likelihood.
 */
import { median } from "../statistics.ts";
import type { Bin } from "./bins.ts";

export type Shape = { law: "exponential"; k: number; onset: number } | { law: "power"; power: number; onset: number };

export interface GrowthFit {
  shape: Shape;
  level: number;
  rate: number;
  /** Posterior covariance of (level, rate). */
  levelVariance: number;
  rateVariance: number;
  covariance: number;
  /** Weight of the model, summing to one over the bank. */
  weight: number;
}

export interface Growth {
  fits: GrowthFit[];
  /** Logarithm of how much better growth explains the data than a constant (Bayesian information criterion). */
  evidence: number;
  /** Standard deviation of one bin around the best model. */
  noise: number;
  /** Time from the first to the last bin. */
  span: number;
  /** By how much the indicator has grown in that time, at least its noise. */
  climbed: number;
  /** Variance per unit of time by which the indicator strays from its law for good (a Wiener process). */
  diffusion: number;
}

/** Exponential laws: k times the span, and the logarithm of the weight beforehand. */
const EXPONENTIAL = [-2, -1, 0, 1, 2, 3, 4.5, 6.5, 9, 13, 18];
/** Exponential laws after an onset: k times the time since then. */
const FEEDING = [1.5, 3, 4.5];
const POWERS = [1, 2, 3];
/** Time since the onset, as a share of the span. */
const ONSETS = [1, 0.75, 0.55, 0.4, 0.28];
const MOST_CORRELATION = 0.95;

/**
 * Fits the bank to the bins, newest last.
 * @returns undefined while there are fewer than eight bins or no time has passed
 */
export function fitGrowth(bins: readonly Bin[]): Growth | undefined {
  const n = bins.length;
  if (n < 8) return undefined;
  const now = bins[n - 1]!.t;
  const span = now - bins[0]!.t;
  if (!(span > 0)) return undefined;
  const weights = recency(bins, now, span);
  const worth = worthOf(weights);
  const mean = weightedMean(bins, weights);
  const flat = varianceOf(
    bins.reduce((sum, b, i) => sum + weights[i]! * (b.y - mean) ** 2, 0),
    worth,
  );
  const shapes = bank(span);
  const phis = shapes.map((shape) => Float64Array.from(bins, (b) => shapeOf(shape, b.t - now)));
  const raw = solveAll(bins, weights, worth, phis);
  const least = Math.min(...raw.map((r) => r.variance));
  const floor = Math.max(least, 1e-12 * flat, Number.MIN_VALUE);
  const chosen = raw.findIndex((r) => r.variance === least);
  const best = raw[chosen]!;
  const bestPhi = phis[chosen]!;
  const residuals = residualsOf(bins, bestPhi, best);
  // Neighbouring residuals that go the same way carry less news than independent ones.
  const rho = Math.max(0, Math.min(MOST_CORRELATION, autocorrelation(residuals)));
  const effective = (worth.count * (1 - rho)) / (1 + rho);
  const inflation = (1 + rho) / (1 - rho);
  const logs = raw.map(
    (r, i) => -0.5 * effective * Math.log(Math.max(r.variance, floor) / floor) + beforehand(shapes[i]!, span),
  );
  const top = Math.max(...logs);
  const total = logs.reduce((sum, l) => sum + Math.exp(l - top), 0);
  const fits = raw.map((r, i) => {
    const scale = Math.max(r.variance, floor) * inflation;
    return {
      shape: shapes[i]!,
      level: r.level,
      rate: r.rate,
      levelVariance: r.inverse[0] * scale,
      covariance: r.inverse[1] * scale,
      rateVariance: r.inverse[2] * scale,
      weight: Math.exp(logs[i]! - top) / total,
    };
  });
  const evidence = 0.5 * effective * Math.log(Math.max(flat, floor) / floor) - Math.log(Math.max(effective, 2));
  const noise = Math.sqrt(floor);
  const climbed = Math.max(noise, -best.rate * Math.min(...bestPhi));
  return { fits, evidence, noise, span, climbed, diffusion: diffusion(bins, residuals) };
}

function bank(span: number): Shape[] {
  const plain = EXPONENTIAL.map((k): Shape => ({ law: "exponential", k: k / span, onset: Number.POSITIVE_INFINITY }));
  const begun = ONSETS.map((share) => share * span).flatMap((onset): Shape[] => [
    ...FEEDING.map((k): Shape => ({ law: "exponential", k: k / onset, onset })),
    ...POWERS.map((power): Shape => ({ law: "power", power, onset })),
  ]);
  return [...plain, ...begun];
}

/** Logarithm of a law's weight before the data speak: with and without onset alike, gentle curves before extreme ones. */
function beforehand(shape: Shape, span: number): number {
  if (shape.onset < Number.POSITIVE_INFINITY) return -Math.log(ONSETS.length * (FEEDING.length + POWERS.length));
  return -Math.log(EXPONENTIAL.length) - (shape.law === "exponential" ? 0.01 * (shape.k * span) ** 2 : 0);
}

interface Solved {
  level: number;
  rate: number;
  /** Of the normal matrix: [level, covariance, rate]. */
  inverse: [number, number, number];
  variance: number;
}

/** Weighted least squares for every shape, once more with the outliers of the best one weighed down (Huber 1964). */
function solveAll(bins: readonly Bin[], weights: Float64Array, worth: Worth, phis: Float64Array[]): Solved[] {
  const first = phis.map((phi) => solve(bins, weights, worth, phi));
  const best = first.reduce((least, r, i) => (r.variance < first[least]!.variance ? i : least), 0);
  const residuals = residualsOf(bins, phis[best]!, first[best]!);
  const scale = 1.4826 * median(residuals.map(Math.abs));
  const outlying = (r: number) => Math.abs(r) / (3 * scale);
  if (!(scale > 0) || !residuals.some((r) => outlying(r) > 1)) return first;
  const w = weights.map((x, i) => x / Math.max(1, outlying(residuals[i]!)));
  const less = worthOf(w);
  return phis.map((phi) => solve(bins, w, less, phi));
}

function solve(bins: readonly Bin[], w: Float64Array, worth: Worth, phi: Float64Array): Solved {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let y0 = 0;
  let y1 = 0;
  for (let i = 0; i < bins.length; i++) {
    const wx = w[i]! * phi[i]!;
    s0 += w[i]!;
    s1 += wx;
    s2 += wx * phi[i]!;
    y0 += w[i]! * bins[i]!.y;
    y1 += wx * bins[i]!.y;
  }
  const det = Math.max(s0 * s2 - s1 * s1, 1e-300);
  const level = (s2 * y0 - s1 * y1) / det;
  const rate = (s0 * y1 - s1 * y0) / det;
  let squares = 0;
  for (let i = 0; i < bins.length; i++) squares += w[i]! * (bins[i]!.y - level - rate * phi[i]!) ** 2;
  return { level, rate, inverse: [s2 / det, -s1 / det, s0 / det], variance: varianceOf(squares, worth) };
}

const residualsOf = (bins: readonly Bin[], phi: Float64Array, { level, rate }: Solved): Float64Array =>
  Float64Array.from(bins, (b, i) => b.y - level - rate * phi[i]!);

/** φ(u) of a law. */
export function shapeOf(shape: Shape, u: number): number {
  if (shape.law === "exponential") {
    const since = Math.max(u, -shape.onset);
    return Math.abs(shape.k * since) < 1e-9 ? since : Math.expm1(shape.k * since) / shape.k;
  }
  const share = Math.max(0, 1 + u / shape.onset);
  return (shape.onset / shape.power) * (share ** shape.power - 1);
}

/** Time u > 0 at which `rate`·φ(u) = `distance`; Infinity when it never does. */
export function timeTo(distance: number, rate: number, shape: Shape): number {
  if (distance <= 0) return 0;
  if (!(rate > 0)) return Number.POSITIVE_INFINITY;
  const u = distance / rate;
  if (shape.law === "power") return shape.onset * ((1 + (shape.power * u) / shape.onset) ** (1 / shape.power) - 1);
  const x = shape.k * u;
  if (Math.abs(x) < 1e-9) return u;
  return x <= -1 ? Number.POSITIVE_INFINITY : Math.log1p(x) / shape.k;
}

/** Growth rate of a law a time u from now, relative to now. */
export const relativeRate = (shape: Shape, u: number): number =>
  shape.law === "exponential" ? Math.exp(shape.k * u) : Math.max(0, 1 + u / shape.onset) ** (shape.power - 1);

/** Half of the weight of a full bin once it is as old as the whole span: the present law matters more than the first one. */
function recency(bins: readonly Bin[], now: number, span: number): Float64Array {
  const most = Math.max(...bins.map((b) => b.n));
  return Float64Array.from(bins, (b) => Math.sqrt(b.n / most) * 0.5 ** ((now - b.t) / span));
}

function weightedMean(bins: readonly Bin[], w: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < bins.length; i++) {
    sum += w[i]! * bins[i]!.y;
    total += w[i]!;
  }
  return sum / total;
}

interface Worth {
  total: number;
  /** How many equal weights they are worth (Kish 1965). */
  count: number;
}

function worthOf(w: Float64Array): Worth {
  let total = 0;
  let squares = 0;
  for (let i = 0; i < w.length; i++) {
    total += w[i]!;
    squares += w[i]! ** 2;
  }
  return { total, count: (total * total) / squares };
}

/** Weighted variance of the residuals of a two-parameter fit. @param squares their weighted sum of squares */
const varianceOf = (squares: number, { total, count }: Worth): number =>
  (squares / total) * (count / Math.max(count - 2, 1));

function autocorrelation(residuals: Float64Array): number {
  let own = 0;
  let next = 0;
  for (let i = 0; i < residuals.length; i++) {
    own += residuals[i]! ** 2;
    if (i > 0) next += residuals[i]! * residuals[i - 1]!;
  }
  return own > 0 ? next / own : 0;
}

/** From the structure function of the residuals: what their squared difference gains between a short and a long lag. */
function diffusion(bins: readonly Bin[], residuals: Float64Array): number {
  const structure = (lag: number) => {
    let sum = 0;
    let time = 0;
    for (let i = lag; i < bins.length; i++) {
      sum += (residuals[i]! - residuals[i - lag]!) ** 2;
      time += bins[i]!.t - bins[i - lag]!.t;
    }
    const count = bins.length - lag;
    return { square: sum / count, time: time / count };
  };
  const long = Math.min(12, bins.length >> 2);
  if (long < 2) return 0;
  const [a, b] = [structure(1), structure(long)];
  return b.time > a.time ? Math.max(0, (b.square - a.square) / (b.time - a.time)) : 0;
}
