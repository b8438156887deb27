/** Few enough points for a picture: every stretch keeps its smallest and its largest value, in order of time. */

/** Stretches of a picture; two points each. */
const STRETCHES = 300;

export class Drawing {
  readonly times: number[] = [];
  readonly #stretches: [from: number, to: number][] = [];

  /** @param times of all rows, ms, ascending */
  constructor(times: readonly number[]) {
    const count = Math.min(STRETCHES, Math.ceil(times.length / 2));
    for (let i = 0; i < count; i++) {
      const from = Math.floor((i * times.length) / count);
      const to = Math.floor(((i + 1) * times.length) / count);
      this.#stretches.push([from, to]);
      this.times.push(times[from]!, times[to - 1]!);
    }
  }

  /** @param values one per row; NaN where there is none; @returns one per time of the drawing */
  line(values: Float64Array): (number | null)[] {
    return this.#stretches.flatMap(([from, to]) => {
      let low = -1;
      let high = -1;
      for (let i = from; i < to; i++) {
        if (Number.isNaN(values[i]!)) continue;
        if (low < 0 || values[i]! < values[low]!) low = i;
        if (high < 0 || values[i]! > values[high]!) high = i;
      }
      if (low < 0) return [null, null];
      return [short(values[Math.min(low, high)]!), short(values[Math.max(low, high)]!)];
    });
  }
}

const short = (x: number): number => Number(x.toPrecision(6));
