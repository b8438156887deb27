/** Machines of one kind that failed: what tiers B and C learn from. */
import type { FleetUnit } from "./fleet/table.ts";
import type { PastLife } from "./similarity.ts";

/** One life, from its beginning to its failure. */
export interface Failure extends PastLife {
  /** Source times of its beginning and its failure, milliseconds. */
  begin: number;
  time: number;
  /** Signals over the life, all at the same ages; absent when nothing was recorded. */
  record?: { ages: number[]; signals: Record<string, (number | null)[]> };
  /** Of a fused indicator: how far every signal was from its healthy state, in standard deviations. */
  deviations?: { ages: number[]; signals: Record<string, number[]> };
  /** Predictions that were made in this life, and how many promised over a tenth of the life too much. */
  predictions?: { count: number; late: number; inside: number };
}

export interface Teaching {
  signals: string[];
  failures: readonly Failure[];
}

/** From so many failures on a fleet model is worth training. */
export const FEWEST_FOR_MODEL = 10;
/** The oldest are forgotten beyond this many. */
const MOST = 200;
/** A record needs this many rows to teach. */
const FEWEST_ROWS = 20;

export class FailureLibrary {
  #given: readonly PastLife[];
  #failures: Failure[] = [];
  /** Changes with every change, so that readers notice. */
  version = 0;

  /** @param given lives that people entered */
  constructor(given: readonly PastLife[] = []) {
    this.#given = given;
  }

  /** All lives, those that people entered first. */
  get all(): readonly PastLife[] {
    return [...this.#given, ...this.#failures];
  }

  get given(): readonly PastLife[] {
    return this.#given;
  }

  /** Those that were recorded. */
  get recorded(): readonly Failure[] {
    return this.#failures;
  }

  /** @throws RangeError when the life is not above zero */
  add(failure: Failure): void {
    if (!(failure.life > 0 && Number.isFinite(failure.life)))
      throw new RangeError(`A life must be above zero, got ${failure.life}.`);
    this.#failures.push(failure);
    if (this.#failures.length > MOST) this.#failures.shift();
    this.version++;
  }

  /** Predictions of all past lives together. */
  get bookkeeping(): { count: number; late: number; inside: number } {
    const sum = { count: 0, late: 0, inside: 0 };
    for (const { predictions } of this.#failures) {
      if (!predictions) continue;
      sum.count += predictions.count;
      sum.late += predictions.late;
      sum.inside += predictions.inside;
    }
    return sum;
  }

  /** Signals to train on, those that every record has, and the recorded lives that are long enough to teach. */
  teaching(): Teaching {
    const failures = this.#failures.filter((f) => f.record && f.record.ages.length >= FEWEST_ROWS);
    const signals = Object.keys(failures[0]?.record?.signals ?? {}).filter((name) =>
      failures.every((f) => f.record!.signals[name]),
    );
    return { signals, failures };
  }
}

/** A recorded life as a unit of a table to train on. @param index its place among them, so that equal names stay apart */
export function unitOf({ unit, record }: Failure, index: number, signals: readonly string[]): FleetUnit {
  const { ages, signals: series } = record!;
  const values = new Float64Array(ages.length * signals.length);
  for (const [k, name] of signals.entries())
    for (let row = 0; row < ages.length; row++) values[row * signals.length + k] = series[name]![row] ?? Number.NaN;
  return { id: `${index + 1} ${unit}`, time: Float64Array.from(ages), values };
}

/**
 * Brings series with times of their own onto common ages: the mean of what falls into each of `rows` equal stretches.
 * @param begin, end source times of the life
 * @param life age at the end
 */
export function alignRecord(
  series: Record<string, readonly { time: number; value: number }[]>,
  begin: number,
  end: number,
  life: number,
  rows: number,
): NonNullable<Failure["record"]> {
  const ages = Array.from({ length: rows }, (_, i) => ((i + 1) / rows) * life);
  const signals = Object.fromEntries(
    Object.entries(series).map(([name, points]) => {
      const sum = new Float64Array(rows);
      const count = new Float64Array(rows);
      for (const { time, value } of points) {
        const at = Math.min(rows - 1, Math.floor((rows * (time - begin)) / (end - begin)));
        if (!(at >= 0) || !Number.isFinite(value)) continue;
        sum[at]! += value;
        count[at]!++;
      }
      return [name, Array.from(sum, (s, i) => (count[i]! > 0 ? s / count[i]! : null))];
    }),
  );
  return { ages, signals };
}
