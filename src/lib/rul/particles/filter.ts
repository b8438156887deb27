/** A particle filter for wear (Gordon, Salmond, Smith 1993), its level marginalised, its noise heavy-tailed. */
import type { Random } from "../../random.ts";
import type { Numbers } from "./numbers.ts";
import { FIELDS, JUMPS, makeParticles, type Particles } from "./particles.ts";

/** A scaled bin: time, level, and the variance of its mean. */
export interface Observation {
  t: number;
  y: number;
  variance: number;
}

/** Degrees of freedom of the noise (Student's t); `observe` relies on the value. */
const FREEDOM = 4;
/** Of the difference of two particles that moves a third, after resampling. */
const ROUGHENING = 0.1;
/** What changes slowly, if at all, and its relative standard deviation of a move. */
const JITTERED = ["life", "volatility", "diffusion", "noise", "q"] as const;
const JITTER = 0.05;

/** Moves all particles by `dt`. */
export function advance(p: Particles, dt: number, numbers: Numbers): void {
  const { m, v, rate, a, q, life, volatility, diffusion } = p;
  for (let i = 0; i < p.count; i++) {
    const share = dt / life[i]!;
    const before = a[i]!;
    let after = before / (1 + q[i]! * before * dt);
    let gain = 0.5 * (before + after) * dt + volatility[i]! * Math.sqrt(share) * numbers.normal();
    if (numbers.uniform() < JUMPS.perLife * share) {
      gain += JUMPS.mean + JUMPS.deviation * numbers.normal();
      after = (JUMPS.acceleration * numbers.uniform()) / life[i]!;
      q[i] = 0;
    }
    const old = rate[i]!;
    const now = old * Math.exp(gain);
    m[i]! += dt * (Math.abs(gain) < 1e-4 ? old : (now - old) / gain);
    v[i]! += diffusion[i]! * diffusion[i]! * share;
    rate[i] = now;
    a[i] = after;
  }
}

/** Weighs the particles by an observation and updates their levels. Returns the effective number of particles (Kish 1965). */
export function observe(p: Particles, { y, variance }: Observation): number {
  const { m, v, noise, weight } = p;
  let total = 0;
  for (let i = 0; i < p.count; i++) {
    const own = variance * noise[i]!;
    const spread = v[i]! + own;
    const error = y - m[i]!;
    const distance = (error * error) / spread;
    // Student's t with four degrees of freedom: (1 + d/4)^(−5/2).
    const base = 1 + distance / FREEDOM;
    weight[i]! /= Math.sqrt(spread * base) * base * base;
    total += weight[i]!;
    // An outlier counts less, as in the t-distribution's scale mixture of normals.
    const doubt = Math.max(1, (FREEDOM + distance) / (FREEDOM + 1));
    const gain = v[i]! / (v[i]! + own * doubt);
    m[i]! += gain * error;
    v[i]! *= 1 - gain;
  }
  let squares = 0;
  for (let i = 0; i < p.count; i++) {
    const w = weight[i]! / total;
    weight[i] = w;
    squares += w * w;
  }
  return 1 / squares;
}

/** Draws `count` equally weighted particles systematically (Kitagawa 1996). */
export function draw(p: Particles, count: number, random: Random): Particles {
  const out = makeParticles(count);
  const chosen = new Int32Array(count);
  const start = random.next();
  let from = 0;
  let cumulative = p.weight[0]!;
  for (let i = 0; i < count; i++) {
    const target = (start + i) / count;
    while (cumulative < target && from < p.count - 1) cumulative += p.weight[++from]!;
    chosen[i] = from;
  }
  for (const name of FIELDS) {
    const old = p[name];
    const x = out[name];
    for (let i = 0; i < count; i++) x[i] = old[chosen[i]!]!;
  }
  return out;
}

/** Resamples, then moves every particle along the difference of two others, so that what belongs together moves together (ter Braak 2006). */
export function resample(p: Particles, random: Random, numbers: Numbers): Particles {
  const out = draw(p, p.count, random);
  const n = out.count;
  const one = new Int32Array(n);
  const two = new Int32Array(n);
  const step = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    one[i] = Math.floor(numbers.uniform() * n);
    two[i] = Math.floor(numbers.uniform() * n);
    step[i] = ROUGHENING * numbers.normal();
  }
  const logs = out.rate.map(Math.log);
  for (let i = 0; i < n; i++) out.rate[i]! *= Math.exp(step[i]! * (logs[one[i]!]! - logs[two[i]!]!));
  for (const name of JITTERED) {
    const x = out[name];
    for (let i = 0; i < n; i++) x[i]! *= 1 + JITTER * Math.max(-3, numbers.normal());
  }
  const { a, q } = out;
  for (let i = 0; i < n; i++) {
    // Accelerations of unlike laws cannot be compared.
    if (q[i] === 0 && q[one[i]!] === 0 && q[two[i]!] === 0) a[i]! += step[i]! * (a[one[i]!]! - a[two[i]!]!);
  }
  return out;
}
