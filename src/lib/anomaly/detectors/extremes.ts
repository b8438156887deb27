/**
 * Detector: a value beyond the range that its channel has ever had. A tank has a brim and a pump a greatest flow, so that what lies well within
 * three standard deviations may still be impossible; how soon the highest values of the past thin out tells how far the next can reach.
 *
 * Peaks over threshold (Coles 2001, ch. 4) for each channel and direction: the highest value of each stretch, of which the largest are kept. Their
 * excess over the next largest is exponential, and what is beyond is judged by the *predictive* law (a gamma posterior of the mean excess gives
 * a Lomax distribution), which prices in how few they are. It is news: what has been reached is known from then on, and whether it is normal to stay there is the
 * question of the other detectors.
 */
import type { Json } from "../../store/store.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fields, pack, unpack } from "../json.ts";
import { beyond } from "./mewma.ts";

/** Peaks kept at most, and as a share of all stretches. */
const PEAKS = 20;
const SHARE = 1 / 4;
/** Samples of a stretch at least and at most; between, as many as are worth one independent value. */
const SHORTEST = 16;
const LONGEST = 256;
/** Weight, in peaks, of a mean excess assumed beforehand, in standard deviations. */
const WEIGHT = 5;
const ASSUMED = 0.25;
const KEPT = PEAKS + 1;

export class Extremes implements Detector {
  readonly #channels: number;
  /** For each channel and direction the largest peaks, falling; then the peak of the stretch that is going on. */
  readonly #peaks: Float64Array;
  readonly #running: Float64Array;
  /** The level beyond which peaks are judged, of each channel and direction; nothing is before there are stretches enough. */
  readonly #edge: Float64Array;
  /** Per channel: samples, stretches, samples of the stretch that is going on. */
  readonly #samples: Float64Array;
  readonly #stretches: Float64Array;
  readonly #length: Float64Array;
  readonly #verdict: Verdict;

  constructor(channels: number) {
    this.#channels = channels;
    this.#peaks = new Float64Array(2 * channels * KEPT);
    this.#running = new Float64Array(2 * channels);
    this.#edge = new Float64Array(2 * channels).fill(Number.POSITIVE_INFINITY);
    this.#samples = new Float64Array(channels);
    this.#stretches = new Float64Array(channels);
    this.#length = new Float64Array(channels);
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  update({ z, uncertainty, band }: Sample): Verdict {
    const v = this.#verdict;
    v.shares.fill(0);
    v.surprise = 0;
    let looked = 0;
    let farthest = -1;
    for (let i = 0; i < this.#channels; i++) {
      const value = z[i]!;
      if (Number.isNaN(value)) continue;
      looked++;
      if (Math.abs(value) <= this.#edge[2 * i + (value > 0 ? 0 : 1)]!) continue;
      const size = Math.abs(beyond(value, band[i]!)) / Math.sqrt(1 + uncertainty[i]!);
      const surprise = this.#judge(i, value > 0 ? 0 : 1, size);
      if (surprise <= v.surprise) continue;
      v.surprise = surprise;
      farthest = i;
    }
    if (farthest >= 0) v.shares[farthest] = 1;
    v.surprise = Math.max(0, v.surprise - Math.log(2 * Math.max(1, looked)));
    return v;
  }

  /** Peaks that are judged by. */
  #count(i: number): number {
    return Math.floor(Math.min(PEAKS, SHARE * this.#stretches[i]!));
  }

  #renew(i: number): void {
    const k = this.#count(i);
    for (let at = 2 * i; at < 2 * i + 2; at++)
      this.#edge[at] = k < 1 ? Number.POSITIVE_INFINITY : this.#peaks[at * KEPT + k]!;
  }

  /** −ln of the probability of a peak so high in one sample. */
  #judge(i: number, side: number, size: number): number {
    const k = this.#count(i);
    const from = (2 * i + side) * KEPT;
    const u = this.#peaks[from + k]!;
    if (!(size > u)) return 0;
    let sum = WEIGHT * ASSUMED;
    for (let j = 0; j < k; j++) sum += this.#peaks[from + j]! - u;
    const law = Math.log(this.#samples[i]! / k) + (k + WEIGHT) * Math.log1p((size - u) / sum);
    // What has been there so many times already is no rarer than that.
    let times = 0;
    while (times < k && this.#peaks[from + times]! >= size) times++;
    return times === 0 ? law : Math.min(law, Math.log(this.#samples[i]! / times));
  }

  /** What has been seen is known from now on, also while an alarm stands. */
  learn({ z, autocorrelation }: Pick<Sample, "z" | "autocorrelation">): void {
    for (let i = 0; i < this.#channels; i++) {
      const value = z[i]!;
      if (Number.isNaN(value)) continue;
      const at = 2 * i + (value > 0 ? 0 : 1);
      this.#running[at] = Math.max(this.#running[at]!, Math.abs(value));
      this.#samples[i]!++;
      const phi = autocorrelation[i]!;
      const memory = (1 + phi) / (1 - phi);
      if (++this.#length[i]! < Math.max(SHORTEST, Math.min(LONGEST, memory))) continue;
      this.#length[i] = 0;
      this.#stretches[i]!++;
      this.#insert(2 * i);
      this.#insert(2 * i + 1);
      this.#renew(i);
    }
  }

  #insert(at: number): void {
    const peak = this.#running[at]!;
    this.#running[at] = 0;
    const list = this.#peaks.subarray(at * KEPT, (at + 1) * KEPT);
    if (peak <= list[KEPT - 1]!) return;
    let j = KEPT - 1;
    for (; j > 0 && list[j - 1]! < peak; j--) list[j] = list[j - 1]!;
    list[j] = peak;
  }

  /** A channel measures something else from now on. */
  forget(i: number): void {
    this.#peaks.fill(0, 2 * i * KEPT, 2 * (i + 1) * KEPT);
    this.#running[2 * i] = this.#running[2 * i + 1] = 0;
    this.#samples[i] = this.#stretches[i] = this.#length[i] = 0;
    this.#renew(i);
  }

  snapshot(): Json {
    return {
      peaks: pack(this.#peaks),
      running: pack(this.#running),
      samples: pack(this.#samples),
      stretches: pack(this.#stretches),
      length: pack(this.#length),
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: Json): void {
    const s = fields(state);
    unpack(s.peaks, this.#peaks);
    unpack(s.running, this.#running);
    unpack(s.samples, this.#samples);
    unpack(s.stretches, this.#stretches);
    unpack(s.length, this.#length);
    for (let i = 0; i < this.#channels; i++) this.#renew(i);
  }
}
