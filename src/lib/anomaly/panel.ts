/** Who judges the rows of several channels: the ensemble that is chosen by itself, or the one detector that somebody has chosen. */
import type { Json } from "../store/store.ts";
import type { ChosenName } from "./choice.ts";
import type { Sample, Samples } from "./detector.ts";
import type { Mewma } from "./detectors/mewma.ts";
import { Ensemble } from "./ensemble.ts";
import { Solo } from "./solo.ts";

export interface Panel {
  /** Share of each channel in the newest surprise. */
  readonly shares: Float64Array;
  /** The averages of the channels, by which it is decided what of a row may be learned. */
  readonly mewma: Pick<Mewma, "u" | "whole">;
  /**
   * Learns from the rows of the learning phase.
   * @returns surprise of each row, judged as well as possible by rows that are not itself
   */
  fit(samples: Samples): number[];
  /**
   * One row.
   * @param x as it is, for standstill
   * @param learn false when not even standstill is to be learned
   * @returns surprise
   */
  update(sample: Sample, x: Float64Array, learn: boolean): number;
  /** A row of the learning phase, for standstill. */
  stand(time: number, x: Float64Array, learn: boolean): void;
  /** A channel measures something else from now on. */
  forget(channel: number): void;
  /** Averages and the previous row say nothing any more. */
  resume(): void;
  snapshot(): Json;
  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void;
}

/**
 * @param learning rows of the learning phase
 * @param horizon rows after which what was learned fades
 * @param detector the one that judges; several, chosen by themselves, when missing
 */
export function panelOf(channels: number, learning: number, horizon: number, detector?: ChosenName): Panel {
  return detector ? new Solo(channels, learning, horizon, detector) : new Ensemble(channels, learning, horizon);
}
