/** One living unit and a fleet model: samples in, life left out. */
import type { Json } from "../../store/store.ts";
import { startIsSeen } from "./clock.ts";
import { LEVELS } from "./conformal.ts";
import { FeatureStream, needsStart } from "./features.ts";
import type { FleetModel } from "./model.ts";
import { gateOf, normalise } from "./normalise.ts";
import { poolQuantiles } from "./pool.ts";
import { MISSING, regimeOf, STRANGE, settingNames } from "./regimes.ts";
import type { SpikeGate } from "./spikes.ts";

/** Life left in units of life; no number is above the cap. */
export interface FleetEstimate {
  mean: number;
  p05: number;
  p10: number;
  p50: number;
  p90: number;
  p95: number;
  /** The cap: a quantile that equals it means "this or more". */
  cap: number;
  /** True when the condition was never seen in training; the interval is then widened. */
  unknown: boolean;
  /** `full` when the unit's start was seen, else `midlife`. */
  mode: "full" | "midlife";
}

/** An unknown condition makes the interval so many times wider. */
const WIDER = 3;
/** A share of recent samples at unknown operating points from which the condition is unknown; their weight fades so fast. */
const STRAY = 0.5;
const FADE = 0.1;

export class FleetPredictor {
  readonly model: FleetModel;
  private readonly stream: FeatureStream;
  private readonly gate: SpikeGate;
  private readonly settings: Float64Array;
  private readonly raw: Float64Array;
  private readonly z: Float64Array;
  private readonly features: Float64Array;
  /** The features as `full` reads them, and as `midlife` does: without those that need a known start. */
  private readonly bins: Uint8Array;
  private readonly lateBins: Uint8Array;
  private readonly startFeatures: number[];
  private readonly quantiles = new Float64Array(LEVELS.length);
  private stray = 0;
  private samples = 0;

  constructor(model: FleetModel) {
    const { content } = model;
    this.model = model;
    this.stream = new FeatureStream(content.shape);
    this.gate = gateOf(content.sensors);
    this.settings = new Float64Array(settingNames(content.regimes).length);
    this.raw = new Float64Array(content.sensors.length);
    this.z = new Float64Array(content.sensors.length);
    this.features = new Float64Array(this.stream.length);
    this.bins = new Uint8Array(this.stream.length);
    this.lateBins = new Uint8Array(this.stream.length);
    this.startFeatures = [...model.features.keys()].filter((f) => needsStart(model.features[f]!));
  }

  /**
   * Takes a sample.
   * @param time in units of life, not before the last
   * @param values in the order of `model.signals`, or by name; NaN, null or absent is missing
   */
  update(time: number, values: ArrayLike<number> | Readonly<Record<string, number | null | undefined>>): void {
    const { content, signals } = this.model;
    const n = this.settings.length;
    const inOrder = Array.isArray(values) || ArrayBuffer.isView(values);
    for (let i = 0; i < signals.length; i++) {
      const x = inOrder ? (values as ArrayLike<number>)[i] : (values as Record<string, number | null>)[signals[i]!];
      const value = typeof x === "number" && Number.isFinite(x) ? x : Number.NaN;
      if (i < n) this.settings[i] = value;
      else this.raw[i - n] = value;
    }
    const regime = regimeOf(content.regimes, this.settings);
    if (regime !== MISSING) this.stray += FADE * ((regime === STRANGE ? 1 : 0) - this.stray);
    normalise(content.sensors, regime, this.raw, this.z);
    this.gate.pass(this.z);
    this.stream.update(time, this.z, Number.NaN, this.features);
    this.samples++;
    this.features[this.features.length - 2] = this.age(time);
  }

  /** The estimate after the last sample; undefined before the first. */
  estimate(): FleetEstimate | undefined {
    if (this.samples === 0) return undefined;
    const { model, quantiles: q } = this;
    const { cap, full, midlife } = model.content;
    const doubt = this.doubt();
    let mean = 0;
    if (doubt < 1) {
      mean = model.predict(this.bins, full);
      q.set(model.quantilesOf(mean, full));
    }
    // What hardly counts is not asked.
    if (doubt > 0.02) {
      const late = model.predict(this.lateBins, midlife);
      const other = model.quantilesOf(late, midlife);
      if (doubt < 1) poolQuantiles(q, other, doubt, cap);
      else q.set(other);
      mean += doubt * (late - mean);
    }
    const unknown = model.isStrange(this.features) || this.stray > STRAY || this.isBlind();
    const spread = (x: number) => (unknown ? Math.min(cap, Math.max(0, mean + WIDER * (x - mean))) : x);
    return {
      mean,
      p05: spread(q[0]!),
      p10: spread(q[1]!),
      p50: q[2]!,
      p90: spread(q[3]!),
      p95: spread(q[4]!),
      cap,
      unknown,
      mode: doubt > 0.5 ? "midlife" : "full",
    };
  }

