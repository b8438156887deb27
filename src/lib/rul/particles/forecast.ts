/** When particles reach a level: every one is simulated on, in steps that fit the way it has left. */
import type { Numbers } from "./numbers.ts";
import { JUMPS, type Particles } from "./particles.ts";

/** A step is this share of the time that is left at the present growth, at least this share of the time passed, at most this share of a life. */
const STEP = { ahead: 0.15, passed: 0.045, life: 0.3 };
/** When the rest is this share of the time passed, it is added without more noise. */
const NEAR = 0.03;
const MOST_STEPS = 60;

/**
 * Calls `found` with the time at which each particle reaches `limit` (0 when it is there, Infinity beyond `longest`).
 * @param scatter standard deviation of the limit itself
 */
export function crossings(
  p: Particles,
  limit: number,
  scatter: number,
  longest: number,
  numbers: Numbers,
  found: (time: number) => void,
): void {
  for (let i = 0; i < p.count; i++) {
    const way = limit + scatter * numbers.normal() - p.m[i]! - Math.sqrt(p.v[i]!) * numbers.normal();
    found(way <= 0 ? 0 : simulate(p, i, way, longest, numbers));
  }
}

function simulate(p: Particles, i: number, way: number, longest: number, numbers: Numbers): number {
  const life = p.life[i]!;
  const volatility = p.volatility[i]!;
  const diffusion = p.diffusion[i]!;
  let rate = p.rate[i]!;
  let a = p.a[i]!;
  let q = p.q[i]!;
  let left = way;
  let time = 0;
  for (let k = 0; k < MOST_STEPS && time < longest; k++) {
    const aim = timeLeft(left, rate, a);
    if (aim < NEAR * time || k === MOST_STEPS - 1) return within(time + aim, longest);
    const dt = Math.min(Math.max(STEP.ahead * aim, STEP.passed * time), STEP.life * life);
    const share = dt / life;
    const root = Math.sqrt(share);
    const after = a / (1 + q * a * dt);
    let gain = 0.5 * (a + after) * dt + volatility * root * numbers.normal();
    a = after;
    if (numbers.uniform() < JUMPS.perLife * share) {
      gain += JUMPS.mean + JUMPS.deviation * numbers.normal();
      a = (JUMPS.acceleration * numbers.uniform()) / life;
      q = 0;
    }
    const now = rate * Math.exp(gain);
    const mean = Math.abs(gain) < 1e-4 ? rate : (now - rate) / gain;
    const climb = mean * dt + diffusion * root * numbers.normal();
    if (climb >= left) return within(time + dt * (left / climb), longest);
    left -= climb;
    rate = now;
    time += dt;
  }
  return Number.POSITIVE_INFINITY;
}

/** At constant acceleration; four times the straight way where the growth would stop before. */
function timeLeft(left: number, rate: number, a: number): number {
  const straight = left / rate;
  const bend = a * straight;
  if (Math.abs(bend) < 1e-6) return straight;
  return bend > -0.99 ? Math.log1p(bend) / a : 4 * straight;
}

const within = (time: number, longest: number): number => (time <= longest ? time : Number.POSITIVE_INFINITY);
