/**
 * Columns that hold the answer: the life that is left, in whole or up to a cap, or a flag for its last part, as people add them to
 * tables of failures. Who learns from them promises an error near zero, and cannot predict a machine that still runs.
 */
import type { FleetTable } from "./table.ts";

/** Names of the columns that are a function of the time before failure alone, and of such a form. */
export function answersOf(table: FleetTable): string[] {
  return table.signals.filter((_, column) => {
    const byLeft = valuesByLifeLeft(table, column);
    return byLeft !== undefined && (isLifeLeft(byLeft) || isFlag(byLeft));
  });
}

/** Value at each time before failure, of the longest first; undefined when two rows of the same time differ. */
function valuesByLifeLeft({ signals, units }: FleetTable, column: number): [left: number, value: number][] | undefined {
  const values = new Map<number, number>();
  for (const unit of units) {
    const end = unit.time[unit.time.length - 1]!;
    for (let r = 0; r < unit.time.length; r++) {
      const value = unit.values[r * signals.length + column]!;
      if (Number.isNaN(value)) continue;
      // Times may be sums of rounded steps.
      const left = Number((end - unit.time[r]!).toPrecision(9));
      const seen = values.get(left);
      if (seen !== undefined && !isNear(seen, value)) return undefined;
      values.set(left, value);
    }
  }
  return Array.from(values).sort(([a], [b]) => b - a);
}

/** k times the life left, whole or up to a cap. Counted to nothing, or to the last row before it. */
function isLifeLeft(byLeft: [number, number][]): boolean {
  const [end, before] = [byLeft.at(-1)?.[1], byLeft.at(-2)];
  if (end === undefined || !before || byLeft.length < 5) return false;
  const k = (before[1] - end) / before[0];
  const cap = byLeft.reduce((max, [, value]) => Math.max(max, value), end);
  if (!(k > 0) || (end !== 0 && !isNear(end, k * before[0]))) return false;
  return byLeft.every(([left, value]) => isNear(value, Math.min(cap, end + k * left)));
}

/** 0 until some time before failure, 1 from then on. */
function isFlag(byLeft: [number, number][]): boolean {
  const on = byLeft.findIndex(([, value]) => value === 1);
  return on > 0 && byLeft.every(([, value], i) => value === (i < on ? 0 : 1));
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

/** The table without them, and their names. */
export function leaveAnswersOut(table: FleetTable): { table: FleetTable; answers: string[] } {
  const answers = answersOf(table);
  if (answers.length === 0) return { table, answers };
  const { signals, units } = table;
  const kept = [...signals.keys()].filter((i) => !answers.includes(signals[i]!));
  return {
    answers,
    table: {
      signals: kept.map((i) => signals[i]!),
      units: units.map((unit) => ({
        ...unit,
        values: Float64Array.from({ length: unit.time.length * kept.length }, (_, at) => {
          const row = Math.floor(at / kept.length);
          return unit.values[row * signals.length + kept[at % kept.length]!]!;
        }),
      })),
    },
  };
}