  /** Health indicator now, smoothed: 0 healthy, 1 failed. */
  get indicator(): number {
    return this.features[4 * this.z.length]!;
  }

  /**
   * Why, in words, the strongest first: what moves the prediction most when it is set to a healthy value.
   * @param labelOf display name of a signal
   */
  reasons(labelOf: (signal: string) => string = (signal) => signal, most = 3): string[] {
    if (this.samples === 0) return [];
    const { model } = this;
    const { content } = model;
    const known = this.doubt() <= 0.5;
    const [learner, bins] = known ? [content.full, this.bins] : [content.midlife, this.lateBins];
    const out: string[] = [];
    if (this.isBlind())
      out.push("unknown condition: no sensor of the model was ever measured, this is what the fleet lasts");
    if (this.stray > STRAY) out.push("unknown condition: this operating point was never seen in the fleet");
    if (model.isStrange(this.features))
      out.push(
        `unknown condition: ${this.names(model.outside(this.features), labelOf)} outside all that the fleet has shown`,
      );
    const now = model.predict(bins, learner);
    const healthy = new Uint8Array(bins.length);
    model.bin(content.healthy, learner, healthy);
    const found: { sensor: number; effect: number }[] = [];
    for (let s = 0; s < content.sensors.length; s++) {
      const trial = bins.slice();
      for (let k = 4 * s; k < 4 * s + 4; k++) if (known || !this.startFeatures.includes(k)) trial[k] = healthy[k]!;
      found.push({ sensor: s, effect: model.predict(trial, learner) - now });
    }
    found.sort((a, b) => b.effect - a.effect);
    for (const { sensor, effect } of found.slice(0, most))
      if (effect > 0.01 * content.cap) out.push(this.sentence(sensor, known, labelOf));
    if (!known) out.push("met in mid-life: its own start is not known");
    return out;
  }

  snapshot(): Json {
    return {
      stream: this.stream.snapshot(),
      gate: this.gate.snapshot(),
      features: Array.from(this.features, (x) => (Number.isNaN(x) ? null : x)),
      stray: this.stray,
      samples: this.samples,
    };
  }

  restore(state: Json): void {
    const s = state as {
      stream: Json;
      gate?: Json;
      features: (number | null)[];
      stray: number;
      samples: number;
      fresh: boolean | null;
    };
    this.stream.restore(s.stream);
    if (s.gate) this.gate.restore(s.gate);
    this.stray = s.stray;
    this.samples = s.samples;
    this.features.set(s.features.map((x) => x ?? Number.NaN));
  }

  /** No sensor has ever had a value. */
  private isBlind(): boolean {
    for (let s = 0; s < this.z.length; s++) if (!Number.isNaN(this.features[4 * s]!)) return false;
    return true;
  }

  /** Age in units of life: from the fleet's clock, or since the first sample. */
  private age(time: number): number {
    const { clock } = this.model.content;
    return time - (clock.isAge ? clock.start : this.stream.start);
  }

  /** Probability that the first sample was not the beginning of life. Reads the features for both cases. */
  private doubt(): number {
    const { features, bins, lateBins, model } = this;
    const { clock, full, midlife } = model.content;
    model.bin(features, full, bins);
    lateBins.set(bins);
    for (let f = 0; f < bins.length; f++) if (Number.isNaN(features[f]!)) lateBins[f] = midlife.missing[f]!;
    for (const f of this.startFeatures) lateBins[f] = midlife.missing[f]!;
    // A clock that shows a later start still tells the age.
    if (!startIsSeen(clock, this.stream.start)) return 1;
    lateBins[bins.length - 2] = midlife.missing[bins.length - 2]!;
    return model.doubt(bins);
  }

  private sentence(sensor: number, known: boolean, labelOf: (signal: string) => string): string {
    const { name, gain } = this.model.content.sensors[sensor]!;
    const at = 4 * sensor;
    const own = known && !Number.isNaN(this.features[at + 2]!);
    const change = own ? this.features[at + 2]! : this.features[at]!;
    const size = Math.abs(change) > 2 ? "far" : Math.abs(change) > 1 ? "well" : "slightly";
    const side = change > 0 === gain[0]! > 0 ? "above" : "below";
    return `${labelOf(name)} ${size} ${side} ${own ? "its start" : "the fleet's mean"}`;
  }

  private names(features: number[], labelOf: (signal: string) => string): string {
    const { sensors } = this.model.content;
    const nameOf = (sensor?: { name: string }) => (sensor ? labelOf(sensor.name) : "the health indicator");
    const names = [...new Set(features.map((f) => nameOf(sensors[Math.floor(f / 4)])))];
    return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  }
}
