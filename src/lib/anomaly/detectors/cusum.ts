/**
 * Detector: cumulative sum of standardised deviations (Page, Biometrika 41, 1954), upwards and downwards:
 * S⁺ ← max(0, S⁺ + z − k), S⁻ ← max(0, S⁻ − z − k). With k = 0.5 it is the fastest there is for a shift of one standard
 * deviation; its limit h follows from a wanted average run length (arl.ts).
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";
import { cusumLimit } from "./arl.ts";

/** One wild value must not fill the sum. */
const CLIP = 4;

export interface CusumOptions {
  /** Mean number of samples between false alarms, both directions together. */
  arl?: number;
  /** Decision interval in standard deviations, instead of `arl`. */
  h?: number;
  /** Reference value: half the shift to be found, in standard deviations. */
  k?: number;
}

export class Cusum {
  readonly h: number;
  readonly k: number;
  /** Sums upwards and downwards, standard deviations. */
  up = 0;
  down = 0;
  /** Sums are kept below this: the deeper, the longer they take to come back. */
  most = Number.POSITIVE_INFINITY;

  /** @throws RangeError when the wanted run length is too short */
  constructor({ arl = 43_200, k = 0.5, h }: CusumOptions = {}) {
    this.k = k;
    this.h = h ?? cusumLimit(arl, k);
  }

  /**
   * @param z deviation from the baseline in standard deviations; NaN when missing
   * @returns the larger sum over its limit: an alarm above 1. Does not reset by itself.
   */
  update(z: number): number {
    if (!Number.isNaN(z)) {
      const x = Math.max(-CLIP, Math.min(CLIP, z));
      this.up = Math.min(this.most, Math.max(0, this.up + x - this.k));
      this.down = Math.min(this.most, Math.max(0, this.down - x - this.k));
    }
    return Math.max(this.up, this.down) / this.h;
  }

  reset(): void {
    this.up = 0;
    this.down = 0;
  }

  snapshot(): Json {
    return { up: this.up, down: this.down };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.up = num(s.up);
    this.down = num(s.down);
  }
}
