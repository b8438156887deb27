/**
 * Intervals from held-out errors near the prediction (split conformal prediction: Vovk et al. 2005; local quantiles as in
 * Lei and Wasserman 2014). A life beyond the cap counts as longer than anything, so a quantile can be "beyond the cap".
 */

export const LEVELS = [0.05, 0.1, 0.5, 0.9, 0.95] as const;
/** Places between 0 and the cap at which the quantiles are kept. */
const KNOTS = 33;
const BEYOND = Number.POSITIVE_INFINITY;

/** Per knot, per level: life left minus prediction; null is beyond the cap. */
export type Bands = (number | null)[][];

/**
 * @param predicted held-out predictions
 * @param truth lives left, at most the cap
 * @param units number of independent units behind them: few units widen the interval
 */
export function fitBands(predicted: Float64Array, truth: Float64Array, cap: number, units: number): Bands {
  const order = Uint32Array.from(predicted.keys()).sort((a, b) => predicted[a]! - predicted[b]!);
  const n = order.length;
  const window = Math.min(n, Math.max(300, Math.round(n / 16)));
  const bands: Bands = [];
  let from = 0;
  for (let k = 0; k < KNOTS; k++) {
    const at = (cap * k) / (KNOTS - 1);
    // The nearest rows: the window slides up while the row that would enter is nearer than the one that leaves.
    while (from + window < n && predicted[order[from + window]!]! - at < at - predicted[order[from]!]!) from++;
    const errors = Float64Array.from(order.subarray(from, from + window), (r) =>
      truth[r]! >= cap ? BEYOND : truth[r]! - predicted[r]!,
    ).sort();
    bands.push(
      LEVELS.map((level) => {
        const q = upper(errors, widen(level, units));
        return q === BEYOND ? null : Math.round(q * 1000) / 1000;
      }),
    );
  }
  return bands;
}

/** The exchangeable unit is the machine, not the row: with n machines the (n + 1)-th is one of n + 1. */
const widen = (level: number, units: number): number =>
  level < 0.5 ? (level * units) / (units + 1) : level > 0.5 ? 1 - ((1 - level) * units) / (units + 1) : level;

/** Linear-interpolated quantile of ascending values that may end in infinities. */
function upper(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const i = Math.floor(at);
  const a = sorted[i]!;
  const b = sorted[Math.min(i + 1, sorted.length - 1)]!;
  return at === i ? a : b === BEYOND ? BEYOND : a + (b - a) * (at - i);
}

/**
 * Quantiles of the life left, ascending, written to `out`; a quantile beyond the cap is the cap.
 * @param predicted 0 to cap
 */
export function quantilesAt(bands: Bands, predicted: number, cap: number, out: Float64Array): void {
  const at = Math.min(Math.max(predicted / cap, 0), 1) * (KNOTS - 1);
  const i = Math.min(Math.floor(at), KNOTS - 2);
  const share = at - i;
  for (let q = 0; q < LEVELS.length; q++) {
    const a = bands[i]![q]!;
    const b = bands[i + 1]![q]!;
    const offset = a === null || b === null ? (share < 0.5 ? a : b) : a + (b - a) * share;
    const value = offset === null ? cap : Math.min(cap, Math.max(0, predicted + offset));
    out[q] = q > 0 ? Math.max(value, out[q - 1]!) : value;
  }
}
