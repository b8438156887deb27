/** The answer of a fleet model (tier C) as the section of the envelope. */
import type { RulSection } from "../twin/envelope.ts";
import type { FleetPredictor } from "./fleet/predictor.ts";

/**
 * @param left horizon of the failure probability, in units of life
 * @param labelOf display name of a signal, for the reasons
 * @returns undefined before the first sample
 */
export function fleetSection(
  predictor: FleetPredictor,
  unit: string,
  horizon: number,
  labelOf: (signal: string) => string = (signal) => signal,
): RulSection | undefined {
  const estimate = predictor.estimate();
  if (!estimate) return undefined;
  const { cap, promised } = predictor.model.content;
  const { mean, p05, p10, p50, p90, p95, unknown } = estimate;
  // Nothing beyond the cap is known, so nothing is stated there.
  const below = (x: number) => (x < cap ? round(x) : null);
  const beyond = p50 >= cap;
  const why = [
    ...predictor.reasons(labelOf),
    `Tier C: a model of ${promised.units} past failures; on units it had not seen it was ${round(promised.rmse)} ${unit} off (root mean square).`,
  ];
  if (p95 >= cap) why.push(`Failure may lie beyond ${round(cap)} ${unit}.`);
  return {
    unit,
    mean: beyond ? null : below(mean),
    p05: below(p05),
    p10: below(p10),
    p50: below(p50),
    p90: below(p90),
    p95: below(p95),
    coverage: 0.9,
    failureProbability: { horizon, value: probability(horizon, [p05, p10, p50, p90, p95], cap) },
    tier: "C",
    method: "fleet model",
    censored: p95 >= cap ? round(cap) : null,
    unknown,
    why,
  };
}

const LEVELS = [0.05, 0.1, 0.5, 0.9, 0.95] as const;

/** Share of the distribution up to the horizon, straight between the quantiles; null when that lies beyond the cap. */
function probability(horizon: number, quantiles: readonly number[], cap: number): number | null {
  if (horizon >= cap && quantiles[4]! >= cap) return null;
  let [x0, p0] = [0, 0];
  for (const [i, x] of quantiles.entries()) {
    const p = LEVELS[i]!;
    if (horizon < x) return Number((p0 + ((p - p0) * (horizon - x0)) / (x - x0)).toFixed(4));
    [x0, p0] = [x, p];
  }
  return 1;
}

const round = (x: number): number => Number(x.toPrecision(4));
