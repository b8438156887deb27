/**
 * Streaming features of one unit, O(1) per sample and for any spacing of samples: exponentially weighted means and slopes
 * of every sensor and of the fused health indicator, and their distance from the unit's own start.
 */
import type { Json } from "../../store/store.ts";

/** Windows, as shares of the fleet's median life (8, 30, 60, 5 and 20 cycles of a life of 200). */
export const WINDOWS = { short: 0.04, long: 0.15, indicatorSlope: 0.3, indicatorMean: 0.025, start: 0.1 };

/** Features per sensor, and of the indicator. */
const PER_SENSOR = ["short", "long", "rise", "slope"] as const;
const OF_INDICATOR = [...PER_SENSOR, "longSlope", "now"] as const;
/** Numbers that the stream keeps per sensor. */
const KEPT = 7;

export interface StreamShape {
  /** Number of sensors after selection. */
  sensors: number;
  /** Weights of the health indicator, one per sensor, on normalised values; it is 0 when healthy, 1 at failure. */
  weights: ArrayLike<number>;
  intercept: number;
  /** Median life of the fleet. */
  life: number;
}

/** Names of the features: `3.slope` is the slope of sensor 3, `indicator.now`, `age`, `observed`. */
export function featureNames(sensors: number): string[] {
  const names: string[] = [];
  for (let s = 0; s < sensors; s++) for (const f of PER_SENSOR) names.push(`${s}.${f}`);
  for (const f of OF_INDICATOR) names.push(`indicator.${f}`);
  names.push("age", "observed");
  return names;
}

/** Which features need the unit's true start to be seen. */
export const needsStart = (name: string): boolean => name.endsWith(".rise");

/** The features of one unit. */
export class FeatureStream {
  readonly length: number;
  private readonly shape: StreamShape;
  private readonly decayOf: { short: number; long: number; longSlope: number; now: number };
  /** Per sensor: weight and sum (short); weight, age, age², sum, age × value (long); mean of the start and its count. */
  private readonly state: Float64Array;
  /** The same sums for the indicator: slope over the longest window, mean over the shortest. */
  private readonly own = new Float64Array(7);
  private readonly startSum: Float64Array;
  private readonly startCount: Float64Array;
  private first = Number.NaN;
  private last = Number.NaN;

  constructor(shape: StreamShape) {
    this.shape = shape;
    this.length = PER_SENSOR.length * shape.sensors + OF_INDICATOR.length + 2;
    this.state = new Float64Array(KEPT * shape.sensors);
    this.startSum = new Float64Array(shape.sensors);
    this.startCount = new Float64Array(shape.sensors);
    const rate = (share: number) => -2 / (share * shape.life);
    this.decayOf = {
      short: rate(WINDOWS.short),
      long: rate(WINDOWS.long),
      longSlope: rate(WINDOWS.indicatorSlope),
      now: rate(WINDOWS.indicatorMean),
    };
  }

  /** Time of the first sample; NaN before it. */
  get start(): number {
    return this.first;
  }

  /**
   * Takes a sample.
   * @param time not before the last
   * @param z normalised values, NaN where missing
   * @param age time in service, NaN when unknown
   * @param out the features, filled in; NaN where nothing is known yet
   */
  update(time: number, z: Float64Array, age: number, out: Float64Array): void {
    const { state, own, shape, decayOf } = this;
    const n = shape.sensors;
    if (Number.isNaN(this.first)) this.first = time;
    const dt = Number.isNaN(this.last) ? 0 : Math.max(0, time - this.last);
    this.last = time;
    const starting = !(time - this.first > WINDOWS.start * shape.life);
    const short = Math.exp(decayOf.short * dt);
    const long = Math.exp(decayOf.long * dt);
    const fused = [0, 0, 0, 0];
    let value = shape.intercept;
    for (let s = 0, at = 0, f = 0; s < n; s++, at += KEPT, f += PER_SENSOR.length) {
      const x = z[s]!;
      state[at] = state[at]! * short;
      state[at + 1] = state[at + 1]! * short;
      slide(state, at + 2, dt, long);
      if (!Number.isNaN(x)) {
        state[at]! += 1;
        state[at + 1]! += x;
        state[at + 2]! += 1;
        state[at + 5]! += x;
        if (starting) {
          this.startSum[s]! += x;
          this.startCount[s]! += 1;
        }
      }
      const level = state[at]! > 1e-9 ? state[at + 1]! / state[at]! : Number.NaN;
      out[f] = level;
      out[f + 1] = state[at + 2]! > 1e-9 ? state[at + 5]! / state[at + 2]! : Number.NaN;
      out[f + 2] = level - this.startSum[s]! / this.startCount[s]!;
      out[f + 3] = slope(state, at + 2, shape.life);
      const w = shape.weights[s]!;
      for (let k = 0; k < 4; k++) fused[k] = fused[k]! + w * (Number.isNaN(out[f + k]!) ? 0 : out[f + k]!);
      value += w * (Number.isNaN(x) ? (Number.isNaN(level) ? 0 : level) : x);
    }
    const longSlope = Math.exp(decayOf.longSlope * dt);
    const now = Math.exp(decayOf.now * dt);
    slide(own, 0, dt, longSlope);
    own[5] = own[5]! * now;
    own[6] = own[6]! * now;
    own[0]! += 1;
    own[3]! += value;
    own[5]! += 1;
    own[6]! += value;
    const at = PER_SENSOR.length * n;
    out[at] = shape.intercept + fused[0]!;
    out[at + 1] = shape.intercept + fused[1]!;
    out[at + 2] = fused[2]!;
    out[at + 3] = fused[3]!;
    out[at + 4] = slope(own, 0, shape.life);
    out[at + 5] = own[6]! / own[5]!;
    out[at + 6] = age;
    out[at + 7] = time - this.first;
  }

  snapshot(): Json {
    return [
      finite(this.first),
      finite(this.last),
      [...this.state],
      [...this.own],
      [...this.startSum],
      [...this.startCount],
    ];
  }

  restore(state: Json): void {
    const [first, last, sums, own, startSum, startCount] = state as [number | null, number | null, ...number[][]];
    this.first = first ?? Number.NaN;
    this.last = last ?? Number.NaN;
    this.state.set(sums!);
    this.own.set(own!);
    this.startSum.set(startSum!);
    this.startCount.set(startCount!);
  }
}

const finite = (x: number): number | null => (Number.isNaN(x) ? null : x);

/** Lets the sums of a weighted straight line (weight, age, age², value, age × value) grow older by `dt`. */
function slide(sums: Float64Array, at: number, dt: number, decay: number): void {
  const weight = sums[at]!;
  const age = sums[at + 1]!;
  sums[at + 2] = decay * (sums[at + 2]! + dt * (2 * age + dt * weight));
  sums[at + 1] = decay * (age + dt * weight);
  sums[at + 4] = decay * (sums[at + 4]! + dt * sums[at + 3]!);
  sums[at] = decay * weight;
  sums[at + 3] = decay * sums[at + 3]!;
}

/** Change per median life; shrunk to 0 while the samples cover little time. */
function slope(sums: Float64Array, at: number, life: number): number {
  const [weight, age, square, value, product] = [sums[at]!, sums[at + 1]!, sums[at + 2]!, sums[at + 3]!, sums[at + 4]!];
  if (weight < 1e-9) return Number.NaN;
  const spread = square - (age * age) / weight;
  const prior = SHRINK * life * life;
  return (-life * (product - (age * value) / weight)) / (spread + prior);
}

/** Variance of age, as a share of life², that a slope needs before it is believed half. */
const SHRINK = 0.002;
