/**
 * Wild samples (a lost bit, a loose plug, a zero for "no value") say nothing about wear. A sample far from the level of its signal counts as
 * missing until others confirm it: the third in a row on the same side is believed, as a machine may really have changed.
 */

import { ascending, quantile } from "../../statistics.ts";
import type { Json } from "../../store/store.ts";

/** So many deviations from its level a sample is far. */
const FAR = 8;
/** The same before any level is known, in deviations of the fleet. */
const FAR_AT_FIRST = 8;
/** So many far samples in a row are believed. */
const BELIEVED = 3;
/** A move of a signal that hardly ever moves may be so many times the largest that was seen. */
const SEEN = 1.5;
/** After that, more far samples on that side are believed at once, until so many near ones have come. */
const MEMORY = 10;
/** How fast the level follows. */
const GAIN = 0.3;

/** The gate of one unit, for normalised signals. */
export class SpikeGate {
  readonly #noise: ArrayLike<number>;
  /** Level of every signal, NaN while unknown. */
  readonly #level: Float64Array;
  /** Far samples in a row, negative below the level. */
  readonly #run: Int32Array;

  /** @param noise standard deviation of a sample around its level, per signal; what is not above zero is not judged */
  constructor(noise: ArrayLike<number>) {
    this.#noise = noise;
    this.#level = new Float64Array(noise.length).fill(Number.NaN);
    this.#run = new Int32Array(noise.length);
  }

  /** Takes the next row; what is not believed becomes NaN in it. */
  pass(z: Float64Array): void {
    const level = this.#level;
    const run = this.#run;
    for (let s = 0; s < z.length; s++) {
      const x = z[s]!;
      const noise = this.#noise[s]!;
      if (Number.isNaN(x) || !(noise > 0)) continue;
      const fresh = Number.isNaN(level[s]!);
      const error = fresh ? x : x - level[s]!;
      if (Math.abs(error) <= (fresh ? Math.max(FAR_AT_FIRST, FAR * noise) : FAR * noise)) {
        level[s] = fresh ? x : level[s]! + GAIN * error;
        // Where growth has been believed, more of it soon after needs no new proof.
        run[s] = Math.abs(run[s]!) > BELIEVED ? run[s]! - Math.sign(run[s]!) : 0;
        continue;
      }
      const side = error > 0 ? 1 : -1;
      run[s] = run[s]! * side > 0 ? run[s]! + side : side;
      if (run[s]! * side >= BELIEVED) {
        level[s] = x;
        run[s] = side * MEMORY;
      } else z[s] = Number.NaN;
    }
  }

  snapshot(): Json {
    return [Array.from(this.#level, (x) => (Number.isNaN(x) ? null : x)), [...this.#run]];
  }

  restore(state: Json): void {
    const [level, run] = state as [(number | null)[], number[]];
    this.#level.set(level.map((x) => x ?? Number.NaN));
    this.#run.set(run);
  }
}

/**
 * Standard deviation of a sample around its level, from the differences of neighbours: the median and the ninth decile of their size, so that
 * neither wild samples nor many equal ones decide. Of a signal that hardly ever moves, all moves that were seen must pass the gate.
 * @param series normalised values of one signal, one array per unit; NaN is missing
 */
export function sampleDeviation(series: readonly Float64Array[]): number {
  const differences: number[] = [];
  for (const z of series) {
    let before = Number.NaN;
    for (const x of z) {
      if (Number.isNaN(x)) continue;
      if (!Number.isNaN(before)) differences.push(Math.abs(x - before));
      before = x;
    }
  }
  if (differences.length === 0) return 0;
  const sorted = ascending(differences);
  const usual = usualDeviation(sorted, FLEET);
  return usual > 0 ? usual : (SEEN * sorted[sorted.length - 1]!) / FAR;
}

/** Shares of absolute differences, with what a standard normal number has there. A few samples hold many wild ones now and then. */
const FLEET = { share: 0.9, normal: 1.6449 };
const ALONE = { share: 0.75, normal: 1.1503 };

/** @param sorted absolute differences of neighbours, ascending */
const usualDeviation = (sorted: ArrayLike<number>, { share, normal }: typeof FLEET): number =>
  Math.max(quantile(sorted, 0.5) / 0.6745, quantile(sorted, share) / normal) / Math.SQRT2;

/** The newest differences that tell the deviation of a signal of which no fleet is known, and the fewest. */
const NEWEST = 60;
const FEWEST = 12;

/** The gate of one signal of one unit, that learns the deviation from what it has seen. */
export class OwnSpikeGate {
  readonly #differences: number[] = [];
  readonly #noise = new Float64Array(1);
  readonly #gate = new SpikeGate(this.#noise);
  readonly #row = new Float64Array(1);
  #before = Number.NaN;
  /** Origin and unit of the gate's numbers, once there are enough samples. */
  #scale: { origin: number; unit: number } | undefined;

  /** The value, or NaN when it is not believed. */
  pass(x: number): number {
    if (Number.isNaN(x)) return x;
    const differences = this.#differences;
    if (!Number.isNaN(this.#before)) differences.push(Math.abs(x - this.#before));
    if (differences.length > NEWEST) differences.shift();
    const deviation = differences.length < FEWEST ? 0 : usualDeviation(ascending(differences), ALONE);
    if (deviation > 0) this.#scale ??= { origin: this.#before, unit: deviation };
    this.#before = x;
    if (!this.#scale || !(deviation > 0)) return x;
    const { origin, unit } = this.#scale;
    this.#noise[0] = deviation / unit;
    this.#row[0] = (x - origin) / unit;
    this.#gate.pass(this.#row);
    return Number.isNaN(this.#row[0]) ? Number.NaN : x;
  }
}
