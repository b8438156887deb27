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
  for (const [i, output] of outputs.entries()) {
    const { learner, noise } = output;
    const slope = Math.abs(output.slope);
    if (noise !== undefined) stepper.setNoise(i, noise / slope);
    else if (learner.progress < 1 || !stepper.released) stepper.setNoise(i, learned(stepper, i, output), true);
  }
  const known = (o: Output) => o.learner.progress === 1 || (o.noise !== undefined && !o.learner.corrects);
  if (outputs.some(known) && outputs.every((o) => known(o) || o.learner.progress === 0)) stepper.release();
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

/**
 * Adds the estimates to the section: parameters as states, their change from the calibrated value in percent as derived
 * quantities, and the standard deviations of all of them.
 */
export function changes(
  section: ModelSection,
  stepper: EstimatingStepper,
  model: TwinModel,
  drifting: readonly Drifting[],
  fromModel: ReadonlyMap<string, (value: number) => number>,
): void {
  const shown = (name: string, value: number) => fromModel.get(name)?.(value) ?? value;
  const spreadOf = (name: string, variance: number) => Math.sqrt(variance) * Math.abs(shown(name, 1) - shown(name, 0));
  const sd: Record<string, number> = {};
  const ns = model.states.length;
  for (let i = 0; i < ns; i++)
    if (section.states![model.states[i]!] !== undefined)
      number(sd, model.states[i]!, spreadOf(model.states[i]!, stepper.variance(i)));
  if (stepper.released)
    for (let k = 0; k < drifting.length; k++) {
      const { name } = drifting[k]!;
      const calibrated = model.p[model.parameters.indexOf(name)]!;
      const percent = 100 / (Math.abs(calibrated) || 1);
      const spread = Math.sqrt(stepper.variance(ns + k));
      number(section.states!, name, shown(name, stepper.x[ns + k]!));
      number(sd, name, spreadOf(name, stepper.variance(ns + k)));
      number(section.derived!, `${name}Change`, percent * (stepper.x[ns + k]! - calibrated));
      number(sd, `${name}Change`, percent * spread);
    }
  section.stateSd = sd;
  if (Number.isFinite(stepper.nis)) section.nis = stepper.nis;
}
