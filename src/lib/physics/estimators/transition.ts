/** Up to this norm of A·h a step is taken whole; the noise of a longer one is gathered over pieces of the short norm. */
const LONGEST = 0.5;
const SHORT = 1 / 16;

/**
 * Transition of a linearised model over one step: with ẋ = A·x for the states and constant parameters,
 * F = exp([A B; 0 0]·h) = [E G; 0 I], and the process noise that gathers on the way.
 *
 * Scaling and squaring with a Taylor series (Moler & Van Loan 2003, Nineteen dubious ways, method 3), done on the first
 * rows only, because the others are known. The noise of one scaled step is Q·h; doubling a step doubles it by
 * Q(2h) = Q(h) + F·Q(h)·Fᵀ (Van Loan 1978), so that fast modes do not gather noise which they have long forgotten.
 */
export class Transition {
  /** Rows of the states, row-major `states` × `size`: [E G]. */
  readonly rows: Float64Array;
  /** Process noise of the step, row-major `size` × `size`. */
  readonly noise: Float64Array;
  readonly #states: number;
  readonly #size: number;
  readonly #term: Float64Array;
  readonly #next: Float64Array;
  readonly #work: Float64Array;

  /**
   * @param states number of states, `size` the states and the parameters that drift
   */
  constructor(states: number, size: number) {
    this.#states = states;
    this.#size = size;
    this.rows = new Float64Array(states * size);
    this.noise = new Float64Array(size * size);
    this.#term = new Float64Array(states * size);
    this.#next = new Float64Array(states * size);
    this.#work = new Float64Array(size * size);
  }

  /**
   * Computes `rows` and `noise`.
   * @param jacobian ∂ẋ/∂(states, parameters), row-major `states` × `size`
   * @param h length of the step, seconds
   * @param q variance rate of every element, unit² per second
   * @returns false when the numbers are not finite
   */
  compute(jacobian: Float64Array, h: number, q: Float64Array): boolean {
    const norm = this.#norm(jacobian) * h;
    if (!(norm < 1e15)) return false;
    const doublings = norm > LONGEST ? Math.ceil(Math.log2(norm / SHORT)) : 0;
    const h0 = h / 2 ** doublings;
    this.#series(jacobian, h0);
    this.noise.fill(0);
    for (let i = 0; i < this.#size; i++) this.noise[i * this.#size + i] = q[i]! * h0;
    for (let i = 0; i < doublings; i++) {
      this.#doubleNoise();
      this.#double();
    }
    for (let i = 0; i < this.rows.length; i++) if (!Number.isFinite(this.rows[i])) return false;
    return true;
  }

  /** Largest row sum over the states: only they make the series long. */
  #norm(jacobian: Float64Array): number {
    let norm = 0;
    for (let i = 0; i < this.#states; i++) {
      let sum = 0;
      for (let j = 0; j < this.#states; j++) sum += Math.abs(jacobian[i * this.#size + j]!);
      if (!(sum <= norm)) norm = sum;
    }
    return norm;
  }

  /** Σ Aᵏ·hᵏ/k!, of which the columns of the parameters are Σ Aᵏ⁻¹·B·hᵏ/k!. */
  #series(jacobian: Float64Array, h: number): void {
    const { rows } = this;
    const n = this.#size;
    const ns = this.#states;
    const term = this.#term;
    const next = this.#next;
    let largest = 0;
    for (let i = 0; i < rows.length; i++) {
      term[i] = jacobian[i]! * h;
      rows[i] = term[i]!;
      largest = Math.max(largest, Math.abs(term[i]!));
    }
    for (let i = 0; i < ns; i++) rows[i * n + i]! += 1;
    // With a norm of at most 1/2 the 16th term is below 1e-18 of the first.
    for (let k = 2; k <= 18 && largest > 0; k++) {
      let size = 0;
      for (let i = 0; i < ns; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < ns; l++) sum += jacobian[i * n + l]! * term[l * n + j]!;
          const value = (sum * h) / k;
          next[i * n + j] = value;
          rows[i * n + j]! += value;
          size = Math.max(size, Math.abs(value));
        }
      term.set(next);
      if (!(size > 1e-18 * largest)) break;
    }
  }

  /** [E G] ← [E·E, E·G + G]. */
  #double(): void {
    const { rows } = this;
    const n = this.#size;
    const ns = this.#states;
    for (let i = 0; i < ns; i++)
      for (let j = 0; j < n; j++) {
        let sum = j < ns ? 0 : rows[i * n + j]!;
        for (let l = 0; l < ns; l++) sum += rows[i * n + l]! * rows[l * n + j]!;
        this.#next[i * n + j] = sum;
      }
    rows.set(this.#next);
  }

  #doubleNoise(): void {
    this.#work.set(this.noise);
    this.propagate(this.#work);
    for (let i = 0; i < this.noise.length; i++) this.noise[i]! += this.#work[i]!;
  }

  /** P ← F·P·Fᵀ in place, symmetric. Does not add `noise`. */
  propagate(P: Float64Array): void {
    const { rows } = this;
    const n = this.#size;
    const ns = this.#states;
    const half = this.#term;
    for (let i = 0; i < ns; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < n; l++) sum += rows[i * n + l]! * P[l * n + j]!;
        half[i * n + j] = sum;
      }
    for (let i = 0; i < ns; i++) {
      for (let j = i; j < ns; j++) {
        let sum = 0;
        for (let l = 0; l < n; l++) sum += half[i * n + l]! * rows[j * n + l]!;
        P[i * n + j] = sum;
        P[j * n + i] = sum;
      }
      for (let j = ns; j < n; j++) {
        P[i * n + j] = half[i * n + j]!;
        P[j * n + i] = half[i * n + j]!;
      }
    }
  }
}
