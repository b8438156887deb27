/**
 * Learns a correction from the residuals of a calibrated model: a linear or quadratic polynomial of the inputs by least
 * squares, judged by blocked cross-validation (five stretches of time, each predicted from the other four), because
 * neighbouring rows are too much alike to test each other. It is used only where it helps.
 */
import { MultivariateLinearRegression } from "ml-regression";
import type { Json } from "../store/store.ts";
import type { CalibrationData } from "./calibration/data.ts";
import type { Simulation } from "./calibration/simulate.ts";
import { evaluate, type Polynomial } from "./correction.ts";
import type { CompiledModel } from "./model.ts";

/** Least share of the held-out squared residual that a correction must take away to be used. */
export const LEAST_GAIN = 0.05;
/** What a quadratic must gain beyond a linear one to be preferred. */
const QUADRATIC_BONUS = 0.01;
const BLOCKS = 5;
const MAX_ROWS = 5000;
const MAX_INPUTS = 5;
const LEAST_ROWS = 100;

export interface CorrectionFit {
  /** Signal → Polynomial, for those signals where it helps; undefined when there are none. */
  saved: Json | undefined;
  /** Held-out gain of every signal, helpful or not. */
  gains: Record<string, number>;
  remarks: string[];
}

/**
 * @param residuals measured minus predicted, one row per time, NaN where unknown
 * @param names inputs to use; empty: all
 */
export function fitCorrection(
  model: CompiledModel,
  data: CalibrationData,
  residuals: Float64Array,
  names: readonly string[],
  simulation: Simulation,
  p: ArrayLike<number>,
): CorrectionFit {
  const chosen = (names.length > 0 ? names : model.inputs)
    .map((name) => model.inputs.indexOf(name))
    .filter((i) => i >= 0);
  const width = model.outputs.size;
  const u = heldInputs(model, data, simulation, p);
  const saved: Record<string, Polynomial> = {};
  const gains: Record<string, number> = {};
  const remarks: string[] = [];
  for (const [output, signal] of Array.from(model.outputs.keys()).entries()) {
    const rows = rowsOf(residuals, u, width, output, model.inputs.length);
    if (rows.length < LEAST_ROWS) continue;
    const best = bestPolynomial(rows, chosen);
    if (!best) continue;
    gains[signal] = best.gain;
    if (best.gain >= LEAST_GAIN) saved[signal] = best;
    else
      remarks.push(
        `A learned correction of ${signal} would take away ${Math.max(0, Math.round(100 * best.gain))} % of the squared residual in rows it has not seen: it stays off.`,
      );
  }
  const any = Object.keys(saved).length > 0;
  return { saved: any ? (saved as unknown as Json) : undefined, gains, remarks };
}

interface Row {
  u: Float64Array;
  residual: number;
}

function heldInputs(
  model: CompiledModel,
  data: CalibrationData,
  simulation: Simulation,
  p: ArrayLike<number>,
): Float64Array {
  const n = model.inputs.length;
  const u = new Float64Array(data.time.length * n);
  simulation.run(p, simulation.start(), new Float64Array(data.outputs.length), (k, held) => u.set(held, k * n));
  return u;
}

function rowsOf(residuals: Float64Array, u: Float64Array, width: number, output: number, inputs: number): Row[] {
  const rows: Row[] = [];
  for (let i = output, k = 0; i < residuals.length; i += width, k++)
    if (Number.isFinite(residuals[i]))
      rows.push({ u: u.subarray(k * inputs, (k + 1) * inputs), residual: residuals[i]! });
  const step = Math.ceil(rows.length / MAX_ROWS);
  return step > 1 ? rows.filter((_, k) => k % step === 0) : rows;
}

function bestPolynomial(rows: readonly Row[], chosen: readonly number[]): Polynomial | undefined {
  const inputs = mostTelling(rows, chosen);
  if (inputs.length === 0) return undefined;
  const linear = validated(rows, inputs, 1);
  const quadratic = validated(rows, inputs, 2);
  return quadratic.gain > linear.gain + QUADRATIC_BONUS ? quadratic : linear;
}

/** Inputs that vary, those first that go with the residual or with its square. */
function mostTelling(rows: readonly Row[], chosen: readonly number[]): number[] {
  const r = rows.map((row) => row.residual);
  return chosen
    .map((input) => {
      const x = rows.map(({ u }) => u[input]!);
      const centre = mean(x);
      const squared = x.map((value) => (value - centre) ** 2);
      return { input, telling: Math.max(Math.abs(correlation(x, r)), Math.abs(correlation(squared, r))) };
    })
    .filter((c) => c.telling > 0)
    .sort((a, b) => b.telling - a.telling)
    .slice(0, MAX_INPUTS)
    .map((c) => c.input);
}

function validated(rows: readonly Row[], inputs: readonly number[], degree: 1 | 2): Polynomial {
  let left = 0;
  let without = 0;
  for (let b = 0; b < BLOCKS; b++) {
    const from = Math.floor((b * rows.length) / BLOCKS);
    const to = Math.floor(((b + 1) * rows.length) / BLOCKS);
    const others = [...rows.slice(0, from), ...rows.slice(to)];
    const polynomial = regress(others, inputs, degree);
    // Against an offset alone: that is learned anyway.
    const offset = mean(others.map((row) => row.residual));
    for (const { u, residual } of rows.slice(from, to)) {
      left += (residual - evaluate(polynomial, u)) ** 2;
      without += (residual - offset) ** 2;
    }
  }
  const gain = without > 0 ? 1 - left / without : 0;
  return { ...regress(rows, inputs, degree), gain: Number.isFinite(gain) ? gain : 0 };
}

function regress(rows: readonly Row[], inputs: readonly number[], degree: 1 | 2): Polynomial {
  const columns = inputs.map((input) => rows.map(({ u }) => u[input]!));
  const centre = columns.map(mean);
  const scale = columns.map((x, i) => Math.sqrt(mean(x.map((v) => (v - centre[i]!) ** 2))) || 1);
  const normal = columns.map((x, i) => x.map((v) => (v - centre[i]!) / scale[i]!));
  const terms = termsOf(inputs.length, degree);
  const x = rows.map((_, k) => terms.map((term) => term.reduce((product, i) => product * normal[i]![k]!, 1)));
  const regression = new MultivariateLinearRegression(
    x,
    rows.map(({ residual }) => [residual]),
    { intercept: true, statistics: false },
  );
  const weights = regression.weights.map(([w]) => w!);
  return {
    inputs: [...inputs],
    centre,
    scale,
    low: normal.map((v) => v.reduce((a, b) => Math.min(a, b))),
    high: normal.map((v) => v.reduce((a, b) => Math.max(a, b))),
    terms,
    weights: weights.slice(0, terms.length),
    constant: weights[terms.length]!,
    gain: 0,
  };
}

function termsOf(n: number, degree: 1 | 2): number[][] {
  const terms: number[][] = [];
  for (let i = 0; i < n; i++) terms.push([i]);
  if (degree === 2) for (let i = 0; i < n; i++) for (let j = i; j < n; j++) terms.push([i, j]);
  return terms;
}

const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  const scale = Math.sqrt(xx * yy);
  return scale > 1e-12 * (Math.abs(mx) + Number.MIN_VALUE) ? xy / scale : 0;
}
