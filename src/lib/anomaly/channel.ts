/**
 * What is normal for one channel: robust location, scale, lag-one autocorrelation and how far its level wanders, learned
 * from a first stretch, then adapted slowly with clipping (Huber's ψ), so that single wild values move nothing.
 *
 * Wander is the part of a component-of-variance model (Searle, Casella & McCulloch 1992) that lies between stretches: the mean square
 * difference, halved, of the means of eight parts of the learning record beyond what the noise within them explains. A level that
 * was seen to wander will do so again: its variance widens what counts as normal, it is followed faster, and when it has
 * left its band it is followed no faster than it was seen to move. A channel that did not wander keeps its baseline.
 */
import type { Json } from "../store/store.ts";
import { resolution } from "./detectors/baseline.ts";
import { num } from "./json.ts";
import { SlowAverage } from "./slow-average.ts";

const CLIP = 3;
/** Weight of the newest deviation in the slow average. */
const SLOW = 0.02;
/** Mean z² of a standard normal deviate that is clipped at 3 (0.995) and mostly left out beyond 3 (0.973). */
const CLIPPED_VARIANCE = 0.985;
/** Median absolute deviation, and distance of the quantiles 2.5 and 97.5 %, of a standard normal deviate. */
const MAD_TO_SIGMA = 1.4826;
const SPAN = 3.92;
/** Values beyond this many standard deviations, up to this share of all, are contamination, not spread. */
const FAR_OUT = 3;
const CONTAMINATION = 0.11;
/** Parts of the learning record between which wander is measured. */
const PARTS = 8;
/** Between the parts there must be this many times what noise explains: Fisher's F with 7 degrees of freedom at 5 per cent. */
const SIGNIFICANT = 2;
/** A level that has left its band is followed this many standard deviations of its wander, and no farther. */
const FARTHEST = 10;
/** A level moves now and then this many times as fast as it usually wanders. */
const FASTER = 3;
/** Wander, in variances, at which a level is followed at half the full speed: four times per learning length. */
const HALF_SPEED = 0.025;
const FULL_SPEED = 4;
/** Share of the wander that remains although the level is followed. */
const UNFOLLOWED = 0.6;

export class Channel {
  location = 0;
  scale = 1;
  /** 0 … 0.999. */
  autocorrelation = 0;
  /** Variance of the wandering level, in variances of the channel. */
  wander = 0;
  /** The level has moved farther than it can have wandered; its owner keeps it up to date. */
  leapt = false;
  /** Samples learned; 0 while nothing is known. */
  count = 0;
  #last = 0;
  readonly #slow = new SlowAverage(SLOW);
  #floor = 1e-9;
  /** Share of a deviation that a wandering level follows per sample, and how far it moves per sample at most. */
  #rate = 0;
  #speed = 0;
  /** Where the level can have wandered to, as a deviation in standard deviations. */
  #reachable = 0;
  /** How far it has crept since it left its band, in standard deviations. */
  #crept = 0;

  /**
   * Learns from a first stretch, oldest first.
   * @param floor smallest believable standard deviation
   */
  fit(values: number[], floor: number): void {
    const sorted = Float64Array.from(values).sort();
    this.location = median(sorted);
    const scale = this.#spread(values, sorted, floor);
    this.count = values.length;
    this.autocorrelation = serial(values, this.location, scale);
    // A short stretch of a slow process shows less than its whole spread.
    this.scale = scale / Math.sqrt(Math.max(0.25, 1 - this.#blur(values.length)));
    this.#learnWander(values);
    this.#last = clip((values[values.length - 1]! - this.location) / this.scale);
  }

  #spread(values: number[], sorted: Float64Array, floor: number): number {
    const { location } = this;
    const mad = MAD_TO_SIGMA * median(Float64Array.from(values, (v) => Math.abs(v - location)).sort());
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
    const span = (at(0.975) - at(0.025)) / SPAN;
    const step = resolution(sorted);
    // A few values far out are contamination; many are the spread of a signal that mostly rests.
    let out = 0;
    for (const v of sorted) if (Math.abs(v - location) > FAR_OUT * mad) out++;
    const contaminated = span > FAR_OUT * mad && out <= CONTAMINATION * sorted.length;
    const scale = contaminated ? mad : Math.max(mad, span);
    const moved = sorted[sorted.length - 1]! > sorted[0]!;
    // A signal that stood still while learning: one per cent of it is a change.
    this.#floor = moved ? Math.max(floor, 1e-6 * Math.abs(location)) : floor || 0.01 * Math.abs(location) || 0.01;
    // No value is known better than the rounding of its steps.
    return Math.max(scale, this.#floor, moved ? step / Math.sqrt(12) : 0);
  }

  #learnWander(values: number[]): void {
    const length = Math.floor(values.length / PARTS);
    this.wander = this.#rate = this.#speed = 0;
    if (length < 5) return;
    const means: number[] = [];
    let noise = 0;
    for (let k = 0; k < PARTS; k++) {
      const part = values.slice(k * length, (k + 1) * length);
      const mean = part.reduce((a, b) => a + b) / length;
      means.push(mean);
      const variance = part.reduce((s, v) => s + (v - mean) ** 2, 0) / length / this.scale ** 2;
      const phi = Math.min(0.98, serial(part, mean, this.scale));
      noise += (variance * (1 + phi)) / (1 - phi) / length / PARTS;
    }
    let square = 0;
    let lag = 0;
    for (let i = 0; i < PARTS; i++)
      for (let j = i + 1; j < PARTS; j++) {
        square += ((means[j]! - means[i]!) / this.scale) ** 2;
        lag += (j - i) * length;
      }
    const pairs = (PARTS * (PARTS - 1)) / 2;
    // Two means differ by twice the variance of one.
    const variance = square / pairs / 2;
    this.wander = variance > SIGNIFICANT * noise ? variance - noise : 0;
    this.#rate = ((FULL_SPEED / values.length) * this.wander) / (this.wander + HALF_SPEED);
    this.#speed = (Math.sqrt(2 * this.wander) * pairs) / lag;
  }

  /** Variance of the location in variances of the channel. @param horizon samples after which the baseline forgets */
  uncertainty(horizon: number): number {
    return this.#blur(horizon) + UNFOLLOWED * this.wander;
  }

  #blur(horizon: number): number {
    const phi = this.autocorrelation;
    return Math.min(1, (1 + phi) / ((1 - phi) * Math.min(this.count, 2 * horizon)));
  }

