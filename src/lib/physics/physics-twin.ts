/** One machine's model, running: envelope in, model section out. */
import type { Json } from "../store/store.ts";
import type { Asset } from "../twin/asset.ts";
import type { Envelope, ModelSection } from "../twin/envelope.ts";
import { isBad, isGood } from "../twin/status-codes.ts";
import type { CalibrationVersion } from "./calibration/versions.ts";
import { Versions } from "./calibration/versions.ts";
import { LearnedCorrection } from "./correction.ts";
import { EstimatingStepper } from "./estimators/estimating-stepper.ts";
import { HealthReport, settleNoise } from "./estimators/health.ts";
import { HeldInputs } from "./held-inputs.ts";
import { type CompiledModel, withParameters } from "./model.ts";
import { label, number, orNull, usable, width } from "./ports.ts";
import { type Residual, ResidualLearner } from "./residual.ts";
import type { PhysicsSettings } from "./settings.ts";
import { type Deadline, type StepCode, Stepper } from "./stepper.ts";
import type { Simulator, TwinModel } from "./twin-model.ts";
import { reasons } from "./why.ts";

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

/** What is known of one predicted signal. */
export interface Output {
  signal: string;
  /** Index in the model's quantities. */
  index: number;
  /** Index of the state that is this output itself; −1 otherwise. */
  state: number;
  dynamic: boolean;
  learner: ResidualLearner;
  last: Residual | undefined;
  /** Asset's units per model's unit. */
  slope: number;
  /** Measurement noise in the asset's unit, where somebody gave it. */
  noise: number | undefined;
  /** What the learned correction adds now. */
  correction: number;
}

export class PhysicsTwin {
  readonly #settings: PhysicsSettings;
  readonly #asset: Pick<Asset, "signals">;
  readonly #versions: Versions;
  #model!: TwinModel;
  #runner!: Simulator | EstimatingStepper;
  #outputs!: Output[];
  #correction: LearnedCorrection | undefined;
  #health: HealthReport | undefined;
  readonly #inputs: HeldInputs;
  readonly #states: Float64Array;
  #measured!: Float64Array;
  #known!: Float64Array;
  #settled = false;

  constructor(settings: PhysicsSettings, asset: Pick<Asset, "signals">) {
    this.#settings = settings;
    this.#asset = asset;
    this.#versions = new Versions();
    this.#inputs = new HeldInputs(settings.model.inputs, settings.maxGap, settings.toModel);
    this.#states = new Float64Array(settings.model.states.length);
    this.#build();
  }

  /** Sets up model, runner and learners for the parameters of the present version. */
  #build(): void {
    const { equations, estimate } = this.#settings;
    const version = this.#versions.current;
    const model = equations && version ? withParameters(equations, version.values) : this.#settings.model;
    this.#model = model;
    this.#health = estimate && new HealthReport(model, estimate.drifting, this.#settings.fromModel);
    this.#correction = version?.correction ? LearnedCorrection.from(version.correction) : undefined;
    this.#runner =
      estimate && equations
        ? new EstimatingStepper(model as CompiledModel, {
            ...estimate,
            maxGap: this.#settings.maxGap,
            corrected: (quantity) => this.#settings.correct && quantity >= model.states.length,
          })
        : (this.#settings.simulator?.() ?? new Stepper(model as CompiledModel, this.#settings));
    this.#outputs = Array.from(model.outputs, ([signal, index]) => this.#output(signal, index));
    this.#measured = new Float64Array(this.#outputs.length);
    this.#known = new Float64Array(this.#outputs.length);
    this.#settled = false;
  }

  #output(signal: string, index: number): Output {
    const { model, fromModel, estimate } = this.#settings;
    const state = index < model.states.length ? index : -1;
    const convert = fromModel.get(signal);
    return {
      signal,
      index,
      state,
      dynamic: model.dynamic.has(model.quantities[index]!),
      learner: new ResidualLearner({
        ...this.#settings,
        // A state that is estimated from its own measurement has no offset of its own.
        correct: this.#settings.correct && !(estimate && state >= 0),
        scale: width(this.#asset.signals.get(signal)?.normal),
      }),
      last: undefined,
      slope: convert ? convert(1) - convert(0) : 1,
      noise: estimate?.noise.get(signal),
      correction: 0,
    };
  }

