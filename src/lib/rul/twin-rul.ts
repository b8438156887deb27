/** Everything the RUL node knows of one twin: its tier, the predictors, the alert, its age, and what it has promised. */
import type { Json } from "../store/store.ts";
import { type Asset, machineName } from "../twin/asset.ts";
import type { Envelope, RulSection } from "../twin/envelope.ts";
import { RulAlert, type RulEvent } from "./alert.ts";
import type { FleetModel } from "./fleet/model.ts";
import { FleetPredictor } from "./fleet/predictor.ts";
import { fleetSection } from "./fleet-section.ts";
import { FusedIndicator, type FusedOptions, type Fusion, learnFusion, refused } from "./fused.ts";
import type { Indicator } from "./indicator.ts";
import type { Failure, FailureLibrary } from "./library.ts";
import { type RulOptions, RulPredictor } from "./predictor.ts";
import { Promises } from "./promises.ts";

export interface RulResult {
  section: RulSection;
  event: RulEvent | undefined;
  /** A failure that was seen: the life is over, and a repair that nobody reported has followed. */
  failure?: Failure;
}

/** What all twins of one node share. */
export interface Fleet {
  library: FailureLibrary;
  /** Tier C, once trained or loaded. */
  model: FleetModel | undefined;
}

export interface TwinRulOptions {
  /** Which machines these are: a sentence names the one it is about. */
  asset: Pick<Asset, "name" | "idPattern" | "signals">;
  unit: string;
  /** Undefined: only the fleet model counts. */
  indicator: Indicator | undefined;
  /** The indicator is fused from these signals; `indicator` then only says which messages count. */
  fused?: FusedOptions;
  rul: RulOptions;
  /** Probability of failure within the horizon from which a warning is raised, 0 … 1. */
  warnAt: number;
  /** Time is counted in samples of the indicator instead of in clock time. */
  cycles: boolean;
}

export class TwinRul {
  #o: TwinRulOptions;
  #fleet: Fleet;
  #predictor: RulPredictor;
  #fused: FusedIndicator | undefined;
  #promises = new Promises();
  #alert: RulAlert;
  #count = 0;
  /** Source time and count at which this life began. */
  #begin: { time: number; count: number } | null = null;
  #newest = 0;
  /** Age at which the limit was reached first, and whether that life is already in the library. */
  #failedAt: { age: number; time: number } | null = null;
  #recorded = false;
  #learned = -1;
  #model: FleetPredictor | undefined;
  #waiting: { fingerprint: string; state: Json } | undefined;

  constructor(options: TwinRulOptions, fleet: Fleet) {
    this.#o = options;
    this.#fleet = fleet;
    this.#predictor = new RulPredictor(options.rul);
    this.#alert = new RulAlert(options.warnAt);
    if (options.fused) this.#fused = new FusedIndicator(options.fused, this.#fusion());
  }

