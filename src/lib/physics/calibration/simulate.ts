/** Runs a model over recorded inputs, as the twin would: inputs hold, and after a gap states start from measurement. */
import { solverFlow } from "../estimators/joint-model.ts";
import type { CompiledModel } from "../model.ts";
import { odeProblem } from "../problem.ts";
import type { CalibrationData } from "./data.ts";

export interface SimulateOptions {
  /** Longest time between two rows, and longest time that an input holds, seconds. */
  maxGap: number;
  /**
   * Seconds after which measured states start from their measurement again; never by default. For models that only add up
   * what flows in and out, and with it every error of a flow meter.
   */
  horizon?: number;
}

const RTOL = 1e-6;

export class Simulation {
  readonly states: number;
  /** Number of runs so far. */
  runs = 0;
  readonly #model: CompiledModel;
  readonly #data: CalibrationData;
  readonly #maxGap: number;
  readonly #horizon: number;
  readonly #rows: Int32Array;
  /** Output that measures each state itself, −1 where none does. */
  readonly #outputOf: Int32Array;
  readonly #u: Float64Array;
  readonly #y: Float64Array;
  readonly #quantities: Float64Array;
  readonly #flow: ReturnType<typeof solverFlow>;
  readonly #p: Float64Array;

  constructor(
    model: CompiledModel,
    data: CalibrationData,
    { maxGap, horizon = Number.POSITIVE_INFINITY }: SimulateOptions,
  ) {
    this.#model = model;
    this.#data = data;
    this.#maxGap = maxGap * 1000;
    this.#horizon = horizon * 1000;
    this.states = model.states.length;
    this.#rows = Int32Array.from(model.outputs.values());
    this.#outputOf = Int32Array.from(model.states, (_, i) => this.#rows.indexOf(i));
    this.#u = new Float64Array(model.inputs.length);
    this.#y = new Float64Array(this.states);
    this.#quantities = new Float64Array(model.quantities.length);
    this.#p = Float64Array.from(model.p);
    // Differences between runs must be derivatives, not errors of the solver.
    this.#flow = solverFlow(odeProblem(model, this.#u, this.#p), RTOL);
  }

  /** Where the states begin: measured in the first rows, or the model's own value. */
  start(): Float64Array {
    const { outputs, time } = this.#data;
    const width = this.#rows.length;
    return Float64Array.from(this.#model.initial, (initial, i) => {
      const output = this.#outputOf[i]!;
      for (let k = 0; output >= 0 && k < Math.min(time.length, 20); k++)
        if (!Number.isNaN(outputs[k * width + output])) return outputs[k * width + output]!;
      return initial;
    });
  }

  /** Whether the state is measured itself. */
  isMeasured(state: number): boolean {
    return this.#outputOf[state]! >= 0;
  }

  /**
   * @param p all parameters of the model
   * @param y0 states at the first row
   * @param out predicted outputs, one row per time; NaN where inputs are missing or the equations fail
   * @param row is called with every row's index and held inputs
   */
  run(
    p: ArrayLike<number>,
    y0: ArrayLike<number>,
    out: Float64Array,
    row?: (k: number, u: Float64Array) => void,
  ): void {
    const { time, inputs } = this.#data;
    const n = this.#u.length;
    const m = this.#rows.length;
    this.runs++;
    this.#p.set(p);
    this.#u.fill(Number.NaN);
    this.#y.set(y0);
    this.#flow.restart?.();
    const since = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
    let running = false;
    let first = true;
    let started = time[0]!;
    for (let k = 0; k < time.length; k++) {
      const gap = k > 0 ? time[k]! - time[k - 1]! : 0;
      if (running && gap > this.#maxGap) running = false;
      if (running && this.states > 0) {
        const t = (time[k - 1]! - time[0]!) / 1000;
        const end = (time[k]! - time[0]!) / 1000;
        if (!(this.#flow(t, end - t, this.#y) >= end)) running = false;
      }
      if (this.#takeInputs(inputs, k, n, since, time[k]!)) this.#flow.restart?.();
      const known = !this.#u.some(Number.isNaN);
      if (!known) running = false;
      else if (!running) {
        if (!first) this.#restart(k);
        running = true;
        first = false;
        started = time[k]!;
      }
      row?.(k, this.#u);
      if (running) {
        this.#model.observe((time[k]! - time[0]!) / 1000, this.#y, this.#u, p, this.#quantities);
        for (let i = 0; i < m; i++) out[k * m + i] = this.#quantities[this.#rows[i]!]!;
        // The row itself is still predicted: it is what the horizon before ends with.
        if (time[k]! - started >= this.#horizon && this.#isMeasuredAt(k)) {
          this.#restart(k);
          started = time[k]!;
        }
      } else out.fill(Number.NaN, k * m, (k + 1) * m);
    }
  }

  #takeInputs(inputs: Float64Array, k: number, n: number, since: Float64Array, time: number): boolean {
    let changed = false;
    for (let i = 0; i < n; i++) {
      const value = inputs[k * n + i]!;
      if (!Number.isNaN(value)) {
        if (value !== this.#u[i]) changed = true;
        this.#u[i] = value;
        since[i] = time;
      } else if (time - since[i]! > this.#maxGap) this.#u[i] = Number.NaN;
    }
    return changed;
  }

  #isMeasuredAt(k: number): boolean {
    const m = this.#rows.length;
    return this.#outputOf.every((output) => output < 0 || Number.isFinite(this.#data.outputs[k * m + output]));
  }

  #restart(k: number): void {
    const m = this.#rows.length;
    for (let i = 0; i < this.states; i++) {
      const output = this.#outputOf[i]!;
      const measured = output < 0 ? Number.NaN : this.#data.outputs[k * m + output]!;
      if (Number.isFinite(measured)) this.#y[i] = measured;
      else if (!Number.isFinite(this.#y[i])) this.#y[i] = this.#model.initial[i]!;
    }
    this.#flow.restart?.();
  }
}
