/** dx/dt = A x + B u, y = C x + D u with full matrices, by the matrix exponential. */
import { addProduct, combine, type Dense, norm1, solve } from "./dense.ts";
import { type LinearCore, StepCache } from "./linear-core.ts";
import { discretise, twice } from "./zoh.ts";

export interface StateSpace {
  /** n × n */
  A: Dense;
  /** n × m */
  B: Dense;
  /** k × n */
  C: Dense;
  /** k × m */
  D: Dense;
}

/** From this norm on the exponential is squared anyway (expm.ts). */
const SQUARED = 5.4;

export class DenseCore implements LinearCore {
  readonly x: Float64Array;
  readonly #system: StateSpace;
  readonly #next: Float64Array;
  readonly #from: Float64Array;
  readonly #change: Float64Array;
  readonly #steps: StepCache<ReturnType<typeof discretise>>;
  /** −A⁻¹ B; undefined when A is singular: there is no steady state. */
  readonly #gain: Dense | undefined;

  constructor(system: StateSpace) {
    const { A, B } = system;
    this.#system = system;
    this.x = new Float64Array(A.rows);
    this.#next = new Float64Array(A.rows);
    this.#from = new Float64Array(B.columns);
    this.#change = new Float64Array(B.columns);
    const norm = norm1(A);
    this.#steps = new StepCache(
      (seconds) => discretise(A, B, seconds),
      (half, seconds) => (norm * seconds > SQUARED ? twice(half) : undefined),
    );
    const gain = solve(A, B);
    this.#gain = gain && combine([-1, gain]);
  }

  get hasSteadyState(): boolean {
    return this.#gain !== undefined;
  }

  advance(dt: number, u: Float64Array, next?: Float64Array): void {
    if (!(dt > 0)) return;
    this.#from.set(u);
    for (const { seconds, step } of this.#steps.plan(dt)) {
      this.#next.fill(0);
      addProduct(step.phi, this.x, this.#next);
      addProduct(step.gamma0, this.#from, this.#next);
      if (next) {
        for (let j = 0; j < u.length; j++) this.#change[j] = ((next[j]! - u[j]!) * seconds) / dt;
        addProduct(step.gamma1, this.#change, this.#next);
        for (let j = 0; j < u.length; j++) this.#from[j]! += this.#change[j]!;
      }
      this.x.set(this.#next);
    }
  }

  steady(u: Float64Array): void {
    this.x.fill(0);
    if (this.#gain) addProduct(this.#gain, u, this.x);
  }

  rest(): void {
    this.x.fill(0);
  }

  observe(u: Float64Array, out: Float64Array): void {
    out.fill(0);
    addProduct(this.#system.C, this.x, out);
    addProduct(this.#system.D, u, out);
  }
}

export const isFiniteMatrix = (m: Dense): boolean => Number.isFinite(norm1(m));