  /**
   * Takes one envelope. Never throws for bad data: what is missing is null and `section.why` says so.
   * @param deadline says that the time for this message is over; then the code is `behind`, and `proceed` goes on
   */
  update(twin: Envelope, deadline?: Deadline): PhysicsResult {
    this.#inputs.take(twin);
    for (const output of this.#outputs)
      output.correction = this.#correction ? output.slope * this.#correction.at(output.signal, this.#inputs.values) : 0;
    const code = this.#step(twin, deadline);
    if (code !== "late") {
      if (this.#runner.runningFor >= this.#settings.settle) this.#settled = true;
      // With no states there is nothing to settle: a first sample teaches as much as any other.
      const runs = code === "ok" || (code === "started" && this.#model.states.length === 0);
      const learnable = runs && this.#inputs.doubtful.length === 0;
      for (let i = 0; i < this.#outputs.length; i++) this.#compare(i, this.#outputs[i]!, twin, learnable);
      this.#settleNoise();
    }
    return this.#result(code);
  }

  /** Goes on with what a deadline left undone. Returns true while something is left. */
  proceed(deadline?: Deadline): boolean {
    return this.#runner.proceed?.(deadline) === "behind";
  }

  #step(twin: Envelope, deadline: Deadline | undefined): StepCode {
    if (this.#runner instanceof EstimatingStepper) {
      for (let i = 0; i < this.#outputs.length; i++) {
        const output = this.#outputs[i]!;
        const value = isGood(twin.status?.[output.signal]) ? usable(twin, output.signal) : undefined;
        this.#known[i] = value === undefined ? Number.NaN : this.#toModel(output, value);
        // A measurement says nothing of the machine while what goes in is not sure.
        const counts = this.#inputs.doubtful.length === 0 && twin.updated.includes(output.signal);
        this.#measured[i] = counts ? this.#known[i]! : Number.NaN;
      }
      return this.#runner.step(twin.time, this.#inputs.values, this.#measured, this.#known, deadline);
    }
    this.#states.fill(Number.NaN);
    for (const output of this.#outputs) {
      const value = output.state < 0 ? undefined : usable(twin, output.signal);
      if (value !== undefined && isGood(twin.status?.[output.signal]))
        this.#states[output.state] = this.#toModel(output, value);
    }
    return this.#runner.step(
      twin.time,
      this.#inputs.values,
      this.#states,
      (state) => this.#isNew(twin, state),
      deadline,
    );
  }

  /** A measurement in the model's unit, without what was learned, so that a start leaves no step in the residual. */
  #toModel({ signal, learner, correction }: Output, value: number): number {
    const plain = value - learner.offset - correction;
    return this.#settings.toModel.get(signal)?.(plain) ?? plain;
  }

  #isNew(twin: Envelope, state: number): boolean {
    const output = this.#outputs.find((o) => o.state === state);
    return output !== undefined && twin.updated.includes(output.signal);
  }

