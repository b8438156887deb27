/**
 * A simulated machine of any kind: equations (a preset, or one's own) run on a clock of their own, with inputs that follow
 * expressions of time, sensor noise, and faults that change a parameter slowly.
 */
import { compileExpression } from "../expression/compile.ts";
import type { Expression } from "../expression/expression.ts";
import type { PhysicsSettings } from "../physics/settings.ts";
import { Stepper } from "../physics/stepper.ts";
import type { Simulator } from "../physics/twin-model.ts";
import { createRandom, type Random } from "../random.ts";
import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import { describe, TwinError, type Value } from "../twin/envelope.ts";
import { convert } from "../twin/units.ts";

export interface ModelFault {
  parameter: string;
  /** Simulated hours since the start. */
  onset: number;
  /** Hours from the onset to the full change. */
  ramp: number;
  /** Full change: a factor, or a value in the parameter's unit. */
  factor?: number;
  value?: number;
}

export interface ModelMachineOptions {
  /** Input signal → expression of `t` (s), `h` (hours) and `wander` (slow, standard normal), in the signal's unit. */
  inputs: { signal: string; expression: string }[];
  /** Signal → standard deviation of its sensor, in its unit. */
  noise: ReadonlyMap<string, number>;
  faults: readonly ModelFault[];
  seed: string | number;
}

/** Hours in which a wandering input forgets where it was. */
const WANDER_HOURS = 2;
/** Inputs are held for at most so many seconds. */
const LONGEST_HOLD = 60;
const TIME_NAMES = ["t", "h", "wander"];

export class ModelMachine {
  readonly #physics: PhysicsSettings;
  readonly #simulator: Simulator;
  readonly #inputs: { signal: string; expression: Expression | undefined; fixed: number }[];
  readonly #noise: ReadonlyMap<string, number>;
  readonly #healthy: Float64Array;
  readonly #random: Random;
  #faults: ModelFault[];
  #seconds = 0;
  #wander: number;

  /**
   * @param physics of this machine alone: its parameters are changed
   * @throws TwinError `E_MODEL` when an input has no expression, or one that cannot be used
   */
  constructor(physics: PhysicsSettings, asset: Asset, options: ModelMachineOptions) {
    this.#physics = physics;
    this.#simulator =
      physics.simulator?.() ??
      new Stepper(physics.equations!, { maxGap: Number.POSITIVE_INFINITY, follow: 0, rtol: 1e-6 });
    this.#inputs = physics.model.inputs.map((signal) => readInput(signal, asset, physics, options.inputs));
    this.#noise = options.noise;
    this.#healthy = Float64Array.from(physics.model.p);
    this.#random = createRandom(options.seed);
    this.#wander = this.#random.normal();
    this.#faults = options.faults.map((f) => this.#checked(f));
    this.#step(0);
  }

  /** Simulated hours since the start. */
  get hours(): number {
    return this.#seconds / 3600;
  }

  /** Share 0 … 1 of every fault that has begun, by parameter. */
  get severities(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const f of this.#faults)
      if (this.hours >= f.onset) out[f.parameter] = Math.max(out[f.parameter] ?? 0, share(f, this.hours));
    return out;
  }

  advance(seconds: number): void {
    for (let left = seconds; left > 1e-9; ) {
      const step = Math.min(left, LONGEST_HOLD);
      this.#step(step);
      left -= step;
    }
  }

