/**
 * Detector: multivariate exponentially weighted moving average (Lowry, Woodall, Champ & Rigdon, Technometrics 34, 1992).
 *
 * Each channel's standardised deviation is smoothed, e ← (1 − λ) e + λ z, and T² = uᵀ R⁻¹ u with u = e in its own
 * standard deviations (their eq. 1–3). Additions for data as they come: the variance of e follows the exact recursion
 * v ← (1 − λ)² v + λ², so start-up, missing values and irregular time are right by construction; it is widened by the
 * channel's autocorrelation, as an AR(1) process requires, and by the uncertainty of the baseline; R is learned from
 * clipped deviations and shrunk towards the identity.
 */
import type { Json } from "../../store/store.ts";
import { chi2Surprise } from "../chi2.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fields, num, pack, unpack } from "../json.ts";
import { cholesky, solveCholesky } from "../matrix.ts";

/** One wild value must not ring in the average for long. */
const CLIP = 8;
const LEARN_CLIP = 3;
/** Rows between two inversions of the correlation matrix. */
const REFRESH = 64;

export interface MewmaOptions {
  channels: number;
  /** Smoothing per usual sampling interval, 0 < λ ≤ 1. */
  lambda: number;
  /** Rows after which the correlation forgets. */
  horizon: number;
}

export class Mewma implements Detector {
  /** Smoothed deviation in its own standard deviations; NaN for a channel not seen yet. */
  readonly u: Float64Array;
  /** The same with the smallest deviation that matters in it: what is nobody's concern is no new normal either. */
  readonly whole: Float64Array;
  /** Hotelling's T² of the smoothed deviations. */
  t2 = 0;
  #options: MewmaOptions;
  #e: Float64Array;
  #v: Float64Array;
  #correlation: Float64Array;
  /** Rows learned. */
  #rows = 0;
  #seen: number[] = [];
  #factor: Float64Array | undefined;
  #stale = true;
  #verdict: Verdict;

  constructor(options: MewmaOptions) {
    const n = options.channels;
    this.#options = options;
    this.u = new Float64Array(n).fill(Number.NaN);
    this.whole = new Float64Array(n).fill(Number.NaN);
    this.#e = new Float64Array(n);
    this.#v = new Float64Array(n);
    this.#correlation = new Float64Array(n * n);
    for (let i = 0; i < n; i++) this.#correlation[i * n + i] = 1;
    this.#verdict = { surprise: 0, shares: new Float64Array(n) };
  }

  update(sample: Sample): Verdict {
    this.#smooth(sample);
    if (sample.learn) this.learn(sample.z);
    return this.#judge();
  }

