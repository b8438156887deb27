/**
 * Unknown units by linear algebra: a unit is a vector of exponents, a product adds vectors, a power scales them, and a sum
 * demands that two are equal. Each demand is a linear equation over the unknown vectors, solved as it comes (Kennedy 1996,
 * Programming Languages and Dimensions, ch. 3, over the rationals).
 */
import { DIMENSIONLESS, type Dimension } from "../twin/units.ts";

/** A dimension that may depend on the unknown units of names: dimension · Π unit(name)^exponent. */
export interface Form {
  readonly dimension: Dimension;
  readonly unknown: ReadonlyMap<string, number>;
}

const NEGLIGIBLE = 1e-9;

/** Plane angle is the last exponent; as in SI it is a number. */
const withoutAngle = (d: Dimension): Dimension => d.map((x, i) => (i === 7 ? 0 : x));

export const known = (dimension: Dimension): Form => ({ dimension: withoutAngle(dimension), unknown: new Map() });
export const NUMBER: Form = known(DIMENSIONLESS);
export const unknown = (name: string): Form => ({ dimension: DIMENSIONLESS, unknown: new Map([[name, 1]]) });

/** a · b^exponent */
export function combined(a: Form, b: Form, exponent: number): Form {
  const names = new Map(a.unknown);
  for (const [name, power] of b.unknown) {
    const sum = (names.get(name) ?? 0) + exponent * power;
    if (Math.abs(sum) < NEGLIGIBLE) names.delete(name);
    else names.set(name, sum);
  }
  return { dimension: a.dimension.map((d, i) => d + exponent * b.dimension[i]!), unknown: names };
}

export const raised = (a: Form, exponent: number): Form => combined(NUMBER, a, exponent);

export const isNumber = (form: Form): boolean =>
  form.unknown.size === 0 && form.dimension.every((d) => Math.abs(d) < NEGLIGIBLE);

export class UnitSolver {
  /** Solutions in the order in which they were found: each is in terms of names that were solved later, or never. */
  #solved: { name: string; form: Form }[] = [];
  #order = new Map<string, number>();

  /** The form with everything put in that is known by now. */
  resolve(form: Form): Form {
    const dimension = Array.from(form.dimension);
    const open = new Map(form.unknown);
    let first = this.#solved.length;
    for (const name of open.keys()) first = Math.min(first, this.#order.get(name) ?? first);
    for (let k = first; k < this.#solved.length; k++) {
      const { name, form: solution } = this.#solved[k]!;
      const exponent = open.get(name);
      if (exponent === undefined) continue;
      open.delete(name);
      for (let i = 0; i < dimension.length; i++) dimension[i]! += exponent * solution.dimension[i]!;
      for (const [inner, power] of solution.unknown) open.set(inner, (open.get(inner) ?? 0) + exponent * power);
    }
    for (const [name, exponent] of open) if (Math.abs(exponent) < NEGLIGIBLE) open.delete(name);
    return { dimension, unknown: open };
  }

  /** Demands that two units are equal. @returns false when they cannot be */
  equate(a: Form, b: Form): boolean {
    const difference = this.resolve(combined(a, b, -1));
    const [first] = difference.unknown;
    if (!first) return isNumber(difference);
    const [name, exponent] = first;
    const rest = new Map(difference.unknown);
    rest.delete(name);
    this.#order.set(name, this.#solved.length);
    this.#solved.push({ name, form: raised({ dimension: difference.dimension, unknown: rest }, -1 / exponent) });
    return true;
  }
}
