/**
 * Levels after maintenance: for a while the channels are only watched, then those whose level is a new one take it as
 * their baseline. Whatever still stands where the alarm had it keeps its old baseline, so that the alarm returns and an
 * unrepaired fault is never learned as normal; a person who says "false alarm" overrules that.
 */
import type { Json } from "../store/store.ts";
import { type Channel, median } from "./channel.ts";
import { fields, num, pack, unpack } from "./json.ts";

/** A level has changed when it is this many standard deviations away. */
const CHANGED = 1;
const DEVIATING = 3;

export class Recentre {
  active = false;
  #rows: number;
  #left = 0;
  #trust = false;
  /** Smoothed deviation of each channel when it began. */
  #before: Float64Array;
  #seen: number[][];

  constructor(channels: number, rows: number) {
    this.#rows = rows;
    this.#before = new Float64Array(channels);
    this.#seen = Array.from({ length: channels }, () => []);
  }

  begin(channels: readonly Channel[], deviations: Float64Array, trust: boolean): void {
    this.active = true;
    this.#left = this.#rows;
    this.#trust = trust;
    this.#before.set(deviations);
    this.#seen = channels.map(() => []);
  }

  /** One row while settling. True when it was the last and the baselines have been set. */
  take(x: Float64Array, channels: readonly Channel[]): boolean {
    if (!this.active) return false;
    x.forEach((value, i) => {
      if (!Number.isNaN(value)) this.#seen[i]!.push(value);
    });
    if (--this.#left > 0) return false;
    for (const [i, channel] of channels.entries()) this.#settle(channel, i);
    this.active = false;
    this.#seen = channels.map(() => []);
    return true;
  }

  #settle(channel: Channel, i: number): void {
    // The first half is the machine finding its level.
    const values = this.#seen[i]!.slice(this.#seen[i]!.length >> 1).sort((a, b) => a - b);
    if (channel.count === 0 || values.length < 5) return;
    const level = median(values);
    const now = channel.z(level);
    const before = this.#before[i]!;
    const unchanged = Math.abs(before) > DEVIATING && Math.abs(now - before) < Math.abs(now);
    if (Math.abs(now) > CHANGED && (this.#trust || !unchanged)) channel.location = level;
  }

  snapshot(): Json {
    return {
      active: this.active,
      left: this.#left,
      trust: this.#trust,
      before: pack(this.#before),
      seen: this.#seen.map(pack),
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    this.active = s.active === true;
    this.#left = num(s.left);
    this.#trust = s.trust === true;
    unpack(s.before, this.#before);
    if (!Array.isArray(s.seen) || s.seen.length !== this.#before.length)
      throw new RangeError("The snapshot does not fit.");
    this.#seen = s.seen.map((v: unknown) => (Array.isArray(v) ? v.map(num) : []));
  }
}
