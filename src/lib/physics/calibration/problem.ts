/**
 * A calibration as a least-squares problem: coordinates in which it is well scaled, and residuals in units of their noise.
 * Positive parameters are fitted as logarithms, so that none becomes negative and a step is a percentage.
 */
import type { CompiledModel } from "../model.ts";
import type { CalibrationData } from "./data.ts";
import { type SimulateOptions, Simulation } from "./simulate.ts";

export interface Fitted {
  name: string;
  low: number;
  high: number;
}

interface Coordinate {
  /** Index in the model's parameters, or of the state that begins unknown. */
  index: number;
  kind: "log" | "linear" | "state";
  /** Size of one unit of the coordinate, for the linear ones. */
  scale: number;
  low: number;
  high: number;
}

/** A simulation that fails or leaves all bounds of sense is this many standard deviations off, everywhere. */
const ABSURD = 1e4;

export class Problem {
  /** Fitted parameters first, then states that begin unknown. */
  readonly coordinates: readonly Coordinate[];
  readonly fitted: readonly Fitted[];
  readonly simulation: Simulation;
  /** Index in the data's outputs of every measurement that is used. */
  readonly used: Int32Array;
  /** Standard deviation of every output. */
  readonly sigma: Float64Array;
  readonly model: CompiledModel;
  readonly #data: CalibrationData;
  readonly #width: number;
  readonly #p: Float64Array;
  readonly #y0: Float64Array;
  readonly #start: Float64Array;
  readonly #out: Float64Array;

  /** @param skip measurements that are not used, by their index in the data's outputs */
  constructor(
    model: CompiledModel,
    data: CalibrationData,
    fitted: readonly Fitted[],
    sigma: Float64Array,
    options: SimulateOptions & { skip?: ReadonlySet<number> },
  ) {
    this.model = model;
    this.#data = data;
    this.fitted = fitted;
    this.sigma = sigma;
    this.simulation = new Simulation(model, data, options);
    this.#width = sigma.length;
    this.#p = Float64Array.from(model.p);
    this.#start = this.simulation.start();
    this.#y0 = Float64Array.from(this.#start);
    this.#out = new Float64Array(data.outputs.length);
    this.coordinates = [...fitted.map((f) => this.#parameter(f)), ...model.states.map((_, i) => this.#state(i))];
    const used: number[] = [];
    for (let i = 0; i < data.outputs.length; i++)
      if (!Number.isNaN(data.outputs[i]) && sigma[i % this.#width]! > 0 && !options.skip?.has(i)) used.push(i);
    this.used = Int32Array.from(used);
  }

  #parameter({ name, low, high }: Fitted): Coordinate {
    const index = this.model.parameters.indexOf(name);
    const value = this.model.p[index]!;
    if (value > 0 && low >= 0)
      return { index, kind: "log", scale: 1, low: Math.log(Math.max(low, 1e-12 * value)), high: Math.log(high) };
    const scale = Math.abs(value) || 1;
    return { index, kind: "linear", scale, low: low / scale, high: high / scale };
  }

  #state(index: number): Coordinate {
    const output = Array.from(this.model.outputs.values()).indexOf(index);
    const scale = output >= 0 ? this.sigma[output]! : 0.1 * (Math.abs(this.#start[index]!) || 1);
    return { index, kind: "state", scale, low: -1e9, high: 1e9 };
  }

  /** Coordinates of parameter values; states begin where they were measured. */
  encode(p: ArrayLike<number>): number[] {
    return this.coordinates.map(({ kind, index, scale }) => {
      if (kind === "state") return 0;
      return kind === "log" ? Math.log(p[index]!) : p[index]! / scale;
    });
  }

  /** All parameters of the model at the coordinates. The array is overwritten by the next call. */
  decode(theta: ArrayLike<number>): Float64Array {
    for (const [j, { kind, index, scale }] of this.coordinates.entries()) {
      const x = theta[j]!;
      if (kind === "log") this.#p[index] = Math.exp(x);
      else if (kind === "linear") this.#p[index] = x * scale;
      else this.#y0[index] = this.#start[index]! + x * scale;
    }
    return this.#p;
  }

  /** Predicted outputs, one row per time, at the coordinates. The array is overwritten by the next call. */
  predict(theta: ArrayLike<number>): Float64Array {
    this.decode(theta);
    this.simulation.run(this.#p, this.#y0, this.#out);
    return this.#out;
  }

  /** Number of residuals: measurements, and one per state for what is believed of its start. */
  get size(): number {
    return this.used.length + this.simulation.states;
  }

  /** Predicted minus measured in standard deviations, then the states' distance from where they are believed to start. */
  residuals(theta: ArrayLike<number>, out = new Float64Array(this.size)): Float64Array {
    const predicted = this.predict(theta);
    const n = this.used.length;
    for (let k = 0; k < n; k++) {
      const i = this.used[k]!;
      const r = (predicted[i]! - this.#data.outputs[i]!) / this.sigma[i % this.#width]!;
      out[k] = Number.isFinite(r) ? Math.min(ABSURD, Math.max(-ABSURD, r)) : ABSURD;
    }
    for (let i = 0; i < this.simulation.states; i++) {
      // A measured start is in the data already; an unknown one may be off by its own size.
      const believed = this.simulation.isMeasured(i) ? 0 : 0.1;
      out[n + i] = believed * theta[this.fitted.length + i]!;
    }
    return out;
  }
}

export const sumOfSquares = (residuals: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < residuals.length; i++) sum += residuals[i]! ** 2;
  return sum;
};
