/**
 * Detector: one judgement of all channels at once, by Hotelling's T², by principal components, or by half-space trees, over the last known
 * deviation of each, since signals seldom come in one message. A channel that joins after the learning phase makes it learn again from
 * as many rows, and until then the old model judges what it knows; one that measures something else has to be learned before anything is judged.
 */
import type { Json } from "../../store/store.ts";
import { Collected } from "../collected.ts";
import type { Detector, LearnedDetector, Sample, Samples, Verdict } from "../detector.ts";
import { fields, list, num, pack, unpack } from "../json.ts";
import { Hotelling } from "./hotelling.ts";
import { Masses } from "./masses.ts";
import { Members } from "./members.ts";
import { Pca } from "./pca.ts";

export type TogetherName = "hotelling" | "pca" | "half-space-trees";

/** Rows per channel below which there is nothing to say. */
const ENOUGH = 4;

/** A detector of complete rows. */
interface Model extends Detector {
  fit(rows: readonly Float64Array[]): void;
  resume?(): void;
}

export class Together implements LearnedDetector {
  readonly #name: TogetherName;
  readonly #learning: number;
  /** Newest deviation of each channel; NaN before the first. */
  readonly #held: Float64Array;
  readonly #members: Members;
  /** Those that take part, and the model of their rows. */
  #list: number[] = [];
  #model: Model | undefined;
  /** True while rows are collected to learn again. */
  #again = true;
  readonly #collected = new Collected();
  readonly #verdict: Verdict;

  /** @param learning rows to learn from */
  constructor(channels: number, learning: number, name: TogetherName) {
    this.#name = name;
    this.#learning = learning;
    this.#held = new Float64Array(channels).fill(Number.NaN);
    this.#members = new Members(channels);
    this.#verdict = { surprise: 0, shares: new Float64Array(channels) };
  }

  fit(samples: Samples): undefined {
    this.#learn(samples(({ z }) => z.slice()));
  }

  #learn(rows: readonly Float64Array[]): void {
    this.#members.choose(rows);
    const { list } = this.#members;
    this.#held.fill(Number.NaN);
    const complete: Float64Array[] = [];
    for (const z of rows) {
      this.#hold(z);
      const row = Float64Array.from(list, (i) => this.#held[i]!);
      if (!row.some(Number.isNaN)) complete.push(row);
    }
    this.#again = list.length === 0 || complete.length < ENOUGH * list.length;
    if (this.#again) return;
    this.#list = list;
    this.#model = build(this.#name, list.length, complete.length);
    this.#model.fit(complete);
  }

  #hold(z: Float64Array): void {
    for (let i = 0; i < z.length; i++) if (!Number.isNaN(z[i]!)) this.#held[i] = z[i]!;
  }

  update(sample: Sample): Verdict {
    const { shares } = this.#verdict;
    this.#hold(sample.z);
    this.#again ||= this.#members.joined(sample.z);
    shares.fill(0);
    this.#verdict.surprise = this.#model ? this.#judge(this.#model, sample) : 0;
    if (this.#again && sample.learn) {
      const rows = this.#collected.take(sample, Math.max(this.#learning, ENOUGH * shares.length));
      if (rows) this.#learn(rows.map(({ x }) => x));
    }
    return this.#verdict;
  }

  #judge(model: Model, sample: Sample): number {
    const of = (x: Float64Array) => Float64Array.from(this.#list, (i) => x[i]!);
    const z = of(this.#held);
    if (z.some(Number.isNaN)) return 0;
    const verdict = model.update({ ...sample, z, band: of(sample.band) });
    for (const [k, i] of this.#list.entries()) this.#verdict.shares[i] = verdict.shares[k]!;
    return verdict.surprise;
  }

  forget(channel: number): void {
    this.#held[channel] = Number.NaN;
    this.#model = undefined;
    this.#members.forget(channel);
    this.#again = true;
    this.#collected.clear();
  }

  resume(): void {
    this.#held.fill(Number.NaN);
    this.#model?.resume?.();
  }

  snapshot(): Json {
    return {
      held: pack(this.#held),
      members: this.#members.snapshot(),
      list: this.#list.slice(),
      model: this.#model?.snapshot() ?? null,
      again: this.#again,
      collected: this.#collected.snapshot(),
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    unpack(s.held, this.#held);
    this.#members.restore(s.members);
    this.#list = list(s.list).map(num);
    this.#again = s.again === true;
    this.#collected.restore(s.collected, this.#held.length);
    this.#model = undefined;
    if (s.model === null) return;
    this.#model = build(this.#name, this.#list.length, this.#learning);
    this.#model.restore(s.model as Json);
  }
}

function build(name: TogetherName, channels: number, rows: number): Model {
  if (name === "hotelling") return new Hotelling(channels);
  if (name === "pca") return new Pca({ channels });
  return new Masses(channels, rows);
}
