/**
 * A health indicator fused from several signals. Every signal is compared with what it was at the same operating point while
 * this machine was healthy (its own baseline). Without past failures the indicator is the distance from there, in
 * standard deviations; once failures are known, a linear fusion of the signals that went from 0 to 1 in their lives.
 * Either way 0 is healthy and 1 is failed.
 */
import type { Json } from "../store/store.ts";
import { type Bin, Bins } from "./bins.ts";
import { fitIndicator } from "./fleet/indicator.ts";
import type { Failure } from "./library.ts";
import type { PastLife } from "./similarity.ts";

export interface FusedOptions {
  /** Names of the signals, two or more. */
  signals: readonly string[];
  /** What says how the machine runs: values within the tolerance of each other are one operating point. */
  settings: readonly { signal: string; tolerance: number }[];
  /** Distance at which the machine counts as failed while no failures are known, standard deviations. */
  limit: number;
}

/** Learned from past failures: the indicator is the weighted sum over `atFailure`. */
export interface Fusion {
  weights: readonly number[];
  intercept: number;
  atFailure: number;
}

interface Point {
  centre: number[];
  count: number;
  mean: number[];
  squares: number[];
}

/** Samples of the healthy machine at every operating point; points beyond this many are taken for the nearest known. */
const BASELINE = 50;
const MOST_POINTS = 40;
/** Weight of a new sample in the smoothed deviations from which the distance is taken. */
const SMOOTHING = 0.15;
/** Deviations are kept for learning in so many bins per signal. */
const RECORD = 40;
/** Failures from which a fusion is learned, and its ridge penalty per row. */
export const FEWEST_FOR_FUSION = 3;
const RIDGE = 0.02;
/** The indicator begins to rise this share of a median life before the failure. */
const RISE = 0.6;
/** Deviations beyond this are cut: one wild signal is no failure. */
const MOST = 50;

export class FusedIndicator {
  readonly #o: FusedOptions;
  #points: Point[] = [];
  #smooth: number[] | null = null;
  #record: Bins[];
  /** Taken at the beginning of a life: a scale must not change within it. */
  #fusion: Fusion | undefined;

  constructor(options: FusedOptions, fusion?: Fusion) {
    this.#o = options;
    this.#fusion = fusion;
    this.#record = options.signals.map(() => new Bins(RECORD));
  }

