/**
 * Runs a model beside its machine: integrates the states from sample to sample, by source time, with the inputs held
 * between samples. Model time never runs ahead of the data, late samples are not integrated, and after too long a gap
 * the states start again from what is measured.
 */
import type { Json } from "../store/store.ts";
import type { CompiledModel } from "./model.ts";
import { odeProblem } from "./problem.ts";
import { OdeSolver } from "./solvers/solver.ts";

export interface StepperOptions {
  /** Longest time between two samples that is integrated, seconds. */
  maxGap: number;
  /** Measured states follow their measurement with this time constant, seconds; 0: they do not. */
  follow: number;
  rtol?: number;
  atol?: number;
  /** Solver steps per call; what is left is done by the next one. A call that brings a deadline has no such limit. */
  maxSteps?: number;
}

/**
 * `started`, `gap`: the states were set from measurement. `late`: older than the newest sample, nothing changed.
 * `waiting`: inputs are missing, the states rest. `behind`: the budget ran out, `proceed` goes on. `failed`: the equations gave no
 * finite number; the states start again with the next sample.
 */
export type StepCode = "ok" | "started" | "gap" | "late" | "waiting" | "behind" | "failed";

/** Says that the time for this call is over; asked before every step. */
export type Deadline = () => boolean;

interface Sample {
  time: number;
  /** Seconds since the sample before. */
  seconds: number;
  inputs: number[];
  measured: number[];
  isNew: boolean[];
}

/** Samples that may wait while the model is behind; beyond, the states start again. */
const MAX_PENDING = 10_000;
const MAX_STEPS = 2000;

export class Stepper {
  readonly #model: CompiledModel;
  readonly #options: StepperOptions;
  /** Made when there is something to integrate. */
  #made: OdeSolver | undefined;
  readonly #y: Float64Array;
  readonly #u: Float64Array;
  readonly #out: Float64Array;
  /** Samples that the model has not reached yet, oldest first. */
  #pending: Sample[] = [];
  /** Source time of t = 0 and of the newest sample, milliseconds; NaN before the first. */
  #origin = Number.NaN;
  #newest = Number.NaN;
  /** Model time, seconds since the origin. */
  #t = 0;
  /** Source time of the last start, milliseconds. */
  #startedAt = Number.NaN;
  #running = false;
  #message: string | undefined;

  constructor(model: CompiledModel, options: StepperOptions) {
    this.#model = model;
    this.#options = options;
    this.#y = Float64Array.from(model.initial);
    this.#u = new Float64Array(model.inputs.length).fill(Number.NaN);
    this.#out = new Float64Array(model.quantities.length).fill(Number.NaN);
  }

