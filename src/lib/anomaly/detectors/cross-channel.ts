/**
 * Detector: each channel predicted from all others, from the whole previous row and from the hour of day. Finds what no single signal shows: a
 * level that does not follow its pump, a valve that is reported open while nothing flows.
 *
 * All ridge regressions at once: with v = (row, previous row, hour, 1) and A = E(v vᵀ) + ridge · I, the residual of channel i
 * given everything else is (A⁻¹ v)ᵢ / (A⁻¹)ᵢᵢ (Lauritzen, Graphical Models, 1996, § 5.1), so a row costs one matrix times a vector. The sums
 * of v vᵀ are all that is kept of the past. The scale of each residual, and how surprising their sum of squares is, are
 * judged on parts of the learning record that the prediction has not seen.
 */
import type { Json } from "../../store/store.ts";
import type { Detector, Sample, Verdict } from "../detector.ts";
import { fields, num, pack, unpack } from "../json.ts";
import { cholesky, solveCholesky } from "../matrix.ts";
import { Exceedance } from "./exceedance.ts";
import { beyond } from "./mewma.ts";

const DAY = 86_400_000;
/** Ridge, in variances of a channel: inputs are believed to a tenth of their deviation. */
const RIDGE = 0.01;
/** Residuals below this share of a channel's deviation are never odd. */
const SMALLEST = 0.15;
/** A single residual counts as at most ten of its standard deviations. */
const CAP = 100;
/** Deviations are taken as at most this many standard deviations. */
const CLIP = 10;
const HARMONICS = 4;
/** Days that the learning record must hold before the hour of day is used. */
const DAYS = 2;
/** Rows over which the scales of the residuals follow, and mean square of a standard normal deviate clipped at 3. */
const FOLLOW = 1000;
const CLIPPED_VARIANCE = 0.985;
const FOLDS = 4;
/** Stretches that take turns in the folds. */
const STRETCHES = 32;
/** Learned rows per unknown below which there is nothing to say. */
const ENOUGH = 4;
const LONG_GAP = 5;
/** Residuals that tell a scale, and the scale of a channel that has fewer. */
const FEWEST_SEEN = 20;
const UNKNOWN = 1e9;

export class CrossChannel implements Detector {
  /** Residuals in their standard deviations; NaN for a missing channel. */
  readonly residual: Float64Array;
  readonly #p: number;
  readonly #n: number;
  readonly #v: Float64Array;
  readonly #sums: Float64Array;
  /** The first p rows of A⁻¹. */
  #inverse: Float64Array;
  #sigma: Float64Array;
  /** Mean and standard deviation of each channel's deviations in the learning record. */
  #mean: Float64Array;
  #spread: Float64Array;
  readonly #exceedance = new Exceedance();
  #ready = false;
  #hours = false;
  #rows = 0;
  /** Rows after which the past fades, and rows until the inverse is made anew. */
  #horizon = 0;
  #stale = 0;
  /** False while the previous row is unknown. */
  #joined = false;
  #verdict: Verdict;

  /** @param channels number of channels, p */
  constructor(channels: number) {
    const p = (this.#p = channels);
    const n = (this.#n = 2 * p + 2 * HARMONICS + 1);
    this.#v = new Float64Array(n);
    this.#sums = new Float64Array(n * n);
    this.#inverse = new Float64Array(p * n);
    this.#sigma = new Float64Array(p).fill(1);
    this.#mean = new Float64Array(p);
    this.#spread = new Float64Array(p).fill(1);
    this.residual = new Float64Array(p).fill(Number.NaN);
    this.#verdict = { surprise: 0, shares: new Float64Array(p) };
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Rows that it takes to learn anything. */
  get fewest(): number {
    return ENOUGH * this.#n;
  }

  /**
   * Learns from a first stretch.
   * @param times source times, ms
   * @param rows standardised deviations, NaN where missing
   * @param horizon rows after which the past fades
   * @returns surprise of each row, judged by a prediction that has not seen it; undefined when there are too few rows
   */
  fit(times: readonly number[], rows: readonly Float64Array[], horizon: number): number[] | undefined {
    const n = this.#n;
    this.#horizon = horizon;
    this.#sums.fill(0);
    this.#stale = 0;
    if (this.#p < 2 || rows.length < this.fewest) return undefined;
    this.#hours = times[times.length - 1]! - times[0]! >= DAYS * DAY;
    this.#standardise(rows);
    const fold = (k: number) => Math.floor((k * STRETCHES) / rows.length) % FOLDS;
    const parts = Array.from({ length: FOLDS }, () => ({ sums: new Float64Array(n * n), rows: 0 }));
    this.#each(times, rows, (k) => {
      const part = parts[fold(k)]!;
      this.#add(part.sums);
      part.rows++;
    });
    for (const part of parts) for (let i = 0; i < part.sums.length; i++) this.#sums[i]! += part.sums[i]!;
    this.#rows = parts.reduce((s, part) => s + part.rows, 0);
    const inverses = parts.map((part) =>
      this.#invert(
        this.#sums.map((s, i) => s - part.sums[i]!),
        this.#rows - part.rows,
      ),
    );
    const held = this.#heldOut(times, rows, (k) => inverses[fold(k)]!);
    this.#inverse = this.#invert(this.#sums, this.#rows);
    this.#ready = true;
    this.#joined = false;
    return held;
  }

  /** Pumps and valves are mostly off or mostly on: only mean and standard deviation give both states their due. */
  #standardise(rows: readonly Float64Array[]): void {
    for (let i = 0; i < this.#p; i++) {
      let [n, sum, squares] = [0, 0, 0];
      for (const z of rows) if (!Number.isNaN(z[i]!)) [n, sum] = [n + 1, sum + z[i]!];
      const mean = n ? sum / n : 0;
      for (const z of rows) if (!Number.isNaN(z[i]!)) squares += (z[i]! - mean) ** 2;
      this.#mean[i] = mean;
      this.#spread[i] = Math.sqrt(squares / Math.max(1, n)) || 1;
    }
  }

