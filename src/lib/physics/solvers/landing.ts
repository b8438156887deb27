/** Lands steps on switches, where the right-hand side may jump, and on events, and lets the events happen. */
import { Crossings, ZenoGuard } from "./crossings.ts";
import type { MethodChoice } from "./method-choice.ts";
import { allFinite, type OdeProblem } from "./problem.ts";
import { endless, fail, type IntegrateOptions, type SolverResult, takeStep } from "./run.ts";
import type { StepControl } from "./step-size.ts";

/** Switches within so short a time that the state slides along one. */
const SLIDING_SWITCHES = 40;
/** Good steps after which the switches are watched again. */
const SLIDING_STEPS = 200;
/** Its step, as a share of what is left of the call or of the longest step. */
const SLIDE_STEP = 1e-3;

/** Where within a step changes of sign are looked for. */
const PLACES = [0.25, 0.5, 0.75, 1];

/** Part of a step, 0 … 1; `smooth` when the step to its end was accurate. */
export interface Part {
  low: number;
  high: number;
  smooth: boolean;
}

export class Landing {
  readonly crossings: Crossings;
  /** Whether an event changed the state since this was last set to false. */
  jumped = false;
  readonly #problem: OdeProblem;
  readonly #choice: MethodChoice;
  readonly #control: StepControl;
  readonly #maxStep: number;
  readonly #zeno = new ZenoGuard();
  readonly #scratch: Float64Array;
  readonly #slope: Float64Array;
  /** Times of the last switches. */
  readonly #switchTimes: number[] = [];
  #sliding = 0;
  #slideStep = 0;

  constructor(problem: OdeProblem, choice: MethodChoice, control: StepControl, maxStep: number) {
    this.#problem = problem;
    this.#choice = choice;
    this.#control = control;
    this.#maxStep = maxStep;
    this.crossings = new Crossings(problem);
    this.#scratch = new Float64Array(problem.n);
    this.#slope = new Float64Array(problem.n);
  }

