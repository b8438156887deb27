/** One machine's model, running: envelope in, model section out. */
import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import type { Envelope, ModelSection } from "../twin/envelope.ts";
import { isBad, isGood, StatusCode } from "../twin/status-codes.ts";
import { displayUnit } from "../twin/units.ts";
import { type Residual, ResidualLearner } from "./residual.ts";
import type { PhysicsSettings } from "./settings.ts";
import { type StepCode, Stepper } from "./stepper.ts";

export interface PhysicsResult {
  section: ModelSection;
  /** Share learned, 0 … 1, of the signals that are being learned. */
  progress: number;
  /** Largest |z|; undefined while none is known. */
  worst: number | undefined;
  /** Display names of inputs that are missing. */
  missing: string[];
  code: StepCode;
}

interface Output {
  signal: string;
  index: number;
  /** Index of the state that is this output itself; −1 otherwise. */
  state: number;
  dynamic: boolean;
  learner: ResidualLearner;
  last: Residual | undefined;
}

/** Offsets beyond this share of the signal's size are worth a sentence: the parameters are probably another machine's. */
const LARGE_OFFSET = 0.1;

export class PhysicsTwin {
  readonly #settings: PhysicsSettings;
  readonly #asset: Pick<Asset, "signals">;
  readonly #stepper: Stepper;
  readonly #outputs: Output[];
  /** Newest usable value of each input and its source time. */
  readonly #held: { value: number; time: number }[];
  #settled = false;
  /** Inputs whose values may not teach anything now. */
  #doubtful: string[] = [];

