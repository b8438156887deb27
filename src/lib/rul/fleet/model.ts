/** What was learned from a fleet that failed: plain JSON, versioned, with what it promised on units it had not seen. */
import { describe, TwinError } from "../../twin/envelope.ts";
import { binRow, type Edges } from "./bins.ts";
import type { Clock } from "./clock.ts";
import { type Bands, LEVELS, quantilesAt } from "./conformal.ts";
import {
  bytes,
  decodeEdges,
  decodeForest,
  type EdgesJson,
  encodeEdges,
  encodeForest,
  type ForestJson,
  floats,
  readFloats,
} from "./encode.ts";
import { featureNames, type StreamShape } from "./features.ts";
import type { Sensor } from "./normalise.ts";
import { type Regimes, settingNames } from "./regimes.ts";
import { type Forest, predictForest } from "./trees.ts";

export const FORMAT = "twinwire-rul-fleet";
export const VERSION = 1;

/** Forests for units whose start was seen, or for units met in mid-life. */
export interface Learner {
  /** One per fold of units; the answer is their mean. */
  forests: Forest[];
  bands: Bands;
  /** Bin of a missing value, per feature. */
  missing: Uint8Array;
}

/** Errors on units that the asked forest had not seen, in units of life, truth and prediction at most the cap. */
export interface Promised {
  units: number;
  rows: number;
  folds: number;
  rmse: number;
  /** Only rows whose true life is below the cap. */
  rmseBelowCap: number;
  /** Share of rows predicted more than 8 % of the cap too late. */
  late: number;
  /** Mean width of the 90 % interval. */
  width: number;
}

export interface FleetContent {
  cap: number;
  /** True when the age may be used. */
  age: boolean;
  seed: number;
  /** Names of the columns that say which unit and when, for the command line. */
  unitColumn: string;
  timeColumn: string;
  regimes: Regimes;
  sensors: Sensor[];
  shape: StreamShape;
  clock: Clock;
  /** Range of every feature in training; what is outside was never seen. */
  low: Float32Array;
  high: Float32Array;
  /** Median of every feature while the fleet was healthy, for explanations. */
  healthy: Float32Array;
  edges: Edges;
  full: Learner;
  midlife: Learner;
  /** Tells a seen start (0) from a clock that was set anew in mid-life (1). */
  restart: Forest;
  /** Share of the latter in training. */
  restartShare: number;
  promised: Promised;
  promisedMidlife: Promised;
  /** SHA-256 of the training data. */
  fingerprint: string;
}

interface LearnerJson {
  forests: ForestJson[];
  bands: Bands;
  missing: string;
}

export type FleetModelJson = Omit<
  FleetContent,
  "shape" | "low" | "high" | "healthy" | "edges" | "full" | "midlife" | "restart"
> & {
  format: typeof FORMAT;
  version: typeof VERSION;
  indicator: { weights: number[]; intercept: number; life: number };
  range: { low: string; high: string; healthy: string };
  edges: EdgesJson;
  full: LearnerJson;
  midlife: LearnerJson;
  restart: ForestJson;
};

/** Three features outside the training range make a condition that was never seen. */
const STRANGE = 3;
/** Share of units whose clock was set anew in mid-life, as long as nothing is known. */
const RESTARTED = 0.15;

export class FleetModel {
  readonly content: FleetContent;
  /** Signals that a sample needs, in order: settings, their stand-ins, sensors. */
  readonly signals: string[];
  readonly features: string[];
  private readonly quantiles = new Float64Array(LEVELS.length);

  constructor(content: FleetContent) {
    this.content = content;
    this.signals = [...settingNames(content.regimes), ...content.sensors.map((s) => s.name)];
    this.features = featureNames(content.sensors.length);
  }

  /** Features as the trees read them, written to `out`. */
  bin(features: ArrayLike<number>, learner: Learner, out: Uint8Array): void {
    binRow(this.content.edges, learner.missing, features, out);
  }

  /** Mean life left, 0 to cap. */
  predict(bins: Uint8Array, learner: Learner): number {
    let sum = 0;
    for (const forest of learner.forests) sum += predictForest(forest, bins);
    return Math.min(this.content.cap, Math.max(0, sum / learner.forests.length));
  }

