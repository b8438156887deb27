/**
 * Runs an estimator beside its machine by the same rules of time as Stepper: source time only, inputs hold between
 * samples, late samples change nothing, and after too long a gap the states start again from measurement, less certain
 * than before. Parameters that drift rest until `release` is called, when it is known how good the measurements are.
 */
import type { Json } from "../../store/store.ts";
import type { CompiledModel } from "../model.ts";
import type { Deadline, StepCode } from "../stepper.ts";
import { Belief } from "./belief.ts";
import { Ekf } from "./ekf.ts";
import type { Estimator } from "./estimator.ts";
import { InnovationMonitor } from "./innovations.ts";
import { CompiledJointModel } from "./joint-model.ts";
import { Ukf } from "./ukf.ts";

export interface Drifting {
  name: string;
  /** Standard deviation at the start, and of the random walk per √hour; in the parameter's unit. */
  startSd: number;
  driftSd: number;
  low: number;
  high: number;
}

export interface EstimatingOptions {
  method: "ekf" | "ukf";
  /** Longest time between two samples that is integrated, seconds. */
  maxGap: number;
  drifting: readonly Drifting[];
  /** State → standard deviation of its process noise per √hour; others get the default (see belief.ts). */
  process: ReadonlyMap<string, number>;
  /** Standard deviations beyond which a measurement is not used; 0: all are used. */
  gate: number;
  /** Whether a learned offset is taken from the measurement of a quantity (by its index); by default from none. */
  corrected?: (quantity: number) => boolean;
}

/** Numbers beyond this are no machine's: their squares would soon not be finite. */
const HUGE = 1e150;

export class EstimatingStepper {
  readonly #options: EstimatingOptions;
  readonly #joint: CompiledJointModel;
  readonly #estimator: Estimator;
  readonly #belief: Belief;
  readonly #expected: Float64Array;
  readonly #sd: Float64Array;
  readonly #monitor: InnovationMonitor;
  /** Source time of t = 0, of the newest sample and of the last start, milliseconds. */
  #origin = Number.NaN;
  #newest = Number.NaN;
  #startedAt = Number.NaN;
  /** Model time, seconds since the origin. */
  #t = 0;
  #running = false;
  /** The newest sample is not reached yet; its inputs. */
  #behind = false;
  readonly #waiting: Float64Array;
  #released = false;

