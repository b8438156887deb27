/**
 * Which part of a bearing is damaged, from the lines of the squared envelope spectrum. Each line's power over its floor is
 * exponentially distributed under noise, so a sum of −ln p over a family of lines is Gamma distributed: the verdict has a
 * known rate of false alarms whatever the machine, the sensor and the length of the block.
 */
import type { FaultOrders } from "./bearings.ts";
import type { EnvelopeSpectrum } from "./envelope.ts";

export const BEARING_PARTS = ["outer race", "inner race", "ball", "cage"] as const;
export type BearingPart = (typeof BEARING_PARTS)[number];

export interface Finding {
  part: BearingPart;
  /** Frequency of the family at the speed of the block, Hz, where it was found. */
  frequency: number;
  /** −log10 of the probability that noise alone looks like this, after the search over the slip. */
  evidence: number;
  /** Mean height of the family's lines, 0 … 1 of what one line may count. */
  completeness: number;
}

export interface BearingVerdict {
  verdict: BearingPart | "none" | "unknown";
  /** One per part, strongest first. */
  findings: Finding[];
  /** Why the verdict is unknown. */
  why?: string;
}

/** −log10 p from which a part is named: with four parts and a block a minute about one wrong name in half a year. */
export const ENOUGH_EVIDENCE = 6;
/** Rolling elements slip: lines are looked for within this share of where geometry puts them (Randall & Antoni 2011). */
const SLIP = 0.02;
/** One line alone, however strong, names no part. */
const MOST_PER_LINE = 10;
const FEWEST_TURNS = 12;

interface Line {
  /** Share that slips, and sideband that is bound to shaft or cage, both in Hz. */
  base: number;
  side: number;
}

/**
 * @param envelope of one block
 * @param orders of the bearing
 * @param shaft speed of the shaft, Hz
 */
export function bearingVerdict(envelope: EnvelopeSpectrum, orders: FaultOrders, shaft: number): BearingVerdict {
  const { df, power } = envelope;
  const turns = shaft / df;
  if (!(turns >= FEWEST_TURNS))
    return {
      verdict: "unknown",
      findings: [],
      why: `The block holds ${turns.toFixed(1)} revolutions: the bearing needs at least ${FEWEST_TURNS}.`,
    };
  const top = (power.length - 2) * df;
  const findings: Finding[] = [];
  for (const part of BEARING_PARTS) {
    const lines = familyOf(part, orders, shaft).filter((l) => (l.base + l.side) * (1 + SLIP) < top);
    const base = baseOf(part, orders) * shaft;
    if (lines.length < 2) continue;
    findings.push({ part, ...search(power, df, base, lines, shaft) });
  }
  findings.sort((a, b) => b.evidence - a.evidence);
  if (findings.length === 0)
    return { verdict: "unknown", findings, why: "The samples are too slow to see the bearing's frequencies." };
  // The part whose family is most complete: harmonics of one family may fall on some lines of another.
  const named = findings.filter((f) => f.evidence >= ENOUGH_EVIDENCE);
  const first = named.reduce<Finding | undefined>((a, f) => (a && a.completeness >= f.completeness ? a : f), undefined);
  return { verdict: first?.part ?? "none", findings };
}

function baseOf(part: BearingPart, o: FaultOrders): number {
  return { "outer race": o.BPFO, "inner race": o.BPFI, ball: o.BSF2, cage: o.FTF }[part];
}

/** Harmonics, and the sidebands of a defect that turns through the load zone with the shaft or the cage. */
function familyOf(part: BearingPart, orders: FaultOrders, shaft: number): Line[] {
  const base = baseOf(part, orders) * shaft;
  const plain = (count: number): Line[] => Array.from({ length: count }, (_, h) => ({ base: (h + 1) * base, side: 0 }));
  const sides = (by: number): Line[] => [1, 2].flatMap((h) => [-1, 1].map((s) => ({ base: h * base, side: s * by })));
  if (part === "inner race") return [...plain(3), ...sides(shaft)];
  if (part === "ball") return [...plain(3), ...sides(orders.FTF * shaft)];
  return plain(4);
}

/** Looks at every slip: the family that is most surprising is what counts. */
function search(
  power: Float64Array,
  df: number,
  base: number,
  lines: Line[],
  shaft: number,
): Pick<Finding, "frequency" | "evidence" | "completeness"> {
  const highest = Math.max(...lines.map((l) => l.base));
  const steps = Math.max(1, Math.ceil((SLIP * highest) / (2 * df)));
  const best = { frequency: base, evidence: 0, completeness: 0 };
  for (let i = -steps; i <= steps; i++) {
    const stretch = 1 + (i / steps) * SLIP;
    let sum = 0;
    let count = 0;
    for (const line of lines) {
      const bin = (line.base * stretch + line.side) / df;
      // Looseness and misalignment put lines on multiples of the shaft's speed: they say nothing of the bearing.
      const shaftBin = Math.round((bin * df) / shaft) * (shaft / df);
      if (Math.abs(bin - shaftBin) < 1.5) continue;
      count++;
      sum += Math.min(MOST_PER_LINE, surprise(power, Math.round(bin)));
    }
    if (count < 2) continue;
    const p = gammaTail(count, sum) * (2 * steps + 1);
    const evidence = -Math.log10(Math.min(1, p));
    if (evidence <= best.evidence) continue;
    best.frequency = base * stretch;
    best.evidence = evidence;
    best.completeness = sum / (count * MOST_PER_LINE);
  }
  return best;
}

/** −ln p of the highest of three neighbouring lines. */
function surprise(power: Float64Array, k: number): number {
  const highest = Math.max(power[k - 1] ?? 0, power[k] ?? 0, power[k + 1] ?? 0);
  const p = Math.exp(-Math.max(highest, 1e-9));
  // Beyond 1e-15 the three lines are three chances.
  return p < 1e-12 ? highest - Math.log(3) : -Math.log(-Math.expm1(3 * Math.log1p(-p)));
}

/** Probability that the sum of `n` unit exponentials exceeds `x` (Erlang). */
export function gammaTail(n: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let i = 1; i < n; i++) {
    term *= x / i;
    sum += term;
  }
  return Math.exp(-x) * sum;
}
