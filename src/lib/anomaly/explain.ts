/** Why: the channels that carry a verdict, as sentences with display names, sizes and units. */
import { displayUnit } from "../twin/units.ts";
import type { Channel } from "./channel.ts";
import type { Multivariate } from "./multivariate.ts";
import type { Rows } from "./rows.ts";
import type { UnivariateVerdict } from "./univariate.ts";
import { lowerFirst, withUnit } from "./words.ts";

/** Causes worth a sentence. */
const TOP = 3;
const SMALLEST_SHARE = 0.1;
/** Standard deviations from which on a single sample says by itself what is odd. */
const PLAIN = 2;

/** Share of each signal, summing to one, largest first; signals below one per cent are left out. */
export function contributions(rows: Rows, shares: Float64Array): Record<string, number> {
  const bySignal = new Map<string, number>();
  rows.channels.forEach(({ signal }, i) => {
    bySignal.set(signal.name, (bySignal.get(signal.name) ?? 0) + shares[i]!);
  });
  const kept = Array.from(bySignal).filter(([, share]) => share >= 0.01);
  const sum = kept.reduce((s, [, share]) => s + share, 0);
  kept.sort((a, b) => b[1] - a[1]);
  return Object.fromEntries(kept.map(([name, share]) => [name, share / sum]));
}

/** The top causes as sentences, largest share first. */
export function causes(rows: Rows, now: Pick<Multivariate, "channels" | "newest" | "average" | "shares">): string[] {
  const { shares } = now;
  const order = Array.from(shares.keys()).sort((a, b) => shares[b]! - shares[a]! || a - b);
  const leading = order.slice(0, TOP).filter((i, k) => shares[i]! > 0 && (k === 0 || shares[i]! >= SMALLEST_SHARE));
  return leading.map((i) => cause(rows, now.channels[i]!, now.newest[i]!, now.average[i]!, i));
}

/** States the newest sample; where that alone is nothing special, the average over the last few, which is. */
function cause(rows: Rows, channel: Channel, newest: number, average: number, i: number): string {
  const { signal, kind } = rows.channels[i]!;
  const unit = displayUnit(signal.unit);
  const plain = Math.abs(newest) >= PLAIN && newest * average >= 0;
  const size = (plain ? newest : average) * channel.scale * rows.factor[i]!;
  const usual = kind === "value" ? channel.location : rows.expected[i]! + channel.location * rows.factor[i]!;
  const where = size < 0 ? "below" : "above";
  const detail = Math.max(Math.abs(size), channel.scale * rows.factor[i]! * 0.5);
  const difference = withUnit(Math.abs(size), unit, Math.abs(size) || detail);
  const subject = plain ? signal.label : `${signal.label} on average`;
  if (Number.isNaN(usual)) return `${subject} ${difference} ${where} its expected value`;
  const reference = kind === "value" ? "its usual" : "the expected";
  return `${subject} ${difference} ${where} ${reference} ${withUnit(usual, unit, detail)}`;
}

/** What is odd about a single signal, as a sentence. @param value of the newest row, in units of the row */
export function soleCause(rows: Rows, { z, expected, scale, cause }: UnivariateVerdict, value: number): string {
  const { signal, kind } = rows.channels[0]!;
  const unit = displayUnit(signal.unit);
  const factor = rows.factor[0]!;
  const size = Math.abs(z) * scale * factor;
  const usual = kind === "value" ? expected : rows.expected[0]! + expected * factor;
  const reference = kind === "value" ? "its usual" : "the expected";
  const text = (x: number, detail: number) => withUnit(x, unit, detail || scale * factor);
  const where = z < 0 ? "below" : "above";
  if (cause === "stuck")
    return `${signal.label} stands still at ${text(value * factor, 0)}, which it never did for so long`;
  if (cause === "roughness") return `${signal.label} moves more or less from sample to sample than it usually does`;
  if (Number.isNaN(usual)) return `${signal.label} ${text(size, size)} ${where} its expected value`;
  if (cause === "average" && Math.abs(z) < PLAIN)
    return `${signal.label} stays ${where} ${reference} ${text(usual, size)}`;
  return `${signal.label} ${text(size, size)} ${where} ${reference} ${text(usual, Math.max(size, scale * factor * 0.5))}`;
}

export const sensorSentence = (label: string): string =>
  `Sensor ${lowerFirst(label)} reads wrong: all other signals fit the model`;