  #compare(i: number, output: Output, twin: Envelope, learnable: boolean): void {
    const { signal, dynamic, learner } = output;
    const estimating = this.#runner instanceof EstimatingStepper ? this.#runner : undefined;
    const raw = estimating ? estimating.expected[i]! : this.#runner.quantities[output.index]!;
    const model = (this.#settings.fromModel.get(signal)?.(raw) ?? raw) + output.correction;
    const isNew = twin.updated.includes(signal);
    const value = isNew ? usable(twin, signal) : undefined;
    const learn = learnable && isGood(twin.status?.[signal]) && (!dynamic || this.#settled);
    const next = learner.update(value ?? Number.NaN, model, learn);
    // While parameters are estimated their uncertainty is part of the spread.
    if (estimating?.released) next.sd = Math.max(Math.abs(output.slope) * estimating.sd[i]!, learner.floor || 0);
    if (dynamic && !this.#settled) next.sd = Number.NaN;
    next.z = next.residual / next.sd;
    // Between two samples of a signal its last residual stands; a sample that is Bad has none.
    const keep = !isNew && !isBad(twin.status?.[signal]) && Number.isFinite(model) ? output.last : undefined;
    output.last = keep ? { ...next, residual: keep.residual, z: keep.residual / next.sd } : next;
  }

  /** The learned spreads tell the estimator how good the measurements are; then its parameters may move. */
  #settleNoise(): void {
    if (this.#runner instanceof EstimatingStepper) settleNoise(this.#runner, this.#outputs);
  }

  #result(code: StepCode): PhysicsResult {
    const model = this.#model;
    const section: ModelSection = { expected: {}, sd: {}, residual: {}, z: {} };
    let worst: number | undefined;
    let learned = 0;
    let learning = 0;
    for (const { signal, learner, last, dynamic, correction } of this.#outputs) {
      section.expected[signal] = orNull(last?.expected);
      section.sd[signal] = orNull(last?.sd);
      section.residual[signal] = orNull(last?.residual);
      const z = (section.z[signal] = orNull(last?.z));
      if (z !== null) worst = Math.max(worst ?? 0, Math.abs(z));
      const { progress } = learner;
      if (progress > 0 || !dynamic || this.#settled) {
        learned += progress;
        learning++;
      }
      const bias = (progress > 0 ? learner.offset : 0) + correction;
      if (bias !== 0 && Number.isFinite(bias)) {
        section.bias ??= {};
        section.bias[signal] = bias;
      }
    }
    section.states = {};
    section.derived = {};
    for (let i = 0; i < model.states.length; i++) this.#show(section.states, model.states[i]!, i);
    for (const [name, index] of model.derived) this.#show(section.derived, name, index);
    if (this.#runner instanceof EstimatingStepper) this.#health!.add(section, this.#runner);
    if (this.#versions.current) section.parameters = this.#versions.current.name;
    const missing = this.#inputs.missing().map((name) => label(this.#asset, name));
    const why = reasons({
      code,
      missing,
      settings: this.#settings,
      asset: this.#asset,
      outputs: this.#outputs,
      settled: this.#settled,
      doubtful: this.#inputs.doubtful,
    });
    if (why.length > 0) section.why = why;
    return { section, progress: learning > 0 ? learned / learning : 0, worst, missing, code };
  }

  /** A quantity in the unit that people read. */
  #show(values: Record<string, number>, name: string, index: number): void {
    const value = this.#runner.quantities[index]!;
    number(values, name, this.#settings.fromModel.get(name)?.(value) ?? value);
  }

  /** Learns offsets and spreads again; estimated parameters begin again at their calibrated values. */
  learn(): void {
    for (const { learner } of this.#outputs) learner.relearn();
    if (this.#runner instanceof EstimatingStepper) this.#runner.hold();
  }

  /** Stops learning. Returns the signals of which too little is known to stop. */
  freeze(): string[] {
    return this.#outputs.filter(({ learner }) => !learner.freeze()).map(({ signal }) => label(this.#asset, signal));
  }

  /** After maintenance: states start from measurement, estimated parameters at their calibrated values. */
  restart(): void {
    this.#runner.restart();
    if (!(this.#runner instanceof EstimatingStepper) || !this.#runner.released) return;
    this.#runner.hold();
    this.#runner.release();
  }

  /** Version of the parameters that run now; undefined before the first calibration. */
  get version(): CalibrationVersion | undefined {
    return this.#versions.current;
  }

  /** The parameters that run now, by name. */
  get parameters(): ReadonlyMap<string, number> {
    return new Map(this.#model.parameters.map((name, i) => [name, this.#model.p[i]!]));
  }

  /** Takes over calibrated parameters; offsets and spreads are learned again. Returns the name of the version. */
  calibrate(version: Omit<CalibrationVersion, "name">): string {
    this.#versions.add(version, this.#learned());
    this.#build();
    return this.#versions.current!.name;
  }

  /** Goes back to the parameters before, with what was learned with them. Returns false when there are none. */
  undoCalibration(): boolean {
    const before = this.#versions.undo();
    if (before === undefined) return false;
    this.#build();
    this.#recall(before);
    return true;
  }

  #learned(): Json {
    return Object.fromEntries(
      this.#outputs.map(({ signal, learner, last }) => [
        signal,
        { learner: learner.snapshot(), residual: orNull(last?.residual) },
      ]),
    );
  }

  #recall(learned: Json): void {
    for (const output of this.#outputs) {
      const saved = (learned as Record<string, { learner: Json; residual: number | null } | undefined>)[output.signal];
      if (!saved) throw new TypeError("the snapshot is of another model");
      output.learner.restore(saved.learner);
      const sd = output.learner.sd;
      const residual = saved.residual ?? Number.NaN;
      output.last = { expected: Number.NaN, residual, sd, z: residual / sd };
    }
  }

  snapshot(): Json {
    return {
      stepper: this.#runner.snapshot(),
      held: this.#inputs.snapshot(),
      settled: this.#settled,
      outputs: this.#learned(),
      versions: this.#versions.snapshot(),
    };
  }

  /** @throws TypeError when the snapshot is of another model */
  restore(state: Json): void {
    const s = state as {
      stepper: Json;
      held: Json;
      settled: boolean;
      outputs: Json;
      versions?: Json;
    };
    if (s.versions !== undefined) {
      this.#versions.restore(s.versions);
      this.#build();
    }
    this.#runner.restore(s.stepper);
    this.#settled = s.settled === true;
    this.#inputs.restore(s.held);
    this.#recall(s.outputs);
  }
}