  #step(seconds: number): void {
    this.#seconds += seconds;
    const keep = Math.exp(-seconds / 3600 / WANDER_HOURS);
    this.#wander = keep * this.#wander + Math.sqrt(1 - keep * keep) * this.#random.normal();
    this.#wearOut();
    const inputs = this.#inputs.map(({ signal }) => this.#toModel(signal, this.#inputNow(signal)));
    this.#simulator.step(Math.round(this.#seconds * 1000), inputs, []);
  }

  #wearOut(): void {
    const { parameters, p } = this.#physics.model;
    p.set(this.#healthy);
    for (const f of this.#faults) {
      const i = parameters.indexOf(f.parameter);
      const part = share(f, this.hours);
      if (!(part > 0)) continue;
      const end = f.factor !== undefined ? this.#healthy[i]! * f.factor : this.#toModel(f.parameter, f.value!);
      p[i] = p[i]! + part * (end - this.#healthy[i]!);
    }
  }

  #inputNow(signal: string): number {
    const input = this.#inputs.find((i) => i.signal === signal)!;
    if (!input.expression) return input.fixed;
    const now: Record<string, number> = { t: this.#seconds, h: this.hours, wander: this.#wander };
    return input.expression.evaluate(input.expression.names.map((n) => now[n]!));
  }

  readonly #toModel = (name: string, value: number): number => this.#physics.toModel.get(name)?.(value) ?? value;

  /** Values of all inputs and predicted signals, with the noise of their sensors, in the asset's units. */
  sample(): Record<string, Value> {
    const { model, fromModel } = this.#physics;
    const values: Record<string, Value> = {};
    const put = (signal: string, value: number) => {
      if (!Number.isFinite(value)) return;
      values[signal] = Number((value + (this.#noise.get(signal) ?? 0) * this.#random.normal()).toPrecision(6));
    };
    for (const { signal } of this.#inputs) put(signal, this.#inputNow(signal));
    for (const [signal, index] of model.outputs) {
      const name = model.quantities[index]!;
      const value = this.#simulator.quantities[index]!;
      put(signal, (fromModel.get(signal) ?? fromModel.get(name))?.(value) ?? value);
    }
    return values;
  }

  /** Sets an input that the machine obeys. @throws TwinError `E_COMMAND` */
  command(signal: string, value: unknown): void {
    const input = this.#inputs.find((i) => i.signal === signal);
    const x = typeof value === "string" && value !== "" ? Number(value) : value;
    if (!input)
      throw new TwinError(
        "E_COMMAND",
        `The model has no input ${describe(signal)}: it obeys ${this.#inputs.map((i) => i.signal).join(", ") || "nothing"}.`,
      );
    if (typeof x !== "number" || !Number.isFinite(x))
      throw new TwinError("E_COMMAND", `The value ${describe(value)} for ${signal} is not a number.`);
    input.expression = undefined;
    input.fixed = x;
  }

  /** Begins a fault. */
  fault(fault: ModelFault): void {
    const checked = this.#checked(fault);
    this.#faults = this.#faults.filter((f) => f.parameter !== fault.parameter);
    this.#faults.push(checked);
  }

  /** Ends what has begun: all faults, or those of one parameter. */
  repair(parameter?: string): void {
    this.#faults = this.#faults.filter(
      (f) => f.onset > this.hours || (parameter !== undefined && f.parameter !== parameter),
    );
  }

  #checked(f: ModelFault): ModelFault {
    if (this.#physics.model.parameters.includes(f.parameter)) return f;
    throw new TwinError(
      "E_FAULT",
      `The model has no parameter ${describe(f.parameter)}: a fault changes one of ${this.#physics.model.parameters.join(", ")}.`,
    );
  }

  snapshot(): Json {
    return {
      seconds: this.#seconds,
      wander: this.#wander,
      random: this.#random.snapshot(),
      faults: this.#faults as unknown as Json,
      fixed: this.#inputs.map((i) => (i.expression ? null : i.fixed)),
      simulator: this.#simulator.snapshot(),
    };
  }

  restore(state: Json): void {
    const s = state as unknown as {
      seconds: number;
      wander: number;
      random: Json;
      faults: ModelFault[];
      fixed: (number | null)[];
      simulator: Json;
    };
    this.#simulator.restore(s.simulator);
    this.#seconds = s.seconds;
    this.#wander = s.wander;
    this.#random.restore(s.random);
    this.#faults = s.faults.map((f) => this.#checked(f));
    for (const [i, fixed] of s.fixed.entries()) {
      const input = this.#inputs[i];
      if (input && fixed !== null) Object.assign(input, { expression: undefined, fixed });
    }
    this.#wearOut();
  }
}

/** 0 before the onset, 1 at the end of the ramp. */
const share = (f: ModelFault, hours: number): number =>
  hours < f.onset ? 0 : f.ramp > 0 ? Math.min(1, (hours - f.onset) / f.ramp) : 1;

function readInput(
  signal: string,
  asset: Asset,
  { preset }: PhysicsSettings,
  rows: ModelMachineOptions["inputs"],
): { signal: string; expression: Expression | undefined; fixed: number } {
  const text = rows.find((row) => row.signal === signal)?.expression.trim() ?? "";
  if (text === "") {
    const nominal = preset?.nominal[signal];
    const unit = preset?.units[signal];
    if (nominal === undefined || unit === undefined)
      throw new TwinError(
        "E_MODEL",
        `The input ${signal} has no value: enter a number or an expression, for example 20 + 5 * sin(t / 3600).`,
      );
    return { signal, expression: undefined, fixed: convert(nominal, unit, asset.signals.get(signal)?.unit ?? unit) };
  }
  try {
    return { signal, expression: compileExpression(text, (name) => TIME_NAMES.includes(name)), fixed: Number.NaN };
  } catch (error) {
    throw new TwinError(
      "E_MODEL",
      `The input ${signal}: ${(error as Error).message} It may use t (s), h (hours) and wander.`,
    );
  }
}
