/**
 * A simulated motor with a rolling bearing and an accelerometer on its housing. Each time a defect is struck, a short force
 * excites a resonance of the housing (McFadden & Smith 1984); the strikes come at the bearing's frequencies with a random slip
 * of about 1 % (Randall & Antoni 2011), and their size follows the load zone: a defect of the inner race passes it once per turn,
 * one of a ball once per turn of the cage. Unbalance, misalignment, gravity and noise are added.
 */
import { createRandom, type Random } from "../random.ts";
import { BEARING_PARTS, type BearingPart } from "../signal/bearing-verdict.ts";
import { type Bearing, faultOrders } from "../signal/bearings.ts";
import type { Json } from "../store/store.ts";

export interface WaveOptions {
  bearing: Bearing;
  /** Samples per second, and their number. */
  fs: number;
  samples: number;
  /** 1/min. */
  rpm: number;
  /** Damage 0 … 1 per part; 1 is a spall that every passer-by hears. */
  damage: Partial<Record<BearingPart, number>>;
  /** Scale of the background; 1 is a usual motor. */
  noise: number;
}

const GRAVITY = 9.81;
/** m/s²: acceleration peak of one strike at full damage, and of the background's standard deviation. */
const STRIKE = 30;
const BACKGROUND = 0.6;
/** Housing resonance: Hz, damping ratio. */
const RESONANCE = 3200;
const DAMPING = 0.04;
/** mm/s RMS of unbalance (1×) and misalignment (2×). */
const UNBALANCE = 0.9;
const MISALIGNMENT = 0.3;
/** Standard deviation of one interval between strikes, share of it. */
const SLIP = 0.01;

export type { BearingPart };
export { BEARING_PARTS };

/** @returns acceleration, m/s², with gravity */
export function bearingWave(o: WaveOptions, random: Random): Float64Array {
  const { fs, samples } = o;
  const shaft = o.rpm / 60;
  const wave = new Float64Array(samples);
  const phase = 2 * Math.PI * random.next();
  const unbalance = peakAcceleration(UNBALANCE, shaft);
  const misalignment = peakAcceleration(MISALIGNMENT, 2 * shaft);
  for (let i = 0; i < samples; i++) {
    const turn = (2 * Math.PI * shaft * i) / fs;
    wave[i] =
      GRAVITY +
      unbalance * Math.cos(turn + phase) +
      misalignment * Math.cos(2 * turn + 0.7 * phase) +
      BACKGROUND * o.noise * random.normal();
  }
  for (const part of BEARING_PARTS) {
    const size = o.damage[part] ?? 0;
    if (size > 0) addStrikes(wave, o, part, size, random);
  }
  return wave;
}

/** m/s² of a sine of `velocity` mm/s RMS at `frequency` Hz. */
const peakAcceleration = (velocity: number, frequency: number): number =>
  (Math.SQRT2 * velocity * 2 * Math.PI * frequency) / 1000;

function addStrikes(wave: Float64Array, o: WaveOptions, part: BearingPart, size: number, random: Random): void {
  const shaft = o.rpm / 60;
  const orders = faultOrders(o.bearing);
  const rate =
    { "outer race": orders.BPFO, "inner race": orders.BPFI, ball: orders.BSF2, cage: orders.FTF }[part] * shaft;
  const turning = { "outer race": 0, "inner race": shaft, ball: orders.FTF * shaft, cage: 0 }[part];
  const length = Math.ceil((6 / (DAMPING * 2 * Math.PI * RESONANCE)) * o.fs);
  const resonance = Math.min(RESONANCE, 0.35 * o.fs);
  const damped = 2 * Math.PI * resonance * Math.sqrt(1 - DAMPING * DAMPING);
  const decay = 2 * Math.PI * resonance * DAMPING;
  const begin = random.next() * 2 * Math.PI;
  for (let t = random.next() / rate; t < o.samples / o.fs; t += (1 + SLIP * random.normal()) / rate) {
    // Load zone of the lower half: strongest below, nothing above.
    const load = turning === 0 ? 1 : Math.max(0, Math.cos(2 * Math.PI * turning * t + begin)) ** 1.5;
    const force = STRIKE * size * load * (1 + 0.1 * random.normal());
    const first = Math.ceil(t * o.fs);
    for (let i = first; i < Math.min(o.samples, first + length); i++) {
      const s = i / o.fs - t;
      wave[i]! += force * Math.exp(-decay * s) * Math.sin(damped * s);
    }
  }
}

export interface BearingFault {
  part: BearingPart;
  /** Hours since the start at which it begins, and from there to full damage. */
  onset: number;
  ramp: number;
  severity: number;
}

/** A motor that runs from waveform to waveform. */
export class MotorBearing {
  #options: Omit<WaveOptions, "damage">;
  #faults: BearingFault[];
  #random: Random;
  #hours = 0;

  constructor(options: Omit<WaveOptions, "damage"> & { seed: string | number; faults: readonly BearingFault[] }) {
    const { seed, faults, ...rest } = options;
    this.#options = rest;
    this.#faults = faults.map((f) => ({ ...f }));
    this.#random = createRandom(seed);
  }

  get hours(): number {
    return this.#hours;
  }

  /** Damage 0 … 1 per damaged part. It grows as a spall does: slowly, then fast. */
  get damage(): Partial<Record<BearingPart, number>> {
    const damage: Partial<Record<BearingPart, number>> = {};
    for (const { part, onset, ramp, severity } of this.#faults) {
      if (this.#hours < onset) continue;
      const share = ramp > 0 ? Math.min(1, (this.#hours - onset) / ramp) : 1;
      damage[part] = Math.max(damage[part] ?? 0, (severity * Math.expm1(3 * share)) / Math.expm1(3));
    }
    return damage;
  }

  advance(hours: number): void {
    this.#hours += hours;
  }

  /** The waveform of this moment, and the speed at it. */
  measure(): { wave: Float64Array; rpm: number } {
    // Load changes move the speed of an induction motor a little.
    const rpm = this.#options.rpm * (1 - 0.004 * this.#random.next());
    return { wave: bearingWave({ ...this.#options, rpm, damage: this.damage }, this.#random), rpm };
  }

  fault(fault: BearingFault): void {
    this.#faults.push(fault);
  }

  /** A new bearing, or one part of the plan less. */
  repair(part?: BearingPart): void {
    this.#faults = this.#faults.filter((f) => f.onset > this.#hours || (part !== undefined && f.part !== part));
  }

  snapshot(): Json {
    return { hours: this.#hours, faults: this.#faults as unknown as Json, random: this.#random.snapshot() };
  }

  restore(state: Json): void {
    const s = state as unknown as { hours: number; faults: BearingFault[]; random: Json };
    this.#hours = s.hours;
    this.#faults = s.faults;
    this.#random.restore(s.random);
  }
}
