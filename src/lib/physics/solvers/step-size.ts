/** How long the next step is. */
import type { Method, OdeProblem, Tolerances } from "./problem.ts";

/**
 * Step size from the error of the step before and the last good one: PI control for the explicit methods (Hairer,
 * Nørsett & Wanner I, II.4), predictive control for the implicit one (Gustafsson 1994; Hairer & Wanner II, IV.8.25).
 */
export class StepControl {
  #lastError = 1e-4;
  #lastStep = 0;
  #rejected = false;

  /** Forgets the last good step: after a change of method or a jump. */
  restart(): void {
    this.#lastError = 1e-4;
    this.#lastStep = 0;
    this.#rejected = false;
  }

  /** Step to take after a good one of size `h`. */
  accepted({ control, errorOrder }: Method, h: number, error: number): number {
    const { shrink, grow, safety, beta, predictive } = control;
    let factor = error === 0 ? grow : safety * error ** (0.75 * beta - 1 / errorOrder) * this.#lastError ** beta;
    if (predictive && this.#lastStep > 0 && error > 0) {
      const foreseen = (h / this.#lastStep) * safety * (this.#lastError / (error * error)) ** (1 / errorOrder);
      factor = Math.min(factor, foreseen);
    }
    this.#lastError = Math.max(error, predictive ? 1e-2 : 1e-4);
    this.#lastStep = h;
    factor = Math.min(this.#rejected ? 1 : grow, Math.max(shrink, factor));
    this.#rejected = false;
    return h * factor;
  }

  /** Step to try after a bad one. */
  rejected({ control, errorOrder }: Method, h: number, error: number): number {
    this.#rejected = true;
    return h * (Number.isFinite(error) ? Math.max(control.shrink, control.safety * error ** (-1 / errorOrder)) : 0.1);
  }

  snapshot(): number[] {
    return [this.#lastError, this.#lastStep, this.#rejected ? 1 : 0];
  }

  restore([error, step, rejected]: readonly number[]): void {
    this.#lastError = error ?? 1e-4;
    this.#lastStep = step ?? 0;
    this.#rejected = rejected === 1;
  }
}

/**
 * A first step from the size of the state and of its first two derivatives (Hairer, Nørsett & Wanner I, II.4).
 * Costs one evaluation. `slope` is f(t, y).
 */
export function firstStep(
  { n, rhs }: OdeProblem,
  { rtol, atol }: Tolerances,
  errorOrder: number,
  t: number,
  y: Float64Array,
  slope: Float64Array,
  span: number,
): number {
  const scale = (i: number) => atol + rtol * Math.abs(y[i]!);
  let d0 = 0;
  let d1 = 0;
  for (let i = 0; i < n; i++) {
    d0 = Math.max(d0, Math.abs(y[i]!) / scale(i));
    d1 = Math.max(d1, Math.abs(slope[i]!) / scale(i));
  }
  const h0 = Math.min(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 * span : (0.01 * d0) / d1, 0.1 * span);
  const z = y.map((x, i) => x + h0 * slope[i]!);
  const f = new Float64Array(n);
  rhs(t + h0, z, f);
  let d2 = 0;
  for (let i = 0; i < n; i++) d2 = Math.max(d2, Math.abs(f[i]! - slope[i]!) / scale(i) / h0);
  const steepest = Math.max(d1, d2);
  const h1 = steepest <= 1e-15 ? Math.max(1e-6 * span, h0 * 1e-3) : (0.01 / steepest) ** (1 / errorOrder);
  const h = Math.min(100 * h0, Number.isFinite(h1) && h1 > 0 ? h1 : h0, span);
  return h > 0 ? h : span * 1e-6;
}
