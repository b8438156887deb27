/** Weibull distribution of lives: fit by maximum likelihood, reliability, mean. */
import { gammaP, logGamma } from "../gamma.ts";
import { TwinError } from "../twin/envelope.ts";

export interface Life {
  /** Length of the life so far, above zero, in any one unit. */
  age: number;
  /** False while the machine still runs, or was maintained before it failed (right-censored). */
  failed: boolean;
}

export interface Weibull {
  /** Shape β: below 1 the hazard falls with age, above 1 it rises. */
  shape: number;
  /** Scale η: 63.2 % have failed by then. */
  scale: number;
}

export interface WeibullFit extends Weibull {
  failures: number;
  censored: number;
  /** 90 % confidence interval of the shape, from the observed information of ln β. */
  shapeInterval: [number, number];
}

const Z90 = 1.6449;

/**
 * Maximum likelihood on right-censored lives (Meeker & Escobar 1998, ch. 8): the shape solves
 * Σ tᵝ ln t / Σ tᵝ − 1/β = mean of ln t over the failures; the scale follows.
 * @throws TwinError `E_LIVES` when fewer than two different failures are known, or a life is not above zero
 */
export function fitWeibull(lives: readonly Life[]): WeibullFit {
  for (const { age } of lives)
    if (!(age > 0 && Number.isFinite(age)))
      throw new TwinError("E_LIVES", `A life of ${age} is not above zero: correct the list of lives.`);
  const failed = lives.filter((l) => l.failed);
  if (new Set(failed.map((l) => l.age)).size < 2)
    throw new TwinError("E_LIVES", "At least two different failures are needed to know how lives are distributed.");
  // In units of the longest life no power overflows.
  const unit = Math.max(...lives.map((l) => l.age));
  const logs = lives.map((l) => Math.log(l.age / unit));
  const meanLog = failed.reduce((sum, l) => sum + Math.log(l.age / unit), 0) / failed.length;
  const score = (shape: number): number => {
    let weights = 0;
    let weighted = 0;
    for (const x of logs) {
      const w = Math.exp(shape * x);
      weights += w;
      weighted += w * x;
    }
    return weighted / weights - 1 / shape - meanLog;
  };
  // The score rises from −∞ with the shape.
  let low = 1e-3;
  let high = 1;
  while (score(high) < 0 && high < 1e6) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (score(middle) < 0) low = middle;
    else high = middle;
  }
  const shape = (low + high) / 2;
  const sum = logs.reduce((s, x) => s + Math.exp(shape * x), 0);
  const scale = unit * (sum / failed.length) ** (1 / shape);
  const spread = Math.exp(Z90 * sdOfLogShape(lives, shape, scale));
  return {
    shape,
    scale,
    failures: failed.length,
    censored: lives.length - failed.length,
    shapeInterval: [shape / spread, shape * spread],
  };
}

/** From the observed information of (ln η, ln β): with z = β ln(t/η), the second derivatives of −ln L. */
function sdOfLogShape(lives: readonly Life[], shape: number, scale: number): number {
  let hh = 0;
  let bb = 0;
  let hb = 0;
  for (const { age, failed } of lives) {
    const z = shape * Math.log(age / scale);
    const e = Math.exp(z);
    const d = failed ? 1 : 0;
    hh += shape * shape * e;
    bb += z * z * e + z * (e - d);
    hb -= shape * (z * e + e - d);
  }
  const determinant = hh * bb - hb * hb;
  return determinant > 0 ? Math.sqrt(hh / determinant) : Number.POSITIVE_INFINITY;
}

/** Share that lives longer than `t`. */
export const reliability = ({ shape, scale }: Weibull, t: number): number =>
  t <= 0 ? 1 : Math.exp(-((t / scale) ** shape));

export const hazard = ({ shape, scale }: Weibull, t: number): number => (shape / scale) * (t / scale) ** (shape - 1);

export const meanLife = ({ shape, scale }: Weibull): number => scale * Math.exp(logGamma(1 + 1 / shape));

/** Mean time in operation up to age `t`: the integral of the reliability, by the incomplete gamma function. */
export function meanUpTo({ shape, scale }: Weibull, t: number): number {
  if (!(t > 0)) return 0;
  return (scale / shape) * Math.exp(logGamma(1 / shape)) * gammaP(1 / shape, (t / scale) ** shape);
}