  /** Learns the correlation from one row of deviations without judging it. */
  learn(z: Float64Array): void {
    const n = z.length;
    const rate = Math.max(1 / (this.#rows + 1), 1 / this.#options.horizon);
    for (let i = 0; i < n; i++) {
      if (Number.isNaN(z[i]!)) continue;
      const a = clip(z[i]!, LEARN_CLIP);
      for (let j = 0; j <= i; j++) {
        if (Number.isNaN(z[j]!)) continue;
        const at = i * n + j;
        this.#correlation[at]! += rate * (a * clip(z[j]!, LEARN_CLIP) - this.#correlation[at]!);
      }
    }
    this.#rows++;
    if (this.#rows % REFRESH === 0) this.#stale = true;
  }

  /** The correlation is complete enough to be used at once. */
  refresh(): void {
    this.#stale = true;
  }

  /** Forgets one channel, which starts anew, or the smoothed deviations of all. */
  forget(channel?: number): void {
    const n = this.u.length;
    for (let i = 0; i < n; i++) {
      if (channel !== undefined && i !== channel) continue;
      this.u[i] = this.whole[i] = Number.NaN;
      this.#e[i] = 0;
      this.#v[i] = 0;
      if (channel === undefined) continue;
      for (let j = 0; j < n; j++) this.#correlation[Math.max(i, j) * n + Math.min(i, j)] = i === j ? 1 : 0;
    }
    this.#stale = true;
  }

  #smooth({ z, steps, autocorrelation, uncertainty, band }: Sample): void {
    const keep = (1 - this.#options.lambda) ** Math.min(steps, 1000);
    const lambda = 1 - keep;
    for (let i = 0; i < z.length; i++) {
      const value = z[i]!;
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(this.u[i]!)) this.#stale = true;
      this.#e[i] = keep * this.#e[i]! + lambda * clip(value, CLIP * Math.sqrt(1 + uncertainty[i]!));
      this.#v[i] = keep * keep * this.#v[i]! + lambda * lambda;
      // Variance of an EWMA of an AR(1) process relative to white noise (e.g. Schmid 1997), never above the process's own.
      const phi = autocorrelation[i]!;
      const widened = Math.min(1, (this.#v[i]! * (1 + phi * keep)) / (1 - phi * keep));
      const sd = Math.sqrt(widened + uncertainty[i]!);
      this.u[i] = beyond(this.#e[i]!, band[i]!) / sd;
      this.whole[i] = this.#e[i]! / sd;
    }
  }

  #judge(): Verdict {
    if (this.#stale) this.#invert();
    const { shares } = this.#verdict;
    shares.fill(0);
    const seen = this.#seen;
    const n = seen.length;
    this.t2 = 0;
    if (!this.#factor || n === 0) {
      this.#verdict.surprise = 0;
      return this.#verdict;
    }
    const x = Float64Array.from(seen, (i) => this.u[i]!);
    solveCholesky(this.#factor, n, x);
    let positive = 0;
    for (let k = 0; k < n; k++) {
      const part = x[k]! * this.u[seen[k]!]!;
      this.t2 += part;
      if (part > 0) positive += shares[seen[k]!] = part;
    }
    if (positive > 0) for (const i of seen) shares[i]! /= positive;
    this.#verdict.surprise = chi2Surprise(this.t2, n);
    return this.#verdict;
  }

  #invert(): void {
    this.#stale = false;
    const n = this.u.length;
    this.#seen = [];
    for (let i = 0; i < n; i++) if (!Number.isNaN(this.u[i]!)) this.#seen.push(i);
    const m = this.#seen.length;
    // The fewer rows per channel, the less the learned correlation is believed.
    const rows = Math.min(this.#rows, this.#options.horizon);
    const shrink = Math.max(0.02, Math.min(1, (2 * m) / (2 * m + rows)));
    const r = new Float64Array(m * m);
    for (let a = 0; a < m; a++)
      for (let b = 0; b <= a; b++) {
        const i = this.#seen[a]!;
        const j = this.#seen[b]!;
        const c = this.#correlation;
        const rho = c[i * n + j]! / Math.sqrt(Math.max(c[i * n + i]! * c[j * n + j]!, 1e-12));
        r[a * m + b] = a === b ? 1 : (1 - shrink) * clip(rho, 1);
      }
    this.#factor = cholesky(r, m);
  }

  snapshot(): Json {
    return {
      e: pack(this.#e),
      v: pack(this.#v),
      u: pack(this.u),
      whole: pack(this.whole),
      correlation: pack(this.#correlation),
      rows: this.#rows,
      // The factor is kept, not computed again: a restart must not change the moment at which it is refreshed.
      seen: this.#seen.slice(),
      factor: this.#factor ? pack(this.#factor) : null,
      stale: this.#stale,
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    unpack(s.e, this.#e);
    unpack(s.v, this.#v);
    unpack(s.u, this.u);
    unpack(s.whole, this.whole);
    unpack(s.correlation, this.#correlation);
    this.#rows = num(s.rows);
    this.#seen = Array.isArray(s.seen) ? s.seen.map(num) : [];
    this.#factor = undefined;
    if (s.factor !== null) unpack(s.factor, (this.#factor = new Float64Array(this.#seen.length ** 2)));
    this.#stale = s.stale !== false;
  }
}

/** What of a deviation lies beyond the smallest that matters. */
export const beyond = (x: number, band: number): number => (x > band ? x - band : x < -band ? x + band : 0);
const clip = (x: number, limit: number): number => Math.max(-limit, Math.min(limit, x));
