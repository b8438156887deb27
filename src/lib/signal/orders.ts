/** Order tracking (Fyfe & Munck 1997): resamples from even time to even angle, so that a changing speed does not smear lines. */
import { MIN_LENGTH } from "./plan.ts";
import { type Spectrum, spectrumOf } from "./spectrum.ts";

export interface Turned {
  /** Samples at even steps of angle. */
  samples: Float64Array;
  /** Samples per revolution. */
  perTurn: number;
}

/** @returns spectrum over multiples of the shaft's speed; arguments and errors as of `toAngle` */
export function orderSpectrum(x: ArrayLike<number>, fs: number, rpm: number | ArrayLike<number>): Spectrum {
  const { samples, perTurn } = toAngle(x, fs, rpm);
  return spectrumOf(samples, perTurn);
}

/**
 * @param x samples, evenly spaced in time
 * @param fs samples per second
 * @param rpm shaft speed, 1/min: one value, or values evenly spread over the block
 * @throws RangeError when the speed is not above zero everywhere, or less than two revolutions are in the block
 */
export function toAngle(x: ArrayLike<number>, fs: number, rpm: number | ArrayLike<number>): Turned {
  const speeds = typeof rpm === "number" ? [rpm] : rpm;
  for (let i = 0; i < speeds.length; i++)
    if (!(speeds[i]! > 0)) throw new RangeError(`The speed must be above zero, got ${speeds[i]}.`);
  const n = x.length;
  const angle = new Float64Array(n);
  let slowest = Number.POSITIVE_INFINITY;
  let before = speedAt(speeds, 0);
  for (let i = 1; i < n; i++) {
    const now = speedAt(speeds, i / (n - 1));
    angle[i] = angle[i - 1]! + (before + now) / (120 * fs);
    slowest = Math.min(slowest, now);
    before = now;
  }
  const turns = angle[n - 1]!;
  if (!(turns >= 2 && n >= MIN_LENGTH))
    throw new RangeError(`The block holds ${turns.toFixed(1)} revolutions: at least 2 are needed.`);
  // So many samples per turn that the slowest part is not thinned out: nothing aliases.
  const perTurn = Math.ceil((fs * 60) / Math.min(slowest, speeds[0]!));
  const count = Math.floor(turns * perTurn);
  const even = new Float64Array(count);
  let i = 0;
  for (let k = 0; k < count; k++) {
    const target = k / perTurn;
    while (i < n - 2 && angle[i + 1]! <= target) i++;
    even[k] = cubic(x, i, (target - angle[i]!) / (angle[i + 1]! - angle[i]!));
  }
  return { samples: even, perTurn };
}

function speedAt(speeds: ArrayLike<number>, share: number): number {
  const at = share * (speeds.length - 1);
  const i = Math.min(Math.floor(at), Math.max(0, speeds.length - 2));
  const next = speeds[i + 1] ?? speeds[i]!;
  return speeds[i]! + (at - i) * (next - speeds[i]!);
}

/** Cubic through four neighbours (Catmull & Rom 1974). */
function cubic(x: ArrayLike<number>, i: number, s: number): number {
  const b = x[i]!;
  const c = x[i + 1] ?? b;
  const a = x[i - 1] ?? 2 * b - c;
  const d = x[i + 2] ?? 2 * c - b;
  return b + 0.5 * s * (c - a + s * (2 * a - 5 * b + 4 * c - d + s * (3 * (b - c) + d - a)));
}
