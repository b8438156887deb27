/**
 * Particles: hypotheses about how a machine wears, and where they begin.
 *
 * The level `m` (variance `v`, in closed form given the rest: a Rao–Blackwellised filter, Doucet et al. 2000) and the
 * logarithm of its growth rate move as
 *   dm = rate dt + diffusion dW,   d log rate = a dt + volatility dW + jumps,   da = −q a² dt,
 * with time in units of the particle's own life in the noises. The acceleration `a` with q = 0 gives exponential growth,
 * with q = 1/(p − 1) growth with the p-th power of time; a jump is a knee. Levels are in units of the way from the first
 * value to the limit.
 */
import type { Random } from "../../random.ts";
import type { LifePrior } from "../life-prior.ts";
import type { Numbers } from "./numbers.ts";

export const FIELDS = ["m", "v", "rate", "a", "q", "life", "volatility", "diffusion", "noise"] as const;

export interface Particles extends Record<(typeof FIELDS)[number], Float64Array> {
  count: number;
  weight: Float64Array;
}

/** Growth that jumps: this many times per life, by so much of its logarithm, then accelerating up to so much per life. */
export const JUMPS = { perLife: 3, mean: 0.7, deviation: 0.9, acceleration: 3 };
/** Shares of the shapes of growth: nearly straight, exponential, a power of time, slow until something happens. */
const SHAPES = { straight: 0.2, exponential: 0.35, power: 0.25 };
const VOLATILITY = [0.05, 1.2] as const;
const DIFFUSION = [0.003, 0.25] as const;
/** Without a typical life: median of the whole life over the age, and deviation of its logarithm. */
const UNKNOWN_LIFE = { ages: 2.5, deviation: 1.1 };
/** Deviation of the logarithm of the factor on the noise that was measured. */
const NOISE_DEVIATION = 0.35;
/** Irrational steps of a low-discrepancy sequence (Kronecker), one per dimension. */
const STEPS = [Math.sqrt(2), Math.sqrt(3), Math.sqrt(5), Math.sqrt(7), Math.sqrt(11), Math.sqrt(13)] as const;

export function makeParticles(count: number): Particles {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, new Float64Array(count)]));
  return { ...fields, count, weight: new Float64Array(count).fill(1 / count) } as Particles;
}

export interface Beginning {
  /** What is known of such machines' lives; if nothing, the age so far must do. */
  prior: LifePrior | undefined;
  age: number;
  level: number;
  variance: number;
}

export function drawParticles(count: number, begin: Beginning, random: Random, numbers: Numbers): Particles {
  const p = makeParticles(count);
  const offsets = STEPS.map(() => random.next());
  for (let i = 0; i < count; i++) {
    const u = STEPS.map((step, k) => (i * step + offsets[k]!) % 1) as [number, number, number, number, number, number];
    const life = drawLife(begin, u[0], numbers.normal());
    const shape = drawShape(u[1], u[2], u[3], numbers);
    p.life[i] = life;
    p.rate[i] = shape.rate / life;
    p.a[i] = shape.acceleration / life;
    p.q[i] = shape.fading;
    p.m[i] = begin.level;
    p.v[i] = begin.variance;
    p.volatility[i] = between(VOLATILITY, u[4]);
    p.diffusion[i] = between(DIFFUSION, u[5]);
    p.noise[i] = Math.exp(2 * NOISE_DEVIATION * numbers.normal());
  }
  return p;
}

function drawLife({ prior, age }: Beginning, u: number, z: number): number {
  return prior ? prior.draw(u, z) : age * UNKNOWN_LIFE.ages * Math.exp(UNKNOWN_LIFE.deviation * z);
}

/** Growth from level 0 to 1 within one life: rate and acceleration at its beginning, and how the acceleration fades. */
function drawShape(u: number, how: number, begun: number, numbers: Numbers) {
  if (u < SHAPES.straight) return exponential(0.7 * numbers.normal());
  if (u < SHAPES.straight + SHAPES.exponential) return exponential(0.5 + 6.5 * how);
  if (u < SHAPES.straight + SHAPES.exponential + SHAPES.power) {
    // Growth began a share `d` of a life before the first value.
    const power = 1.3 + 2.7 * how;
    const d = 0.02 * 16 ** begun;
    const rate = (power * d ** (power - 1)) / ((1 + d) ** power - d ** power);
    return { rate, acceleration: (power - 1) / d, fading: 1 / (power - 1) };
  }
  return { rate: between([0.02, 1], how), acceleration: 0, fading: 0 };
}

const exponential = (k: number) => ({
  rate: Math.abs(k) < 1e-9 ? 1 : k / Math.expm1(k),
  acceleration: k,
  fading: 0,
});

const between = ([low, high]: readonly [number, number], u: number): number => low * (high / low) ** u;
