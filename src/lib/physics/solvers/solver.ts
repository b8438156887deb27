/**
 * Integrates an initial value problem: chooses the method, changes to the stiff one and back, controls the step, lands on
 * switches and events, and stops at a budget to go on later. The same calls give the same numbers, wherever a budget
 * cuts them.
 */
import { Landing, type LandingState } from "./landing.ts";
import { type ChoiceState, MethodChoice } from "./method-choice.ts";
import type { MethodName, OdeProblem, Tolerances } from "./problem.ts";
import { fail, type IntegrateOptions, notFinite, type SolverResult, takeStep, tooSmall } from "./run.ts";
import { firstStep, StepControl } from "./step-size.ts";

export type { IntegrateOptions, SolverResult } from "./run.ts";

export interface SolverOptions extends Partial<Tolerances> {
  /** Largest step, in units of t. */
  maxStep?: number;
  /** Default: chosen by tolerance and stiffness, anew at every step. */
  method?: MethodName;
}

export class OdeSolver {
  readonly #problem: OdeProblem;
  readonly #tolerances: Tolerances;
  readonly #maxStep: number;
  readonly #choice: MethodChoice;
  readonly #control = new StepControl();
  readonly #landing: Landing;
  /** Step to try next; 0: unknown. */
  #h = 0;
  /** Whether the last attempt was not finite. */
  #infinite = false;

  /** @throws RangeError when a tolerance or step is not positive */
  constructor(problem: OdeProblem, options: SolverOptions = {}) {
    this.#problem = problem;
    this.#tolerances = { rtol: positive(options.rtol ?? 1e-6, "rtol"), atol: positive(options.atol ?? 1e-9, "atol") };
    this.#maxStep = positive(options.maxStep ?? Number.POSITIVE_INFINITY, "maxStep");
    this.#choice = new MethodChoice(problem, this.#tolerances, options.method);
    this.#landing = new Landing(problem, this.#choice, this.#control, this.#maxStep);
  }

  /** The method of the next step. */
  get method(): MethodName {
    return this.#choice.current.name;
  }

  /** Call it after a jump of the inputs or of the state from outside: the step is kept, what led to it is forgotten. */
  restart(): void {
    this.#control.restart();
  }

  /** Forgets everything: as new. */
  reset(): void {
    this.#h = 0;
    this.#infinite = false;
    this.#control.restart();
    this.#choice.reset();
    this.#landing.reset();
  }

  /** Integrates `y` in place from t0 to t1 ≥ t0. */
  integrate(t0: number, y: Float64Array, t1: number, options: IntegrateOptions = {}): SolverResult {
    const result: SolverResult = { code: "done", t: t0, steps: 0, rejected: 0, evaluations: 0 };
    if (!(t1 > t0)) return result;
    if (this.#problem.n === 0) return { ...result, t: t1 };
    const before = this.#choice.evaluations;
    this.#run(result, y, t1, options);
    result.evaluations = this.#choice.evaluations - before;
    return result;
  }

  #run(result: SolverResult, y: Float64Array, t1: number, options: IntegrateOptions): void {
    const { maxSteps = Number.POSITIVE_INFINITY, deadline, onStep } = options;
    const landing = this.#landing;
    const watch = landing.crossings.count > 0;
    if (watch) landing.begin(result, y, t1);
    let ready = false;
    while (result.t < t1) {
      if (result.steps + result.rejected >= maxSteps || deadline?.()) {
        result.code = "budget";
        return;
      }
      const t = result.t;
      const method = this.#choice.current;
      if (!ready && !method.prepare(t, y)) return fail(result, notFinite(t));
      ready = true;
      if (this.#h === 0 || landing.jumped) this.#first(t, y, t1 - t);
      const h = Math.min(this.#h, this.#maxStep);
      const last = t + 1.01 * h >= t1;
      const step = last ? t1 - t : h;
      if (t + 0.1 * step === t) return fail(result, tooSmall(t, y, method.slope, this.#infinite));
      const error = method.attempt(t, y, step);
      const finite = error < Number.POSITIVE_INFINITY;
      if (watch) landing.crossings.noise = last ? 1e-11 : 0;
      const part = watch && finite ? landing.crosses(t, y, step, error) : undefined;
      if (part) {
        const landed = landing.land(result, y, step, part, t1, options);
        if (landed === "failed") return;
        if (landed === "landed") ready = false;
        else this.#h = landed;
        continue;
      }
      if (!(error <= 1 || (finite && landing.slides(step, t1 - t)))) {
        result.rejected++;
        this.#infinite = !finite;
        this.#h = this.#control.rejected(method, step, error);
        continue;
      }
      const next = this.#control.accepted(method, step, Math.max(error, 1e-10));
      takeStep(method, result, y, step, last ? t1 : t + step, onStep);
      ready = method.advance();
      if (watch) landing.crossings.start(result.t, y);
      // A last step is cut short by t1: it says little about the step that suits. A slide goes on in its own step.
      if (error > 1) this.#h = landing.slideStep;
      else this.#h = last ? Math.max(h, next) : next;
      this.#infinite = false;
      if (error <= 1) landing.goodStep();
      if (this.#choice.change(step, last)) {
        this.#control.restart();
        ready = false;
      }
    }
  }

  #first(t: number, y: Float64Array, span: number): void {
    const { errorOrder, slope } = this.#choice.current;
    this.#choice.current.evaluations++;
    const longest = Math.min(span, this.#maxStep);
    this.#h = firstStep(this.#problem, this.#tolerances, errorOrder, t, y, slope, longest);
    this.#landing.jumped = false;
  }

  /** What a later call needs to go on exactly as this one would have; plain JSON. */
  snapshot(): SolverState {
    return {
      h: this.#landing.jumped ? 0 : this.#h,
      control: this.#control.snapshot(),
      choice: this.#choice.snapshot(),
      landing: this.#landing.snapshot(),
    };
  }

  restore({ h, control, choice, landing }: SolverState): void {
    this.reset();
    this.#h = h;
    this.#control.restore(control);
    this.#choice.restore(choice);
    this.#landing.restore(landing);
  }
}

export interface SolverState {
  h: number;
  control: number[];
  choice: ChoiceState;
  landing: LandingState;
}

function positive(value: number, name: string): number {
  if (!(value > 0)) throw new RangeError(`${name} must be positive, not ${value}`);
  return value;
}
