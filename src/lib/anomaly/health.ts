/**
 * Health 0 … 100: 100 / (1 + (r / 1.5)³) with r = √(score / threshold), smoothed over about 20 samples. r is roughly the
 * deviation in units of the alarm limit: 0.3 (all well) reads 99, the limit itself 77, twice the limit 30. A standing
 * warning of the limits table caps it at 60, an alarm at 30; a sensor verdict takes away at most half, because the machine behind a wrong
 * sensor is fit as far as anyone can tell.
 */
const SMOOTHING = 0.05;
const HALF = 1.5;

/** Health that the present state alone would give. @param ratio score divided by the alarm threshold, ≥ 0 */
export function instantHealth(ratio: number, cap: number, sensorOnly: boolean): number {
  const r = Math.sqrt(Math.max(0, ratio)) / HALF;
  const health = 100 / (1 + r * r * r);
  return Math.min(cap, sensorOnly ? 50 + health / 2 : health);
}

/** Moves the health towards the instant one; the first value is taken as it is. */
export const smoothHealth = (health: number | null, instant: number): number =>
  health === null ? instant : health + SMOOTHING * (instant - health);

/** The most that health can be while a limit of this severity is violated. */
export const capOf = (severity: "none" | "info" | "warning" | "alarm"): number =>
  severity === "alarm" ? 30 : severity === "warning" ? 60 : 100;
