/** Recognises a repeat of (source, seq), in bounded memory. */

/** Sequence numbers remembered per source, and sources remembered per twin. */
const NUMBERS = 512;
const SOURCES = 16;

/** Consecutive numbers in the order of their arrival: a source that counts up costs one run. */
type Run = [first: number, length: number];

export type RepeatsSnapshot = [source: string, runs: Run[]][];

export class Repeats {
  /** The source heard last is the last entry. */
  #sources = new Map<string, Run[]>();

  /** False when the number is among the last 512 of this source. A source that was silent while 16 others spoke is new. */
  add(source: string, seq: number): boolean {
    const runs = this.#sources.get(source) ?? [];
    this.#sources.delete(source);
    this.#sources.set(source, runs);
    if (this.#sources.size > SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    if (runs.some(([first, length]) => seq >= first && seq < first + length)) return false;
    const last = runs.at(-1);
    if (last && seq === last[0] + last[1]) last[1]++;
    else runs.push([seq, 1]);
    if (count(runs) > NUMBERS) forgetOldest(runs);
    return true;
  }

  snapshot(): RepeatsSnapshot {
    return Array.from(this.#sources, ([source, runs]) => [source, runs.map(([first, length]) => [first, length])]);
  }

  restore(state: RepeatsSnapshot): void {
    this.#sources = new Map(state.map(([source, runs]) => [source, runs.map(([first, length]) => [first, length])]));
  }
}

const count = (runs: Run[]): number => runs.reduce((sum, [, length]) => sum + length, 0);

function forgetOldest(runs: Run[]): void {
  const oldest = runs[0]!;
  oldest[0]++;
  if (--oldest[1] === 0) runs.shift();
}
