/** From recorded rows to calibrated parameters and a report that a technician can judge. */

import { median } from "../../statistics.ts";
import type { Json } from "../../store/store.ts";
import { TwinError } from "../../twin/envelope.ts";
import { fitCorrection } from "../correction-fit.ts";
import { type CompiledModel, withParameters } from "../model.ts";
import { type Curves, curvesOf } from "./curves.ts";
import { type CalibrationData, head } from "./data.ts";
import { BAD, descend, type Fit, fitAnywhere } from "./fit.ts";
import { type Identified, identify, keepIdle } from "./identify.ts";
import { noiseOf } from "./noise.ts";
import { type Fitted, Problem } from "./problem.ts";
import type { SimulateOptions } from "./simulate.ts";

export interface CalibrateOptions extends SimulateOptions {
  fitted: readonly Fitted[];
  /** Output → standard deviation of its measurement; the others' is estimated from the data. */
  noise?: ReadonlyMap<string, number>;
  /** Inputs of the learned correction; absent: no correction. */
  correct?: readonly string[];
}

export interface OutputReport {
  signal: string;
  /** Standard deviation of its noise. */
  noise: number;
  /** Root of the mean squared residual, over all rows and over those that were held out of the first fit. */
  before: number;
  after: number;
  heldOutBefore: number;
  heldOutAfter: number;
}

export interface CalibrationResult {
  parameters: (Identified & { before: number })[];
  outputs: OutputReport[];
  /** Chi² per measurement: about 1 when the model explains the data to within their noise. */
  chi2: number;
  converged: boolean;
  /** Rows and measurements used, and measurements that were left out as outliers. */
  rows: number;
  measurements: number;
  outliers: number;
  /** Source times of the first and last row, milliseconds. */
  from: number;
  to: number;
  curves: Curves;
  /** Learned correction with its held-out gains; absent when it does not help (see correction-fit.ts). */
  correction?: Json;
  /** Share of the held-out squared residual that the correction would take away, per signal, helpful or not. */
  correctionGain: Record<string, number>;
  /** Sentences: what the data could not tell, what did not help. */
  remarks: string[];
}

/** Share of the rows on which the first fit is made; the rest tests it. */
const TRAINING = 0.7;
/** Residuals beyond this many robust standard deviations are outliers. */
const OUTLIER = 6;
/** Noise is weighed anew when the residuals differ from it by this factor. */
const REWEIGH = 1.3;

/**
 * Calibrates a model. Deterministic: the same rows give the same result.
 * @param progress is called with the share done, 0 … 1
 * @throws TwinError `E_CALIBRATE` when there is nothing to fit or the model cannot run over the data
 */
export async function calibrate(
  model: CompiledModel,
  data: CalibrationData,
  options: CalibrateOptions,
  progress: (share: number) => void = () => {},
): Promise<CalibrationResult> {
  check(model, options.fitted);
  const rows = data.time.length;
  const training = head(data, Math.floor(TRAINING * rows));
  const first = await fitWeighted(model, training, options, (share) => progress(0.5 * share));
  const begun = withParameters(model, named(first.problem, first.theta));
  const { problem, theta, chi2, converged, outliers } = await fitWeighted(begun, data, options, (share) =>
    progress(0.5 + 0.4 * share),
  );
  keepIdle(problem, theta, problem.encode(model.p));
  const identified = identify(problem, theta);
  progress(0.95);
  const p = Float64Array.from(problem.decode(theta));
  // Held out: the states begin as in the fit, the parameters are those of the training rows alone.
  const [before, after, tested] = [model.p, p, first.problem.decode(first.theta)].map((values) => {
    const predicted = new Float64Array(data.outputs.length);
    problem.simulation.run(values, problem.simulation.start(), predicted);
    return predicted;
  }) as [Float64Array, Float64Array, Float64Array];
  const names = Array.from(model.outputs.keys());
  const from = Math.floor(TRAINING * rows);
  const rms = (predicted: Float64Array, output: number, start: number) =>
    rootMeanSquare(data.outputs, predicted, names.length, output, start, problem);
  const correction = options.correct
    ? fitCorrection(model, data, residualsOf(data, after), options.correct, problem.simulation, p)
    : undefined;
  progress(1);
  return {
    parameters: identified.map((x) => ({ ...x, before: model.p[model.parameters.indexOf(x.name)]! })),
    outputs: names.map((signal, i) => ({
      signal,
      noise: problem.sigma[i]!,
      before: rms(before, i, 0),
      after: rms(after, i, 0),
      heldOutBefore: rms(before, i, from),
      heldOutAfter: rms(tested, i, from),
    })),
    chi2: chi2 / Math.max(1, problem.used.length - theta.length),
    converged,
    rows,
    measurements: problem.used.length,
    outliers,
    from: data.time[0]!,
    to: data.time[rows - 1]!,
    curves: curvesOf(names, data, before, after),
    ...(correction?.saved !== undefined && { correction: correction.saved }),
    correctionGain: correction?.gains ?? {},
    remarks: [
      ...identified.flatMap((x) => x.reason ?? []),
      ...(converged ? [] : ["The fit had not settled when it was ended: calibrate again, or fit fewer parameters."]),
      ...(correction?.remarks ?? []),
    ],
  };
}