  /** Whether the state slides along a switch and the step is so short that it is taken whatever its error. */
  slides(step: number, span: number): boolean {
    if (this.#sliding <= 0) return false;
    // A slide that began near the end of a call would go on in next to no steps.
    this.#slideStep = Math.max(this.#slideStep, this.#slide(span));
    return step <= this.#slideStep;
  }

  get slideStep(): number {
    return this.#slideStep;
  }

  #slide(span: number): number {
    return SLIDE_STEP * Math.min(span, this.#maxStep);
  }

  /** Counts a good step; after enough of them the switches are watched again. */
  goodStep(): void {
    if (this.#sliding > 0) this.crossings.ignoreSwitches = --this.#sliding > 0;
  }

  /** Where a switch is just zero, a right-hand side may still be that of the side before: a tiny move leaves it. */
  begin(result: SolverResult, y: Float64Array, t1: number): void {
    this.crossings.noise = 0;
    this.crossings.start(result.t, y);
    const gap = 16 * Number.EPSILON * Math.max(Math.abs(result.t), Math.abs(t1));
    if (!(result.t + gap < t1)) return;
    this.#problem.rhs(result.t, y, this.#slope);
    if (!allFinite(this.#slope)) return;
    for (let i = 0; i < y.length; i++) this.#scratch[i] = y[i]! + gap * this.#slope[i]!;
    if (!this.crossings.onSwitch && !(this.crossings.look(result.t + gap, this.#scratch) && this.crossings.switched))
      return;
    y.set(this.#scratch);
    result.t += gap;
    this.crossings.start(result.t, y);
  }

  /**
   * Where in the step that was just tried a watched function changes sign, at its end or already inside.
   * @returns the part of the step, 0 … 1, between whose ends it does
   */
  crosses(t: number, y: Float64Array, h: number, error: number): Part | undefined {
    const { crossings } = this;
    const method = this.#choice.current;
    const { next } = method;
    const smooth = error <= 1;
    if (!smooth) return crossings.look(t + h, next) ? { low: 0, high: 1, smooth } : undefined;
    // For switches a straight line shows well enough where to look.
    const straight = !crossings.hasEvents;
    if (!straight) method.prepareDense(t, y, h);
    // From place to place, so that what ends before the step does is seen as well.
    let low = 0;
    for (const high of PLACES) {
      const at = t + high * h;
      if (high === 1) this.#scratch.set(next);
      else if (straight) for (let i = 0; i < y.length; i++) this.#scratch[i] = y[i]! + high * (next[i]! - y[i]!);
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
  land(
    result: SolverResult,
    y: Float64Array,
    step: number,
    part: Part,
    t1: number,
    options: IntegrateOptions,
  ): "landed" | "failed" | number {
    const { crossings } = this;
    const method = this.#choice.current;
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
      if (zero <= near || high <= near) return this.#cross(result, y, Math.min(zero, high), step, t1, options);
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
    const method = this.#choice.current;
    takeStep(method, result, y, h, result.t + h, onStep);
    this.crossings.start(result.t, y);
    return method.advance() || method.prepare(result.t, y);
  }

  /** Where the straight line along the slope first meets a change of sign within `reach`; else `reach`. */
  #straight(t: number, y: Float64Array, reach: number): number {
    const { slope } = this.#choice.current;
    let to = reach;
    for (let i = 0; i < 30; i++) {
      for (let j = 0; j < y.length; j++) this.#scratch[j] = y[j]! + to * slope[j]!;
      if (!this.crossings.look(t + to, this.#scratch)) return i === 0 ? reach : to;
      const zero = to * this.crossings.firstZero();
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
    step: number,
    t1: number,
    options: IntegrateOptions,
  ): "landed" | "failed" {
    const t = result.t;
    const { slope } = this.#choice.current;
    const margin = 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(t + ahead), step) + 1e-12 * ahead;
    for (let extra = margin; ; extra *= 2) {
      const gap = Math.min(ahead + extra, t1 - t);
      for (let i = 0; i < y.length; i++) this.#scratch[i] = y[i]! + gap * slope[i]!;
      if (!this.crossings.look(t + gap, this.#scratch, true) && extra < 1e6 * margin && t + gap < t1) continue;
      y.set(this.#scratch);
      result.t = t + gap >= t1 ? t1 : t + gap;
      break;
    }
    result.steps++;
    this.#control.restart();
    if (this.crossings.switched) this.#noteSwitch(result.t, t1 - t);
    return this.#react(result, y, options) ? "landed" : "failed";
  }

  /** Events change the state, which may make further events happen at the same time. */
  #react(result: SolverResult, y: Float64Array, { onEvent }: IntegrateOptions): boolean {
    const { events } = this.#problem;
    const t = result.t;
    for (let round = 0; events; round++) {
      const happened = this.crossings.happened();
      if (happened.length === 0) break;
      const name = events.name?.(happened[0]!) ?? `number ${happened[0]! + 1}`;
      if (round >= 20 || happened.some((i) => this.#zeno.add(i, t))) {
        fail(result, endless(name, t));
        return false;
      }
      this.crossings.start(t, y);
      events.reset?.(happened, t, y);
      if (events.reset) this.jumped = true;
      onEvent?.(happened, t, y);
      if (!this.crossings.look(t, y)) break;
    }
    this.crossings.start(t, y);
    return true;
  }

  /** Many switches in next to no time: the state slides along one, as a stuck friction does. */
  #noteSwitch(t: number, span: number): void {
    this.#switchTimes.push(t);
    if (this.#switchTimes.length <= SLIDING_SWITCHES) return;
    const duration = t - this.#switchTimes.shift()!;
    const step = this.#slide(span);
    if (duration > step) return;
    this.#sliding = SLIDING_STEPS;
    this.#slideStep = step;
    this.crossings.ignoreSwitches = true;
    this.#switchTimes.length = 0;
  }

  /** As new. */
  reset(): void {
    this.restore({ sliding: [], zeno: [] });
  }

  snapshot(): LandingState {
    return { sliding: [this.#sliding, this.#slideStep, ...this.#switchTimes], zeno: this.#zeno.snapshot() };
  }

  restore({ sliding: [sliding = 0, step = 0, ...times], zeno }: LandingState): void {
    this.jumped = false;
    this.#sliding = sliding;
    this.#slideStep = step;
    this.#switchTimes.splice(0, Number.POSITIVE_INFINITY, ...times);
    this.crossings.ignoreSwitches = sliding > 0;
    this.#zeno.restore(zeno);
  }
}

export interface LandingState {
  sliding: number[];
  zeno: (number | null)[][];
}
