/** The tiny interface that every detector of one channel has, one file per detector. */
import type { Json } from "../../store/store.ts";

export interface ChannelDetector {
  /**
   * One sample.
   * @param time source time, ms UTC
   * @param value NaN when missing
   * @param learn false while an alarm stands: the detector answers but learns nothing
   * @returns raw score ≥ 0, about −ln p of normal operation; NaN while there is nothing to say (missing, still learning)
   */
  update(time: number, value: number, learn: boolean): number;
  snapshot(): Json;
  restore(state: unknown): void;
}
