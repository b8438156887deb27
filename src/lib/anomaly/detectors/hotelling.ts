/**
 * Detector: Hotelling's T² of the single row (Hotelling 1947; Mason & Young, Multivariate Statistical Process Control with
 * Industrial Applications, 2002, ch. 3). Against a mean and a covariance from m rows of p channels,
 * T² m (m − p) / (p (m + 1) (m − 1)) of a new row follows F with p and m − p degrees of freedom: that is its surprise, also for a young
 * model. A missing channel is left out, and the degrees of freedom with it.
 */
import type { Json } from "../../store/store.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fSurprise } from "../f-distribution.ts";
import { fields, num, pack, unpack } from "../json.ts";
import { cholesky, solveCholesky } from "../matrix.ts";
import { beyond } from "./mewma.ts";

const REFRESH = 64;
/** Smallest variance of a channel, in variances of its baseline. */
const LEAST = 1e-2;

export class Hotelling implements Detector {
  t2 = 0;
  readonly #p: number;
  /** Rows learned, their mean, and the sums of squares and products about it. */
  #rows = 0;
  readonly #mean: Float64Array;
  readonly #products: Float64Array;
  /** Factor of the covariance of the channels in `#seen`. */
  #factor: Float64Array | undefined;
  #seen: number[] = [];
  #age = REFRESH;
  #verdict: Verdict;

  constructor(channels: number) {
    this.#p = channels;
    this.#mean = new Float64Array(channels);
    this.#products = new Float64Array(channels * channels);
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  /** Learns from complete rows. */
  fit(rows: readonly Float64Array[]): void {
    for (const z of rows) this.learn(z);
  }

  update({ z, band, learn }: Sample): Verdict {
    this.#judge(z, band);
    if (learn) this.learn(z);
    return this.#verdict;
  }

  /** Learns from a complete row (Welford's recursion, 1962). */
  learn(z: Float64Array): void {
    if (z.some(Number.isNaN)) return;
    const p = this.#p;
    const n = ++this.#rows;
    const before = z.map((v, i) => v - this.#mean[i]!);
    for (let i = 0; i < p; i++) this.#mean[i]! += before[i]! / n;
    for (let i = 0; i < p; i++)
      for (let j = 0; j <= i; j++) this.#products[i * p + j]! += before[i]! * (z[j]! - this.#mean[j]!);
    this.#age++;
  }

  /** T² that a normal row exceeds with probability `alpha`: its upper control limit, by bisection. */
  limit(alpha: number): number {
    const wanted = -Math.log(alpha);
    let [low, high] = [0, 1];
    while (this.#surpriseOf(high, this.#p) < wanted) high *= 2;
    for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
      const middle = (low + high) / 2;
      if (this.#surpriseOf(middle, this.#p) < wanted) low = middle;
      else high = middle;
    }
    return high;
  }

  #surpriseOf(t2: number, p: number): number {
    const m = this.#rows;
    return m > p + 1 ? fSurprise((t2 * m * (m - p)) / (p * (m + 1) * (m - 1)), p, m - p) : 0;
  }

  #judge(z: Float64Array, band: Float64Array): void {
    const { shares } = this.#verdict;
    shares.fill(0);
    this.t2 = 0;
    this.#verdict.surprise = 0;
    const seen: number[] = [];
    for (let i = 0; i < this.#p; i++) if (!Number.isNaN(z[i]!)) seen.push(i);
    const n = seen.length;
    if (n === 0 || this.#rows <= n + 1) return;
    if (this.#age >= REFRESH || seen.join() !== this.#seen.join()) this.#invert(seen);
    if (!this.#factor) return;
    const d = Float64Array.from(seen, (i) => beyond(z[i]! - this.#mean[i]!, band[i]!));
    const x = d.slice();
    solveCholesky(this.#factor, n, x);
    let positive = 0;
    for (let k = 0; k < n; k++) {
      const part = d[k]! * x[k]!;
      this.t2 += part;
      if (part > 0) positive += shares[seen[k]!] = part;
    }
    if (positive > 0) for (const i of seen) shares[i]! /= positive;
    this.#verdict.surprise = this.#surpriseOf(this.t2, n);
  }

  #invert(seen: number[]): void {
    const n = seen.length;
    const s = new Float64Array(n * n);
    for (let a = 0; a < n; a++)
      for (let b = 0; b <= a; b++) s[a * n + b] = this.#products[seen[a]! * this.#p + seen[b]!]! / (this.#rows - 1);
    // Channels that are the same to rounding, or stood still, would make it singular.
    for (let a = 0; a < n; a++) s[a * n + a] = Math.max(LEAST, s[a * n + a]! * (1 + 1e-12));
    this.#factor = cholesky(s, n);
    this.#seen = seen;
    this.#age = 0;
  }

  snapshot(): Json {
    return {
      rows: this.#rows,
      mean: pack(this.#mean),
      products: pack(this.#products),
      seen: this.#seen.slice(),
      factor: this.#factor ? pack(this.#factor) : null,
      age: this.#age,
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    this.#rows = num(s.rows);
    unpack(s.mean, this.#mean);
    unpack(s.products, this.#products);
    this.#seen = Array.isArray(s.seen) ? s.seen.map(num) : [];
    this.#factor = undefined;
    if (s.factor !== null) unpack(s.factor, (this.#factor = new Float64Array(this.#seen.length ** 2)));
    this.#age = num(s.age);
  }
}
