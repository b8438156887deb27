/** Which channels take part in a judgement of several at once: those that the learning rows have known often enough. */
import type { Json } from "../../store/store.ts";
import { list, num } from "../json.ts";

/** Share of the rows of the most often known channel. */
const KNOWN = 0.2;
const [UNKNOWN, MEMBER, RARE] = [0, 1, 2];

export class Members {
  readonly #state: Uint8Array;

  constructor(channels: number) {
    this.#state = new Uint8Array(channels);
  }

  /** @param rows of learning, NaN where a channel is not known */
  choose(rows: readonly Float64Array[]): void {
    const known = Array.from(this.#state, (_, i) => rows.reduce((n, x) => n + (Number.isNaN(x[i]!) ? 0 : 1), 0));
    const most = Math.max(...known);
    for (const [i, n] of known.entries()) this.#state[i] = n === 0 ? UNKNOWN : n < KNOWN * most ? RARE : MEMBER;
  }

  /** Channels that take part. */
  get list(): number[] {
    return Array.from(this.#state.keys()).filter((i) => this.#state[i] === MEMBER);
  }

  /** True when a channel has something to say that nobody knew when they were chosen. */
  joined(z: Float64Array): boolean {
    return z.some((v, i) => !Number.isNaN(v) && this.#state[i] === UNKNOWN);
  }

  /** A channel measures something else from now on. */
  forget(channel: number): void {
    this.#state[channel] = UNKNOWN;
  }

  snapshot(): Json {
    return Array.from(this.#state);
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    this.#state.set(list(state, this.#state.length).map(num));
  }
}
