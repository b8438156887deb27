/** Words of the check of units. */
export const UNITLESS = "a number without a unit";
export const inUnit = (label: string): string => (label === UNITLESS ? label : `in ${label}`);
const comparing = (a: string, b: string): string => `cannot compare ${a} and ${b}`;
/** What is wrong with two units beside each other, by operation. */
export const CONFLICTS: ReadonlyMap<string, (a: string, b: string) => string> = new Map([
  ["add", (a, b) => `cannot add ${a} and ${b}`],
  ["subtract", (a, b) => `cannot subtract ${b} from ${a}`],
  ...["smaller", "smallerEq", "larger", "largerEq", "equal", "unequal"].map((fn) => [fn, comparing] as const),
  ["if", (a, b) => `both results of a condition need the same unit, but there are ${a} and ${b}`],
]);
