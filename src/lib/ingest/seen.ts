/** Which sequence numbers of one source have been seen: ranges, so that memory does not grow with a gapless source. */

const MOST_RANGES = 256;
const MOST_UNTIMED = 256;

export interface SeenSnapshot {
  [key: string]: number[] | string[] | number | null;
  ranges: number[];
  newest: number | null;
  untimed: string[];
}

/**
 * A repeat is a known sequence number with a source time that is not newer than the newest seen. A known number with a
 * newer time means that the source started counting again. Messages without a time are repeats when number and content
 * are the same.
 */
export class SeenSequence {
  /** from, to, from, to … ascending. */
  #ranges: number[] = [];
  #newest: number | undefined;
  #untimed: string[] = [];

  /** Remembers a message and says whether it is a repeat. */
  isRepeat(seq: number, time: number | undefined, content: string): boolean {
    if (time === undefined) return this.#isUntimedRepeat(`${seq}:${content}`);
    if (this.#has(seq)) {
      if (time <= this.#newest!) return true;
      this.#ranges = [];
    }
    this.#add(seq);
    this.#newest = Math.max(this.#newest ?? time, time);
    return false;
  }

  #isUntimedRepeat(key: string): boolean {
    if (this.#untimed.includes(key)) return true;
    this.#untimed.push(key);
    if (this.#untimed.length > MOST_UNTIMED) this.#untimed.shift();
    return false;
  }

  /** Index of the range that could hold seq: the last one that begins at or before it. */
  #find(seq: number): number {
    let low = 0;
    let high = this.#ranges.length / 2;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.#ranges[2 * mid]! <= seq) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }

  #has(seq: number): boolean {
    const at = this.#find(seq);
    return at >= 0 && seq <= this.#ranges[2 * at + 1]!;
  }

  #add(seq: number): void {
    const at = this.#find(seq);
    const joinsLeft = at >= 0 && this.#ranges[2 * at + 1] === seq - 1;
    const joinsRight = this.#ranges[2 * at + 2] === seq + 1;
    if (joinsLeft && joinsRight) this.#ranges.splice(2 * at + 1, 2);
    else if (joinsLeft) this.#ranges[2 * at + 1] = seq;
    else if (joinsRight) this.#ranges[2 * at + 2] = seq;
    else this.#ranges.splice(2 * at + 2, 0, seq, seq);
    // The oldest range goes: an old repeat may then pass, which changes nothing downstream; a new sample never is lost.
    if (this.#ranges.length > 2 * MOST_RANGES) this.#ranges.splice(0, 2);
  }

  snapshot(): SeenSnapshot {
    return { ranges: this.#ranges.slice(), newest: this.#newest ?? null, untimed: this.#untimed.slice() };
  }

  /** @throws when the snapshot is of no use */
  restore(state: SeenSnapshot): void {
    if (!Array.isArray(state.ranges) || state.ranges.length % 2 !== 0 || !state.ranges.every(Number.isSafeInteger))
      throw new TypeError("ranges");
    if (!Array.isArray(state.untimed)) throw new TypeError("untimed");
    this.#ranges = state.ranges.slice();
    this.#newest = state.newest ?? undefined;
    this.#untimed = state.untimed.slice();
  }
}
