/** The detectors of one signal, as they are asked about one channel of a standardised row. All answer in −ln p. */
import type { Json } from "../../store/store.ts";
import type { Sample } from "../detector.ts";
import { fields, list, num, pack } from "../json.ts";
import { Cusum } from "./cusum.ts";
import { EwmaZ } from "./ewma-z.ts";
import { Exceedance } from "./exceedance.ts";
import { beyond } from "./mewma.ts";
import { Novelty } from "./novelty.ts";
import { PageHinkley } from "./page-hinkley.ts";

export interface SignalDetector {
  /** A row of the learning record. */
  learn(sample: Sample, channel: number): void;
  /** The learning record is over. @returns surprise of its rows by what has not seen them, where the detector can tell */
  learned(): readonly number[] | undefined;
  /** @returns surprise ≥ 0, about −ln p; NaN while it does not know */
  update(sample: Sample, channel: number): number;
  /** Sums and averages say nothing any more. */
  resume(): void;
  snapshot(): Json;
  restore(state: unknown): void;
}

/** Value, average and roughness against baselines of their own (ewma-z.ts). */
export class EwmaOf implements SignalDetector {
  readonly #ewma: EwmaZ;

  constructor(learning: number) {
    this.#ewma = new EwmaZ({ learning });
  }

  learn({ time, z }: Sample, i: number): void {
    this.#ewma.update(time, z[i]!, true);
  }

  learned(): undefined {
    this.#ewma.learned();
  }

  update({ time, z, band, learn }: Sample, i: number): number {
    return this.#ewma.update(time, z[i]!, learn, band[i]!);
  }

  resume(): void {
    this.#ewma.resume();
  }

  snapshot(): Json {
    return this.#ewma.snapshot();
  }

  restore(state: unknown): void {
    this.#ewma.restore(state);
  }
}

/** Half of the shift that sums are designed for, standard deviations. */
const HALF_SHIFT = 0.5;
/** A slow signal is asked for larger shifts, up to this many times as large. */
const MOST = 3;
/** A sum this surprising is deep enough: the deeper, the longer it takes to come back. */
const DEEPEST = 40;

/**
 * A sum of AR(1) deviates has the run lengths of a sum of independent ones with (1 + φ) / (1 − φ) times the variance (Johnson & Bagshaw,
 * Technometrics 16, 1974), so deviations are taken in `unit`, its root, at most MOST. The tail of a sum in such units is
 * e^(−2 k s) (Lundberg's exponent), which makes 2 k s its surprise: `steep` is what MOST leaves to correct.
 */
function memoryOf(phi: number): { unit: number; steep: number } {
  const variance = (1 + phi) / (1 - phi);
  const unit = Math.min(Math.sqrt(variance), MOST);
  return { unit, steep: (2 * HALF_SHIFT * unit * unit) / variance };
}

/** What of a deviation is worth summing: beyond the smallest that matters and the standard deviation of the baseline itself. */
const idle = ({ band, uncertainty }: Sample, i: number): number => band[i]! + Math.sqrt(uncertainty[i]!);

/** The cumulative sum of deviations from the baseline (cusum.ts). */
export class CusumOf implements SignalDetector {
  readonly #cusum = new Cusum({ k: HALF_SHIFT, h: 1 });

  learn(): void {}

  learned(): undefined {}

  update(sample: Sample, i: number): number {
    const { unit, steep } = memoryOf(sample.autocorrelation[i]!);
    this.#cusum.most = DEEPEST / steep;
    return steep * this.#cusum.update(beyond(sample.z[i]!, idle(sample, i)) / unit);
  }

  resume(): void {
    this.#cusum.reset();
  }

  snapshot(): Json {
    return this.#cusum.snapshot();
  }

  restore(state: unknown): void {
    this.#cusum.restore(state);
  }
}

/** The sum of deviations from the mean of everything so far (page-hinkley.ts). */
export class PageHinkleyOf implements SignalDetector {
  readonly #test = new PageHinkley({ delta: HALF_SHIFT, lambda: 1 });

  learn(sample: Sample, i: number): void {
    this.update({ ...sample, learn: true }, i);
  }

  learned(): undefined {
    this.#test.settle();
  }

  update(sample: Sample, i: number): number {
    const { unit, steep } = memoryOf(sample.autocorrelation[i]!);
    this.#test.most = DEEPEST / steep;
    return steep * this.#test.update(sample.z[i]! / unit, sample.learn, idle(sample, i) / unit);
  }

  resume(): void {
    this.#test.settle();
  }

  snapshot(): Json {
    return this.#test.snapshot();
  }

  restore(state: unknown): void {
    this.#test.restore(state);
  }
}

/** Samples after which a value is remembered: by then what is a fault has become an alarm. */
const WAIT = 8;
/** Part of the learning samples, at its end, whose distances tell the tail: at first everything is new. */
const TELLING = 0.5;
/** Distances that tell anything at all. */
const FEWEST = 20;

/** Values that the signal has never had (novelty.ts): how far they are from the nearest known one, by the tail of the learning samples. */
export class NoveltyOf implements SignalDetector {
  readonly #novelty = new Novelty({ wait: WAIT });
  readonly #tail = new Exceedance();
  readonly #learning: number;
  /** Distances seen while learning; undefined when it is over. */
  #seen: number[] | undefined = [];

  constructor(learning: number) {
    this.#learning = learning;
  }

  learn(sample: Sample, i: number): void {
    this.#seen?.push(this.#distance(sample, i, true));
  }

  #distance({ time, z, band }: Sample, i: number, learn: boolean): number {
    return Number.isNaN(this.#novelty.update(time, z[i]!, learn, band[i]!)) ? Number.NaN : this.#novelty.distance;
  }

  learned(): number[] {
    const seen = this.#seen ?? [];
    const known = seen.filter((d) => !Number.isNaN(d));
    const telling = known.slice(Math.floor(known.length * (1 - TELLING)));
    // Of a signal that was hardly seen the tail is learned later.
    this.#seen = telling.length < FEWEST ? known : undefined;
    if (this.#seen) return seen.map(() => Number.NaN);
    this.#tail.fit(telling);
    const early = known.length - telling.length;
    let k = 0;
    return seen.map((d) => (Number.isNaN(d) ? d : k++ < early ? 0 : this.#tail.surprise(d)));
  }

  update(sample: Sample, i: number): number {
    if (!this.#seen) return this.#tail.surprise(this.#distance(sample, i, sample.learn));
    // It joined late, and learns by itself.
    if (sample.learn) this.learn(sample, i);
    if (this.#seen.length >= this.#learning) this.learned();
    return Number.NaN;
  }

  resume(): void {
    this.#novelty.resume();
  }

  snapshot(): Json {
    return {
      novelty: this.#novelty.snapshot(),
      tail: this.#tail.snapshot(),
      seen: this.#seen ? pack(this.#seen) : null,
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.#novelty.restore(s.novelty);
    this.#tail.restore(s.tail);
    this.#seen = s.seen === null ? undefined : list(s.seen).map((d) => (d === null ? Number.NaN : num(d)));
  }
}
