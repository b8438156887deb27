/** What a rough typical life says about the age at which a machine fails. */

/** A rough life may be wrong by a factor of two either way; being too long is the dangerous error, so half weighs more. */
export const LIFE_SCALES = [
  { factor: 0.5, weight: 0.4 },
  { factor: 1, weight: 0.45 },
  { factor: 2, weight: 0.15 },
] as const;
export const LIFE_VARIATION = 0.5;
/** Density that remains far from every scale, relative to the peak of one: data must be able to win. */
const FLOOR = 1e-4;

/** Standard deviation of the logarithm of a lognormal with that coefficient of variation. */
export const logDeviation = (variation: number): number => Math.sqrt(Math.log1p(variation ** 2));

/** Density of the logarithm of the life, up to a factor; `life` may be Infinity. */
export function lifeDensity(life: number, typical: number): number {
  if (!(life < Number.POSITIVE_INFINITY)) return FLOOR;
  const s = logDeviation(LIFE_VARIATION);
  let sum = FLOOR;
  for (const { factor, weight } of LIFE_SCALES) {
    const d = (Math.log(life / (typical * factor)) + (s * s) / 2) / s;
    sum += weight * Math.exp(-0.5 * d * d);
  }
  return sum;
}
