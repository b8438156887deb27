/** Everything twin-spectrum knows of one twin: the speed of its shaft and the block of samples under way. */
import type { Json } from "../store/store.ts";
import type { Envelope } from "../twin/envelope.ts";
import { isGood } from "../twin/status-codes.ts";
import type { BearingVerdict } from "./bearing-verdict.ts";
import { Blocks } from "./blocks.ts";
import type { Feature } from "./feature-names.ts";
import { analyseWave, type Speed, type WaveAnalysis } from "./features.ts";
import { pictureOf, type SpectrumPicture } from "./picture.ts";
import type { SpectrumSettings } from "./settings.ts";
import type { Zone } from "./severity.ts";
import type { Peak, Spectrum } from "./spectrum.ts";
import type { Waveform } from "./waveform.ts";

/** The section `spectrum` of the envelope. */
export interface SpectrumSection {
  signal: string;
  /** UCUM unit of the samples. */
  unit: string;
  fs: number;
  n: number;
  rpm: number | null;
  features: Partial<Record<Feature, number>>;
  peaks: Peak[];
  zone?: Zone;
  bearing?: BearingVerdict;
  why: string[];
}

export interface SpectrumResult {
  /** Time of the newest sample, milliseconds UTC. */
  time: number;
  section: SpectrumSection;
  /** Signals of the asset with their new values. */
  values: Record<string, number>;
  spectrum: Spectrum;
}

/** The latest spectrum of a twin, to look at. */
export interface ShownSpectrum extends SpectrumPicture, Pick<SpectrumResult, "section" | "time"> {}

export class SpectrumTwin {
  #settings: SpectrumSettings;
  #blocks: Blocks;
  #rpm: number | undefined;
  #picture: ShownSpectrum | undefined;

  constructor(settings: SpectrumSettings) {
    this.#settings = settings;
    this.#blocks = new Blocks(settings.length, settings.overlap, settings.fs);
  }

  /** Share of the block under way, 0 … 1. */
  get progress(): number {
    return this.#blocks.collected / this.#settings.length;
  }

  /** The latest spectrum to look at; undefined until the first waveform, also after a restart. */
  get picture(): ShownSpectrum | undefined {
    return this.#picture;
  }

  /** Takes a message of the twin into account; a block that it completes is analysed. */
  update(twin: Envelope): SpectrumResult | undefined {
    const { source, signal, speedSignal, toRpm } = this.#settings;
    const speed = fresh(twin, speedSignal);
    if (speed !== undefined) this.#rpm = Math.abs(toRpm(speed));
    if (source !== "samples" || !twin.updated.includes(signal)) return undefined;
    const value = fresh(twin, signal);
    if (value === undefined) {
      this.#blocks.clear();
      return undefined;
    }
    const block = this.#blocks.push(twin.times?.[signal] ?? twin.time, value);
    return block && this.#analyse(signal, block.samples, block.fs, block.to, undefined);
  }

  /** Analyses a waveform that came whole. */
  wave({ signal, samples, fs, t0, rpm }: Waveform): SpectrumResult {
    return this.#analyse(signal, samples, fs, t0 + (1000 * (samples.length - 1)) / fs, rpm);
  }

  #analyse(signal: string, samples: ArrayLike<number>, fs: number, to: number, measured: Speed): SpectrumResult {
    const settings = this.#settings;
    const rpm = measured ?? this.#rpm ?? settings.rpm;
    const analysis = analyseWave(samples, fs, rpm, settings);
    const values: Record<string, number> = {};
    for (const { feature, signal: target, convert } of settings.mapping) {
      const value = analysis.features[feature];
      if (value !== undefined) values[target] = round(convert(value));
    }
    const time = Math.round(to);
    const section = sectionOf(signal, settings.unit, samples.length, fs, analysis);
    this.#picture = { ...pictureOf(analysis, settings.unit, settings.bearing), section, time };
    return { time, section, values, spectrum: analysis.spectrum };
  }

  snapshot(): Json {
    return { blocks: this.#blocks.snapshot(), rpm: this.#rpm ?? null };
  }

  restore(state: Json): void {
    const s = state as { blocks: Json; rpm: number | null };
    this.#blocks.restore(s.blocks);
    this.#rpm = s.rpm ?? undefined;
  }
}

function sectionOf(signal: string, unit: string, n: number, fs: number, a: WaveAnalysis): SpectrumSection {
  const features: SpectrumSection["features"] = {};
  for (const [name, value] of Object.entries(a.features)) features[name as Feature] = round(value);
  const { zone, bearing } = a;
  return {
    signal,
    unit,
    fs: round(fs),
    n,
    rpm: a.rpm === undefined ? null : round(a.rpm),
    features,
    peaks: a.peaks.map((p) => ({ frequency: round(p.frequency), amplitude: round(p.amplitude) })),
    ...(zone && { zone }),
    ...(bearing && {
      bearing: {
        ...bearing,
        findings: bearing.findings.map((f) => ({
          ...f,
          frequency: round(f.frequency),
          evidence: round(f.evidence),
          completeness: round(f.completeness),
        })),
      },
    }),
    why: reasons(a),
  };
}

const ZONE_TEXT: Record<Zone, string> = {
  A: "as of a new machine",
  B: "fit for long-term operation",
  C: "fit for a limited time only: plan a repair",
  D: "damaging: act now",
};

function reasons({ features, zone, bearing }: WaveAnalysis): string[] {
  const why: string[] = [];
  if (zone)
    why.push(
      `Vibration ${(features.velocityRms ?? 0).toPrecision(2)} mm/s RMS is in zone ${zone}: ${ZONE_TEXT[zone]}.`,
    );
  if (!bearing) return why;
  if (bearing.why) why.push(bearing.why);
  if (bearing.verdict === "none") why.push("No line of a bearing defect stands out of the envelope's noise.");
  const named = bearing.findings.find((f) => f.part === bearing.verdict);
  if (named)
    why.push(
      `Bearing, ${named.part}: its lines at multiples of ${named.frequency.toPrecision(4)} Hz stand out (chance of noise 1 in 10^${Math.floor(named.evidence)}).`,
    );
  return why;
}

/** A Good number that is new in this message. */
function fresh(twin: Envelope, signal: string): number | undefined {
  if (signal === "" || !twin.updated.includes(signal) || !isGood(twin.status?.[signal])) return undefined;
  const value = twin.values[signal];
  return typeof value === "number" ? value : undefined;
}

/** Six digits: more than any sensor has. */
const round = (x: number): number => Number(x.toPrecision(6));
