/**
 * What a graph consists of: the JavaScript that each operation becomes, and its value for constants. The arguments of
 * `emit` are always generated identifiers, numbers or bracketed fragments (codegen.ts), never text of a user.
 *
 * Logic has three values: a comparison, `and`, `or`, `not` or condition over NaN is NaN, neither true (1) nor false (0).
 */
export interface Operation {
  emit(args: readonly string[]): string;
  compute(args: readonly number[]): number;
  /** Arguments that `emit` writes more than once, so that they must be identifiers. */
  readonly repeats: readonly number[];
}

const operation = (
  emit: (args: readonly string[]) => string,
  compute: (...args: number[]) => number,
  ...repeats: number[]
): Operation => ({ emit, compute: (args) => compute(...args), repeats });
const infix = (op: string, compute: (a: number, b: number) => number) =>
  operation(([a, b]) => `${a} ${op} ${b}`, compute);
const maths = (name: Exclude<keyof typeof Math, symbol>): [string, Operation] => [
  name,
  operation((args) => `Math.${name}(${args.join(",")})`, Math[name] as (...args: number[]) => number),
];
const either = (a: number, b: number, value: boolean): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Number(value);
/** `yes` and its opposite `no` are both false when an operand is NaN. */
const compare = (yes: string, no: string, compute: (a: number, b: number) => boolean) =>
  operation(
    ([a, b]) => `${a}${yes}${b}?1:${a}${no}${b}?0:NaN`,
    (a, b) => either(a, b, compute(a, b)),
    0,
    1,
  );
const logic = (op: string, compute: (a: boolean, b: boolean) => boolean) =>
  operation(
    ([a, b]) => `${a}!==${a}||${b}!==${b}?NaN:${a}!==0${op}${b}!==0?1:0`,
    (a, b) => either(a, b, compute(a !== 0, b !== 0)),
    0,
    1,
  );

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["add", infix("+", (a, b) => a + b)],
  ["subtract", infix("-", (a, b) => a - b)],
  ["multiply", infix("*", (a, b) => a * b)],
  ["divide", infix("/", (a, b) => a / b)],
  [
    "unaryMinus",
    operation(
      ([a]) => `-${a}`,
      (a) => -a,
    ),
  ],
  [
    "mod",
    operation(
      ([a, b]) => `${a} - ${b} * Math.floor(${a} / ${b})`,
      (a, b) => a - b * Math.floor(a / b),
      0,
      1,
    ),
  ],
  // A missing quantity to the power of zero is still missing.
  [
    "pow",
    operation(
      ([a, b]) => `${a}!==${a}?NaN:Math.pow(${a},${b})`,
      (a, b) => (Number.isNaN(a) ? a : a ** b),
      0,
    ),
  ],
  // The exponent is a number and not zero.
  [
    "power",
    operation(
      ([a, b]) => `Math.pow(${a},${b})`,
      (a, b) => a ** b,
    ),
  ],
  ["smaller", compare("<", ">=", (a, b) => a < b)],
  ["smallerEq", compare("<=", ">", (a, b) => a <= b)],
  [
    "equal",
    operation(
      ([a, b]) => `${a}===${b}?1:${a}!==${a}||${b}!==${b}?NaN:0`,
      (a, b) => either(a, b, a === b),
      0,
      1,
    ),
  ],
  ["and", logic("&&", (a, b) => a && b)],
  ["or", logic("||", (a, b) => a || b)],
  [
    "not",
    operation(
      ([a]) => `${a}!==${a}?NaN:${a}===0?1:0`,
      (a) => either(a, a, a === 0),
      0,
    ),
  ],
  [
    "if",
    operation(
      ([c, a, b]) => `${c}!==${c}?NaN:${c}!==0?${a}:${b}`,
      (c, a, b) => (Number.isNaN(c) ? c : c !== 0 ? a : b),
      0,
    ),
  ],
  maths("abs"),
  maths("acos"),
  maths("acosh"),
  maths("asin"),
  maths("asinh"),
  maths("atan"),
  maths("atan2"),
  maths("atanh"),
  maths("cbrt"),
  maths("ceil"),
  maths("cos"),
  maths("cosh"),
  maths("exp"),
  maths("floor"),
  maths("log"),
  maths("log10"),
  maths("log2"),
  maths("max"),
  maths("min"),
  maths("round"),
  maths("sign"),
  maths("sin"),
  maths("sinh"),
  maths("sqrt"),
  maths("tan"),
  maths("tanh"),
]);

/** A condition over a comparison, in one piece: `a < b ? x : a >= b ? y : NaN`. */
export const COMPARED: ReadonlyMap<string, (a: string, b: string, yes: string, no: string) => string> = new Map([
  ["smaller", (a, b, yes, no) => `${a}<${b}?${yes}:${a}>=${b}?${no}:NaN`],
  ["smallerEq", (a, b, yes, no) => `${a}<=${b}?${yes}:${a}>${b}?${no}:NaN`],
]);
