/**
 * Detector: the cross-channel regression by itself. It learns again where the learning phase was too short, where a channel joins late, and
 * where one measures something else.
 */
import type { Json } from "../../store/store.ts";
import { Collected } from "../collected.ts";
import type { LearnedDetector, Sample, Samples, Verdict } from "../detector.ts";
import { fields, type Row } from "../json.ts";
import { CrossChannel } from "./cross-channel.ts";
import { Members } from "./members.ts";

export class Related implements LearnedDetector {
  readonly #cross: CrossChannel;
  readonly #wanted: number;
  readonly #horizon: number;
  readonly #members: Members;
  readonly #channels: number;
  /** True while rows are collected to learn again. */
  #again = true;
  readonly #collected = new Collected();

  /** @param learning rows to learn from @param horizon rows after which the past fades */
  constructor(channels: number, learning: number, horizon: number) {
    this.#cross = new CrossChannel(channels);
    this.#wanted = Math.max(learning, this.#cross.fewest);
    this.#horizon = horizon;
    this.#members = new Members(channels);
    this.#channels = channels;
  }

  fit(samples: Samples): number[] | undefined {
    return this.#learn(samples(({ time, z }) => ({ time, x: z.slice() })));
  }

  #learn(rows: readonly Row[]): number[] | undefined {
    const times = rows.map((row) => row.time);
    const values = rows.map((row) => row.x);
    this.#members.choose(values);
    const told = this.#cross.fit(times, values, this.#horizon);
    this.#again = !this.#cross.ready;
    return told;
  }

  update(sample: Sample): Verdict {
    const verdict = this.#cross.update(sample);
    this.#blame(verdict.shares);
    this.#again ||= this.#members.joined(sample.z);
    if (this.#again && sample.learn) {
      const rows = this.#collected.take(sample, this.#wanted);
      if (rows) this.#learn(rows);
    }
    return verdict;
  }

  /** The sum counts each residual up to a limit; whose fault it is, the whole residual tells: those of the others are smaller. */
  #blame(shares: Float64Array): void {
    let sum = 0;
    for (const [i, share] of shares.entries()) if (share > 0) sum += shares[i] = this.#cross.residual[i]! ** 2;
    if (sum > 0) for (let i = 0; i < shares.length; i++) shares[i]! /= sum;
  }

  forget(channel: number): void {
    this.#cross.forget();
    this.#members.forget(channel);
    this.#again = true;
    this.#collected.clear();
  }

  resume(): void {
    this.#cross.part();
  }

  snapshot(): Json {
    return {
      cross: this.#cross.snapshot(),
      members: this.#members.snapshot(),
      again: this.#again,
      collected: this.#collected.snapshot(),
    };
  }

  restore(state: Json): void {
    const s = fields(state);
    this.#cross.restore(s.cross as Json);
    this.#collected.restore(s.collected, this.#channels);
    this.#members.restore(s.members);
    this.#again = s.again === true;
  }
}
