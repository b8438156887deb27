/**
 * The detectors that watch several channels, asked together: the oddest single value, the multivariate average, the value beyond
 * all that its channel has ever had, the relations between channels, and the signal that stands still. Each answers in −ln p; the most surprised speaks, less the correction
 * for having asked several.
 */
import type { Json } from "../store/store.ts";
import { Collected } from "./collected.ts";
import type { Sample, Samples, Verdict } from "./detector.ts";
import { CrossChannel } from "./detectors/cross-channel.ts";
import { Exceedance } from "./detectors/exceedance.ts";
import { Extremes } from "./detectors/extremes.ts";
import { Mewma } from "./detectors/mewma.ts";
import { RobustZ } from "./detectors/robust-z.ts";
import { Stuck } from "./detectors/stuck.ts";
import { fields, list, num, pack, unpack } from "./json.ts";
import type { Panel } from "./panel.ts";

const LAMBDA = 0.1;
const ASKED = Math.log(5);
/** Rows of relations that are kept at most while they are learned. */
const MOST_RELATED = 5000;

export class Ensemble implements Panel {
  /** Share of each channel in the newest surprise. */
  readonly shares: Float64Array;
  readonly mewma: Mewma;
  readonly #learning: number;
  readonly #horizon: number;
  readonly #z: RobustZ;
  /** How surprising the average's T² is, by the learning rows. */
  readonly #averages = new Exceedance();
  readonly #extremes: Extremes;
  readonly #cross: CrossChannel;
  readonly #stuck: Stuck[];
  /** Surprise of the longest standstill, and whose it is. */
  #longest: [surprise: number, channel: number] = [0, 0];
  /** Rows while relations are learned after the rest. */
  readonly #related = new Collected();

  /**
   * @param learning rows of the learning phase
   * @param horizon rows after which what was learned fades
   */
  constructor(channels: number, learning: number, horizon: number) {
    this.#learning = learning;
    this.#horizon = horizon;
    this.mewma = new Mewma({ channels, lambda: LAMBDA, horizon });
    this.#z = new RobustZ(channels);
    this.#extremes = new Extremes(channels);
    this.#cross = new CrossChannel(channels);
    this.#stuck = Array.from({ length: channels }, () => new Stuck());
    this.shares = new Float64Array(channels);
  }

  /**
   * Learns from the rows of the learning phase.
   * @param samples runs through them once more, standardised, and gives what the callback returns for each
   * @returns surprise of each row, judged as well as possible by rows that are not itself
   */
  fit(samples: Samples): number[] {
    this.#longest = [0, 0];
    const times: number[] = [];
    let uncertainty = new Float64Array();
    const rows = samples((sample) => {
      const { time, z, uncertainty: u } = sample;
      times.push(time);
      uncertainty = Float64Array.from(u);
      this.#extremes.learn(sample);
      this.mewma.learn(z);
      return z.slice();
    });
    this.mewma.refresh();
    this.#z.fit(rows, uncertainty);
    const crossed = this.#cross.fit(times, rows, this.#horizon);
    this.#averages.fit(
      samples((sample) => {
        this.mewma.update(sample);
        return this.mewma.t2;
      }),
    );
    this.mewma.forget();
    return samples((sample, k) => this.#ask(sample, crossed?.[k] ?? 0));
  }

  /** @param x the row as it is, for standstill */
  update(sample: Sample, x: Float64Array, learn: boolean): number {
    this.stand(sample.time, x, learn);
    const surprise = this.#ask(sample);
    if (learn) this.#extremes.learn(sample);
    if (sample.learn && !this.#cross.ready) this.#relate(sample);
    return surprise;
  }

  /** All detectors; @param crossed what the cross-channel detector has said, if it has been asked before */
  #ask(sample: Sample, crossed?: number): number {
    let winner: Verdict = this.#z.update(sample);
    const average = this.mewma.update(sample);
    // Never more surprising than Gauss's law would have it, and less where the learning rows had heavier tails.
    average.surprise = Math.min(average.surprise, this.#averages.surprise(this.mewma.t2));
    if (average.surprise > winner.surprise) winner = average;
    const extreme = this.#extremes.update(sample);
    if (extreme.surprise > winner.surprise) winner = extreme;
    const cross = this.#cross.update(sample);
    if (crossed !== undefined) cross.surprise = crossed;
    if (cross.surprise > winner.surprise) winner = cross;
    this.shares.set(winner.shares);
    const [stuck, channel] = this.#longest;
    if (stuck <= winner.surprise) return Math.max(0, winner.surprise - ASKED);
    this.shares.fill(0);
    this.shares[channel] = 1;
    return Math.max(0, stuck - ASKED);
  }

  /** The signal that has stood still for most surprisingly long. */
  stand(time: number, x: Float64Array, learn: boolean): void {
    let most = 0;
    let channel = 0;
    for (let i = 0; i < this.#stuck.length; i++) {
      const surprise = this.#stuck[i]!.update(time, x[i]!, learn);
      if (surprise > most) {
        most = surprise;
        channel = i;
      }
    }
    this.#longest[0] = Math.max(0, most - Math.log(this.#stuck.length));
    this.#longest[1] = channel;
  }

  /** Relations that the learning phase was too short for, or that have changed since, are learned when there are rows enough. */
  #relate(sample: Sample): void {
    const { z } = sample;
    const wanted = Math.max(this.#learning, this.#cross.fewest);
    if (z.length < 2 || wanted > MOST_RELATED) return;
    let known = 0;
    for (const v of z) if (!Number.isNaN(v)) known++;
    if (known < 2) return;
    const rows = this.#related.take(sample, wanted);
    if (!rows) return;
    this.#cross.fit(
      rows.map((row) => row.time),
      rows.map((row) => row.x),
      this.#horizon,
    );
  }

  /** A channel measures something else from now on. */
  forget(channel: number): void {
    this.mewma.forget(channel);
    this.#extremes.forget(channel);
    this.#stuck[channel] = new Stuck();
    this.#cross.forget();
    this.#related.clear();
  }

  /** Averages and the previous row say nothing any more. */
  resume(): void {
    this.mewma.forget();
    this.#cross.part();
  }

  snapshot(): Json {
    return {
      shares: pack(this.shares),
      z: this.#z.snapshot(),
      mewma: this.mewma.snapshot(),
      averages: this.#averages.snapshot(),
      extremes: this.#extremes.snapshot(),
      cross: this.#cross.snapshot(),
      stuck: this.#stuck.map((d) => d.snapshot()),
      longest: this.#longest.slice(),
      related: this.#related.snapshot(),
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    unpack(s.shares, this.shares);
    this.#z.restore(s.z as Json);
    this.mewma.restore(s.mewma as Json);
    this.#averages.restore(s.averages);
    // Earlier versions did not know.
    if (s.extremes !== undefined) this.#extremes.restore(s.extremes as Json);
    this.#cross.restore(s.cross as Json);
    const stuck = list(s.stuck, this.#stuck.length);
    for (const [i, d] of this.#stuck.entries()) d.restore(stuck[i]);
    const [surprise, channel] = list(s.longest, 2).map(num);
    this.#longest = [surprise!, channel!];
    this.#related.restore(s.related, this.shares.length);
  }
}