  /**
   * Takes a sample.
   * @param age in units of life
   * @param values by signal name; all must be there
   * @returns the indicator, undefined while the baseline of this operating point is learned
   */
  update(age: number, values: Readonly<Record<string, number>>): number | undefined {
    const { signals, settings, limit } = this.#o;
    const point = this.#point(settings.map(({ signal }) => values[signal]!));
    const x = signals.map((name) => values[name]!);
    if (point.count < BASELINE) {
      point.count++;
      for (const [i, value] of x.entries()) {
        const delta = value - point.mean[i]!;
        point.mean[i]! += delta / point.count;
        point.squares[i]! += delta * (value - point.mean[i]!);
      }
      return undefined;
    }
    const z = x.map((value, i) => {
      const deviation = Math.sqrt(point.squares[i]! / (BASELINE - 1)) || 1e-9 * Math.abs(point.mean[i]!) || 1e-9;
      return Math.max(-MOST, Math.min(MOST, (value - point.mean[i]!) / deviation));
    });
    for (const [i, bins] of this.#record.entries()) bins.push(age, z[i]!);
    if (this.#fusion) return fuse(this.#fusion, z);
    this.#smooth = this.#smooth ? this.#smooth.map((s, i) => s + SMOOTHING * (z[i]! - s)) : z;
    return Math.sqrt(this.#smooth.reduce((sum, s) => sum + s * s, 0) / z.length) / limit;
  }

  /** Begins a new life with a new baseline. */
  restart(fusion: Fusion | undefined): void {
    this.#points = [];
    this.#smooth = null;
    this.#fusion = fusion;
    for (const bins of this.#record) bins.clear();
  }

  /** Deviations over this life, for learning. */
  get record(): NonNullable<Failure["deviations"]> {
    const { signals } = this.#o;
    const ages = this.#record[0]!.all.map((b) => b.t);
    return {
      ages,
      signals: Object.fromEntries(signals.map((name, i) => [name, this.#record[i]!.all.map((b: Bin) => round(b.y))])),
    };
  }

  snapshot(): Json {
    return {
      points: this.#points as unknown as Json,
      smooth: this.#smooth,
      record: this.#record.map((bins) => bins.snapshot()),
      fusion: (this.#fusion as unknown as Json) ?? null,
    };
  }

  restore(state: Json): void {
    const s = state as unknown as { points: Point[]; smooth: number[] | null; record: Json[]; fusion: Fusion | null };
    this.#points = s.points.map((p) => ({ ...p, mean: [...p.mean], squares: [...p.squares] }));
    this.#smooth = s.smooth;
    for (const [i, bins] of this.#record.entries()) bins.restore(s.record[i]!);
    this.#fusion = s.fusion ?? undefined;
  }

  #point(at: number[]): Point {
    const { settings, signals } = this.#o;
    const distance = (p: Point) =>
      Math.max(0, ...p.centre.map((c, i) => Math.abs(c - at[i]!) / settings[i]!.tolerance));
    const nearest = this.#points.reduce<Point | undefined>(
      (best, p) => (best === undefined || distance(p) < distance(best) ? p : best),
      undefined,
    );
    if (nearest && (distance(nearest) <= 1 || this.#points.length >= MOST_POINTS)) return nearest;
    const zeros = () => signals.map(() => 0);
    const point = { centre: at, count: 0, mean: zeros(), squares: zeros() };
    this.#points.push(point);
    return point;
  }
}

const fuse = ({ weights, intercept, atFailure }: Fusion, z: readonly number[]): number =>
  weights.reduce((sum, w, i) => sum + w * z[i]!, intercept) / atFailure;

/** Learns the fusion from recorded deviations; undefined while there are too few, or they show nothing. */
export function learnFusion(failures: readonly Failure[], signals: readonly string[]): Fusion | undefined {
  const known = failures.filter((f) => f.deviations && signals.every((name) => f.deviations!.signals[name]));
  if (known.length < FEWEST_FOR_FUSION) return undefined;
  const lives = known.map((f) => f.life).sort((a, b) => a - b);
  const rise = RISE * lives[lives.length >> 1]!;
  const rows: number[] = [];
  const target: number[] = [];
  for (const { life, deviations } of known)
    for (const [k, age] of deviations!.ages.entries()) {
      rows.push(...signals.map((name) => deviations!.signals[name]![k]!));
      target.push(1 - Math.min(1, Math.max(0, life - age) / rise));
    }
  const { weights, intercept } = fitIndicator(
    Float64Array.from(rows),
    signals.length,
    Float64Array.from(target),
    RIDGE,
  );
  const raw: Fusion = { weights: Array.from(weights), intercept, atFailure: 1 };
  const ends = known.map(({ deviations }) =>
    fuse(
      raw,
      signals.map((name) => deviations!.signals[name]!.at(-1)!),
    ),
  );
  const atFailure = ends.reduce((sum, x) => sum + x, 0) / ends.length;
  return atFailure > 0.2 ? { ...raw, atFailure } : undefined;
}

/** Past lives with their curves as this fusion sees them. */
export function refused(failures: readonly Failure[], fusion: Fusion | undefined, o: FusedOptions): PastLife[] {
  return failures.map(({ unit, life, deviations }) => {
    if (!deviations) return { unit, life };
    const curve = deviations.ages.map((age, k) => {
      const z = o.signals.map((name) => deviations.signals[name]?.[k] ?? 0);
      const distance = Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / z.length) / o.limit;
      return [age, fusion ? fuse(fusion, z) : distance] as const;
    });
    return { unit, life, curve };
  });
}

const round = (x: number): number => Number(x.toPrecision(4));
