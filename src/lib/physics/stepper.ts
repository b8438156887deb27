/**
 * Runs a model beside its machine: integrates the states from sample to sample, by source time, with the inputs held
 * between samples. Model time never runs ahead of the data, late samples are not integrated, and after too long a gap
 * the states start again from what is measured.
 */
import type { Json } from "../store/store.ts";
import type { CompiledModel } from "./model.ts";
import { Dopri5 } from "./solvers/dopri5.ts";

export interface StepperOptions {
  /** Longest time between two samples that is integrated, seconds. */
  maxGap: number;
  /** Measured states follow their measurement with this time constant, seconds; 0: they do not. */
  follow: number;
  rtol?: number;
  atol?: number;
  /** Solver steps per sample; what is left is done with the next sample. */
  maxSteps?: number;
}

/**
 * `started`, `gap`: the states were set from measurement. `late`: older than the newest sample, nothing changed.
 * `waiting`: inputs are missing, the states rest. `behind`: the step budget ran out. `failed`: the equations gave no
 * finite number; the states start again with the next sample.
 */
export type StepCode = "ok" | "started" | "gap" | "late" | "waiting" | "behind" | "failed";

export class Stepper {
  readonly #model: CompiledModel;
  readonly #options: StepperOptions;
  readonly #solver: Dopri5;
  readonly #y: Float64Array;
  readonly #u: Float64Array;
  readonly #out: Float64Array;
  /** Source time of t = 0 and of the newest sample, milliseconds; NaN before the first. */
  #origin = Number.NaN;
  #newest = Number.NaN;
  /** Model time, seconds since the origin. */
  #t = 0;
  /** Source time of the last start, milliseconds. */
  #startedAt = Number.NaN;
  #running = false;

