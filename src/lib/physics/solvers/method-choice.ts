/** Which method takes the next step: an explicit one, or the stiff one while that steps farther. */
import { DOP853_STABLE, Dop853 } from "./dop853.ts";
import { DOPRI5_STABLE, Dopri5 } from "./dopri5.ts";
import type { Method, MethodName, OdeProblem, Tolerances } from "./problem.ts";
import { Rodas5P } from "./rodas5p.ts";

/** From here on the method of order 8 needs less work than that of order 5. */
const HIGH_ORDER_BELOW = 3e-5;
/** Steps at the edge of stability that call for the stiff method (Hairer & Wanner II, IV.2). */
const STIFF_HITS = 15;
/** Steps after which the stiff method must show that it steps farther, and how much farther. */
const TRIAL_STEPS = 10;
const TRIAL_GAIN = 3;
/** Steps on which the explicit method would be stable with a wide margin that call for it, at first. */
const CALM_STEPS = 10;

export class MethodChoice {
  #current: Method;
  readonly #problem: OdeProblem;
  readonly #tolerances: Tolerances;
  readonly #explicit: Method;
  readonly #fixed: boolean;
  readonly #stable: number;
  #implicit: Rodas5P | undefined;
  #hits = 0;
  #misses = 0;
  #calm = 0;
  #calmNeeded = CALM_STEPS;
  #hitsNeeded = STIFF_HITS;
  /** Steps of the stiff method since the change to it, and the step of the explicit one before. */
  #trial = 0;
  #stepBefore = 0;

  /** @param fixed the only method, where it shall not be chosen */
  constructor(problem: OdeProblem, tolerances: Tolerances, fixed?: MethodName) {
    this.#problem = problem;
    this.#tolerances = tolerances;
    this.#fixed = fixed !== undefined;
    const name = fixed ?? (tolerances.rtol < HIGH_ORDER_BELOW ? "dop853" : "dopri5");
    this.#stable = name === "dop853" ? DOP853_STABLE : DOPRI5_STABLE;
    if (name === "rodas5p") this.#explicit = new Rodas5P(problem, tolerances);
    else this.#explicit = new (name === "dop853" ? Dop853 : Dopri5)(problem, tolerances);
    this.#current = this.#explicit;
  }

  get current(): Method {
    return this.#current;
  }

  /** Evaluations of the right-hand side so far. */
  get evaluations(): number {
    return this.#explicit.evaluations + (this.#implicit?.evaluations ?? 0);
  }

  /**
   * Looks at a step of size `h` that was taken; `cut` when it was short for another reason than its error.
   * @returns true when another method takes the next step
   */
  change(h: number, cut: boolean): boolean {
    if (this.#fixed) return false;
    const changed = this.#current === this.#explicit ? this.#toImplicit(h, cut) : this.#toExplicit(h, cut);
    if (changed) this.#hits = this.#misses = this.#calm = 0;
    return changed;
  }

  #toImplicit(h: number, cut: boolean): boolean {
    // A step that the end of the call cuts short can be so small that its stiffness is only rounding.
    if (!cut && this.#current.stiffness(h) > this.#stable) {
      this.#hits++;
      this.#misses = 0;
    } else if (!cut && ++this.#misses >= 6) this.#hits = 0;
    if (this.#hits < this.#hitsNeeded) return false;
    this.#implicit ??= new Rodas5P(this.#problem, this.#tolerances);
    this.#current = this.#implicit;
    this.#trial = 0;
    this.#stepBefore = h;
    return true;
  }

  #toExplicit(h: number, cut: boolean): boolean {
    this.#calm = this.#current.stiffness(h) < this.#stable / 3 ? this.#calm + 1 : 0;
    // Large steps may be cut short by accuracy alone: then the stiff method steps no farther.
    const vain = ++this.#trial === TRIAL_STEPS && h < TRIAL_GAIN * this.#stepBefore && !cut;
    if (this.#calm < this.#calmNeeded && !vain) return false;
    // Every return makes the next change harder, so that a problem at the edge settles.
    if (vain) this.#hitsNeeded = Math.min(4 * this.#hitsNeeded, 16 * STIFF_HITS);
    else {
      this.#hitsNeeded = STIFF_HITS;
      this.#calmNeeded = Math.min(2 * this.#calmNeeded, 16 * CALM_STEPS);
    }
    this.#current = this.#explicit;
    return true;
  }

  /** As new. */
  reset(): void {
    this.#current = this.#explicit;
    this.#implicit = undefined;
    this.#hits = this.#misses = this.#calm = this.#trial = this.#stepBefore = 0;
    this.#calmNeeded = CALM_STEPS;
    this.#hitsNeeded = STIFF_HITS;
  }

  snapshot(): ChoiceState {
    return {
      implicit: this.#current === this.#implicit,
      counts: [this.#hits, this.#misses, this.#calm, this.#calmNeeded, this.#hitsNeeded, this.#trial, this.#stepBefore],
      direction: Array.from(this.#implicit?.direction ?? []),
    };
  }

  restore({ implicit, counts, direction }: ChoiceState): void {
    this.reset();
    const [hits = 0, misses = 0, calm = 0, calmNeeded = CALM_STEPS, hitsNeeded = STIFF_HITS, trial = 0, before = 0] =
      counts;
    [this.#hits, this.#misses, this.#calm, this.#calmNeeded] = [hits, misses, calm, calmNeeded];
    [this.#hitsNeeded, this.#trial, this.#stepBefore] = [hitsNeeded, trial, before];
    if (!implicit && direction.length === 0) return;
    this.#implicit = new Rodas5P(this.#problem, this.#tolerances);
    this.#implicit.direction.set(direction);
    if (implicit) this.#current = this.#implicit;
  }
}

export interface ChoiceState {
  implicit: boolean;
  counts: number[];
  /** The stiff method's direction of the dominant eigenvector. */
  direction: number[];
}
