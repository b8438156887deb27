/** Predictions for a table of histories without any failure known: one signal, its limit, a rough typical life (tier A). */

import { LifeDistribution } from "./distribution.ts";
import { PREDICTION_HEADER, predictionLine } from "./fleet/predict-file.ts";
import { type FleetFile, readFleet } from "./fleet/read.ts";
import { OwnSpikeGate } from "./fleet/spikes.ts";
import { roughLife } from "./life-prior.ts";
import { type LimitDoubt, limitDoubt, limitSentence } from "./limit-doubt.ts";
import { ParticlePredictor } from "./particles/particle-predictor.ts";

export interface TrendFileOptions {
  signal: string;
  threshold: number;
  direction: "rising" | "falling";
  /** Rough whole life in units of life; undefined: unknown. */
  typicalLife: number | undefined;
  /** Longest life that is stated; undefined: four typical lives, or twenty ages. */
  cap: number | undefined;
  seed: number;
  /** Column of the unit; undefined: the whole table is one. */
  unit: string | undefined;
  time: string;
  /** Every row, not only each unit's last. */
  all: boolean;
}

type Line = Parameters<typeof predictionLine>[2];

/**
 * @returns `silent`: units of which nothing can be said; `doubt`: a sentence when the limit can hardly be meant, else empty
 * @throws TwinError `E_CSV` when a column is missing
 */
export function predictTrendFile(
  text: string,
  options: TrendFileOptions,
): { csv: string; units: number; unreadable: number; silent: number; doubt: string } {
  const { table, times, unreadable }: FleetFile = readFleet(text, {
    unit: options.unit,
    time: options.time,
    signals: [options.signal],
  });
  const lines = [PREDICTION_HEADER];
  const doubts: (LimitDoubt | undefined)[] = [];
  let silent = 0;
  table.units.forEach(({ id, time, values }, u) => {
    const { typicalLife, ...rest } = options;
    doubts.push(limitDoubt(values, options.threshold, options.direction));
    const predictor = new ParticlePredictor({ ...rest, ...(typicalLife !== undefined && { typicalLife }) });
    const gate = new OwnSpikeGate();
    for (let r = 0; r < time.length; r++) {
      predictor.update(time[r]!, gate.pass(values[r]!));
      if (!options.all && r < time.length - 1) continue;
      const line = lineOf(predictor, options);
      if (line) lines.push(predictionLine(id, times[u]![r]!, line));
      else if (r === time.length - 1) silent++;
    }
  });
  return {
    csv: `${lines.join("\n")}\n`,
    units: table.units.length,
    unreadable,
    silent,
    doubt: limitSentence(doubts, options),
  };
}

/** What is beyond the cap is written as the cap; undefined while nothing at all is known. */
function lineOf(predictor: ParticlePredictor, { typicalLife, cap }: TrendFileOptions): Line | undefined {
  const p = predictor.predict();
  const longest = cap ?? (typicalLife === undefined ? 20 * predictor.age : 4 * typicalLife);
  const most = (x: number) => Math.min(x, longest);
  if (p)
    return {
      mean: cap === undefined ? most(p.mean) : p.meanWithin(cap),
      p05: most(p.p05),
      p10: most(p.p10),
      p50: most(p.p50),
      p90: most(p.p90),
      p95: most(p.p95),
      unknown: false,
    };
  if (typicalLife === undefined) return undefined;
  const life = expected(typicalLife);
  const q = (level: number) => most(life.quantile(level));
  return {
    mean: life.mean(longest),
    p05: q(0.05),
    p10: q(0.1),
    p50: q(0.5),
    p90: q(0.9),
    p95: q(0.95),
    unknown: false,
  };
}

/** The whole life before anything was seen. */
function expected(typicalLife: number): LifeDistribution {
  const prior = roughLife(typicalLife);
  const life = new LifeDistribution(typicalLife);
  for (let log = -5; log <= 3; log += 0.02) {
    const time = typicalLife * Math.exp(log);
    life.add(time, prior.density(time));
  }
  return life;
}