  /** Deviation in standard deviations. */
  z(value: number): number {
    return (value - this.location) / this.scale;
  }

  /**
   * Takes a sample into account.
   * @param calm false during an excursion: then only the location follows, slowly. Spread and autocorrelation, which would blind
   * the detectors to a fault that comes slowly, stay as they are then, and while the slow average says that the level is moving
   */
  learn(value: number, horizon: number, calm: boolean): void {
    this.count++;
    this.#crept = 0;
    const rate = 1 / Math.min(this.count, horizon);
    const z = clip(this.z(value));
    this.location += Math.max(rate, this.#rate) * this.scale * z;
    if (this.#slow.take(z, this.autocorrelation, this.uncertainty(horizon)) && calm) {
      this.scale = Math.max(this.#floor, this.scale * Math.sqrt(1 + rate * ((z * z) / CLIPPED_VARIANCE - 1)));
      this.autocorrelation = between(this.autocorrelation + rate * (z * this.#last - this.autocorrelation), 0, 0.999);
    }
    this.#last = z;
  }

  /**
   * How far the level is from where it can have wandered: from one that follows it no faster than a few times as fast as it was seen to move.
   * @param level average deviation, in standard deviations
   * @param steps sampling intervals since the last sample
   */
  leap(level: number, steps: number): number {
    const most = FASTER * this.#speed * steps;
    this.#reachable += between(level - this.#reachable, -most, most);
    return Math.abs(level - this.#reachable);
  }

  /** The level is a new one, or has not been seen for a while: it is where it should be. */
  rest(): void {
    this.#reachable = 0;
  }

  /** Follows a level that has left its band, no faster than it was seen to wander. @param steps sampling intervals since the last sample */
  creep(value: number, steps: number, horizon: number): void {
    this.#slow.take(clip(this.z(value)), this.autocorrelation, this.uncertainty(horizon));
    const most = Math.min(this.#speed * steps, Math.max(0, FARTHEST * Math.sqrt(this.wander) - this.#crept));
    const step = between(this.z(value) * this.#rate, -most, most);
    this.#crept += Math.abs(step);
    this.location += this.scale * step;
  }

  snapshot(): Json {
    const { location, scale, autocorrelation, count, wander } = this;
    return [
      location,
      scale,
      autocorrelation,
      count,
      this.#last,
      this.#floor,
      wander,
      this.#rate,
      this.#speed,
      this.#crept,
      this.#reachable,
      this.leapt ? 1 : 0,
      ...this.#slow.snapshot(),
    ];
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 14) throw new RangeError("The snapshot does not fit.");
    this.#slow.restore(state.slice(12));
    const [location, scale, autocorrelation, count, last, floor, ...more] = state.slice(0, 12).map(num);
    const [wander, rate, speed, crept, reachable, leapt] = more;
    this.location = location!;
    this.scale = scale!;
    this.autocorrelation = autocorrelation!;
    this.count = count!;
    this.#last = last!;
    this.#floor = floor!;
    this.wander = wander!;
    this.#rate = rate!;
    this.#speed = speed!;
    this.#crept = crept!;
    this.#reachable = reachable!;
    this.leapt = leapt === 1;
  }
}

/** Median of a sorted list. */
export function median(sorted: ArrayLike<number>): number {
  const mid = sorted.length >> 1;
  return sorted.length % 2 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
}

/** Lag-one autocorrelation of clipped deviations, with Kendall's (1954) correction of the estimate's bias, 0 … 0.999. */
function serial(values: readonly number[], location: number, scale: number): number {
  let product = 0;
  let square = 0;
  let last = 0;
  for (const v of values) {
    const z = clip((v - location) / scale);
    product += z * last;
    square += z * z;
    last = z;
  }
  const rho = square > 0 ? product / square : 0;
  return between(rho + (1 + 3 * rho) / values.length, 0, 0.999);
}

const clip = (x: number): number => between(x, -CLIP, CLIP);
const between = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));
