/**
 * Surprise of a chi-square value: −ln P(χ²ₖ > x), exact also where the probability itself underflows.
 *
 * The regularised incomplete gamma function by its series (x below k + 1) or its continued fraction (above), as in
 * Abramowitz & Stegun 6.5.29 and 6.5.31, kept in logarithms.
 * @param x statistic, ≥ 0
 * @param k degrees of freedom, ≥ 1
 */
export function chi2Surprise(x: number, k: number): number {
  if (!(x > 0)) return 0;
  const a = k / 2;
  const y = x / 2;
  const front = a * Math.log(y) - y - lnGammaHalf(k);
  return y < a + 1
    ? -Math.log1p(-Math.min(Math.exp(front) * lowerSeries(a, y), 1 - 1e-16))
    : -(front + lnFraction(a, y));
}

function lowerSeries(a: number, y: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 300 && term > sum * 1e-15; n++) {
    term *= y / (a + n);
    sum += term;
  }
  return sum;
}

/** ln of the continued fraction of Γ(a, y) e^y y^−a, by Lentz's method. */
function lnFraction(a: number, y: number): number {
  let b = y + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 300; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const step = c * d;
    h *= step;
    if (Math.abs(step - 1) < 1e-14) break;
  }
  return Math.log(h);
}

const known: number[] = [];

/** ln Γ(k/2) for whole k ≥ 1, exact by Γ(a + 1) = a Γ(a) from Γ(½) = √π and Γ(1) = 1. */
function lnGammaHalf(k: number): number {
  const cached = known[k];
  if (cached !== undefined) return cached;
  let sum = k % 2 ? Math.log(Math.PI) / 2 : 0;
  for (let a = k % 2 ? 0.5 : 1; a < k / 2 - 0.25; a++) sum += Math.log(a);
  known[k] = sum;
  return sum;
}
