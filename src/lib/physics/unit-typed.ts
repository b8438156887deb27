/**
 * The unit of an expression as people would write it: put together from the units that they declared for its names, so that
 * `k*(T - Tamb)*C` with W/K and kJ/K is in W·kJ/K and not in kg²·m⁴·s⁻⁵·K⁻¹.
 */
import type { Ast } from "../expression/ast.ts";
import { Graph } from "../expression/graph.ts";
import { DIMENSIONLESS, type Dimension, dimensionOf, displayUnit, toSi } from "../twin/units.ts";

/** UCUM codes with their exponents. */
type Product = ReadonlyMap<string, number>;

/** More parts than this are not read faster than SI. */
const MOST_PARTS = 4;
/** Definitions that are followed from name to name. */
const MOST_STEPS = 8;
const NOTHING: Product = new Map();
const SECOND: Product = new Map([["s", 1]]);

/**
 * @param units UCUM code per name
 * @param definition right side of a variable without a declared unit
 * @returns undefined where a unit is not declared, or the product is no easier to read than SI
 */
export function typedUnit(
  ast: Ast,
  units: ReadonlyMap<string, string>,
  definition: (name: string) => Ast | undefined,
): { display: string; dimension: Dimension } | undefined {
  return written(new Typed(units, definition).product(ast, MOST_STEPS));
}

/** The same for the rate at which a state changes, per second. */
export function typedRate(name: string, units: ReadonlyMap<string, string>): ReturnType<typeof typedUnit> {
  const own = units.get(name);
  return written(own === undefined ? undefined : times(decompose(difference(own)), SECOND, -1));
}

class Typed {
  readonly #units: ReadonlyMap<string, string>;
  readonly #definition: (name: string) => Ast | undefined;

  constructor(units: ReadonlyMap<string, string>, definition: (name: string) => Ast | undefined) {
    this.#units = units;
    this.#definition = definition;
  }

  product(ast: Ast, steps: number): Product | undefined {
    if (ast.kind === "number") return NOTHING;
    if (ast.kind === "table") return undefined;
    if (ast.kind === "name") return this.#name(ast.name, steps);
    const { fn, args } = ast;
    const of = (i: number) => this.product(args[i]!, steps);
    switch (fn) {
      case "multiply":
        return times(of(0), of(1), 1);
      case "divide":
        return times(of(0), of(1), -1);
      case "sqrt":
        return times(NOTHING, of(0), 1 / 2);
      case "cbrt":
        return times(NOTHING, of(0), 1 / 3);
      case "pow": {
        const exponent = new Graph(() => "t").add(args[1]!);
        return exponent.kind === "number" ? times(NOTHING, of(0), exponent.value) : undefined;
      }
      case "unaryMinus":
      case "unaryPlus":
      case "abs":
        return of(0);
      case "add":
      case "subtract":
      case "mod":
      case "min":
      case "max":
      case "clamp":
        return this.#first(args, steps);
      case "if":
        return this.#first(args.slice(1), steps);
      default:
        return NOTHING;
    }
  }

  /** All parts of a sum have one unit: the first that is more than a number says it. */
  #first(args: readonly Ast[], steps: number): Product | undefined {
    return this.product(args.find((arg) => arg.kind !== "number") ?? args[0]!, steps);
  }

  #name(name: string, steps: number): Product | undefined {
    if (name === "t") return SECOND;
    const code = this.#units.get(name);
    if (code !== undefined) return decompose(difference(code));
    const ast = steps > 0 ? this.#definition(name) : undefined;
    return ast && this.product(ast, steps - 1);
  }
}

/** Beside other units a temperature in °C counts in K, and a pressure above the atmosphere in its plain unit. */
function difference(code: string): string | undefined {
  if (toSi(code).offset === 0) return code;
  return code === "Cel" ? "K" : /^(.+)\{gauge\}$/.exec(code)?.[1];
}

/** kJ/(kg.K) → kJ, kg⁻¹, K⁻¹; what people write as one word, such as rpm, stays whole. */
function decompose(code: string | undefined): Product | undefined {
  if (code === undefined || /[{}]/.test(code)) return undefined;
  if (!/[/·⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(displayUnit(code))) return code === "1" || code === "%" ? NOTHING : new Map([[code, 1]]);
  const found = new Map<string, number>();
  const groups = [1];
  let sign = 1;
  for (const [token] of code.matchAll(/[./()]|(?:\[[^\]]*\]|[^./()])+/g)) {
    if (token === "/") sign = -1;
    else if (token === ".") sign = 1;
    else if (token === "(") {
      groups.push(groups.at(-1)! * sign);
      sign = 1;
    } else if (token === ")") groups.pop();
    else {
      const [, atom = "", exponent = "1"] = /^(.*?)([+-]?\d+)?$/.exec(token)!;
      if (atom === "" || /^10[*^]/.test(token)) return undefined;
      add(found, atom, groups.at(-1)! * sign * Number(exponent));
    }
  }
  return found;
}

/** a · b^exponent */
function times(a: Product | undefined, b: Product | undefined, exponent: number): Product | undefined {
  if (!a || !b) return undefined;
  const product = new Map(a);
  for (const [code, power] of b) add(product, code, exponent * power);
  return product;
}

function add(product: Map<string, number>, code: string, exponent: number): void {
  const sum = (product.get(code) ?? 0) + exponent;
  if (Math.abs(sum) < 1e-9) product.delete(code);
  else product.set(code, sum);
}

function written(product: Product | undefined): { display: string; dimension: Dimension } | undefined {
  if (!product || product.size === 0 || product.size > MOST_PARTS) return undefined;
  const parts = Array.from(product, ([code, exponent]) => ({ code, exponent, own: dimensionOf(code) }));
  const alike = (a: Dimension, b: Dimension) => a.every((d, i) => d === b[i]);
  // kW/W says less than the number that it is.
  if (parts.some((a) => parts.some((b) => a !== b && a.exponent * b.exponent < 0 && alike(a.own, b.own))))
    return undefined;
  const list = (sign: number) =>
    parts.filter((p) => p.exponent * sign > 0).map((p) => power(p.code, sign * p.exponent));
  const [above, below] = [list(1), list(-1)];
  const under = below.length > 1 ? `/(${below.join("·")})` : below.length === 1 ? `/${below[0]}` : "";
  const dimension = parts.reduce(
    (sum, { own, exponent }) => sum.map((d, i) => d + exponent * own[i]!),
    DIMENSIONLESS as number[] | Dimension,
  );
  return { display: `${above.join("·") || "1"}${under}`, dimension };
}

function power(code: string, exponent: number): string {
  const unit = displayUnit(code);
  if (exponent === 1) return unit;
  if (!Number.isInteger(exponent)) return `${unit}^${Number(exponent.toFixed(2))}`;
  return `${unit}${String(exponent).replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]!)}`;
}