  get #solver(): OdeSolver {
    this.#made ??= new OdeSolver(odeProblem(this.#model, this.#u), {
      rtol: this.#options.rtol ?? 1e-6,
      atol: this.#options.atol ?? 1e-9,
    });
    return this.#made;
  }

  /** Values of the model's `quantities` after the last step; NaN where unknown. */
  get quantities(): Readonly<Float64Array> {
    return this.#out;
  }

  /** Why the last step failed, one sentence; undefined when it did not. */
  get message(): string | undefined {
    return this.#message;
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
    deadline?: Deadline,
  ): StepCode {
    if (time < this.#newest) return "late";
    if (Number.isNaN(this.#origin)) this.#origin = time;
    this.#pending.push({
      time,
      seconds: Number.isNaN(this.#newest) ? 0 : (time - this.#newest) / 1000,
      inputs: Array.from(this.#u, (_, i) => inputs[i] ?? Number.NaN),
      measured: Array.from(this.#y, (_, i) => measured[i] ?? Number.NaN),
      isNew: Array.from(this.#y, (_, i) => isNew(i)),
    });
    this.#newest = time;
    return this.proceed(deadline) ?? "ok";
  }

  /**
   * Goes on with what a budget left undone. The result does not depend on where the budget cut.
   * @returns the code of the last sample that was reached, `behind` while some are left, undefined when none was waiting
   */
  proceed(deadline?: Deadline): StepCode | undefined {
    let code: StepCode | undefined;
    const budget = { steps: this.#options.maxSteps ?? (deadline ? Number.POSITIVE_INFINITY : MAX_STEPS) };
    for (let sample = this.#pending[0]; sample; sample = this.#pending[0]) {
      code = this.#advance(sample, budget, deadline);
      if (code === "behind") {
        const behind = (this.#newest - this.#origin) / 1000 - this.#t;
        if (behind > this.#options.maxGap || this.#pending.length > MAX_PENDING) this.#giveUp();
        break;
      }
      this.#pending.shift();
      if (code === "ok") this.#follow(sample);
    }
    if (code) this.#observe(code);
    return code;
  }

  /** So far behind the data, the states are worth nothing: they start again with the next sample. */
  #giveUp(): void {
    this.#t = (this.#newest - this.#origin) / 1000;
    this.#running = false;
    this.#pending = [];
  }

  #advance(sample: Sample, budget: { steps: number }, deadline: Deadline | undefined): StepCode {
    const target = (sample.time - this.#origin) / 1000;
    const gap = sample.seconds > this.#options.maxGap;
    this.#message = undefined;
    if (this.#running && !gap && this.#y.length > 0) {
      const result = this.#solver.integrate(this.#t, this.#y, target, {
        maxSteps: budget.steps,
        ...(deadline && { deadline }),
      });
      budget.steps -= result.steps + result.rejected;
      if (result.code === "budget") {
        this.#t = result.t;
        return "behind";
      }
      if (result.code === "failed") {
        this.#message = result.message;
        this.#t = target;
        this.#running = false;
        this.#take(sample.inputs);
        return "failed";
      }
    }
    this.#t = target;
    this.#take(sample.inputs);
    if (this.#u.some(Number.isNaN)) {
      this.#running = false;
      return "waiting";
    }
    if (this.#running && !gap) return "ok";
    this.#start(sample);
    return gap ? "gap" : "started";
  }

  #take(inputs: readonly number[]): void {
    let changed = false;
    for (let i = 0; i < inputs.length; i++) {
      if (!Object.is(this.#u[i], inputs[i])) changed = true;
      this.#u[i] = inputs[i]!;
    }
    if (changed) this.#made?.restart();
  }

  #start({ time, measured }: Sample): void {
    const first = Number.isNaN(this.#startedAt);
    for (let i = 0; i < this.#y.length; i++) {
      const m = measured[i]!;
      if (Number.isFinite(m)) this.#y[i] = m;
      // What nobody measures, such as wear, keeps its last value over a gap.
      else if (first || !Number.isFinite(this.#y[i])) this.#y[i] = this.#model.initial[i]!;
    }
    this.#made?.restart();
    this.#startedAt = time;
    this.#running = true;
  }

  #observe(code: StepCode): void {
    const known = this.#running && code !== "behind";
    const y = known ? this.#y : UNKNOWN_STATES(this.#y.length);
    this.#model.observe(this.#t, y, this.#u, this.#model.p, this.#out);
  }

  /** Luenberger observer with one time constant: the error decays as exp(−t / follow). */
  #follow({ seconds, measured, isNew }: Sample): void {
    if (!(this.#options.follow > 0)) return;
    const gain = 1 - Math.exp(-seconds / this.#options.follow);
    for (let i = 0; i < this.#y.length; i++) {
      const m = measured[i]!;
      if (Number.isFinite(m) && isNew[i]) this.#y[i]! += gain * (m - this.#y[i]!);
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
      solver: (this.#made?.snapshot() ?? null) as unknown as Json,
      pending: this.#pending.map((s) => ({ ...s, inputs: plain(s.inputs), measured: plain(s.measured) })),
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
    this.#made?.reset();
    if (s.solver) this.#solver.restore(s.solver as unknown as ReturnType<OdeSolver["snapshot"]>);
    const pending = (s.pending ?? []) as unknown as Sample[];
    this.#pending = pending.map((sample) => ({
      ...sample,
      inputs: vector(sample.inputs, u.length),
      measured: vector(sample.measured, y.length),
    }));
  }
}

const UNKNOWN_STATES = (n: number): Float64Array => new Float64Array(n).fill(Number.NaN);
// JSON has no −0: + 0 makes it 0.
const orNull = (x: number): number | null => (Number.isFinite(x) ? x + 0 : null);
const orNaN = (x: Json | undefined): number => (typeof x === "number" ? x : Number.NaN);
const plain = (v: ArrayLike<number>): Json[] => Array.from(v, orNull);

function vector(x: Json | undefined, n: number): number[] {
  if (!Array.isArray(x) || x.length !== n) throw new TypeError("the snapshot is of another model");
  return x.map(orNaN);
}
