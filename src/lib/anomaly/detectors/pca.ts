/**
 * Detector: principal components. T² within the k components that carry the machine's usual movement, and SPE, the squared
 * distance of the row from their plane (Jackson & Mudholkar, Technometrics 21, 1979; Kourti & MacGregor 1995). T² is large when the
 * machine goes further than ever in a usual direction; SPE when the signals no longer move together. The surprise of T² is by F; of
 * SPE by a chi-square with the mean and variance of the learned residuals (Box 1954).
 */
import type { Json } from "../../store/store.ts";
import { chi2Surprise } from "../chi2.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fSurprise } from "../f-distribution.ts";
import { fields, num, pack, unpack } from "../json.ts";
import { eigenSymmetric } from "../matrix.ts";
import { beyond } from "./mewma.ts";

export interface PcaOptions {
  channels: number;
  /** Components to keep; when missing, as many as explain `explained` of the variance. */
  components?: number;
  explained?: number;
}

export class Pca implements Detector {
  t2 = 0;
  /** Squared prediction error. */
  spe = 0;
  /** Components kept; 0 before it is fitted. */
  components = 0;
  readonly #options: PcaOptions;
  #rows = 0;
  readonly #mean: Float64Array;
  /** Eigenvalues, largest first, and eigenvectors, one after the other. */
  readonly #values: Float64Array;
  readonly #vectors: Float64Array;
  #verdict: Verdict;

  constructor(options: PcaOptions) {
    const p = options.channels;
    this.#options = options;
    this.#mean = new Float64Array(p);
    this.#values = new Float64Array(p);
    this.#vectors = new Float64Array(p * p);
    this.#verdict = { surprise: 0, shares: new Float64Array(p) };
  }

  /** Learns from complete rows of normal operation. */
  fit(rows: readonly Float64Array[]): void {
    const p = this.#options.channels;
    const n = (this.#rows = rows.length);
    this.#mean.fill(0);
    for (const z of rows) for (let i = 0; i < p; i++) this.#mean[i]! += z[i]! / n;
    const s = new Float64Array(p * p);
    for (const z of rows)
      for (let i = 0; i < p; i++)
        for (let j = 0; j <= i; j++) s[i * p + j]! += ((z[i]! - this.#mean[i]!) * (z[j]! - this.#mean[j]!)) / (n - 1);
    for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) s[j * p + i] = s[i * p + j]!;
    eigenSymmetric(s, p, this.#values, this.#vectors);
    this.components = this.#options.components ?? this.#enough();
  }

  #enough(): number {
    const { explained = 0.9 } = this.#options;
    const all = this.#values.reduce((a, b) => a + b, 0);
    let sum = 0;
    let k = 0;
    while (k < this.#values.length && sum < explained * all) sum += this.#values[k++]!;
    return k;
  }

  /** Variance that the kept components explain, 0 … 1. */
  get explained(): number {
    const sum = (from: number, to: number) => this.#values.subarray(from, to).reduce((a, b) => a + b, 0);
    return sum(0, this.components) / (sum(0, this.#values.length) || 1);
  }

  /** Judges a complete row; one with a missing value is not judged. */
  update({ z, band }: Sample): Verdict {
    const p = this.#options.channels;
    const k = this.components;
    const { shares } = this.#verdict;
    shares.fill(0);
    this.#verdict.surprise = this.t2 = this.spe = 0;
    if (k === 0 || z.some(Number.isNaN)) return this.#verdict;
    const all = z.map((v, i) => v - this.#mean[i]!);
    const rest = all.slice();
    for (let c = 0; c < k; c++) {
      const axis = this.#vectors.subarray(c * p, (c + 1) * p);
      let score = 0;
      for (let i = 0; i < p; i++) score += axis[i]! * all[i]!;
      for (let i = 0; i < p; i++) rest[i]! -= score * axis[i]!;
      this.t2 += (score * score) / Math.max(this.#values[c]!, 1e-12);
    }
    // A move in which no channel goes farther than the smallest deviation that matters is none.
    if (all.every((v, i) => Math.abs(v) <= band[i]!)) this.t2 = 0;
    for (let i = 0; i < p; i++) this.spe += (rest[i] = beyond(rest[i]!, band[i]!)) ** 2;
    const [inside, outside] = [this.#inside(), this.#outside()];
    this.#verdict.surprise = Math.max(0, Math.max(inside, outside) - Math.LN2);
    // Of a plane left behind the residuals tell; of a move within it the deviations.
    const blame = outside >= inside ? rest : all;
    const sum = blame.reduce((s, v) => s + v * v, 0);
    if (sum > 0) for (let i = 0; i < p; i++) shares[i] = blame[i]! ** 2 / sum;
    return this.#verdict;
  }

  #inside(): number {
    const [m, k] = [this.#rows, this.components];
    return m > k + 1 ? fSurprise((this.t2 * m * (m - k)) / (k * (m + 1) * (m - 1)), k, m - k) : 0;
  }

  #outside(): number {
    let [mean, variance] = [0, 0];
    for (const value of this.#values.subarray(this.components)) {
      mean += Math.max(0, value);
      variance += 2 * value * value;
    }
    if (mean <= 1e-12) return 0;
    const scale = variance / (2 * mean);
    return chi2Surprise(this.spe / scale, Math.max(1, Math.round((2 * mean * mean) / variance)));
  }

  snapshot(): Json {
    return {
      counts: [this.#rows, this.components],
      mean: pack(this.#mean),
      values: pack(this.#values),
      vectors: pack(this.#vectors),
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    if (!Array.isArray(s.counts) || s.counts.length !== 2) throw new RangeError("The snapshot does not fit.");
    const [rows, components] = s.counts.map(num);
    this.#rows = rows!;
    this.components = components!;
    unpack(s.mean, this.#mean);
    unpack(s.values, this.#values);
    unpack(s.vectors, this.#vectors);
  }
}
