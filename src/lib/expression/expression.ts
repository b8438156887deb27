/**
 * One expression language for everything a technician types: model equations, interlocks, rules, health indicators.
 * mathjs parses the text; a whitelisted syntax tree becomes a JavaScript function. No user text or name ever reaches
 * the generated code.
 */

/** A compiled expression over named quantities. */
export interface Expression {
  /** The text it was made from. */
  readonly text: string;
  /** Names it reads, in slot order; dotted paths such as `model.derived.npshMargin` are one name. */
  readonly names: readonly string[];
  /**
   * Value for the quantities in `names` order. Booleans are 1 and 0. A missing quantity is NaN and makes the result NaN,
   * so that a condition over missing data is neither true nor false: ask `Number.isNaN` before deciding.
   */
  evaluate(values: ArrayLike<number>): number;
}

/** `(text, isKnown) => Expression`; throws TwinError `E_EXPRESSION` with a sentence and, where known, `position`. */
export type CompileExpression = (text: string, isKnown: (name: string) => boolean) => Expression;
