/**
 * The operators and functions of the language, and how many arguments each takes. What they compute is in operations.ts;
 * graph.ts says how the one becomes the other.
 */
export interface Arity {
  readonly min: number;
  readonly max: number;
}

const takes = (min: number, max = min): Arity => ({ min, max });

/** Operators, under the names that mathjs gives them. */
export const OPERATORS: ReadonlyMap<string, Arity> = new Map([
  ["add", takes(2)],
  ["subtract", takes(2)],
  ["multiply", takes(2)],
  ["divide", takes(2)],
  ["pow", takes(2)],
  // The remainder has the sign of the divisor, as in mathematics and mathjs.
  ["mod", takes(2)],
  ["unaryMinus", takes(1)],
  ["unaryPlus", takes(1)],
  ["smaller", takes(2)],
  ["smallerEq", takes(2)],
  ["larger", takes(2)],
  ["largerEq", takes(2)],
  ["equal", takes(2)],
  ["unequal", takes(2)],
  ["and", takes(2)],
  ["or", takes(2)],
  ["not", takes(1)],
  ["if", takes(3)],
]);

/** Functions that can be called by name. */
export const FUNCTIONS: ReadonlyMap<string, Arity> = new Map([
  ["abs", takes(1)],
  ["acos", takes(1)],
  ["acosh", takes(1)],
  ["asin", takes(1)],
  ["asinh", takes(1)],
  ["atan", takes(1)],
  ["atan2", takes(2)],
  ["atanh", takes(1)],
  ["cbrt", takes(1)],
  ["ceil", takes(1)],
  ["clamp", takes(3)],
  ["cos", takes(1)],
  ["cosh", takes(1)],
  ["exp", takes(1)],
  ["floor", takes(1)],
  ["if", takes(3)],
  ["ln", takes(1)],
  // With a second argument: the logarithm to that base.
  ["log", takes(1, 2)],
  ["log10", takes(1)],
  ["log2", takes(1)],
  ["max", takes(1, 20)],
  ["min", takes(1, 20)],
  // The number of a quantity in its declared unit, for formulas that hold in one unit only.
  ["number", takes(1)],
  ["pow", takes(2)],
  ["round", takes(1)],
  ["sign", takes(1)],
  ["sin", takes(1)],
  ["sinh", takes(1)],
  ["sqrt", takes(1)],
  ["tan", takes(1)],
  ["tanh", takes(1)],
]);

/** Functions over tables: one or two quantities, then as many lists with the points of the axes, then the values. */
export const TABLES: ReadonlyMap<string, Arity & { readonly smooth: boolean }> = new Map([
  ["interpolate", { min: 3, max: 5, smooth: false }],
  ["interpolateSmooth", { min: 3, max: 3, smooth: true }],
]);

/** Constants a model may use; a quantity of the same name goes before. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["tau", 2 * Math.PI],
  ["e", Math.E],
]);
