/** Spectra to look at: small enough to keep of every twin and to send, without losing a peak. */
import { converter } from "../twin/units.ts";
import type { BearingPart } from "./bearing-verdict.ts";
import type { FaultOrders } from "./bearings.ts";
import { INTEGRATIONS, kindOf, SI, type WaveAnalysis } from "./features.ts";
import { bandOf } from "./severity.ts";

/** Points of a curve, at most. */
export const MOST_POINTS = 600;

/** A curve over the frequency. */
export interface Curve {
  /** Hz of the first point, and from one point to the next. */
  from: number;
  step: number;
  /** UCUM code; "1" for the envelope: power over the floor of the noise. */
  unit: string;
  /** The highest of the lines that a point stands for. */
  values: Float32Array;
}

/** A frequency at which to look, with its harmonics. */
export interface Mark {
  part: BearingPart | "shaft";
  /** As in data sheets: BPFO, BPFI, 2×BSF, FTF; 1× for the shaft. */
  symbol: string;
  /** Hz at the mean speed of the block: where the lines of the damaged part were found, else where geometry puts them. */
  frequency: number;
}

export interface SpectrumPicture {
  /** Peak amplitude in the unit of the waveform, from 0 to half the sampling frequency. */
  amplitude: Curve;
  /** Peak amplitude of the velocity, mm/s, in the band of the severity; of vibration only. */
  velocity?: Curve;
  /** Squared envelope spectrum over its floor, as far as the bearing's lines go. */
  envelope?: Curve;
  marks: Mark[];
}

/** @param a one analysed waveform; @param unit UCUM code of its samples; @param bearing whose lines are marked */
export function pictureOf(a: WaveAnalysis, unit: string, bearing: FaultOrders | undefined): SpectrumPicture {
  const { spectrum, envelope, rpm } = a;
  const velocity = velocityCurve(a, unit);
  const top = bearing && rpm !== undefined ? (rpm / 60) * highestOrder(bearing) : Number.POSITIVE_INFINITY;
  return {
    amplitude: curve(spectrum.amplitude, spectrum.df, unit, 0, Number.POSITIVE_INFINITY),
    ...(velocity && { velocity }),
    ...(envelope && { envelope: curve(envelope.power, envelope.df, "1", 0, top) }),
    marks: marksOf(a, bearing),
  };
}

/**
 * The lines from `low` to `high` as at most 600 points: each is the highest of equally many neighbours, so that no peak vanishes.
 * @param df Hz between two lines; @param weight factor of line k
 */
export function curve(
  lines: Float64Array,
  df: number,
  unit: string,
  low: number,
  high: number,
  weight?: (k: number) => number,
): Curve {
  const first = Math.max(0, Math.ceil(low / df - 1e-9));
  const last = Math.max(first, Math.min(lines.length - 1, Math.floor(high / df + 1e-9)));
  const each = Math.ceil((last - first + 1) / MOST_POINTS);
  const values = new Float32Array(Math.ceil((last - first + 1) / each));
  for (let i = 0, k = first; i < values.length; i++) {
    let highest = 0;
    for (const end = Math.min(last + 1, k + each); k < end; k++) {
      const value = weight ? lines[k]! * weight(k) : lines[k]!;
      if (value > highest) highest = value;
    }
    values[i] = highest;
  }
  return { from: (first + (each - 1) / 2) * df, step: each * df, unit, values };
}

function velocityCurve({ spectrum, rpm }: WaveAnalysis, unit: string): Curve | undefined {
  const kind = kindOf(unit);
  if (kind === "other") return undefined;
  const { amplitude, df } = spectrum;
  const [low, high] = bandOf(rpm);
  if (low > df * (amplitude.length - 1)) return undefined;
  const toSi = 1000 * converter(unit, SI[kind])(1);
  const n = INTEGRATIONS[kind];
  return curve(amplitude, df, "mm/s", low, high, (k) => toSi / (2 * Math.PI * k * df) ** n);
}

/** A little beyond the last harmonic that the verdict looks at. */
const highestOrder = ({ BPFO, BPFI, BSF2 }: FaultOrders): number => Math.max(4.3 * BPFO, 3.4 * BPFI, 3.4 * BSF2);

function marksOf({ rpm, bearing: verdict }: WaveAnalysis, bearing: FaultOrders | undefined): Mark[] {
  if (rpm === undefined) return [];
  const shaft = rpm / 60;
  const marks: Mark[] = [{ part: "shaft", symbol: "1×", frequency: shaft }];
  if (!bearing) return marks;
  for (const [part, symbol, order] of [
    ["outer race", "BPFO", bearing.BPFO],
    ["inner race", "BPFI", bearing.BPFI],
    ["ball", "2×BSF", bearing.BSF2],
    ["cage", "FTF", bearing.FTF],
  ] as const) {
    const found = verdict?.verdict === part && verdict.findings.find((f) => f.part === part);
    marks.push({ part, symbol, frequency: found ? found.frequency : order * shaft });
  }
  return marks;
}
