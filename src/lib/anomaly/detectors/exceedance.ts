/**
 * Surprise of a statistic whose law is only known from a sample of normal operation: −ln of the probability of at least as
 * much. Beyond a high quantile u the excess is generalised Pareto (Pickands 1975), fitted by moments (Hosking & Wallis 1987) with a shape
 * that is heavier than exponential only by what exceeds its standard error, 1/√n, and never lighter; below, where nothing needs to be exact, it grows in proportion.
 */
import type { Json } from "../../store/store.ts";
import { num } from "../json.ts";

const QUANTILE = 0.95;
const AT_U = -Math.log(1 - QUANTILE);
const HEAVIEST = 0.5;

export class Exceedance {
  /** The quantile, and scale and shape of the excess. */
  #u = 1;
  #scale = 1;
  #shape = 0;

  /** @param values statistics of normal operation, ≥ 0, any order; at least 40 */
  fit(values: readonly number[]): void {
    const sorted = Float64Array.from(values).sort();
    const from = Math.floor(QUANTILE * sorted.length);
    this.#u = Math.max(sorted[from] ?? 1, 1e-9);
    const excess = sorted.subarray(from).map((v) => v - this.#u);
    const mean = excess.reduce((a, b) => a + b, 0) / excess.length;
    const variance = excess.reduce((s, v) => s + (v - mean) ** 2, 0) / excess.length;
    const shape = (variance > 0 ? 0.5 * (1 - (mean * mean) / variance) : 0) - 1 / Math.sqrt(excess.length);
    this.#shape = Math.max(0, Math.min(HEAVIEST, shape));
    this.#scale = Math.max(mean * (1 - this.#shape), 1e-3 * this.#u);
  }

  surprise(value: number): number {
    const excess = value - this.#u;
    if (!(excess > 0)) return (AT_U * value) / this.#u;
    const x = excess / this.#scale;
    return AT_U + (this.#shape < 1e-9 ? x : Math.log1p(this.#shape * x) / this.#shape);
  }

  snapshot(): Json {
    return [this.#u, this.#scale, this.#shape];
  }

  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 3) throw new RangeError("The snapshot does not fit.");
    const [u, scale, shape] = state.map(num);
    this.#u = u!;
    this.#scale = scale!;
    this.#shape = shape!;
  }
}
