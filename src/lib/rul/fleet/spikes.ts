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
  const usual = Math.max(quantile(sorted, 0.5) / 0.6745, quantile(sorted, 0.9) / 1.6449) / Math.SQRT2;
  return usual > 0 ? usual : (SEEN * sorted[sorted.length - 1]!) / FAR;
}
