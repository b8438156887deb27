/** A compiled model as estimators see it: states and drifting parameters in one vector. */
import type { Json } from "../../store/store.ts";
import type { CompiledModel, ModelFunction } from "../model.ts";
import { odeProblem } from "../problem.ts";
import type { OdeProblem } from "../solvers/problem.ts";
import { OdeSolver } from "../solvers/solver.ts";
import type { Deadline } from "../stepper.ts";
import type { JointModel } from "./estimator.ts";

/** Integrates `y` in place from t over h, and returns the time reached; NaN when the numbers are not finite. */
export type Flow = (t: number, h: number, y: Float64Array, deadline?: Deadline) => number;

/** How a model is integrated. `restart` is called after a jump of the inputs. */
export type FlowMaker = (problem: OdeProblem, rtol?: number) => Flow & Memory;

/** What a solver remembers from one call to the next. */
interface Memory {
  restart?: () => void;
  snapshot?: () => Json;
  restore?: (state: Json) => void;
}

/** What an estimator asks of the solver: far below the noise of any sensor, and a step of low order from sample to sample. */
const RTOL = 3e-5;

export class CompiledJointModel implements JointModel {
  readonly states: number;
  readonly size: number;
  readonly outputs: number;
  /** Held inputs: write them here. */
  readonly u: Float64Array;
  /** All parameters; those that drift are overwritten. */
  readonly p: Float64Array;
  /** Ends an integration early; without one it ends after 2 000 steps. */
  deadline: Deadline | undefined;
  /** Every quantity at the last `observe`. */
  readonly quantities: Float64Array;
  readonly #model: CompiledModel;
  readonly #slots: Int32Array;
  readonly #rows: Int32Array;
  readonly #y: Float64Array;
  readonly #flow: Flow & Memory;
  readonly #rates: ModelFunction;
  readonly #observed: ModelFunction;
  /** Derivatives of all quantities. */
  readonly #all: Float64Array;

  /**
   * @param drifting names of parameters that x holds behind the states
   * @param outputs names of quantities that are measured, in the order of z
   */
  constructor(
    model: CompiledModel,
    drifting: readonly string[],
    outputs: readonly string[],
    flow: FlowMaker = solverFlow,
  ) {
    this.#model = model;
    this.states = model.states.length;
    this.size = this.states + drifting.length;
    this.outputs = outputs.length;
    this.u = new Float64Array(model.inputs.length).fill(Number.NaN);
    this.p = Float64Array.from(model.p);
    this.#slots = Int32Array.from(drifting, (name) => model.parameters.indexOf(name));
    this.#rows = Int32Array.from(outputs, (name) => model.quantities.indexOf(name));
    if (this.#slots.includes(-1) || this.#rows.includes(-1)) throw new RangeError("unknown parameter or output");
    this.quantities = new Float64Array(model.quantities.length);
    this.#y = new Float64Array(this.states);
    this.#flow = flow(odeProblem(model, this.u, this.p));
    const by = [...model.states, ...drifting];
    this.#rates = model.derivative("rhs", by);
    this.#observed = model.derivative("observe", by);
    this.#all = new Float64Array(model.quantities.length * by.length);
  }

  /** After a jump of the inputs the solver begins with a small step again. */
  restart(): void {
    this.#flow.restart?.();
  }

  /** What the solver remembers, so that a run goes on after a restart as if there had been none. */
  snapshot(): Json {
    return this.#flow.snapshot?.() ?? null;
  }

  restore(state: Json): void {
    if (state !== null) this.#flow.restore?.(state);
  }

  #split(x: Float64Array): void {
    for (let i = 0; i < this.states; i++) this.#y[i] = x[i]!;
    for (let i = 0; i < this.#slots.length; i++) this.p[this.#slots[i]!] = x[this.states + i]!;
  }

  flow(t: number, h: number, x: Float64Array): number {
    this.#split(x);
    if (this.states === 0) return t + h;
    const reached = this.#flow(t, h, this.#y, this.deadline);
    for (let i = 0; i < this.states; i++) x[i] = this.#y[i]!;
    return reached;
  }

  rates(t: number, x: Float64Array, out: Float64Array): void {
    this.#split(x);
    this.#rates(t, this.#y, this.u, this.p, out);
    // Where a root begins (an empty tank) the slope is infinite: there the estimate of the slope is none.
    for (let i = 0; i < out.length; i++) if (!Number.isFinite(out[i])) out[i] = 0;
  }

  observe(t: number, x: Float64Array, out: Float64Array): void {
    this.#split(x);
    this.#model.observe(t, this.#y, this.u, this.p, this.quantities);
    for (let i = 0; i < this.#rows.length; i++) out[i] = this.quantities[this.#rows[i]!]!;
  }

  sensitivities(t: number, x: Float64Array, out: Float64Array): void {
    this.#split(x);
    const all = this.#all;
    this.#observed(t, this.#y, this.u, this.p, all);
    for (let i = 0; i < this.#rows.length; i++)
      for (let j = 0; j < this.size; j++) {
        const slope = all[this.#rows[i]! * this.size + j]!;
        out[i * this.size + j] = Number.isFinite(slope) ? slope : 0;
      }
  }
}

/** The package's adaptive solver. */
export const solverFlow: FlowMaker = (problem, rtol = RTOL) => {
  const solver = new OdeSolver(problem, { rtol, atol: 1e-9 });
  const flow: Flow = (t, h, y, deadline) => {
    const result = solver.integrate(t, y, t + h, deadline ? { deadline } : BUDGET);
    return result.code === "failed" ? Number.NaN : result.t;
  };
  return Object.assign(flow, {
    restart: () => solver.restart(),
    snapshot: () => solver.snapshot() as unknown as Json,
    restore(state: Json) {
      solver.reset();
      solver.restore(state as unknown as ReturnType<OdeSolver["snapshot"]>);
    },
  });
};

const BUDGET = { maxSteps: 2000 };

/** One step of the classical method of Runge and Kutta, order 4: for comparison with filters that use it. */
export const rungeKuttaFlow: FlowMaker = ({ rhs: rates, n: states }) => {
  const [k1, k2, k3, k4, z] = Array.from({ length: 5 }, () => new Float64Array(states)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return (t, h, y) => {
    rates(t, y, k1);
    for (let i = 0; i < states; i++) z[i] = y[i]! + (h / 2) * k1[i]!;
    rates(t + h / 2, z, k2);
    for (let i = 0; i < states; i++) z[i] = y[i]! + (h / 2) * k2[i]!;
    rates(t + h / 2, z, k3);
    for (let i = 0; i < states; i++) z[i] = y[i]! + h * k3[i]!;
    rates(t + h, z, k4);
    for (let i = 0; i < states; i++) y[i]! += (h / 6) * (k1[i]! + 2 * (k2[i]! + k3[i]!) + k4[i]!);
    return t + h;
  };
};
