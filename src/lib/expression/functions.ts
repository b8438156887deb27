/**
 * The table of operators and functions: how many arguments each takes, and the JavaScript it becomes. The arguments of
 * `emit` are always generated identifiers or numbers (codegen.ts), never text of a user.
 *
 * Logic has three values: a comparison, `and`, `or`, `not` or condition over NaN is NaN, neither true (1) nor false (0).
 */
export interface FunctionRule {
  readonly min: number;
  readonly max: number;
  emit(args: readonly string[]): string;
}

const rule = (min: number, max: number, emit: (args: readonly string[]) => string): FunctionRule => ({
  min,
  max,
  emit,
});
const infix = (op: string) => rule(2, 2, ([a, b]) => `${a}${op}${b}`);
/** `yes` and its opposite `no` are both false when an operand is NaN. */
const compare = (yes: string, no: string) => rule(2, 2, ([a, b]) => `${a}${yes}${b}?1:${a}${no}${b}?0:NaN`);
const equality = (yes: 0 | 1) => rule(2, 2, ([a, b]) => `${a}===${b}?${yes}:${a}!==${a}||${b}!==${b}?NaN:${1 - yes}`);
const logic = (op: string) => rule(2, 2, ([a, b]) => `${a}!==${a}||${b}!==${b}?NaN:${a}!==0${op}${b}!==0?1:0`);
const maths = (name: string, min = 1, max = 1) => rule(min, max, (args) => `Math.${name}(${args.join(",")})`);
const condition = rule(3, 3, ([c, a, b]) => `${c}!==${c}?NaN:${c}!==0?${a}:${b}`);

/** Operators, under the names that mathjs gives them. */
export const OPERATORS: ReadonlyMap<string, FunctionRule> = new Map([
  ["add", infix(" + ")],
  ["subtract", infix(" - ")],
  ["multiply", infix(" * ")],
  ["divide", infix(" / ")],
  ["pow", rule(2, 2, power)],
  // The remainder has the sign of the divisor, as in mathematics and mathjs.
  ["mod", rule(2, 2, ([a, b]) => `${a} - ${b} * Math.floor(${a} / ${b})`)],
  ["unaryMinus", rule(1, 1, ([a]) => `-${a}`)],
  ["unaryPlus", rule(1, 1, ([a]) => `+${a}`)],
  ["smaller", compare("<", ">=")],
  ["smallerEq", compare("<=", ">")],
  ["larger", compare(">", "<=")],
  ["largerEq", compare(">=", "<")],
  ["equal", equality(1)],
  ["unequal", equality(0)],
  ["and", logic("&&")],
  ["or", logic("||")],
  ["not", rule(1, 1, ([a]) => `${a}!==${a}?NaN:${a}===0?1:0`)],
  ["if", condition],
]);

/** Functions that can be called by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionRule> = new Map([
  ["abs", maths("abs")],
  ["acos", maths("acos")],
  ["asin", maths("asin")],
  ["atan", maths("atan")],
  ["atan2", maths("atan2", 2, 2)],
  ["cbrt", maths("cbrt")],
  ["ceil", maths("ceil")],
  ["clamp", rule(3, 3, ([x, low, high]) => `Math.min(Math.max(${x},${low}),${high})`)],
  ["cos", maths("cos")],
  ["cosh", maths("cosh")],
  ["exp", maths("exp")],
  ["floor", maths("floor")],
  ["if", condition],
  // With a second argument: the logarithm to that base.
  ["log", rule(1, 2, ([x, base]) => (base === undefined ? `Math.log(${x})` : `Math.log(${x}) / Math.log(${base})`))],
  ["log10", maths("log10")],
  ["max", maths("max", 1, 20)],
  ["min", maths("min", 1, 20)],
  ["pow", rule(2, 2, power)],
  ["round", maths("round")],
  ["sign", maths("sign")],
  ["sin", maths("sin")],
  ["sinh", maths("sinh")],
  ["sqrt", maths("sqrt")],
  ["tan", maths("tan")],
  ["tanh", maths("tanh")],
]);

/** Constants a model may use; a quantity of the same name goes before. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["tau", 2 * Math.PI],
  ["e", Math.E],
]);

function power([a, b]: readonly string[]): string {
  if (b === "2") return `${a} * ${a}`;
  if (b === "3") return `${a} * ${a} * ${a}`;
  // A missing quantity to the power of zero is still missing.
  return `${a}!==${a}?NaN:Math.pow(${a},${b})`;
}
