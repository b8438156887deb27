/**
 * Detector: one question asked of each signal by itself; the most surprised speaks, less the correction for having asked all. A signal
 * that has nothing new keeps its answer.
 */
import type { Json } from "../../store/store.ts";
import type { LearnedDetector, Sample, Samples, Verdict } from "../detector.ts";
import { fields, list, pack, unpack } from "../json.ts";
import { CusumOf, EwmaOf, NoveltyOf, PageHinkleyOf, type SignalDetector } from "./one-signal.ts";

export type PerSignalName = "ewma-z" | "cusum" | "page-hinkley" | "novelty";

const MAKE: Record<PerSignalName, (learning: number) => SignalDetector> = {
  "ewma-z": (learning) => new EwmaOf(learning),
  cusum: () => new CusumOf(),
  "page-hinkley": () => new PageHinkleyOf(),
  novelty: (learning) => new NoveltyOf(learning),
};
/** What one would expect of noise is nobody's fault. */
const NOISE = 2;

export class PerSignal implements LearnedDetector {
  readonly #make: () => SignalDetector;
  readonly #signals: SignalDetector[];
  /** Newest answer of each; NaN before the first. */
  readonly #answers: Float64Array;
  readonly #verdict: Verdict;

  /** @param learning rows of the learning phase */
  constructor(channels: number, learning: number, name: PerSignalName) {
    this.#make = () => MAKE[name](learning);
    this.#signals = Array.from({ length: channels }, this.#make);
    this.#answers = new Float64Array(channels).fill(Number.NaN);
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  fit(samples: Samples): number[] | undefined {
    samples((sample) => {
      for (const [i, d] of this.#signals.entries()) d.learn(sample, i);
    });
    const unseen = this.#signals.map((d) => d.learned());
    if (unseen.includes(undefined)) return undefined;
    return samples((_, k) => {
      for (const [i, told] of unseen.entries()) if (!Number.isNaN(told![k]!)) this.#answers[i] = told![k]!;
      return this.#speak();
    });
  }

  update(sample: Sample): Verdict {
    for (let i = 0; i < this.#signals.length; i++) {
      if (Number.isNaN(sample.z[i]!)) continue;
      this.#answers[i] = this.#signals[i]!.update(sample, i);
    }
    this.#verdict.surprise = this.#speak();
    return this.#verdict;
  }

  #speak(): number {
    const { shares } = this.#verdict;
    const answers = this.#answers;
    let [most, asked, sum] = [0, 0, 0];
    shares.fill(0);
    for (const answer of answers) {
      if (Number.isNaN(answer)) continue;
      asked++;
      most = Math.max(most, answer);
    }
    for (let i = 0; i < answers.length; i++)
      if (answers[i]! > NOISE || (answers[i] === most && most > 0)) sum += shares[i] = answers[i]!;
    if (sum > 0) for (let i = 0; i < shares.length; i++) shares[i]! /= sum;
    return Math.max(0, most - Math.log(Math.max(1, asked)));
  }

  forget(channel: number): void {
    this.#signals[channel] = this.#make();
    this.#answers[channel] = Number.NaN;
  }

  resume(): void {
    for (const d of this.#signals) d.resume();
    this.#answers.fill(Number.NaN);
  }

  snapshot(): Json {
    return { answers: pack(this.#answers), signals: this.#signals.map((d) => d.snapshot()) };
  }

  restore(state: Json): void {
    const s = fields(state);
    unpack(s.answers, this.#answers);
    const signals = list(s.signals, this.#signals.length);
    for (const [i, d] of this.#signals.entries()) d.restore(signals[i]);
  }
}
