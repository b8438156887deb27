/** Machines that count their life in cycles, flights, starts: how many hours one of them takes. */
import { compatible, convert } from "../twin/units.ts";
import { short } from "./words.ts";

/** How a remaining life becomes hours. */
export interface Counted {
  /** What the machine counts, as its remaining life says it: "cycles". */
  unit: string;
  /** Hours that one takes; null while nobody knows. */
  hours: number | null;
  how: "set" | "measured" | "others";
}

/** Hours of a unit of time, `h`, `min`, `d`, `wk` …; undefined for what is counted. */
export function hoursOf(unit: string): number | undefined {
  let hours = known.get(unit);
  if (hours === undefined && !known.has(unit)) {
    hours = compatible(unit, "h") ? convert(1, unit, "h") : undefined;
    // Units come with messages: a few at most.
    if (known.size < 100) known.set(unit, hours);
  }
  return hours;
}
const known = new Map<string, number | undefined>();

/** A middle of what was measured on others. */
export const median = (list: readonly number[]): number | null =>
  list.length === 0 ? null : [...list].sort((a, b) => a - b)[list.length >> 1]!;

const HOW = {
  set: "as set in the planner",
  measured: "as its reports came",
  others: "as on the other machines, until its own second report",
};

/** A sentence for one machine. */
export function countedWords({ unit, hours, how }: Counted): string {
  if (hours === null)
    return `Its remaining life is in ${unit}, and how many hours one takes is not known before its second report: wait for it, or set it in the planner.`;
  return `It counts ${unit}: one is taken for ${short(hours)} h, ${HOW[how]}.`;
}

/** A sentence for a fleet of which some or all count something else than time; nothing for one that counts hours. */
export function fleetCounts(machines: readonly { counted?: Counted }[]): string[] {
  const counting = machines.flatMap((m) => m.counted ?? []);
  if (counting.length === 0) return [];
  const lengths = counting.flatMap((c) => c.hours ?? []).sort((a, b) => a - b);
  const units = Array.from(new Set(counting.map((c) => c.unit))).join(" and ");
  const who =
    counting.length === machines.length
      ? `The machines count ${units}`
      : `${counting.length} of ${machines.length} machines count ${units}, the others hours`;
  const unknown = counting.length - lengths.length;
  const missing = unknown ? `; of ${unknown} nobody knows yet how long one takes` : "";
  if (lengths.length === 0) return [`${who}${missing}.`];
  const [low, high] = [short(lengths[0]!), short(lengths.at(-1)!)];
  const set = counting.every((c) => c.how === "set");
  const range = low === high ? `${low} h` : `${low} to ${high} h`;
  return [`${who}: one is taken for ${range}, ${set ? "as set in the planner" : "as their reports came"}${missing}.`];
}