  constructor(settings: PhysicsSettings, asset: Pick<Asset, "signals">) {
    this.#settings = settings;
    this.#asset = asset;
    const { model } = settings;
    this.#stepper = new Stepper(model, settings);
    this.#held = model.inputs.map(() => ({ value: Number.NaN, time: Number.NEGATIVE_INFINITY }));
    this.#outputs = Array.from(model.outputs, ([signal, index]) => ({
      signal,
      index,
      state: index < model.states.length ? index : -1,
      dynamic: model.dynamic.has(model.quantities[index]!),
      learner: new ResidualLearner({ ...settings, scale: width(asset.signals.get(signal)?.normal) }),
      last: undefined,
    }));
  }

  /** Takes one envelope. Never throws for bad data: what is missing is null and `section.why` says so. */
  update(twin: Envelope): PhysicsResult {
    const inputs = this.#takeInputs(twin);
    const code = this.#stepper.step(twin.time, inputs, this.#measuredStates(twin), (state) => this.#isNew(twin, state));
    if (code !== "late") {
      if (this.#stepper.runningFor >= this.#settings.settle) this.#settled = true;
      this.#doubtful = this.#settings.model.inputs.filter((name) => !isTrusted(twin.status?.[name]));
      // With no states there is nothing to settle: a first sample teaches as much as any other.
      const runs = code === "ok" || (code === "started" && this.#settings.model.states.length === 0);
      for (const output of this.#outputs) this.#compare(output, twin, runs && this.#doubtful.length === 0);
    }
    return this.#result(code, inputs);
  }

  #takeInputs(twin: Envelope): Float64Array {
    const { model, toModel, maxGap } = this.#settings;
    return Float64Array.from(model.inputs, (name, i) => {
      const held = this.#held[i]!;
      const value = usable(twin, name);
      const time = twin.times?.[name] ?? twin.time;
      if (value !== undefined && time >= held.time) {
        held.value = toModel.get(name)?.(value) ?? value;
        held.time = time;
      }
      return twin.time - held.time <= maxGap * 1000 ? held.value : Number.NaN;
    });
  }

  /** Measured values of the states, without the offset that was learned, so that a start leaves no step in the residual. */
  #measuredStates(twin: Envelope): Float64Array {
    const measured = new Float64Array(this.#settings.model.states.length).fill(Number.NaN);
    for (const { signal, state, learner } of this.#outputs) {
      const value = state < 0 ? undefined : usable(twin, signal);
      if (value === undefined || !isGood(twin.status?.[signal])) continue;
      measured[state] = this.#settings.toModel.get(signal)?.(value - learner.offset) ?? value - learner.offset;
    }
    return measured;
  }

  #isNew(twin: Envelope, state: number): boolean {
    const output = this.#outputs.find((o) => o.state === state);
    return output !== undefined && twin.updated.includes(output.signal);
  }

  #compare(output: Output, twin: Envelope, learnable: boolean): void {
    const { signal, dynamic, learner } = output;
    const model = this.#fromModel(output);
    const isNew = twin.updated.includes(signal);
    const value = isNew ? usable(twin, signal) : undefined;
    const learn = learnable && isGood(twin.status?.[signal]) && (!dynamic || this.#settled);
    const next = learner.update(value ?? Number.NaN, model, learn);
    if (dynamic && !this.#settled) {
      next.sd = Number.NaN;
      next.z = Number.NaN;
    }
    // Between two samples of a signal its last residual stands; a sample that is Bad has none.
    const keep = !isNew && !isBad(twin.status?.[signal]) && Number.isFinite(model) ? output.last : undefined;
    output.last = keep ? { ...next, residual: keep.residual, z: keep.residual / next.sd } : next;
  }

  #fromModel(output: Output): number {
    const value = this.#stepper.quantities[output.index]!;
    return this.#settings.fromModel.get(output.signal)?.(value) ?? value;
  }

  #result(code: StepCode, inputs: Float64Array): PhysicsResult {
    const { model } = this.#settings;
    const section: ModelSection = { expected: {}, sd: {}, residual: {}, z: {} };
    let worst: number | undefined;
    const progress: number[] = [];
    const bias: Record<string, number> = {};
    for (const { signal, learner, last, dynamic } of this.#outputs) {
      section.expected[signal] = orNull(last?.expected);
      section.sd[signal] = orNull(last?.sd);
      section.residual[signal] = orNull(last?.residual);
      const z = (section.z[signal] = orNull(last?.z));
      if (z !== null) worst = Math.max(worst ?? 0, Math.abs(z));
      if (learner.progress > 0 || !dynamic || this.#settled) progress.push(learner.progress);
      if (learner.progress > 0 && learner.offset !== 0) bias[signal] = learner.offset;
    }
    section.states = this.#finite(model.states.map((name, i) => [name, i]));
    section.derived = this.#finite(model.derived);
    if (Object.keys(bias).length > 0) section.bias = bias;
    const missing = model.inputs.filter((_, i) => Number.isNaN(inputs[i])).map((name) => this.#label(name));
    const why = this.#why(code, missing);
    if (why.length > 0) section.why = why;
    return {
      section,
      progress: progress.length ? progress.reduce((a, b) => a + b, 0) / progress.length : 0,
      worst,
      missing,
      code,
    };
  }

  #finite(names: Iterable<readonly [string, number]>): Record<string, number> {
    const values: Record<string, number> = {};
    for (const [name, index] of names) {
      const value = this.#stepper.quantities[index]!;
      if (Number.isFinite(value)) values[name] = value + 0;
    }
    return values;
  }

  #why(code: StepCode, missing: readonly string[]): string[] {
    const why: string[] = [];
    if (missing.length > 0) why.push(`The model waits for ${list(missing)}.`);
    if (code === "gap")
      why.push(`No data for more than ${this.#settings.maxGap} s: the model started again from what is measured.`);
    if (code === "behind") why.push("The model needs more steps than it may take per sample: its equations are stiff.");
    if (code === "failed") why.push("The equations gave no finite number: check them and their parameters.");
    const settling = this.#outputs.filter((o) => o.dynamic && !this.#settled).map((o) => this.#label(o.signal));
    if (settling.length > 0 && missing.length === 0)
      why.push(`The model of ${list(settling)} settles for ${this.#settings.settle} s before it is compared.`);
    const doubtful = this.#doubtful.map((name) => this.#label(name)).filter((name) => !missing.includes(name));
    if (doubtful.length > 0 && this.#outputs.some((o) => o.learner.progress < 1))
      why.push(`Learning waits until ${list(doubtful)} can be trusted again.`);
    for (const { signal, learner, last } of this.#outputs) {
      const size = Math.abs(last?.expected ?? Number.NaN);
      if (learner.progress === 1 && Math.abs(learner.offset) > LARGE_OFFSET * size)
        why.push(this.#offsetText(signal, learner));
    }
    return why;
  }

  #offsetText(signal: string, learner: ResidualLearner): string {
    const side = learner.offset > 0 ? "above" : "below";
    const unit = displayUnit(this.#asset.signals.get(signal)?.unit ?? "1");
    const size = Number(Math.abs(learner.offset).toPrecision(2));
    return `${this.#label(signal)} was ${size} ${unit} ${side} the model while it learned: check the parameters.`;
  }

  #label(name: string): string {
    return this.#asset.signals.get(name)?.label ?? name;
  }

  /** Learns offsets and spreads again. */
  learn(): void {
    for (const { learner } of this.#outputs) learner.relearn();
  }

  /** Stops learning. Returns the signals of which too little is known to stop. */
  freeze(): string[] {
    return this.#outputs.filter(({ learner }) => !learner.freeze()).map(({ signal }) => this.#label(signal));
  }

  /** Starts the states from measurement, and keeps what was learned. */
  restart(): void {
    this.#stepper.restart();
  }

  snapshot(): Json {
    return {
      stepper: this.#stepper.snapshot(),
      held: this.#held.map(({ value, time }) => (Number.isFinite(value) ? [value + 0, time] : null)),
      settled: this.#settled,
      outputs: Object.fromEntries(
        this.#outputs.map(({ signal, learner, last }) => [
          signal,
          { learner: learner.snapshot(), residual: orNull(last?.residual) },
        ]),
      ),
    };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void {
    const s = state as {
      stepper: Json;
      held: ([number, number] | null)[];
      settled: boolean;
      outputs: Record<string, Json>;
    };
    this.#stepper.restore(s.stepper);
    this.#settled = s.settled === true;
    for (const [i, held] of s.held.entries()) if (held) this.#held[i] = { value: held[0], time: held[1] };
    for (const output of this.#outputs) {
      const saved = s.outputs[output.signal] as { learner: Json; residual: number | null } | undefined;
      if (!saved) throw new TypeError("the snapshot is of another model");
      output.learner.restore(saved.learner);
      const sd = output.learner.sd;
      const residual = saved.residual ?? Number.NaN;
      output.last = { expected: Number.NaN, residual, sd, z: residual / sd };
    }
  }
}

/** The number a signal has now; undefined when it has none or its status is Bad. */
function usable(twin: Envelope, name: string): number | undefined {
  if (!Object.hasOwn(twin.values, name) || isBad(twin.status?.[name])) return undefined;
  const value = twin.values[name];
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A value that is only held on for longer is still true of slow quantities, such as the temperature of the water. */
const isTrusted = (status: number | undefined): boolean =>
  isGood(status) || status === StatusCode.Uncertain_LastUsableValue;

// JSON has no −0: + 0 makes it 0.
const orNull = (x: number | undefined): number | null => (x !== undefined && Number.isFinite(x) ? x + 0 : null);
const width = (range: readonly [number, number] | undefined): number => (range ? range[1] - range[0] : Number.NaN);
const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
