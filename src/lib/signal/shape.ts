/** What the samples of a block say without a transform. */
export interface Shape {
  rms: number;
  /** Largest magnitude. */
  peak: number;
  /** Peak over RMS: a sine has √2. */
  crestFactor: number;
  /** Fourth standardised moment: a sine has 1.5, Gaussian noise 3, impacts more. */
  kurtosis: number;
  skewness: number;
}

/** @param x samples without mean (see detrend) */
export function shapeOf(x: ArrayLike<number>): Shape {
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  let peak = 0;
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    const s = v * v;
    m2 += s;
    m3 += s * v;
    m4 += s * s;
    if (s > peak) peak = s;
  }
  const n = x.length || 1;
  m2 /= n;
  const rms = Math.sqrt(m2);
  peak = Math.sqrt(peak);
  const still = !(m2 > 0);
  return {
    rms,
    peak,
    crestFactor: still ? 0 : peak / rms,
    kurtosis: still ? 0 : m4 / n / (m2 * m2),
    skewness: still ? 0 : m3 / n / (m2 * rms),
  };
}
