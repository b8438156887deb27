/** What a RUL node would say of a recorded history, and how good it would have been: for its dialog, before Deploy. */
import { type ParticleOptions, ParticlePredictor } from "./particles/particle-predictor.ts";
import type { LifePrediction } from "./particles/prediction.ts";
import type { PastLife } from "./similarity.ts";

export type Points = readonly (readonly [time: number, value: number])[];

/** A stretch of the record from a beginning (or a repair) to its end. */
export interface Stretch {
  from: number;
  to: number;
  /** True when it ends at the limit. */
  failed: boolean;
}

/** Values whose median counts, so that a wild one is neither a failure nor a repair. */
const WINDOW = 5;
/** A fall by this share of the climb is a repair, once the climb is this share of the way to the limit. */
const REPAIR = 0.6;
const CLEAR = 0.25;
/** Shares of a life at which a past prediction is judged. */
const LOOKS = [0.5, 0.75, 0.9];

/** Lives in a record: from its beginning, or a repair, to the limit or to the next repair. */
export function findLives(points: Points, threshold: number, direction: "rising" | "falling"): Stretch[] {
  const sign = direction === "rising" ? 1 : -1;
  const limit = sign * threshold;
  const found: Stretch[] = [];
  let from = 0;
  let start: number | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  let failed = false;
  for (let i = WINDOW - 1; i < points.length; i++) {
    const window = points.slice(i - WINDOW + 1, i + 1).map(([, y]) => sign * y);
    const level = window.sort((a, b) => a - b)[WINDOW >> 1]!;
    start ??= level;
    start = Math.min(start, level);
    if (failed) {
      // Until the repair the machine is dead, not ageing.
      if (level > limit - CLEAR * (limit - start)) continue;
      from = i - (WINDOW >> 1);
      [start, highest, failed] = [level, level, false];
    } else if (level >= limit) {
      found.push({ from: points[from]![0], to: points[i]![0], failed: true });
      failed = true;
    } else if (highest - start > CLEAR * (limit - start) && highest - level > REPAIR * (highest - start)) {
      found.push({ from: points[from]![0], to: points[i - WINDOW + 1]![0], failed: false });
      from = i - (WINDOW >> 1);
      [start, highest] = [level, level];
    }
    highest = Math.max(highest, level);
  }
  if (!failed && points.length > 0) found.push({ from: points[from]![0], to: points.at(-1)![0], failed: false });
  return found;
}

/** The prediction at the end of a stretch. */
export function predictStretch(
  points: Points,
  { from, to }: Stretch,
  options: ParticleOptions,
  failures: readonly PastLife[] = [],
): LifePrediction | undefined {
  const predictor = new ParticlePredictor(options);
  predictor.learn(failures);
  for (const [time, value] of points) if (time >= from && time <= to) predictor.update(time, value);
  return predictor.predict();
}

/** Predictions in the middle of past lives, one at a time so that the caller can let others work in between. */
export function* judge(
  points: Points,
  lives: readonly Stretch[],
  options: ParticleOptions,
): Generator<{ error: number; inside: boolean }> {
  for (const life of lives)
    for (const share of LOOKS) {
      const to = life.from + share * (life.to - life.from);
      const left = life.to - to;
      const prediction = predictStretch(points, { ...life, to }, options);
      if (!prediction || prediction.reached) continue;
      const { p05, p50, p95 } = prediction;
      yield { error: Math.min(1e3, Math.abs(p50 - left) / left), inside: p05 <= left && left <= p95 };
    }
}
