/**
 * Sensor or machine? When one measured output leaves the model's expectation and all others stay, the physics they
 * share says that the machine is fine and the sensor is not. A real fault shows in several coupled quantities at once:
 * a clogged strainer in suction pressure, then head, current and vibration together.
 *
 * Vibration and temperatures are excepted: they are symptoms that a machine fault can move alone (bearing wear shows in
 * nothing else at first), so a lone vibration residual is always taken for the machine.
 */
import type { Asset } from "../twin/asset.ts";
import { StatusCode } from "../twin/status-codes.ts";
import type { ChannelInfo } from "./rows.ts";

/** The others fit the model while they stay within this many of their own standard deviations. */
const CALM = 3.5;
/** The suspect stands out by at least this. */
const LOUD = 6;
/** Other residuals needed to say anything. */
const WITNESSES = 2;
const SYMPTOMS = /^(mm|cm|m|um|\[in_i\])\/s2?$|^\[g\]$|^um$|^(Cel|K|\[degF\])$/;

/**
 * The channel whose sensor reads wrong, or undefined.
 * @param u smoothed deviation of each channel in its own standard deviations, NaN where unknown
 */
export function suspectSensor(channels: readonly ChannelInfo[], u: Float64Array): number | undefined {
  let suspect = -1;
  channels.forEach((_, i) => {
    if (!Number.isNaN(u[i]!) && (suspect < 0 || Math.abs(u[i]!) > Math.abs(u[suspect]!))) suspect = i;
  });
  const lead = channels[suspect];
  if (lead?.kind !== "residual" || Math.abs(u[suspect]!) < LOUD || SYMPTOMS.test(lead.signal.unit)) return undefined;
  let witnesses = 0;
  for (let i = 0; i < channels.length; i++) {
    if (i === suspect || Number.isNaN(u[i]!) || channels[i]!.signal.name === lead.signal.name) continue;
    if (Math.abs(u[i]!) > CALM) return undefined;
    if (channels[i]!.kind === "residual") witnesses++;
  }
  return witnesses >= WITNESSES ? suspect : undefined;
}

/** Signals that ingest has flagged as not accurate (stuck, or changing faster than they can). */
export const flaggedSensors = (asset: Pick<Asset, "signals">, status: Record<string, number> | undefined): string[] =>
  status
    ? Object.keys(status).filter(
        (name) => status[name] === StatusCode.Uncertain_SensorNotAccurate && asset.signals.has(name),
      )
    : [];
