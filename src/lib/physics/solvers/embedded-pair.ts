/** What the explicit Runge–Kutta methods with an embedded estimate of the error share. */
import { allFinite, type Method, type MethodName, type OdeProblem, type Rhs, type Tolerances } from "./problem.ts";

export interface PairSizes {
  /** Slopes of the stages, of the new state (index `last`), and of what the dense output needs beyond. */
  slopes: number;
  /** Index of the slope at the new state; the one before it is of a stage at the same time. */
  last: number;
  /** Coefficients of the dense output. */
  dense: number;
}

export abstract class EmbeddedPair implements Method {
  abstract readonly name: MethodName;
  abstract readonly errorOrder: number;
  abstract readonly control: Method["control"];
  readonly implicit = false;
  readonly next: Float64Array;
  evaluations = 0;
  protected readonly f: Rhs;
  protected readonly n: number;
  protected readonly tolerances: Tolerances;
  protected readonly k: Float64Array[];
  /** Scratch for the state of a stage. */
  protected readonly z: Float64Array;
  /** State of the last stage before the new state, at the same time. */
  protected readonly twin: Float64Array;
  protected readonly dense: Float64Array[];
  readonly #last: number;

  constructor({ n, rhs }: OdeProblem, tolerances: Tolerances, { slopes, last, dense }: PairSizes) {
    this.f = rhs;
    this.n = n;
    this.tolerances = tolerances;
    const vector = () => new Float64Array(n);
    this.k = Array.from({ length: slopes }, vector);
    this.dense = Array.from({ length: dense }, vector);
    this.z = vector();
    this.twin = vector();
    this.next = vector();
    this.#last = last;
  }

  get slope(): Float64Array {
    return this.k[0]!;
  }

  prepare(t: number, y: Float64Array): boolean {
    this.f(t, y, this.k[0]!);
    this.evaluations++;
    return allFinite(this.k[0]!);
  }

  abstract attempt(t: number, y: Float64Array, h: number): number;

  /** |hλ| of the dominant eigenvalue, from two slopes at the same time (Hairer & Wanner II, IV.2). */
  stiffness(h: number): number {
    const [before, slope] = [this.k[this.#last - 1]!, this.k[this.#last]!];
    const { rtol, atol } = this.tolerances;
    let up = 0;
    let down = 0;
    for (let i = 0; i < this.n; i++) {
      const scale = 1 / (atol + rtol * Math.abs(this.next[i]!));
      up += (scale * (slope[i]! - before[i]!)) ** 2;
      down += (scale * (this.next[i]! - this.twin[i]!)) ** 2;
    }
    // Below rounding the difference of two states says nothing.
    return down > (1e-14 / rtol) ** 2 ? h * Math.sqrt(up / down) : 0;
  }

  abstract prepareDense(t: number, y: Float64Array, h: number): void;

  /** The cubic of Hermite through both ends, which every dense output begins with. */
  protected prepareCubic(y: Float64Array, h: number): void {
    const [r1, r2, r3, r4] = this.dense as [Float64Array, Float64Array, Float64Array, Float64Array];
    const [first, last] = [this.k[0]!, this.k[this.#last]!];
    for (let i = 0; i < this.n; i++) {
      const difference = this.next[i]! - y[i]!;
      const b = h * first[i]! - difference;
      r1[i] = y[i]!;
      r2[i] = difference;
      r3[i] = b;
      r4[i] = difference - h * last[i]! - b;
    }
  }

  abstract interpolate(theta: number, out: Float64Array): void;

  /** First same as last: the slope at the end is the first slope of the next step. */
  advance(): boolean {
    const first = this.k[0]!;
    this.k[0] = this.k[this.#last]!;
    this.k[this.#last] = first;
    return true;
  }
}