  step(twin: Envelope): RulResult {
    const { indicator, cycles, rul, asset } = this.#o;
    const read = indicator?.read(twin);
    const counts = indicator ? read !== undefined : twin.updated.length > 0;
    let failure: Failure | undefined;
    let restarted = false;
    if (counts) {
      this.#learn();
      this.#count++;
      this.#newest = twin.time;
      this.#begin ??= { time: twin.time, count: this.#count - 1 };
      const failedAt = this.#failedAt;
      const value = this.#fused ? this.#fused.update(this.#age(), numbers(twin)) : read;
      if (value !== undefined) {
        restarted = this.#predictor.update(cycles ? this.#count : twin.time, value).restarted;
        if (restarted) {
          if (failedAt) failure = this.#failure(failedAt);
          this.#newLife(twin.time);
        } else if (this.#predictor.reached) this.#failedAt ??= this.#now();
      }
      this.#fleetModel()?.update(this.#age(), numbers(twin));
    }
    const name = machineName(asset, twin.id);
    const section = this.#section();
    if (counts && section.p50 !== null && section.p50 > 0 && section.p05 !== null)
      this.#promises.note(this.#age(), section.p50, section.p05, section.p95);
    const event =
      this.#alert.update(section, name) ??
      (restarted
        ? {
            event: "changed" as const,
            severity: "info" as const,
            text: `${name}: ${rul.label} has gone back: taken for a repair, so the trend begins again.`,
          }
        : undefined);
    return { section: { ...section, severity: this.#alert.level }, event, ...(failure && { failure }) };
  }

  /**
   * The life is over: it failed (or had reached its limit), and a new one begins. A life that was ended while it was well teaches
   * nothing about failing.
   */
  maintenance(failed: boolean): Failure | undefined {
    const life = this.#failedAt ?? (failed && this.#begin ? this.#now() : null);
    const failure = life === null ? undefined : this.#failure(life);
    this.#predictor.restart();
    this.#newLife(null);
    return failure;
  }

  /** A person confirms the failure while the machine is still in that state. */
  confirm(): Failure | undefined {
    return this.#failedAt === null ? undefined : this.#failure(this.#failedAt);
  }

  snapshot(): Json {
    return {
      predictor: this.#predictor.snapshot(),
      promises: this.#promises.snapshot(),
      alert: this.#alert.snapshot(),
      count: this.#count,
      begin: this.#begin as Json,
      newest: this.#newest,
      failedAt: this.#failedAt as Json,
      recorded: this.#recorded,
      fused: this.#fused?.snapshot() ?? null,
      model: this.#model
        ? { fingerprint: this.#model.model.content.fingerprint, state: this.#model.snapshot() }
        : ((this.#waiting as Json | undefined) ?? null),
    };
  }

  restore(state: Json): void {
    const s = state as {
      predictor: Json;
      promises: Json;
      alert: Json;
      count: number;
      begin: { time: number; count: number } | null;
      newest: number;
      failedAt: { age: number; time: number } | null;
      recorded: boolean;
      fused: Json;
      model: { fingerprint: string; state: Json } | null;
    };
    this.#learn();
    this.#predictor.restore(s.predictor);
    this.#promises.restore(s.promises);
    this.#alert.restore(s.alert);
    this.#count = s.count;
    this.#begin = s.begin;
    this.#newest = s.newest;
    this.#failedAt = s.failedAt;
    this.#recorded = s.recorded;
    if (s.fused) this.#fused?.restore(s.fused);
    this.#waiting = s.model ?? undefined;
    this.#fleetModel();
  }

  #section(): RulSection {
    const { unit, rul, indicator, asset } = this.#o;
    const own = indicator ? this.#predictor.section() : undefined;
    const model = this.#fleetModel();
    const fleet =
      model && !this.#predictor.reached
        ? fleetSection(model, unit, rul.horizon, (name) => asset.signals.get(name)?.label ?? name)
        : undefined;
    if (fleet) return { ...fleet, ...(own?.indicator && { indicator: own.indicator }) };
    if (own) return own;
    const { indicator: _none, ...nothing } = this.#predictor.section();
    return { ...nothing, tier: "C", method: "fleet model", why: [NO_MODEL] };
  }

  #learn(): void {
    const { library } = this.#fleet;
    if (this.#learned === library.version) return;
    this.#learned = library.version;
    const { fused } = this.#o;
    const lives = fused ? [...library.given, ...refused(library.recorded, this.#fusion(), fused)] : library.all;
    this.#predictor.learn(lives);
  }

  #fusion(): Fusion | undefined {
    return this.#o.fused && learnFusion(this.#fleet.library.recorded, this.#o.fused.signals);
  }

  #fleetModel(): FleetPredictor | undefined {
    const { model } = this.#fleet;
    if (!model) this.#model = undefined;
    else if (this.#model?.model !== model) {
      this.#model = new FleetPredictor(model);
      if (this.#waiting?.fingerprint === model.content.fingerprint) this.#model.restore(this.#waiting.state);
      this.#waiting = undefined;
    }
    return this.#model;
  }

  #age(): number {
    if (!this.#begin) return 0;
    const { cycles, rul } = this.#o;
    return cycles ? this.#count - this.#begin.count : (this.#newest - this.#begin.time) / rul.timeUnitLength;
  }

  #now(): { age: number; time: number } {
    return { age: this.#age(), time: this.#newest };
  }

  #failure({ age: life, time }: { age: number; time: number }): Failure | undefined {
    if (this.#recorded || !(life > 0)) return undefined;
    this.#recorded = true;
    const curve = this.#predictor.curve.filter(([age]) => age <= life);
    return {
      unit: `${this.#o.asset.name}, ${new Date(time).toISOString().slice(0, 10)}`,
      life: Number(life.toPrecision(6)),
      begin: this.#begin?.time ?? time,
      time,
      predictions: this.#promises.judge(life),
      ...(this.#fused && { deviations: this.#fused.record }),
      ...(curve.length > 0 && { curve: curve.map(([age, y]) => [round(age), round(y)] as const) }),
    };
  }

  /** @param time of the first sample of the new life, if it is here already */
  #newLife(time: number | null): void {
    this.#promises.clear();
    this.#failedAt = null;
    this.#recorded = false;
    this.#begin = time === null ? null : { time, count: this.#count - 1 };
    this.#fused?.restart(this.#fusion());
    this.#model = undefined;
    this.#waiting = undefined;
  }
}

const NO_MODEL = "No model yet: train one from past failures, or load one.";

function numbers(twin: Envelope): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [name, value] of Object.entries(twin.values)) {
    const status = twin.status?.[name] ?? 0;
    if (typeof value === "number" && status === 0) out[name] = value;
  }
  return out;
}

const round = (x: number): number => Number(x.toPrecision(5));
