/** The features of one waveform, with their units: what twin-spectrum offers as signals of a twin. */
import { compatible, converter } from "../twin/units.ts";
import { type BearingVerdict, bearingVerdict } from "./bearing-verdict.ts";
import type { FaultOrders } from "./bearings.ts";
import { cepstrumOf, mainRahmonic } from "./cepstrum.ts";
import { detrend } from "./detrend.ts";
import { type EnvelopeSpectrum, envelopeSpectrum } from "./envelope.ts";
import type { Feature } from "./feature-names.ts";
import { type Turned, toAngle } from "./orders.ts";
import { powerOfTwo } from "./plan.ts";
import { bandOf, type Zone, zoneOf } from "./severity.ts";
import { shapeOf } from "./shape.ts";
import { bandMeanSquare, interpolate, type Peak, peaksOf, type Spectrum, spectrumOf } from "./spectrum.ts";

/** What a waveform measures; anything but vibration is `other` and keeps its own unit. */
export type WaveKind = "acceleration" | "velocity" | "displacement" | "other";

export const SI: Record<Exclude<WaveKind, "other">, string> = {
  acceleration: "m/s2",
  velocity: "m/s",
  displacement: "m",
};
/** How often a line is divided by 2πf to become velocity. */
export const INTEGRATIONS: Record<keyof typeof SI, number> = { acceleration: 1, velocity: 0, displacement: -1 };

export const kindOf = (unit: string): WaveKind =>
  (Object.keys(SI) as (keyof typeof SI)[]).find((kind) => compatible(unit, SI[kind])) ?? "other";

/** One speed for the block, or several spread evenly over it, 1/min. */
export type Speed = number | readonly number[] | undefined;

export interface FeatureSettings {
  /** UCUM unit of the samples. */
  unit: string;
  bearing?: FaultOrders;
  /** mm/s RMS between the zones A, B, C and D. */
  limits?: readonly [number, number, number];
  /** Hz: band that is demodulated for the bearing; all by default. */
  band?: readonly [number, number];
}

export interface WaveAnalysis {
  kind: WaveKind;
  /** Mean speed, 1/min. */
  rpm: number | undefined;
  spectrum: Spectrum;
  peaks: Peak[];
  features: Partial<Record<Feature, number>>;
  zone?: Zone;
  bearing?: BearingVerdict;
  /** In which the bearing was looked for; lines in Hz, at the mean speed where it changes. */
  envelope?: EnvelopeSpectrum;
}

/**
 * Analyses one waveform.
 * @param x samples in `settings.unit`, at least 64, evenly spaced, finite
 * @param fs samples per second
 * @param rpm speed of the shaft, 1/min, if known; several values spread evenly over the block when it changes
 */
export function analyseWave(x: ArrayLike<number>, fs: number, rpm: Speed, settings: FeatureSettings): WaveAnalysis {
  const { unit } = settings;
  const kind = kindOf(unit);
  const wave = detrend(x);
  const spectrum = spectrumOf(wave, fs);
  const peaks = peaksOf(spectrum);
  const features: WaveAnalysis["features"] = { ...shapeOf(wave) };
  if (peaks[0]) {
    features.peakFrequency = peaks[0].frequency;
    features.peakAmplitude = peaks[0].amplitude;
  }
  const mean = meanSpeed(rpm);
  const velocity = velocityRms(spectrum, kind, unit, mean);
  if (velocity !== undefined) features.velocityRms = velocity;
  const turned = turn(wave, fs, rpm);
  if (turned) addOrders(features, spectrumOf(turned.samples, turned.perTurn));
  const rahmonic = mainRahmonic(cepstrumOf(wave), fs, Math.max(0.001, 8 / fs), powerOfTwo(x.length) / (2 * fs));
  if (rahmonic) features.quefrency = 1000 * rahmonic.quefrency;
  const searched = settings.bearing && bearingOf(wave, fs, rpm, turned, settings, features);
  return {
    kind,
    rpm: mean,
    spectrum,
    peaks,
    features,
    ...searched,
    ...(velocity !== undefined && settings.limits && { zone: zoneOf(velocity, settings.limits) }),
  };
}

/** mm/s RMS in the band of the standard, by division by 2πf of each line. */
function velocityRms(s: Spectrum, kind: WaveKind, unit: string, rpm: number | undefined): number | undefined {
  if (kind === "other") return undefined;
  const [low, high] = bandOf(rpm);
  return 1000 * converter(unit, SI[kind])(Math.sqrt(bandMeanSquare(s, low, high, INTEGRATIONS[kind])));
}

/** Even in angle; undefined when the speed is not known or the block is shorter than two turns. */
function turn(wave: Float64Array, fs: number, rpm: Speed): Turned | undefined {
  const mean = meanSpeed(rpm);
  if (mean === undefined || (mean / 60) * (wave.length / fs) < 2.1) return undefined;
  return toAngle(wave, fs, rpm!);
}

/** Amplitudes at one, two and three times the speed. */
function addOrders(features: WaveAnalysis["features"], { amplitude, df }: Spectrum): void {
  for (const order of [1, 2, 3] as const) {
    const k = Math.round(order / df);
    if (k < 2 || k + 2 >= amplitude.length) continue;
    const [a, b] = [amplitude[k - 1]!, amplitude[k + 1]!];
    const top = amplitude[k]! >= a && amplitude[k]! >= b ? k : a > b ? k - 1 : k + 1;
    features[`order${order}`] = interpolate(amplitude, top, df).amplitude;
  }
}

const PARTS = { "outer race": "outerRace", "inner race": "innerRace", ball: "ball", cage: "cage" } as const;

function bearingOf(
  wave: Float64Array,
  fs: number,
  rpm: Speed,
  turned: Turned | undefined,
  { bearing, band }: FeatureSettings,
  features: WaveAnalysis["features"],
): Pick<WaveAnalysis, "envelope"> & { bearing: BearingVerdict } {
  const mean = meanSpeed(rpm);
  if (mean === undefined) {
    const why = "The speed of the shaft is not known, so the bearing's frequencies are not either.";
    return { bearing: { verdict: "unknown", findings: [], why } };
  }
  // While the speed changes, only angle keeps the bearing's lines together; a resonance's band is one of frequency.
  const changes = typeof rpm !== "number" && turned !== undefined;
  const envelope = changes ? envelopeSpectrum(turned.samples, turned.perTurn) : envelopeSpectrum(wave, fs, band);
  const result = bearingVerdict(envelope, bearing!, changes ? 1 : mean / 60);
  if (changes) {
    for (const f of result.findings) f.frequency *= mean / 60;
    envelope.df *= mean / 60;
  }
  for (const { part, evidence } of result.findings) features[PARTS[part]] = evidence;
  return { bearing: result, envelope };
}

function meanSpeed(rpm: Speed): number | undefined {
  if (rpm === undefined) return undefined;
  const mean = typeof rpm === "number" ? rpm : rpm.reduce((a, b) => a + b, 0) / rpm.length;
  return mean > 0 ? mean : undefined;
}
