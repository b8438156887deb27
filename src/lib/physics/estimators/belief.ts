/**
 * What is believed of states and parameters apart from their measurements: where they start, how sure that is, and how
 * far the model may be from the machine from one sample to the next.
 */
import type { CompiledModel } from "../model.ts";
import type { Drifting, EstimatingOptions } from "./estimating-stepper.ts";
import type { Estimator } from "./estimator.ts";

/** Process noise of a measured state from one sample to the next, in standard deviations of its measurement. */
const LOOSENESS = 0.1;
/** A state that nobody measures: relative standard deviation at the start, and per √hour. */
const UNMEASURED_START = 0.1;
const UNMEASURED_DRIFT = 0.01;

export class Belief {
  readonly #states: readonly string[];
  readonly #drifting: readonly Drifting[];
  readonly #process: ReadonlyMap<string, number>;
  /** Output that measures each state itself, −1 where none does. */
  readonly #outputOf: Int32Array;
  /** Initial states and calibrated parameters. */
  readonly x: Float64Array;
  /** States that are measured but were not when the run started: the first measurement sets them. */
  readonly unset: Uint8Array;
  /** Mean seconds between samples, of so many. */
  interval = 0;
  intervals = 0;

  constructor(model: CompiledModel, { drifting, process }: Pick<EstimatingOptions, "drifting" | "process">) {
    const outputs = Array.from(model.outputs.values());
    this.#states = model.states;
    this.#drifting = drifting;
    this.#process = process;
    this.#outputOf = Int32Array.from(model.states, (_, i) => outputs.indexOf(i));
    const parameters = drifting.map(({ name }) => model.p[model.parameters.indexOf(name)]!);
    this.x = Float64Array.from([...model.initial, ...parameters]);
    this.unset = new Uint8Array(model.states.length);
  }

  /** Notes the time between two samples: process noise of measured states is given per sample. */
  clock(seconds: number): void {
    if (this.intervals < 1000) this.intervals++;
    this.interval += (seconds - this.interval) / this.intervals;
  }

  /**
   * Sets the rates of process noise.
   * @param haste how much faster than said the parameters drift, in variance; 0: they rest
   */
  setRates(estimator: Estimator, haste: number): void {
    const ns = this.#states.length;
    for (let i = 0; i < ns; i++) estimator.q[i] = this.#rate(i, estimator);
    for (let k = 0; k < this.#drifting.length; k++)
      estimator.q[ns + k] = (haste * this.#drifting[k]!.driftSd ** 2) / 3600;
  }

  /** Variance rate of a state's process noise, per second. */
  #rate(state: number, { x, r }: Estimator): number {
    const given = this.#process.get(this.#states[state]!);
    if (given !== undefined) return given ** 2 / 3600;
    const output = this.#outputOf[state]!;
    if (output >= 0) return (LOOSENESS ** 2 * r[output]!) / Math.max(this.interval, 1e-3);
    return (UNMEASURED_DRIFT * Math.max(Math.abs(this.x[state]!), Math.abs(x[state]!))) ** 2 / 3600;
  }

  /**
   * Starts the states from what is measured; parameters keep their estimate, and become less certain.
   * @param first whether nothing is known from before
   * @param seconds since the last sample
   * @param known one per output: the newest usable value
   * @param released whether the parameters are estimated
   */
  start(estimator: Estimator, first: boolean, seconds: number, known: ArrayLike<number>, released: boolean): void {
    const { x, P, r } = estimator;
    const n = x.length;
    const ns = this.#states.length;
    const sd = new Float64Array(n);
    for (let i = 0; i < ns; i++) {
      const output = this.#outputOf[i]!;
      const m = output < 0 ? Number.NaN : (known[output] ?? Number.NaN);
      this.unset[i] = output >= 0 && !Number.isFinite(m) ? 1 : 0;
      if (Number.isFinite(m)) {
        x[i] = m;
        sd[i] = Math.sqrt(r[output]!);
      } else {
        // What nobody measures keeps its last value over a gap.
        if (first || !Number.isFinite(x[i])) x[i] = this.x[i]!;
        sd[i] = UNMEASURED_START * (Math.abs(this.x[i]!) || 1);
      }
    }
    for (const [k, { startSd, driftSd }] of this.#drifting.entries()) {
      const i = ns + k;
      if (!Number.isFinite(x[i])) x[i] = this.x[i]!;
      const now = Number.isFinite(P[i * n + i]) ? P[i * n + i]! : startSd ** 2;
      const drifted = released ? now + (driftSd ** 2 * seconds) / 3600 : now;
      sd[i] = Math.sqrt(Math.min(Math.max(now, startSd ** 2), drifted));
    }
    estimator.reset(x, sd);
  }

  /** Sets states that have waited for their first measurement. */
  settle(estimator: Estimator, measured: ArrayLike<number>): void {
    const { x, P, r } = estimator;
    const n = x.length;
    for (let state = 0; state < this.unset.length; state++) {
      const output = this.#outputOf[state]!;
      if (this.unset[state] === 0 || !Number.isFinite(measured[output])) continue;
      for (let i = 0; i < n; i++) P[i * n + state] = P[state * n + i] = 0;
      P[state * (n + 1)] = r[output]!;
      x[state] = measured[output]!;
      this.unset[state] = 0;
    }
  }

  /** After numbers that are not finite: nothing is known but where the run began. */
  recover(estimator: Estimator, released: boolean): void {
    const { x } = estimator;
    const ns = this.#states.length;
    const sd = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(x[i])) x[i] = this.x[i]!;
      if (i < ns) sd[i] = UNMEASURED_START * (Math.abs(this.x[i]!) || 1);
      else if (released) sd[i] = this.#drifting[i - ns]!.startSd;
    }
    estimator.reset(x, sd);
  }

  /** Adds the uncertainty of a start to the parameters, so that they find a new value quickly. */
  open({ x, P }: Estimator): void {
    const ns = this.#states.length;
    for (const [k, { startSd }] of this.#drifting.entries()) P[(ns + k) * (x.length + 1)]! += startSd ** 2;
  }

  /** Returns the parameters to their calibrated values, without doubt. */
  hold({ x, P }: Estimator): void {
    const n = x.length;
    for (let j = this.#states.length; j < n; j++) {
      x[j] = this.x[j]!;
      for (let i = 0; i < n; i++) P[i * n + j] = P[j * n + i] = 0;
    }
  }

  /** Makes the state that an output measures uncertain by as much as the innovation. */
  doubt({ x, P, innovation }: Estimator, output: number): void {
    const state = this.#outputOf.indexOf(output);
    if (state >= 0) P[state * (x.length + 1)]! += innovation[output]! ** 2;
  }
}
