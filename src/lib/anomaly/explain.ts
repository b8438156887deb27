/** Why: the channels that carry a verdict, as sentences with display names, sizes and units. */
import { displayUnit } from "../twin/units.ts";
import type { Channel } from "./channel.ts";
import type { Multivariate } from "./multivariate.ts";
import type { Rows } from "./rows.ts";
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

export const sensorSentence = (label: string): string =>
  `Sensor ${lowerFirst(label)} reads wrong: all other signals fit the model`;
