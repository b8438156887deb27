/** Age replacement (Barlow & Hunter 1960): renew a machine at a fixed age, or run it to failure, whichever costs less per time. */
import { TwinError } from "../twin/envelope.ts";
import { hazard, meanLife, meanUpTo, reliability, type Weibull } from "./weibull.ts";
import { short } from "./words.ts";

export interface AgeReplacement {
  /** Age at which to renew; null means: run to failure. */
  age: number | null;
  /** Expected cost per unit of time under this policy, and when run to failure. */
  rate: number;
  runToFailure: number;
  /** One sentence. */
  why: string;
}

/** Expected cost per time when renewed at age `t`. */
export const costRate = (w: Weibull, planned: number, failure: number, t: number): number => {
  const r = reliability(w, t);
  return (planned * r + failure * (1 - r)) / meanUpTo(w, t);
};

/**
 * The age T* that solves h(T) ∫₀ᵀ R dt − F(T) = cp / (cf − cp). The left side rises without bound exactly when the hazard does
 * (β > 1), so there is one solution or none: nothing is searched in a bounded range.
 * @param planned cost of a planned renewal, @param failure of a breakdown, in one currency
 * @throws TwinError `E_COST` when a cost is not above zero
 */
export function ageReplacement(w: Weibull, planned: number, failure: number): AgeReplacement {
  for (const cost of [planned, failure])
    if (!(cost > 0 && Number.isFinite(cost)))
      throw new TwinError("E_COST", `A cost is ${cost}: costs must be above zero.`);
  const runToFailure = failure / meanLife(w);
  const run = (why: string): AgeReplacement => ({ age: null, rate: runToFailure, runToFailure, why });
  if (w.shape <= 1)
    return run(
      "Run to failure: an old machine of this kind does not fail more often than a young one, so renewing it early buys nothing.",
    );
  if (failure <= planned) return run("Run to failure: a breakdown costs no more than a planned renewal.");
  const wanted = planned / (failure - planned);
  const gain = (t: number) => hazard(w, t) * meanUpTo(w, t) - (1 - reliability(w, t)) - wanted;
  let low = 0;
  let high = w.scale;
  while (gain(high) < 0) {
    low = high;
    high *= 2;
    // Where practically every machine has failed by then, there is nothing left to renew in time.
    if (reliability(w, low) < 1e-12)
      return run("Run to failure: renewing early would cost more than the breakdowns it avoids.");
  }
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (gain(middle) < 0) low = middle;
    else high = middle;
  }
  const age = (low + high) / 2;
  const rate = hazard(w, age) * (failure - planned);
  return {
    age,
    rate,
    runToFailure,
    why: `Renew at the age of ${short(age)}: that costs ${short(100 * (1 - rate / runToFailure))} % less than running to failure.`,
  };
}
