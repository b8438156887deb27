/**
 * Runs a linear model beside its machine, by the rules of the stepper of equations (stepper.ts): model time comes from
 * the data and never runs ahead of it, late samples are not integrated, inputs hold or run straight between samples,
 * and after too long a gap the state starts again.
 */
import type { Json } from "../../store/store.ts";
import type { StepCode } from "../stepper.ts";
import type { Simulator } from "../twin-model.ts";
import type { LinearCore } from "./linear-core.ts";

/** Model value = factor · value + offset, or the other way round for outputs. */
export interface Port {
  factor: number;
  offset: number;
}

/** Of an input: also its place among the inputs of the core. */
export interface SlotPort extends Port {
  slot: number;
}

export interface LinearStepperOptions {
  /** Longest time between two samples that is integrated, seconds. */
  maxGap: number;
  /** `steady`: the state starts where nothing changes under the first inputs; `rest`: at rest. */
  start: "steady" | "rest";
  /** Between two samples inputs hold their old value (`zero`) or run straight to the new one (`first`). */
  hold: "zero" | "first";
  /** From what `step` is handed to what the core takes. */
  inputs: readonly SlotPort[];
  /** All inputs of the core, in its units: those that never change; the others are NaN. */
  fixed: Float64Array;
  /** From what the core gives to `quantities`. */
  outputs: readonly Port[];
}

export class LinearStepper implements Simulator {
  readonly #core: LinearCore;
  readonly #options: LinearStepperOptions;
  readonly #u: Float64Array;
  readonly #next: Float64Array;
  readonly #out: Float64Array;
  #newest = Number.NaN;
  #startedAt = Number.NaN;
  #running = false;

  constructor(core: LinearCore, options: LinearStepperOptions) {
    this.#core = core;
    this.#options = options;
    this.#u = options.fixed.slice();
    this.#next = options.fixed.slice();
    this.#out = new Float64Array(options.outputs.length).fill(Number.NaN);
  }

  get quantities(): Readonly<Float64Array> {
    return this.#out;
  }

  get runningFor(): number {
    return this.#running ? (this.#newest - this.#startedAt) / 1000 : 0;
  }

  step(time: number, inputs: ArrayLike<number>): StepCode {
    if (time < this.#newest) return "late";
    const dt = (time - this.#newest) / 1000;
    const gap = dt > this.#options.maxGap;
    this.#newest = time;
    this.#options.inputs.forEach(({ factor, offset, slot }, i) => {
      this.#next[slot] = factor * (inputs[i] ?? Number.NaN) + offset;
    });
    const code = this.#advance(time, dt, gap);
    this.#u.set(this.#next);
    this.#observe();
    return code;
  }

  #advance(time: number, dt: number, gap: boolean): StepCode {
    const known = this.#next.every(Number.isFinite);
    if (this.#running && !gap) {
      const straight = this.#options.hold === "first" && known;
      if (!this.#carry(dt, straight ? this.#next : undefined)) {
        this.#running = false;
        return "failed";
      }
    }
    if (!known) {
      this.#running = false;
      return "waiting";
    }
    if (this.#running && !gap) return "ok";
    if (this.#options.start === "steady") this.#core.steady(this.#next);
    else this.#core.rest(this.#next);
    this.#startedAt = time;
    this.#running = true;
    return gap ? "gap" : "started";
  }

  /** Returns false when the state is no longer finite: an unstable model grows beyond all numbers. */
  #carry(dt: number, next: Float64Array | undefined): boolean {
    try {
      this.#core.advance(dt, this.#u, next);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    return this.#core.x.every(Number.isFinite);
  }

  #observe(): void {
    if (!this.#running) {
      this.#out.fill(Number.NaN);
      return;
    }
    this.#core.observe(this.#u, this.#out);
    this.#options.outputs.forEach(({ factor, offset }, i) => {
      this.#out[i] = factor * this.#out[i]! + offset;
    });
  }

  restart(): void {
    this.#running = false;
  }

  snapshot(): Json {
    return {
      x: plain(this.#core.x),
      u: plain(this.#u),
      newest: orNull(this.#newest),
      startedAt: orNull(this.#startedAt),
      running: this.#running,
    };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void {
    const s = state as { [key: string]: Json };
    const x = vector(s.x, this.#core.x.length);
    const u = vector(s.u, this.#u.length);
    this.#core.x.set(x);
    this.#u.set(u);
    this.#newest = orNaN(s.newest);
    this.#startedAt = orNaN(s.startedAt);
    this.#running = s.running === true && x.every(Number.isFinite) && u.every(Number.isFinite);
  }
}

// JSON has no −0: + 0 makes it 0.
const orNull = (x: number): number | null => (Number.isFinite(x) ? x + 0 : null);
const orNaN = (x: Json | undefined): number => (typeof x === "number" ? x : Number.NaN);
const plain = (v: Float64Array): Json => Array.from(v, orNull);

function vector(x: Json | undefined, n: number): number[] {
  if (!Array.isArray(x) || x.length !== n) throw new TypeError("the snapshot is of another model");
  return x.map(orNaN);
}