  /** Scales from the residuals of rows the prediction has not seen; then their surprise. */
  #heldOut(times: readonly number[], rows: readonly Float64Array[], inverse: (k: number) => Float64Array): number[] {
    const p = this.#p;
    const raw: Float64Array[] = [];
    const square = new Float64Array(p);
    const count = new Float64Array(p);
    this.#sigma.fill(1);
    this.#each(times, rows, (k) => {
      this.#inverse = inverse(k);
      this.#predict(rows[k]!);
      raw[k] = this.residual.slice();
      this.residual.forEach((r, i) => {
        if (Number.isNaN(r)) return;
        square[i]! += r * r;
        count[i]!++;
      });
    });
    // Of a channel that was hardly seen nothing is odd.
    for (let i = 0; i < p; i++)
      this.#sigma[i] = count[i]! < FEWEST_SEEN ? UNKNOWN : Math.max(SMALLEST, Math.sqrt(square[i]! / count[i]!));
    const sums = rows.map((_, k) => {
      if (!raw[k]) return 0;
      for (let i = 0; i < p; i++) this.residual[i] = raw[k]![i]! / this.#sigma[i]!;
      return this.#sum();
    });
    this.#exceedance.fit(sums);
    return sums.map((s) => this.#exceedance.surprise(s));
  }

  /** Runs through rows in order; calls back, with v set, where the previous row is known. */
  #each(times: readonly number[], rows: readonly Float64Array[], use: (k: number) => void): void {
    this.#joined = false;
    this.#v.fill(0);
    rows.forEach((z, k) => {
      const joined = this.#take(times[k]!, z);
      if (joined) use(k);
    });
  }

  /** Moves on to the next row. @returns whether the previous row is known too */
  #take(time: number, z: Float64Array): boolean {
    const p = this.#p;
    const v = this.#v;
    const joined = this.#joined;
    v.copyWithin(p, 0, p);
    // A missing value stays what it was, which is what the others said of it, or its last value.
    for (let i = 0; i < p; i++) if (!Number.isNaN(z[i]!)) v[i] = clip((z[i]! - this.#mean[i]!) / this.#spread[i]!);
    if (this.#hours) {
      const angle = ((time % DAY) / DAY) * 2 * Math.PI;
      for (let h = 0; h < HARMONICS; h++) {
        v[2 * p + 2 * h] = Math.SQRT2 * Math.sin((h + 1) * angle);
        v[2 * p + 2 * h + 1] = Math.SQRT2 * Math.cos((h + 1) * angle);
      }
    }
    v[this.#n - 1] = 1;
    this.#joined = true;
    return joined;
  }

  #add(sums: Float64Array): void {
    const n = this.#n;
    const v = this.#v;
    for (let i = 0; i < n; i++) {
      const a = v[i]!;
      if (a !== 0) for (let j = 0, at = i * n; j <= i; j++, at++) sums[at]! += a * v[j]!;
    }
  }

  #invert(sums: Float64Array, rows: number): Float64Array {
    const n = this.#n;
    const a = sums.map((s) => s / Math.max(1, rows));
    for (let i = 0; i < n; i++) a[i * n + i]! += RIDGE;
    const inverse = new Float64Array(this.#p * n);
    const factor = cholesky(a, n);
    if (!factor) return inverse;
    for (let i = 0; i < this.#p; i++) {
      const column = inverse.subarray(i * n, (i + 1) * n);
      column[i] = 1;
      solveCholesky(factor, n, column);
    }
    return inverse;
  }

  update({ time, steps, z, band, learn }: Sample): Verdict {
    const verdict = this.#verdict;
    verdict.shares.fill(0);
    verdict.surprise = 0;
    if (!this.#ready) return verdict;
    if (steps > LONG_GAP) this.#joined = false;
    if (!this.#take(time, z)) return verdict;
    this.#predict(z, band);
    const sum = this.#sum();
    verdict.surprise = this.#exceedance.surprise(sum);
    if (sum > 0)
      for (let i = 0; i < this.#p; i++) {
        const r = this.residual[i]!;
        verdict.shares[i] = Number.isNaN(r) ? 0 : Math.min(CAP, r * r) / sum;
      }
    if (learn) this.#learn();

    return verdict;
  }

  /** Residuals of the row in v; a missing channel takes the value that the others predict. */
  #predict(z: Float64Array, band?: Float64Array): void {
    const n = this.#n;
    const v = this.#v;
    for (let i = 0; i < this.#p; i++) {
      if (Number.isNaN(z[i]!)) v[i] = v[i]! - this.#deviation(i, n);
    }
    for (let i = 0; i < this.#p; i++)
      this.residual[i] = Number.isNaN(z[i]!)
        ? Number.NaN
        : beyond(this.#deviation(i, n), (band?.[i] ?? 0) / this.#spread[i]!) / this.#sigma[i]!;
  }

  #deviation(i: number, n: number): number {
    const v = this.#v;
    let sum = 0;
    for (let j = 0, at = i * n; j < n; j++, at++) sum += this.#inverse[at]! * v[j]!;
    return sum / (this.#inverse[i * n + i]! || 1);
  }

  /** Mean square of the residuals times their number, so that a missing channel does not make the rest look calm. */
  #sum(): number {
    let sum = 0;
    let seen = 0;
    for (const r of this.residual) {
      if (Number.isNaN(r)) continue;
      seen++;
      sum += Math.min(CAP, r * r);
    }
    return seen ? (sum * this.#p) / seen : 0;
  }

  /** The scales of the residuals follow. */
  #follow(): void {
    for (let i = 0; i < this.#p; i++) {
      const r = this.residual[i]!;
      if (Number.isNaN(r) || this.#sigma[i] === UNKNOWN) continue;
      const growth = 1 + (Math.min(9, r * r) / CLIPPED_VARIANCE - 1) / FOLLOW;
      this.#sigma[i] = Math.max(SMALLEST, this.#sigma[i]! * Math.sqrt(growth));
    }
  }

  #learn(): void {
    this.#follow();
    this.#add(this.#sums);
    this.#rows++;
    if (++this.#stale < Math.max(256, this.#rows >> 3)) return;
    this.#stale = 0;
    if (this.#rows > this.#horizon) {
      const keep = this.#horizon / this.#rows;
      for (let i = 0; i < this.#sums.length; i++) this.#sums[i]! *= keep;
      this.#rows *= keep;
    }
    this.#inverse = this.#invert(this.#sums, this.#rows);
  }

  /** A channel measures something else from now on: there is nothing to say until all is learned anew. */
  forget(): void {
    this.#ready = false;
  }

  /** Levels have changed: the previous row says nothing about the next. */
  part(): void {
    this.#joined = false;
  }

  snapshot(): Json {
    return {
      ready: this.#ready,
      hours: this.#hours,
      joined: this.#joined,
      counts: [this.#rows, this.#horizon, this.#stale],
      v: pack(this.#v),
      sums: this.#ready ? pack(this.#sums) : null,
      inverse: this.#ready ? pack(this.#inverse) : null,
      sigma: pack(this.#sigma),
      mean: pack(this.#mean),
      spread: pack(this.#spread),
      residual: pack(this.residual),
      exceedance: this.#exceedance.snapshot(),
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    if (!Array.isArray(s.counts) || s.counts.length !== 3) throw new RangeError("The snapshot does not fit.");
    const [rows, horizon, stale] = s.counts.map(num);
    this.#ready = s.ready === true;
    this.#hours = s.hours === true;
    this.#joined = s.joined === true;
    this.#rows = rows!;
    this.#horizon = horizon!;
    this.#stale = stale!;
    unpack(s.v, this.#v);
    if (s.sums !== null) unpack(s.sums, this.#sums);
    if (s.inverse !== null) unpack(s.inverse, this.#inverse);
    unpack(s.sigma, this.#sigma);
    unpack(s.mean, this.#mean);
    unpack(s.spread, this.#spread);
    unpack(s.residual, this.residual);
    this.#exceedance.restore(s.exceedance);
  }
}

const clip = (x: number): number => Math.max(-CLIP, Math.min(CLIP, x));
