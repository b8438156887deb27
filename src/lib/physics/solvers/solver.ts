/**
 * Integrates an initial value problem: chooses the method, changes to the stiff one and back, controls the step, lands on
 * switches and events, and stops at a budget to go on later. The same calls give the same numbers, wherever a budget
 * cuts them.
 */
import { Crossings, ZenoGuard } from "./crossings.ts";
import { DOP853_STABLE, Dop853 } from "./dop853.ts";
import { DOPRI5_STABLE, Dopri5 } from "./dopri5.ts";
import {
  allFinite,
  type DenseStep,
  type Method,
  type MethodName,
  type OdeProblem,
  type Tolerances,
} from "./problem.ts";
import { Rodas5P } from "./rodas5p.ts";
import { firstStep, StepControl } from "./step-size.ts";

export interface SolverOptions extends Partial<Tolerances> {
  /** Largest step, in units of t. */
  maxStep?: number;
  /** Default: chosen by tolerance and stiffness, anew at every step. */
  method?: MethodName;
}

export interface IntegrateOptions {
  /** Largest number of steps, accepted and rejected, in this call. */
  maxSteps?: number;
  /** Asked before every step; true stops with the code `budget`. */
  deadline?: () => boolean;
  /** Called after every accepted step; the object is only valid during the call. */
  onStep?: (step: DenseStep) => void;
  /** Called after the reset of events. */
  onEvent?: (happened: readonly number[], t: number, y: Float64Array) => void;
}

export interface SolverResult {
  /**
   * `done`: t1 is reached. `budget`: the budget ran out at `t`, continue from there. `failed`: it cannot go on; `y` is
   * the state at `t`, the last good point, and `message` says why.
   */
  code: "done" | "budget" | "failed";
  t: number;
  steps: number;
  rejected: number;
  evaluations: number;
  message?: string;
}

/** From here on the method of order 8 needs less work than that of order 5. */
const HIGH_ORDER_BELOW = 3e-5;
/** Steps at the edge of stability that call for the stiff method (Hairer & Wanner II, IV.2). */
const STIFF_HITS = 15;
/** Steps after which the stiff method must show that it steps farther, and how much farther. */
const TRIAL_STEPS = 10;
const TRIAL_GAIN = 3;
/** Steps on which the explicit method would be stable with a wide margin that call for it, at first. */
const CALM_STEPS = 10;
/** Switches within so short a time that the state slides along one. */
const SLIDING_SWITCHES = 40;
/** Good steps after which the switches are watched again. */
const SLIDING_STEPS = 200;

/** Part of a step, 0 … 1; `smooth` when the step to its end was accurate. */
interface Part {
  low: number;
  high: number;
  smooth: boolean;
}

export class OdeSolver {
  readonly #problem: OdeProblem;
  readonly #tolerances: Tolerances;
  readonly #maxStep: number;
  readonly #explicit: Method;
  readonly #fixed: boolean;
  readonly #stable: number;
  #implicit: Rodas5P | undefined;
  #method: Method;
  readonly #control = new StepControl();
  readonly #crossings: Crossings;
  #zeno = new ZenoGuard();
  readonly #scratch: Float64Array;
  readonly #slope: Float64Array;
  /** Step to try next; 0: unknown. */
  #h = 0;
  #hits = 0;
  #misses = 0;
  #calm = 0;
  #calmNeeded = CALM_STEPS;
  #hitsNeeded = STIFF_HITS;
  /** Steps of the stiff method since the change to it, and the step of the explicit one before. */
  #trial = 0;
  #stepBefore = 0;
  /** Times of the last switches, as a ring. */
  readonly #switchTimes: number[] = [];
  #sliding = 0;
  #slideStep = 0;
  /** Whether the last attempt was not finite. */
  #infinite = false;

  /** @throws RangeError when a tolerance or step is not positive */
  constructor(problem: OdeProblem, options: SolverOptions = {}) {
    this.#problem = problem;
    const rtol = positive(options.rtol ?? 1e-6, "rtol");
    this.#tolerances = { rtol, atol: positive(options.atol ?? 1e-9, "atol") };
    this.#maxStep = positive(options.maxStep ?? Number.POSITIVE_INFINITY, "maxStep");
    const name = options.method ?? (rtol < HIGH_ORDER_BELOW ? "dop853" : "dopri5");
    this.#fixed = options.method !== undefined;
    this.#explicit = this.#make(name);
    this.#method = this.#explicit;
    this.#stable = name === "dop853" ? DOP853_STABLE : DOPRI5_STABLE;
    this.#crossings = new Crossings(problem);
    this.#scratch = new Float64Array(problem.n);
    this.#slope = new Float64Array(problem.n);
  }