  /**
   * Probability that the clock of a unit was set anew in mid-life, by Bayes: what its features say, and that one unit in
   * seven is so.
   * @param bins as for `full`
   */
  doubt(bins: Uint8Array): number {
    const { restart, restartShare } = this.content;
    const p = Math.min(1, Math.max(0, predictForest(restart, bins)));
    const yes = (p * RESTARTED) / restartShare;
    return yes / (yes + ((1 - p) * (1 - RESTARTED)) / (1 - restartShare));
  }

  /** p05, p10, p50, p90, p95 for a prediction; the array is used again by the next call. */
  quantilesOf(predicted: number, learner: Learner): Float64Array {
    quantilesAt(learner.bands, predicted, this.content.cap, this.quantiles);
    return this.quantiles;
  }

  /** Indices of the features outside the training range; the last two, age and time observed, do not count. */
  outside(features: ArrayLike<number>): number[] {
    const { low, high } = this.content;
    const out: number[] = [];
    for (let f = 0; f < this.features.length - 2; f++)
      if (features[f]! < low[f]! || features[f]! > high[f]!) out.push(f);
    return out;
  }

  /** Whether so many are that the condition was never seen. */
  isStrange(features: ArrayLike<number>): boolean {
    const { low, high } = this.content;
    let count = 0;
    for (let f = 0; f < this.features.length - 2; f++) if (features[f]! < low[f]! || features[f]! > high[f]!) count++;
    return count >= STRANGE;
  }

  toJSON(): FleetModelJson {
    const { shape, low, high, healthy, edges, full, midlife, restart, ...rest } = this.content;
    return {
      format: FORMAT,
      version: VERSION,
      ...rest,
      indicator: { weights: Array.from(shape.weights), intercept: shape.intercept, life: shape.life },
      range: { low: floats(low), high: floats(high), healthy: floats(healthy) },
      edges: encodeEdges(edges),
      full: learnerJson(full),
      midlife: learnerJson(midlife),
      restart: encodeForest(restart),
    };
  }

  /** @throws TwinError `E_MODEL` when the text or object is no model of this version */
  static fromJSON(from: string | object): FleetModel {
    const json = (typeof from === "string" ? parse(from) : from) as FleetModelJson;
    if (json?.format !== FORMAT)
      throw new TwinError("E_MODEL", "This is no fleet model: make one with twinwire-rul train.");
    if (json.version !== VERSION)
      throw new TwinError(
        "E_MODEL",
        `The fleet model has version ${describe(json.version)}, this release reads version ${VERSION}: train it again.`,
      );
    try {
      const { format, version, indicator, range, edges, full, midlife, restart, ...rest } = json;
      const sensors = rest.sensors.length;
      const features = featureNames(sensors).length;
      const content: FleetContent = {
        ...rest,
        shape: { sensors, ...indicator },
        low: readFloats(range.low),
        high: readFloats(range.high),
        healthy: readFloats(range.healthy),
        edges: decodeEdges(edges),
        full: learner(full),
        midlife: learner(midlife),
        restart: decodeForest(restart),
      };
      if (
        content.low.length !== features ||
        content.edges.steps.length !== features ||
        indicator.weights.length !== sensors
      )
        throw new RangeError(`it names ${sensors} sensors and describes others`);
      return new FleetModel(content);
    } catch (error) {
      if (error instanceof TwinError) throw error;
      throw new TwinError("E_MODEL", `The fleet model is damaged: ${(error as Error).message}.`);
    }
  }
}

const learnerJson = (l: Learner): LearnerJson => ({
  forests: l.forests.map(encodeForest),
  bands: l.bands,
  missing: bytes(l.missing),
});

const learner = (json: LearnerJson): Learner => ({
  forests: json.forests.map(decodeForest),
  bands: json.bands,
  missing: Uint8Array.from(Buffer.from(json.missing, "base64")),
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TwinError("E_MODEL", "The fleet model is no JSON: make one with twinwire-rul train.");
  }
}