  constructor(model: CompiledModel, options: StepperOptions) {
    this.#model = model;
    this.#options = options;
    this.#y = Float64Array.from(model.initial);
    this.#u = new Float64Array(model.inputs.length).fill(Number.NaN);
    this.#out = new Float64Array(model.quantities.length).fill(Number.NaN);
    this.#solver = new Dopri5(model.states.length, (t, y, out) => model.rhs(t, y, this.#u, model.p, out), {
      rtol: options.rtol ?? 1e-6,
      atol: options.atol ?? 1e-9,
      maxSteps: options.maxSteps ?? 2000,
    });
  }

  /** Values of the model's `quantities` after the last step; NaN where unknown. */
  get quantities(): Readonly<Float64Array> {
    return this.#out;
  }

  /** Seconds that the states have been running since they were last set from outside. */
  get runningFor(): number {
    return this.#running ? (this.#newest - this.#startedAt) / 1000 : 0;
  }

  /**
   * Goes on to a new sample.
   * @param time source time, milliseconds
   * @param inputs one per input of the model, NaN while missing
   * @param measured one per state, NaN where it is not measured
   * @param isNew says of which states the measurement belongs to this sample; by default all
   */
  step(
    time: number,
    inputs: ArrayLike<number>,
    measured: ArrayLike<number>,
    isNew: (state: number) => boolean = () => true,
  ): StepCode {
    if (time < this.#newest) return "late";
    if (Number.isNaN(this.#origin)) this.#origin = time;
    const gap = (time - this.#newest) / 1000 > this.#options.maxGap;
    const from = Number.isNaN(this.#newest) ? time : this.#newest;
    this.#newest = time;
    const code = this.#advance(time, inputs, measured, gap);
    this.#observe(code);
    if (code === "ok") this.#follow((time - from) / 1000, measured, isNew);
    return code;
  }

  #advance(time: number, inputs: ArrayLike<number>, measured: ArrayLike<number>, gap: boolean): StepCode {
    const target = (time - this.#origin) / 1000;
    const static_ = this.#model.states.length === 0;
    const integrate = this.#running && !gap && !static_;
    const result = integrate ? this.#solver.integrate(this.#t, this.#y, target) : undefined;
    const changed = this.#take(inputs);
    if (changed) this.#solver.restart();
    if (result?.code === "failed") {
      this.#running = false;
      return "failed";
    }
    this.#t = result ? result.t : target;
    if (result?.code === "budget") return target - this.#t > this.#options.maxGap ? this.#giveUp() : "behind";
    if (this.#u.some(Number.isNaN)) {
      this.#running = false;
      return "waiting";
    }
    if (this.#running && !gap) return "ok";
    this.#start(time, measured);
    return gap ? "gap" : "started";
  }

  /** So far behind the data, the states are worth nothing: they start again with the next sample. */
  #giveUp(): StepCode {
    this.#running = false;
    return "behind";
  }

  #take(inputs: ArrayLike<number>): boolean {
    let changed = false;
    for (let i = 0; i < this.#u.length; i++) {
      if (!Object.is(this.#u[i], inputs[i])) changed = true;
      this.#u[i] = inputs[i] ?? Number.NaN;
    }
    return changed;
  }

  #start(time: number, measured: ArrayLike<number>): void {
    const first = Number.isNaN(this.#startedAt);
    for (let i = 0; i < this.#y.length; i++) {
      const m = measured[i] ?? Number.NaN;
      if (Number.isFinite(m)) this.#y[i] = m;
      // What nobody measures, such as wear, keeps its last value over a gap.
      else if (first || !Number.isFinite(this.#y[i])) this.#y[i] = this.#model.initial[i]!;
    }
    this.#solver.restart();
    this.#startedAt = time;
    this.#running = true;
  }

  #observe(code: StepCode): void {
    const known = this.#running && code !== "behind";
    const y = known ? this.#y : UNKNOWN_STATES(this.#y.length);
    this.#model.observe(this.#t, y, this.#u, this.#model.p, this.#out);
  }

  /** Luenberger observer with one time constant: the error decays as exp(−t / follow). */
  #follow(dt: number, measured: ArrayLike<number>, isNew: (state: number) => boolean): void {
    if (!(this.#options.follow > 0) || !(dt > 0)) return;
    const gain = 1 - Math.exp(-dt / this.#options.follow);
    for (let i = 0; i < this.#y.length; i++) {
      const m = measured[i] ?? Number.NaN;
      if (Number.isFinite(m) && isNew(i)) this.#y[i]! += gain * (m - this.#y[i]!);
    }
  }

  /** Sets the states from measurement with the next sample. */
  restart(): void {
    this.#running = false;
  }

  snapshot(): Json {
    return {
      y: plain(this.#y),
      u: plain(this.#u),
      origin: orNull(this.#origin),
      newest: orNull(this.#newest),
      startedAt: orNull(this.#startedAt),
      t: this.#t,
      running: this.#running,
    };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void {
    const s = state as { [key: string]: Json };
    const y = vector(s.y, this.#y.length);
    const u = vector(s.u, this.#u.length);
    if (typeof s.t !== "number") throw new TypeError("no model time in the snapshot");
    this.#y.set(y);
    this.#u.set(u);
    this.#origin = orNaN(s.origin);
    this.#newest = orNaN(s.newest);
    this.#startedAt = orNaN(s.startedAt);
    this.#t = s.t;
    this.#running = s.running === true && y.every(Number.isFinite);
  }
}

const UNKNOWN_STATES = (n: number): Float64Array => new Float64Array(n).fill(Number.NaN);
// JSON has no −0: + 0 makes it 0.
const orNull = (x: number): number | null => (Number.isFinite(x) ? x + 0 : null);
const orNaN = (x: Json | undefined): number => (typeof x === "number" ? x : Number.NaN);
const plain = (v: Float64Array): Json => Array.from(v, orNull);

function vector(x: Json | undefined, n: number): number[] {
  if (!Array.isArray(x) || x.length !== n) throw new TypeError("the snapshot is of another model");
  return x.map(orNaN);
}