  /** The method of the next step. */
  get method(): MethodName {
    return this.#method.name;
  }

  /** Call it after a jump of the inputs or of the state from outside: what was known of the last step is forgotten. */
  restart(): void {
    this.#control.restart();
  }

  /** Forgets everything: as new. */
  reset(): void {
    this.#control.restart();
    this.#method = this.#explicit;
    this.#h = this.#hits = this.#misses = this.#calm = this.#sliding = this.#switchTimes.length = 0;
    this.#calmNeeded = CALM_STEPS;
    this.#hitsNeeded = STIFF_HITS;
    this.#trial = this.#stepBefore = this.#slideStep = 0;
    this.#infinite = this.#crossings.ignoreSwitches = false;
    this.#implicit = undefined;
    this.#zeno = new ZenoGuard();
  }

  /** Integrates `y` in place from t0 to t1 ≥ t0. */
  integrate(t0: number, y: Float64Array, t1: number, options: IntegrateOptions = {}): SolverResult {
    const result: SolverResult = { code: "done", t: t0, steps: 0, rejected: 0, evaluations: 0 };
    const { n } = this.#problem;
    if (!(t1 > t0)) return result;
    if (n === 0 && this.#crossings.count === 0) return { ...result, t: t1 };
    const before = this.#evaluations();
    this.#run(result, y, t1, options);
    result.evaluations = this.#evaluations() - before;
    return result;
  }

  #run(result: SolverResult, y: Float64Array, t1: number, options: IntegrateOptions): void {
    const { maxSteps = Number.POSITIVE_INFINITY, deadline } = options;
    const crossings = this.#crossings;
    const watch = crossings.count > 0;
    const span = t1 - result.t;
    if (watch) this.#begin(result, y, t1);
    let ready = false;
    while (result.t < t1) {
      if (result.steps + result.rejected >= maxSteps || deadline?.()) {
        result.code = "budget";
        return;
      }
      const t = result.t;
      if (!ready && !this.#method.prepare(t, y)) return fail(result, notFinite(t));
      ready = true;
      if (this.#h === 0) this.#h = this.#first(t, y, span);
      const h = Math.min(this.#h, this.#maxStep);
      const last = t + 1.01 * h >= t1;
      const step = last ? t1 - t : h;
      if (t + 0.1 * step === t) return fail(result, tooSmall(t, y, this.#method.slope, this.#infinite));
      const error = this.#method.attempt(t, y, step);
      const part = watch && error < Number.POSITIVE_INFINITY ? this.#crosses(t, y, step, error) : undefined;
      if (part) {
        const landed = this.#land(result, y, step, part, t1, options);
        if (landed === "failed") return;
        if (landed === "landed") ready = false;
        else this.#h = landed;
        continue;
      }
      const forced = this.#sliding > 0 && step <= this.#slideStep && error < Number.POSITIVE_INFINITY;
      if (!(error <= 1 || forced)) {
        result.rejected++;
        this.#infinite = error === Number.POSITIVE_INFINITY;
        this.#h = this.#control.rejected(this.#method, step, error);
        continue;
      }
      const next = this.#control.accepted(this.#method, step, Math.max(error, 1e-10));
      result.steps++;
      this.#finish(result, y, step, last ? t1 : t + step, options.onStep);
      ready = this.#method.advance();
      if (watch) crossings.start(result.t, y);
      // The last step is cut short by t1: it says little about the step that suits.
      this.#h = last || error > 1 ? Math.max(h, next) : next;
      if (this.#sliding > 0 && error <= 1) crossings.ignoreSwitches = --this.#sliding > 0;
      this.#infinite = false;
      if (!this.#fixed && this.#choose(step, last)) ready = false;
    }
  }

  /** Where a switch is just zero, a right-hand side may still be that of the side before: a tiny move leaves it. */
  #begin(result: SolverResult, y: Float64Array, t1: number): void {
    this.#crossings.start(result.t, y);
    const gap = 16 * Number.EPSILON * Math.max(Math.abs(result.t), Math.abs(t1));
    if (!this.#crossings.onSwitch || !(result.t + gap < t1)) return;
    this.#problem.rhs(result.t, y, this.#slope);
    if (!allFinite(this.#slope)) return;
    for (let i = 0; i < y.length; i++) y[i]! += gap * this.#slope[i]!;
    result.t += gap;
    this.#crossings.start(result.t, y);
  }

  /** Hands over the step that was just tried: y becomes `next`. */
  #finish(result: SolverResult, y: Float64Array, h: number, t1: number, onStep: IntegrateOptions["onStep"]): void {
    const method = this.#method;
    const t0 = result.t;
    if (onStep) method.prepareDense(t0, y, h);
    y.set(method.next);
    result.t = t1;
    onStep?.({ t0, t1, at: (t, out) => method.interpolate((t - t0) / h, out) });
  }

  /**
   * Where in the step that was just tried a watched function changes sign: at its end or, for events, already inside.
   * @returns the part of the step, 0 … 1, between whose ends it does
   */
  #crosses(t: number, y: Float64Array, h: number, error: number): Part | undefined {
    const crossings = this.#crossings;
    const method = this.#method;
    const smooth = error <= 1;
    if (!crossings.hasEvents || !smooth)
      return crossings.look(t + h, method.next) ? { low: 0, high: 1, smooth } : undefined;
    method.prepareDense(t, y, h);
    // From place to place, so that an event is seen that ends before the step does.
    let low = 0;
    for (const high of [0.25, 0.5, 0.75, 1]) {
      const at = t + high * h;
      if (high === 1) this.#scratch.set(method.next);
      else method.interpolate(high, this.#scratch);
      if (crossings.look(at, this.#scratch)) return { low, high, smooth };
      crossings.start(at, this.#scratch);
      low = high;
    }
    crossings.start(t, y);
    return undefined;
  }

  /**
   * Goes to the first change of sign within a part of `step`: by steps that end before it, so that a right-hand side that
   * jumps there is never seen from both sides within one, then by a tiny move across.
   * @returns the step to try next when it is not there after all
   */
  #land(
    result: SolverResult,
    y: Float64Array,
    step: number,
    part: Part,
    t1: number,
    options: IntegrateOptions,
  ): "landed" | "failed" | number {
    const crossings = this.#crossings;
    const method = this.#method;
    const start = result.t;
    const near = 1e-8 * step + 16 * Number.EPSILON * Math.max(Math.abs(start), Math.abs(start + step));
    let high = step * (part.high - part.low);
    // A straight line between both sides is a good guess only where nothing jumps.
    let zero = high * crossings.firstZero();
    if (part.low > 0) {
      // Inside the step, the function was on yet another side before.
      method.attempt(start, y, step * part.low);
      if (!this.#commit(result, y, step * part.low, options)) return "landed";
    } else crossings.start(start, y);
    if (!part.smooth) zero = this.#straight(start, y, high);
    // Share of the way that is left: stages inside a step may reach farther than its end.
    let back = 0;
    for (let i = 0; i < 100; i++) {
      const t = result.t;
      if (zero <= near || high <= near) return this.#cross(result, y, Math.min(zero, high), t1, options);
      const h = Math.min(Math.max(zero * (1 - back) - near / 2, 0.1 * near), high);
      const error = method.attempt(t, y, h);
      if (crossings.look(t + h, method.next)) {
        result.rejected++;
        // The same place again: the zero is at it, or a little before.
        if (h > 0.99 * high) back = Math.min(0.5, 10 * back || 1e-6);
        high = h;
        zero = error <= 1 ? h * crossings.firstZero() : Math.min(this.#straight(t, y, high), high);
        if (!(error <= 1)) back = Math.min(0.5, 10 * back || 1e-3);
      } else if (error <= 1) {
        if (!this.#commit(result, y, h, options)) return "landed";
        high -= h;
        zero = Math.min(this.#straight(result.t, y, high), high);
        back *= 0.01;
      } else {
        result.rejected++;
        if (back >= 0.5) return this.#control.rejected(method, h, error);
        back = Math.min(0.5, 10 * back || 1e-3);
      }
    }
    return step / 2;
  }

  /** Takes the step that was just tried. @returns false when the new state has no slope */
  #commit(result: SolverResult, y: Float64Array, h: number, { onStep }: IntegrateOptions): boolean {
    result.steps++;
    this.#finish(result, y, h, result.t + h, onStep);
    this.#crossings.start(result.t, y);
    return this.#method.advance() || this.#method.prepare(result.t, y);
  }

  /** Where the straight line along the slope first meets a change of sign within `reach`; else `reach`. */
  #straight(t: number, y: Float64Array, reach: number): number {
    const { slope } = this.#method;
    let to = reach;
    for (let i = 0; i < 30; i++) {
      for (let j = 0; j < y.length; j++) this.#scratch[j] = y[j]! + to * slope[j]!;
      if (!this.#crossings.look(t + to, this.#scratch)) return i === 0 ? reach : to;
      const zero = to * this.#crossings.firstZero();
      if (!(zero < to * (1 - 1e-12))) break;
      to = zero;
    }
    return to;
  }

  /** Moves across the change of sign that lies `ahead` along the slope, not beyond t1, and lets the events happen. */
  #cross(
    result: SolverResult,
    y: Float64Array,
    ahead: number,
    t1: number,
    options: IntegrateOptions,
  ): "landed" | "failed" {
    const t = result.t;
    const { slope } = this.#method;
    const margin = 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(t + ahead)) + 1e-12 * ahead;
    for (let extra = margin; ; extra *= 2) {
      const gap = Math.min(ahead + extra, t1 - t);
      for (let i = 0; i < y.length; i++) this.#scratch[i] = y[i]! + gap * slope[i]!;
      if (!this.#crossings.look(t + gap, this.#scratch, true) && extra < 1e6 * margin && t + gap < t1) continue;
      y.set(this.#scratch);
      result.t = t + gap >= t1 ? t1 : t + gap;
      break;
    }
    result.steps++;
    this.#control.restart();
    if (this.#crossings.switched) this.#noteSwitch(result.t, t1 - t);
    return this.#react(result, y, options) ? "landed" : "failed";
  }

  /** Events change the state, which may make further events happen at the same time. */
  #react(result: SolverResult, y: Float64Array, { onEvent }: IntegrateOptions): boolean {
    const { events } = this.#problem;
    const t = result.t;
    for (let round = 0; events; round++) {
      const happened = this.#crossings.happened();
      if (happened.length === 0) break;
      const name = events.name?.(happened[0]!) ?? `number ${happened[0]! + 1}`;
      if (round >= 20 || happened.some((i) => this.#zeno.add(i, t))) {
        fail(result, `The event ${name} happens again and again ever faster near t = ${number(t)}: it has no end.`);
        return false;
      }
      this.#crossings.start(t, y);
      events.reset?.(happened, t, y);
      if (events.reset) this.#h = 0;
      onEvent?.(happened, t, y);
      if (!this.#crossings.look(t, y)) break;
    }
    this.#crossings.start(t, y);
    return true;
  }

  /** Many switches in next to no time: the state slides along one, as a stuck friction does. */
  #noteSwitch(t: number, span: number): void {
    this.#switchTimes.push(t);
    if (this.#switchTimes.length <= SLIDING_SWITCHES) return;
    const duration = t - this.#switchTimes.shift()!;
    const step = 1e-3 * Math.min(span, this.#maxStep);
    if (duration > step) return;
    this.#sliding = SLIDING_STEPS;
    this.#slideStep = step;
    this.#crossings.ignoreSwitches = true;
    this.#switchTimes.length = 0;
  }

  /** Changes the method where another suits better. @returns true when it did */
  #choose(h: number, cut: boolean): boolean {
    const method = this.#method;
    if (!method.implicit) {
      // A step that the end of the call cuts short can be so small that its stiffness is only rounding.
      if (!cut && method.stiffness(h) > this.#stable) {
        this.#hits++;
        this.#misses = 0;
      } else if (!cut && ++this.#misses >= 6) this.#hits = 0;
      if (this.#hits < this.#hitsNeeded) return false;
      this.#implicit ??= new Rodas5P(this.#problem, this.#tolerances);
      this.#method = this.#implicit;
      this.#trial = 0;
      this.#stepBefore = h;
    } else {
      this.#calm = method.stiffness(h) < this.#stable / 3 && !cut ? this.#calm + 1 : 0;
      // Large steps may be cut short by accuracy alone: then the stiff method steps no farther.
      const vain = ++this.#trial === TRIAL_STEPS && h < TRIAL_GAIN * this.#stepBefore && !cut;
      if (this.#calm < this.#calmNeeded && !vain) return false;
      // Every return makes the next change harder, so that a problem at the edge settles.
      if (vain) this.#hitsNeeded = Math.min(4 * this.#hitsNeeded, 16 * STIFF_HITS);
      else {
        this.#hitsNeeded = STIFF_HITS;
        this.#calmNeeded = Math.min(2 * this.#calmNeeded, 16 * CALM_STEPS);
      }
      this.#method = this.#explicit;
    }
    this.#hits = this.#misses = this.#calm = 0;
    this.#control.restart();
    return true;
  }

  #make(name: MethodName): Method {
    if (name === "rodas5p") return new Rodas5P(this.#problem, this.#tolerances);
    return new (name === "dop853" ? Dop853 : Dopri5)(this.#problem, this.#tolerances);
  }

  #first(t: number, y: Float64Array, span: number): number {
    const { errorOrder, slope } = this.#method;
    this.#method.evaluations++;
    return firstStep(this.#problem, this.#tolerances, errorOrder, t, y, slope, Math.min(span, this.#maxStep));
  }

  #evaluations(): number {
    return this.#explicit.evaluations + (this.#implicit?.evaluations ?? 0);
  }

  /** What a later call needs to go on exactly as this one would have; plain JSON. */
  snapshot(): SolverState {
    return {
      h: this.#h,
      implicit: this.#method === this.#implicit,
      counts: [this.#hits, this.#misses, this.#calm, this.#calmNeeded, this.#hitsNeeded, this.#trial, this.#stepBefore],
      sliding: [this.#sliding, this.#slideStep, ...this.#switchTimes],
      control: this.#control.snapshot(),
      direction: Array.from(this.#implicit?.direction ?? []),
      zeno: this.#zeno.snapshot(),
    };
  }

  restore(state: SolverState): void {
    this.reset();
    this.#h = state.h;
    const [hits = 0, misses = 0, calm = 0, calmNeeded = CALM_STEPS, hitsNeeded = STIFF_HITS, trial = 0, before = 0] =
      state.counts;
    [this.#hits, this.#misses, this.#calm, this.#calmNeeded] = [hits, misses, calm, calmNeeded];
    [this.#hitsNeeded, this.#trial, this.#stepBefore] = [hitsNeeded, trial, before];
    const [sliding = 0, slideStep = 0, ...switchTimes] = state.sliding;
    [this.#sliding, this.#slideStep] = [sliding, slideStep];
    this.#switchTimes.push(...switchTimes);
    this.#crossings.ignoreSwitches = sliding > 0;
    this.#control.restore(state.control);
    this.#zeno.restore(state.zeno);
    if (state.implicit || state.direction.length > 0) this.#implicit ??= new Rodas5P(this.#problem, this.#tolerances);
    this.#implicit?.direction.set(state.direction);
    if (state.implicit) this.#method = this.#implicit!;
  }
}

export interface SolverState {
  h: number;
  implicit: boolean;
  counts: number[];
  sliding: number[];
  control: number[];
  direction: number[];
  zeno: (number | null)[][];
}

function fail(result: SolverResult, message: string): void {
  result.code = "failed";
  result.message = message;
}

const number = (x: number): string => String(Number(x.toPrecision(6)));

const notFinite = (t: number): string => `The equations give no finite number at t = ${number(t)}.`;

function tooSmall(t: number, y: Float64Array, slope: Float64Array, infinite: boolean): string {
  let size = 0;
  let speed = 0;
  for (let i = 0; i < y.length; i++) {
    size = Math.max(size, Math.abs(y[i]!));
    speed = Math.max(speed, Math.abs(slope[i]!));
  }
  if (speed > 1e6 * (1 + size) && size > 1e3)
    return `The solution grows without bound near t = ${number(t)}: it does not exist beyond.`;
  if (infinite) return `The equations give no finite number just after t = ${number(t)}.`;
  return `The solution cannot be continued beyond t = ${number(t)}: it changes faster than numbers can follow.`;
}

function positive(value: number, name: string): number {
  if (!(value > 0)) throw new RangeError(`${name} must be positive, not ${value}`);
  return value;
}
