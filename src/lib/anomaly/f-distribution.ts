import { logGamma } from "../gamma.ts";

/**
 * Surprise of a value of Fisher's F distribution: −ln P(F > x). The regularised incomplete beta function by its continued fraction
 * (Abramowitz & Stegun 26.5.8 and 26.6.2, Lentz's method), kept in logarithms, so that it goes on where the probability underflows.
 * @param x statistic, ≥ 0
 * @param d1 degrees of freedom of the numerator, > 0
 * @param d2 degrees of freedom of the denominator, > 0
 */
export function fSurprise(x: number, d1: number, d2: number): number {
  if (!(x > 0)) return 0;
  // P(F > x) = I_y(d2 / 2, d1 / 2) with y = d2 / (d2 + d1 x).
  const y = d2 / (d2 + d1 * x);
  const [a, b] = [d2 / 2, d1 / 2];
  const front = a * Math.log(y) + b * Math.log1p(-y) - lnBeta(a, b);
  if (y < (a + 1) / (a + b + 2)) return -(front + Math.log(fraction(y, a, b) / a));
  return -Math.log1p(-Math.min(1 - 1e-16, (Math.exp(front) * fraction(1 - y, b, a)) / b));
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / avoidZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / avoidZero(1 + even * d);
    c = avoidZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / avoidZero(1 + odd * d);
    c = avoidZero(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}

const avoidZero = (x: number): number => (Math.abs(x) < 1e-300 ? 1e-300 : x);

const lnBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);
