/** What is known beforehand about the age at which a machine fails: a rough typical life, or the lives of machines that failed. */

export interface LifePrior {
  /** Typical whole life. */
  typical: number;
  /** A life drawn from the prior, from a uniform and a standard normal number. */
  draw(uniform: number, normal: number): number;
  /** Density of the logarithm of a whole life, up to a factor; `life` may be Infinity. */
  density(life: number): number;
}

interface Part {
  weight: number;
  /** Mean and standard deviation of the logarithm. */
  mean: number;
  deviation: number;
}

/** A rough life may be wrong by a factor of two either way; being too long is the dangerous error, so half weighs more. */
const ROUGH_SCALES = [
  { factor: 0.5, weight: 0.5 },
  { factor: 1, weight: 0.39 },
  { factor: 2, weight: 0.11 },
] as const;
const ROUGH_VARIATION = 0.5;
/** Density that remains far from everything, relative to the peak of one scale: data must be able to win. */
const FLOOR = 1e-4;
/** Few lives say little about their spread: so many more are taken to have had this deviation of the logarithm. */
const BEFOREHAND = { lives: 2, deviation: 0.35 };
/** Share of machines that are not like those that failed. */
const STRANGERS = { weight: 0.1, deviation: 0.8 };

/** @param typical whole life, wrong by a factor of two at most */
export function roughLife(typical: number): LifePrior {
  const deviation = Math.sqrt(Math.log1p(ROUGH_VARIATION ** 2));
  const mean = Math.log(typical) - deviation ** 2 / 2;
  return mixture(
    typical,
    ROUGH_SCALES.map(({ factor, weight }) => ({ weight, mean: mean + Math.log(factor), deviation })),
  );
}

/** @param lives whole lives of machines of this kind that failed, at least one */
export function fleetLife(lives: readonly number[]): LifePrior {
  const logs = lives.map(Math.log);
  const n = logs.length;
  const mean = logs.reduce((sum, x) => sum + x, 0) / n;
  const squares = logs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const { lives: more, deviation } = BEFOREHAND;
  const variance = (squares + more * deviation ** 2) / (n - 1 + more);
  // The next life also strays because the mean of n is itself uncertain.
  const own = Math.sqrt(variance * (1 + 1 / n));
  return mixture(Math.exp(mean), [
    { weight: 1 - STRANGERS.weight, mean, deviation: own },
    { weight: STRANGERS.weight, mean, deviation: STRANGERS.deviation },
  ]);
}

function mixture(typical: number, parts: Part[]): LifePrior {
  const widest = Math.max(...parts.map((p) => p.deviation));
  return {
    typical,
    draw(uniform, normal) {
      let sum = 0;
      const part = parts.find(({ weight }) => (sum += weight) >= uniform) ?? parts[0]!;
      return Math.exp(part.mean + part.deviation * normal);
    },
    density(life) {
      if (!(life < Number.POSITIVE_INFINITY)) return FLOOR;
      const log = Math.log(life);
      return parts.reduce(
        (sum, { weight, mean, deviation }) =>
          sum + weight * (widest / deviation) * Math.exp(-0.5 * ((log - mean) / deviation) ** 2),
        FLOOR,
      );
    },
  };
}
