/** What an estimator tells the rest of the pipeline, and what it is told: noise of measurements in, change of parameters out. */
import type { ModelSection } from "../../twin/envelope.ts";
import type { Output } from "../physics-twin.ts";
import { number } from "../ports.ts";
import type { TwinModel } from "../twin-model.ts";
import type { Drifting, EstimatingStepper } from "./estimating-stepper.ts";

/** Share of the signal's size that its noise is taken for until something is learned. */
const GUESS = 0.01;
/** Measurement noise is at least this share of the spread of the residual: the rest may be the model's. */
const LEAST = 0.3;

/**
 * Gives the estimator the standard deviation of every measurement: what somebody entered, else what is left of the
 * learned spread of the innovation after the state's own uncertainty (Mehra 1970, IEEE Trans. AC 15). Once every
 * measured output is known, the parameters are released.
 */
export function settleNoise(stepper: EstimatingStepper, outputs: readonly Output[]): void {
  let any = false;
  let all = true;
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i]!;
    const { learner, noise } = output;
    const { progress } = learner;
    if (noise !== undefined) stepper.setNoise(i, noise / Math.abs(output.slope));
    else if (progress < 1 || !stepper.released) stepper.setNoise(i, learned(stepper, i, output), true);
    const known = progress === 1 || (noise !== undefined && !learner.corrects);
    if (known) any = true;
    else if (progress > 0) all = false;
  }
  if (any && all) stepper.release();
}

function learned(stepper: EstimatingStepper, i: number, { learner, slope }: Output): number {
  const spread = learner.spread / Math.abs(slope);
  if (!(spread > 0)) {
    const { scale } = learner;
    return GUESS * (Number.isFinite(scale) ? scale / Math.abs(slope) : Math.abs(stepper.expected[i]!));
  }
  const own = Math.max(0, stepper.sd[i]! ** 2 - stepper.noise(i) ** 2);
  return Math.sqrt(Math.max(spread ** 2 - own, (LEAST * spread) ** 2));
}

interface Shown {
  name: string;
  changeName: string;
  /** Index in the estimator's x. */
  index: number;
  fromModel: ((value: number) => number) | undefined;
  /** Own units per unit of the model. */
  slope: number;
  /** Percent of the calibrated value per unit of the model; 0 for states. */
  percent: number;
  calibrated: number;
}

/**
 * Adds estimates to a model section: parameters as states, their change from the calibrated value in percent as derived
 * quantities, and the standard deviations of all of them.
 */
export class HealthReport {
  readonly #states: readonly Shown[];
  readonly #parameters: readonly Shown[];

  constructor(
    model: TwinModel,
    drifting: readonly Drifting[],
    fromModel: ReadonlyMap<string, (value: number) => number>,
  ) {
    const shown = (name: string, index: number, calibrated: number): Shown => {
      const convert = fromModel.get(name);
      return {
        name,
        changeName: `${name}Change`,
        index,
        fromModel: convert,
        slope: convert ? Math.abs(convert(1) - convert(0)) : 1,
        percent: 100 / (Math.abs(calibrated) || 1),
        calibrated,
      };
    };
    this.#states = model.states.map((name, i) => shown(name, i, 0));
    this.#parameters = drifting.map(({ name }, k) =>
      shown(name, model.states.length + k, model.p[model.parameters.indexOf(name)]!),
    );
  }

  /** @param section with its states and derived quantities */
  add(section: ModelSection, stepper: EstimatingStepper): void {
    const sd: Record<string, number> = {};
    for (const { name, index, slope } of this.#states)
      if (section.states![name] !== undefined) number(sd, name, slope * Math.sqrt(stepper.variance(index)));
    if (stepper.released)
      for (const { name, changeName, index, fromModel, slope, percent, calibrated } of this.#parameters) {
        const value = stepper.x[index]!;
        const spread = Math.sqrt(stepper.variance(index));
        number(section.states!, name, fromModel ? fromModel(value) : value);
        number(sd, name, slope * spread);
        number(section.derived!, changeName, percent * (value - calibrated));
        number(sd, changeName, percent * spread);
      }
    section.stateSd = sd;
    if (Number.isFinite(stepper.nis)) section.nis = stepper.nis;
  }
}
