/**
 * The one detector that somebody has chosen, in place of the ensemble. Its answer is −ln p like every other's, never more surprising than the
 * tail of the learning rows allows.
 */
import type { Json } from "../store/store.ts";
import type { ChosenName } from "./choice.ts";
import type { LearnedDetector, Sample, Samples } from "./detector.ts";
import { Exceedance } from "./detectors/exceedance.ts";
import { Mewma } from "./detectors/mewma.ts";
import { PerSignal } from "./detectors/per-signal.ts";
import { Related } from "./detectors/related.ts";
import { Together } from "./detectors/together.ts";
import { fields, pack, unpack } from "./json.ts";
import type { Panel } from "./panel.ts";

const LAMBDA = 0.1;
/** Learning rows below which their tail is not known. */
const ENOUGH = 100;

export class Solo implements Panel {
  readonly shares: Float64Array;
  readonly mewma: Mewma;
  /** Undefined: the averages themselves. */
  readonly #chosen: LearnedDetector | undefined;
  readonly #tail = new Exceedance();
  #fitted = false;

  constructor(channels: number, learning: number, horizon: number, name: ChosenName) {
    this.shares = new Float64Array(channels);
    this.mewma = new Mewma({ channels, lambda: LAMBDA, horizon });
    this.#chosen = make(channels, learning, horizon, name);
  }

  fit(samples: Samples): number[] {
    samples(({ z }) => this.mewma.learn(z));
    this.mewma.refresh();
    const unseen = this.#chosen?.fit(samples);
    const raw = unseen ?? samples((sample) => this.#raw(sample));
    if (raw.length >= ENOUGH) {
      this.#tail.fit(raw);
      this.#fitted = true;
    }
    this.resume();
    return samples((sample, k) => {
      const now = this.#raw(sample);
      return this.#judge(unseen?.[k] ?? now);
    });
  }

  update(sample: Sample): number {
    return this.#judge(this.#raw(sample));
  }

  #raw(sample: Sample): number {
    const average = this.mewma.update(sample);
    const { surprise, shares } = this.#chosen?.update(sample) ?? average;
    this.shares.set(shares);
    return surprise;
  }

  #judge(raw: number): number {
    return this.#fitted ? Math.min(raw, this.#tail.surprise(raw)) : raw;
  }

  /** Standstill is not its business. */
  stand(): void {}

  forget(channel: number): void {
    this.mewma.forget(channel);
    this.#chosen?.forget(channel);
  }

  resume(): void {
    this.mewma.forget();
    this.#chosen?.resume();
  }

  snapshot(): Json {
    return {
      shares: pack(this.shares),
      mewma: this.mewma.snapshot(),
      chosen: this.#chosen?.snapshot() ?? null,
      tail: this.#fitted ? this.#tail.snapshot() : null,
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    unpack(s.shares, this.shares);
    this.mewma.restore(s.mewma as Json);
    this.#chosen?.restore(s.chosen as Json);
    this.#fitted = s.tail !== null;
    if (this.#fitted) this.#tail.restore(s.tail);
  }
}

function make(channels: number, learning: number, horizon: number, name: ChosenName): LearnedDetector | undefined {
  switch (name) {
    case "mewma":
      return undefined;
    case "cross-channel":
      return new Related(channels, learning, horizon);
    case "hotelling":
    case "pca":
    case "half-space-trees":
      return new Together(channels, learning, name);
    default:
      return new PerSignal(channels, learning, name);
  }
}
