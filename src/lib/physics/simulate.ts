/** Runs a model from t = 0 to t1, without a machine: the same solver as beside one. */
import { TwinError } from "../twin/envelope.ts";
import { odeProblem } from "./problem.ts";
import type { InputRow, Simulation } from "./simulate-spec.ts";
import { OdeSolver } from "./solvers/solver.ts";

export interface SimulateOptions {
  /** End, seconds. */
  t1: number;
  /** Time between two rows, seconds. */
  dt: number;
  rtol: number;
  atol: number;
  /** In order of time; the first row also holds before its time. */
  inputs?: readonly InputRow[];
}

export const MAX_ROWS = 20_000_000;
/** A step is at most this share of the whole, so that a short pulse after a long rest is not stepped over. */
const LONGEST_STEP = 1 / 100;
/** Steps for one row; beyond, the equations are not worth waiting for. */
const MAX_STEPS = 5_000_000;

/**
 * Yields one row every `dt` and one at `t1`: `t`, then a value per column of the simulation. The array is used again for
 * the next row. Inputs change at the time of their row, and outputs of that time have the new ones.
 * @throws TwinError `E_SIMULATION` with a sentence when the solution does not exist up to t1
 */
export function* simulate(simulation: Simulation, options: SimulateOptions): Generator<Float64Array> {
  const { model, inputs, columns, toModel, fromModel } = simulation;
  const { t1, dt, rtol, atol, inputs: table = [] } = options;
  const times = rowCount(t1, dt);
  const u = new Float64Array(model.inputs.length);
  const slots = model.inputs.map((name) => inputs.indexOf(name));
  const y = Float64Array.from(model.initial);
  const quantities = new Float64Array(model.quantities.length);
  const solver = new OdeSolver(odeProblem(model, u), { rtol, atol, maxStep: t1 * LONGEST_STEP });
  const row = new Float64Array(columns.length + 1);
  const places = columns.map((name) => model.quantities.indexOf(name));
  let current: InputRow | undefined;
  let nextInput = 0;
  let t = 0;

  const take = (): void => {
    const before = current;
    current ??= table[0];
    while (nextInput < table.length && table[nextInput]!.t <= t) current = table[nextInput++]!;
    if (!current || current === before) return;
    for (let i = 0; i < u.length; i++) {
      const value = current.values[slots[i]!]!;
      u[i] = toModel ? toModel(model.inputs[i]!, value) : value;
    }
    solver.restart();
  };
  const advance = (to: number): void => {
    if (!(to > t)) return;
    const result = solver.integrate(t, y, to, { maxSteps: MAX_STEPS });
    if (result.code === "failed") throw new TwinError("E_SIMULATION", result.message!);
    if (result.code === "budget")
      throw new TwinError("E_SIMULATION", `The solution needs more than ${MAX_STEPS} steps near t = ${result.t}.`);
    t = to;
  };

  for (let k = 0; k < times; k++) {
    const at = k === times - 1 ? t1 : k * dt;
    for (;;) {
      take();
      const change = table[nextInput]?.t ?? Number.POSITIVE_INFINITY;
      if (t >= at) break;
      advance(Math.min(at, change));
    }
    model.observe(t, y, u, model.p, quantities);
    row[0] = at;
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      if (place < 0) row[i + 1] = current?.values[inputs.indexOf(columns[i]!)] ?? Number.NaN;
      else row[i + 1] = fromModel ? fromModel(columns[i]!, quantities[place]!) : quantities[place]!;
    }
    yield row;
  }
}

/** Rows at 0, dt, 2 dt … and one at t1, which is not doubled when it is a multiple of dt but for rounding. */
function rowCount(t1: number, dt: number): number {
  const whole = Math.round(t1 / dt);
  const count = Math.abs(whole * dt - t1) <= 1e-9 * dt ? whole + 1 : Math.floor(t1 / dt) + 2;
  if (!(count <= MAX_ROWS))
    throw new TwinError("E_SIMULATION", `t1 / dt would be more than ${MAX_ROWS} rows: choose a larger dt.`);
  return count;
}

/** 15 significant digits, as short as they are. */
export const digits15 = (x: number): string => String(Number(x.toPrecision(15)) + 0);
