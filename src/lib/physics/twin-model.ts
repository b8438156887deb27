/** What a twin needs of a model and of the thing that runs it, whatever is inside: equations or a reduced model. */
import type { Json } from "../store/store.ts";
import type { Deadline, StepCode } from "./stepper.ts";

export interface TwinModel {
  /** Signals that go in, in the order in which `step` takes them. */
  readonly inputs: readonly string[];
  /** States that a measurement can set: the first of `quantities`. */
  readonly states: readonly string[];
  /** Numbers that can be changed, and their values. */
  readonly parameters: readonly string[];
  readonly p: Float64Array;
  readonly quantities: readonly string[];
  /** Quantities that depend on what was before. */
  readonly dynamic: ReadonlySet<string>;
  /** Signal → index in `quantities` of what predicts it. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Derived quantity → index in `quantities`. */
  readonly derived: ReadonlyMap<string, number>;
}

export interface Simulator {
  /** Values of the model's quantities after the last step; NaN where unknown. */
  readonly quantities: Readonly<Float64Array>;
  /** Seconds that the states have been running since they were last set from outside. */
  readonly runningFor: number;
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
    isNew?: (state: number) => boolean,
    deadline?: Deadline,
  ): StepCode;
  /** Goes on with what a deadline left undone; undefined when nothing is left. Absent where no step takes long. */
  proceed?(deadline?: Deadline): StepCode | undefined;
  /** Sets the states from measurement with the next sample. */
  restart(): void;
  snapshot(): Json;
  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void;
}