  constructor(model: CompiledModel, options: EstimatingOptions) {
    const names = options.drifting.map((d) => d.name);
    const outputs = Array.from(model.outputs.values());
    this.#options = options;
    this.#joint = new CompiledJointModel(
      model,
      names,
      outputs.map((i) => model.quantities[i]!),
    );
    this.#belief = new Belief(model, options);
    const { x } = this.#belief;
    const low = [...model.states.map(() => Number.NEGATIVE_INFINITY), ...options.drifting.map((d) => d.low)];
    const high = [...model.states.map(() => Number.POSITIVE_INFINITY), ...options.drifting.map((d) => d.high)];
    const zeros = new Float64Array(x.length);
    const start = { x, sd: zeros, q: zeros, r: outputs.map(() => 1), low, high };
    const gate = options.gate > 0 ? { gate: options.gate } : {};
    this.#estimator = new (options.method === "ukf" ? Ukf : Ekf)(this.#joint, { ...start, ...gate });
    this.#expected = new Float64Array(outputs.length).fill(Number.NaN);
    this.#sd = new Float64Array(outputs.length).fill(Number.NaN);
    this.#waiting = new Float64Array(model.inputs.length);
    this.#monitor = new InnovationMonitor(outputs.map((i) => options.corrected?.(i) ?? false));
    this.#joint.quantities.fill(Number.NaN);
  }

  /** Values of the model's `quantities` after the last step, measurements included; NaN where unknown. */
  get quantities(): Readonly<Float64Array> {
    return this.#joint.quantities;
  }

  /** Expected before the measurements of the last step were taken, one per output; NaN where unknown. */
  get expected(): Readonly<Float64Array> {
    return this.#expected;
  }

  /** Standard deviation of measured minus expected, one per output. */
  get sd(): Readonly<Float64Array> {
    return this.#sd;
  }

  /** Estimates of the states and, behind them, of the parameters that drift; `variance(i)` of each. */
  get x(): Readonly<Float64Array> {
    return this.#estimator.x;
  }

  variance(i: number): number {
    return this.#estimator.P[i * this.#estimator.x.length + i]!;
  }

  /** Whether the parameters are being estimated. */
  get released(): boolean {
    return this.#released;
  }

  /** Seconds that the states have been running since they were last set from outside. */
  get runningFor(): number {
    return this.#running ? (this.#newest - this.#startedAt) / 1000 : 0;
  }

  /** Mean normalised innovation squared per measurement, about 1 while the filter is as good as it believes. */
  get nis(): number {
    return this.#monitor.nis;
  }

  /**
   * Sets the standard deviation of an output's measurement; takes effect with the next sample.
   * @param adapt whether it is only where adaptation begins: what was learned while the model did not fit yet contains the
   * model's error too, and noise may change with the working point
   */
  setNoise(output: number, sd: number, adapt = false): void {
    if (!(sd > 0 && Number.isFinite(sd))) return;
    this.#estimator.r[output] = sd * sd;
    this.#monitor.allow(output, adapt ? sd * sd : 0);
  }

  noise(output: number): number {
    return Math.sqrt(this.#estimator.r[output]!);
  }

  /** Begins to estimate the parameters. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#belief.open(this.#estimator);
  }

  /** Parameters rest at the model's own values until `release`. */
  hold(): void {
    this.#released = false;
    this.#belief.hold(this.#estimator);
  }

  /**
   * Goes on to a new sample.
   * @param time source time, milliseconds
   * @param inputs one per input of the model, NaN while missing
   * @param measured one per output, NaN where this sample brings none that can be used
   * @param known one per output: the newest usable value, for a start; `measured` by default
   * @param deadline says that the time for this sample is over; `proceed` then goes on
   */
  step(
    time: number,
    inputs: ArrayLike<number>,
    measured: ArrayLike<number>,
    known: ArrayLike<number> = measured,
    deadline?: Deadline,
  ): StepCode {
    if (time < this.#newest) return "late";
    this.#limit(deadline);
    if (Number.isNaN(this.#origin)) this.#origin = time;
    const seconds = Number.isNaN(this.#newest) ? 0 : (time - this.#newest) / 1000;
    this.#newest = time;
    const code = this.#advance(time, seconds, inputs);
    if (code === "started" || code === "gap") {
      this.#belief.start(this.#estimator, Number.isNaN(this.#startedAt), seconds, known, this.#released);
      this.#joint.restart();
      this.#monitor.restart();
      this.#startedAt = time;
      this.#running = true;
    }
    if (code === "ok" || code === "started" || code === "gap") this.#update(code === "ok" ? measured : NOTHING);
    else this.#forget();
    return code;
  }

  /** Goes on to the newest sample after `behind`; its measurements are not used. Undefined when nothing is left. */
  proceed(deadline?: Deadline): StepCode | undefined {
    if (!this.#behind) return undefined;
    this.#limit(deadline);
    const code = this.#advance(this.#newest, 0, this.#waiting);
    if (code === "ok") this.#update(NOTHING);
    else this.#forget();
    return code;
  }

  /** The points of the unscented filter must all arrive: it has a budget of steps instead. */
  #limit(deadline: Deadline | undefined): void {
    this.#joint.deadline = this.#options.method === "ekf" ? deadline : undefined;
  }

  #advance(time: number, seconds: number, inputs: ArrayLike<number>): StepCode {
    const target = (time - this.#origin) / 1000;
    const gap = seconds > this.#options.maxGap;
    let reached = target;
    if (this.#running && !gap && target > this.#t) {
      if (seconds > 0) this.#belief.clock(seconds);
      this.#belief.setRates(this.#estimator, this.#released ? this.#monitor.haste : 0);
      reached = this.#estimator.predict(this.#t, target - this.#t);
      if (!this.#isFinite()) {
        reached = Number.NaN;
        this.#belief.recover(this.#estimator, this.#released);
      }
    }
    this.#behind = reached < target && target - reached <= this.#options.maxGap;
    // Inputs belong to the end of the step: they wait until it is reached.
    this.#waiting.set(inputs);
    if (this.#behind) {
      this.#t = reached;
      return "behind";
    }
    this.#t = target;
    if (this.#takeInputs(inputs)) this.#joint.restart();
    if (!(reached >= target)) {
      this.#running = false;
      return Number.isNaN(reached) ? "failed" : "behind";
    }
    if (this.#joint.u.some(Number.isNaN)) {
      this.#running = false;
      return "waiting";
    }
    if (this.#running && !gap) return "ok";
    return gap ? "gap" : "started";
  }

  #isFinite(): boolean {
    const { x } = this.#estimator;
    // Covariances are no larger than the variances.
    for (let i = 0; i < x.length; i++) if (!(Math.abs(x[i]!) < HUGE && this.variance(i) < HUGE)) return false;
    return true;
  }

  #takeInputs(inputs: ArrayLike<number>): boolean {
    const { u } = this.#joint;
    let changed = false;
    for (let i = 0; i < u.length; i++) {
      if (u[i] !== inputs[i]) changed = true;
      u[i] = inputs[i] ?? Number.NaN;
    }
    return changed;
  }

  #update(measured: ArrayLike<number>): void {
    const { expected, variance, x } = this.#estimator;
    this.#belief.settle(this.#estimator, measured);
    this.#estimator.update(this.#t, measured);
    for (let i = 0; i < expected.length; i++) {
      this.#expected[i] = expected[i]!;
      this.#sd[i] = Math.sqrt(variance[i]!);
    }
    if (!this.#isFinite()) {
      this.#belief.recover(this.#estimator, this.#released);
      this.#running = false;
    }
    this.#monitor.take(this.#estimator, this.#released, this.#believe);
    this.#joint.observe(this.#t, x, expected);
  }

  /** The machine has jumped: both parameters and the measured state become uncertain enough to follow. */
  readonly #believe = (output: number): void => {
    if (this.#released) this.#belief.open(this.#estimator);
    this.#belief.doubt(this.#estimator, output);
  };

  #forget(): void {
    this.#joint.quantities.fill(Number.NaN);
    this.#expected.fill(Number.NaN);
    this.#sd.fill(Number.NaN);
  }

  /** Sets the states from measurement with the next sample. */
  restart(): void {
    this.#running = false;
    this.#behind = false;
  }

  snapshot(): Json {
    return {
      estimator: this.#estimator.snapshot(),
      u: Array.from(this.#joint.u, orNull),
      waiting: Array.from(this.#waiting, orNull),
      behind: this.#behind,
      r: Array.from(this.#estimator.r),
      unset: Array.from(this.#belief.unset),
      monitor: this.#monitor.snapshot(),
      origin: orNull(this.#origin),
      newest: orNull(this.#newest),
      startedAt: orNull(this.#startedAt),
      t: this.#t,
      running: this.#running,
      released: this.#released,
      interval: this.#belief.interval,
      intervals: this.#belief.intervals,
      solver: this.#joint.snapshot(),
    };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void {
    const s = state as { [key: string]: Json };
    const { u } = this.#joint;
    const lists = [
      [s.u, u],
      [s.waiting, this.#waiting],
      [s.r, this.#estimator.r],
      [s.unset, this.#belief.unset],
    ] as const;
    for (const [values, target] of lists)
      if (!Array.isArray(values) || values.length !== target.length)
        throw new TypeError("the snapshot is of another model");
    if (typeof s.t !== "number") throw new TypeError("no model time in the snapshot");
    this.#estimator.restore(s.estimator!);
    for (const [values, target] of lists) target.set((values as Json[]).map(orNaN));
    this.#origin = orNaN(s.origin);
    this.#newest = orNaN(s.newest);
    this.#startedAt = orNaN(s.startedAt);
    this.#t = s.t;
    this.#running = s.running === true;
    this.#behind = s.behind === true;
    this.#released = s.released === true;
    this.#belief.interval = Number(s.interval) || 0;
    this.#belief.intervals = Number(s.intervals) || 0;
    this.#monitor.restore(s.monitor);
    this.#joint.restore(s.solver ?? null);
  }
}

const NOTHING: ArrayLike<number> = [];
// JSON has no −0: + 0 makes it 0.
const orNull = (x: number): number | null => (Number.isFinite(x) ? x + 0 : null);
const orNaN = (x: Json | undefined): number => (typeof x === "number" ? x : Number.NaN);