function check(model: CompiledModel, fitted: readonly Fitted[]): void {
  if (fitted.length === 0)
    throw new TwinError(
      "E_CALIBRATE",
      "There is nothing to calibrate: choose the parameters that the data shall tell.",
    );
  for (const { name, low, high } of fitted) {
    const index = model.parameters.indexOf(name);
    if (index < 0) throw new TwinError("E_CALIBRATE", `${name} is not a number of the model.`);
    const value = model.p[index]!;
    if (!(low < high && value >= low && value <= high))
      throw new TwinError("E_CALIBRATE", `${name} is ${value}, which must lie between its bounds ${low} and ${high}.`);
  }
}

interface Weighted {
  problem: Problem;
  theta: number[];
  chi2: number;
  converged: boolean;
  outliers: number;
  /** In units of the noise that was expected. */
  cost: number;
}

/** Mean squared residual in which no measurement counts for more than the limit of outliers. */
function robustCost(problem: Problem, theta: readonly number[]): number {
  const residuals = problem.residuals(theta);
  let sum = 0;
  for (let k = 0; k < problem.used.length; k++) sum += Math.min(residuals[k]! ** 2, OUTLIER ** 2);
  return sum / Math.max(1, problem.used.length);
}

async function fitWeighted(
  model: CompiledModel,
  data: CalibrationData,
  { fitted, noise, ...simulate }: CalibrateOptions,
  progress: (share: number) => void,
): Promise<Weighted> {
  const names = Array.from(model.outputs.keys());
  const series = (i: number) => data.outputs.filter((_, k) => k % names.length === i);
  const sigma = Float64Array.from(names, (name, i) => noise?.get(name) ?? noiseOf(series(i)));
  const problem = new Problem(model, data, fitted, sigma, simulate);
  const start = problem.residuals(problem.encode(model.p));
  if (problem.used.length > 0 && start.every((r) => Math.abs(r) >= 1e4))
    throw new TwinError(
      "E_CALIBRATE",
      "The model gives no finite number over these data: check inputs and parameters.",
    );
  const near = await settle(problem, await descend(problem, problem.encode(model.p), (s) => progress(0.2 * s)));
  if (near.cost <= BAD) return near;
  // A bad optimum, or a model that does not fit: other starts tell which.
  const other = await fitAnywhere(problem, 1, (s) => progress(0.4 + 0.4 * s));
  const far = await settle(problem, other);
  return far.cost < near.cost ? far : near;

  /** Leaves outliers out, weighs every output by what is left of it, and fits again from there. */
  async function settle(first: Problem, from: Fit): Promise<Weighted> {
    let problem = first;
    let best = from;
    const skip = new Set<number>();
    for (let pass = 0; pass < 2; pass++) {
      const before = skip.size;
      const next = judge(problem, best.theta, names, noise, skip);
      const same = next.every((s, i) => s < REWEIGH * problem.sigma[i]! && s > problem.sigma[i]! / REWEIGH);
      if (same && skip.size === before) break;
      const again = withParameters(model, named(problem, best.theta));
      problem = new Problem(again, data, fitted, next, { ...simulate, skip });
      best = await descend(problem, problem.encode(again.p));
    }
    const p = named(problem, best.theta);
    const cost = robustCost(first, first.encode(withParameters(model, p).p));
    return { problem, ...best, outliers: skip.size, cost };
  }
}

/**
 * What the residuals say of the noise of each output.
 * @param skip is given the measurements that do not belong to the others
 */
function judge(
  problem: Problem,
  theta: readonly number[],
  names: readonly string[],
  noise: ReadonlyMap<string, number> | undefined,
  skip: Set<number>,
): Float64Array {
  const residuals = problem.residuals(theta);
  return Float64Array.from(names, (name, output) => {
    const sigma = problem.sigma[output]!;
    const rows = Array.from(problem.used.keys()).filter((k) => problem.used[k]! % names.length === output);
    if (rows.length < 10) return sigma;
    const of = rows.map((k) => residuals[k]! * sigma);
    const middle = median(of);
    const robust = Math.max(1.4826 * median(of.map((r) => Math.abs(r - middle))), Number.MIN_VALUE);
    let sum = 0;
    let count = 0;
    for (const [j, k] of rows.entries())
      if (Math.abs(of[j]! - middle) > OUTLIER * robust) skip.add(problem.used[k]!);
      else {
        sum += of[j]! ** 2;
        count++;
      }
    return noise?.get(name) ?? Math.sqrt(sum / Math.max(1, count));
  });
}

const named = (problem: Problem, theta: readonly number[]): Record<string, number> => {
  const p = problem.decode(theta);
  return Object.fromEntries(problem.fitted.map(({ name }, i) => [name, p[problem.coordinates[i]!.index]!]));
};

const residualsOf = (data: CalibrationData, predicted: Float64Array): Float64Array =>
  data.outputs.map((z, i) => z - predicted[i]!);

function rootMeanSquare(
  measured: Float64Array,
  predicted: Float64Array,
  width: number,
  output: number,
  start: number,
  problem: Problem,
): number {
  let sum = 0;
  let count = 0;
  for (const i of problem.used) {
    if (i % width !== output || i < start * width) continue;
    const r = measured[i]! - predicted[i]!;
    if (!Number.isFinite(r)) continue;
    sum += r * r;
    count++;
  }
  return count > 0 ? Math.sqrt(sum / count) : Number.NaN;
}
