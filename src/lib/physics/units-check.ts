/**
 * Do the units of a model fit together? Every name has the unit that is declared for it, or the one that the equations
 * leave it. Equations with units run in SI (m, kg, s, K, A, mol, cd; angles in rad, revolutions as a number).
 *
 * A number that stands in an equation has no unit; only 0 fits everywhere. The numbers of a table are in the declared unit
 * of the name they belong to: `head = interpolate(flow, [0, 20], [50, 40])`. For formulas that hold in one unit only, `number(T)` is
 * the number of T in its declared unit.
 */
import { type Ast, namesIn } from "../expression/ast.ts";
import { Graph } from "../expression/graph.ts";
import { excerpt } from "../expression/tokens.ts";
import { dimensionOf, displayUnit, toSi } from "../twin/units.ts";
import type { EquationProblem, ModelText } from "./equations.ts";
import { type Line, place } from "./lines.ts";
import { type NamedUnit, namedUnit } from "./unit-names.ts";
import { CONFLICTS, inUnit, UNITLESS } from "./unit-sentences.ts";
import { combined, type Form, isNumber, known, NUMBER, raised, UnitSolver, unknown } from "./unit-solver.ts";
import { typedRate, typedUnit } from "./unit-typed.ts";

export interface UnitsReport {
  /** One sentence each, in the order of the text. */
  problems: EquationProblem[];
  /** Unit of every name for which none was declared, as far as the equations determine it; in SI. */
  inferred: Map<string, NamedUnit>;
  /** Names whose unit no equation determines; their values are taken as they are. */
  undetermined: string[];
}

/**
 * @param units UCUM code per name: signals, parameters, states, variables; names may be missing
 * @param outputs signal → state or variable that predicts it under another name
 */
export function checkUnits(
  text: ModelText,
  units: ReadonlyMap<string, string>,
  outputs: ReadonlyMap<string, string> = new Map(),
): UnitsReport {
  const definitions = new Map(text.equations.flatMap((e) => (e.kind === "variable" ? [[e.name, e.ast] as const] : [])));
  const check = new Check(units, (name) => definitions.get(name));
  // Where everything is declared an error is surely there, not in what was concluded from it elsewhere.
  const open = (ast: Ast, name: string) => [name, ...namesIn(ast)].filter((n) => n !== "t" && !units.has(n)).length;
  const ordered = text.equations.map((e) => ({ e, count: open(e.ast, e.name) })).sort((a, b) => a.count - b.count);
  for (const { e } of ordered) check.equation(e);
  for (const event of text.events) check.event(event);
  for (const [signal, name] of outputs) check.output(signal, name);
  const names = new Set(text.equations.flatMap((e) => [e.name, ...namesIn(e.ast)]));
  for (const e of text.events) for (const ast of [e.condition, ...e.resets.map((r) => r.ast)]) namesIn(ast, names);
  names.delete("t");
  return check.report(names);
}

/** A unit, or that of a zero, which fits everywhere. */
type Unit = Form | "any";

const SECOND = known(dimensionOf("s"));

class Check {
  readonly #units: ReadonlyMap<string, string>;
  readonly #definition: (name: string) => Ast | undefined;
  readonly #solver = new UnitSolver();
  readonly #problems: EquationProblem[] = [];
  #source: Line = { code: "", line: 1, lengths: [0] };
  #offset = 0;
  /** What follows from a first problem in the same equation is not worth saying. */
  #said = false;

  constructor(units: ReadonlyMap<string, string>, definition: (name: string) => Ast | undefined) {
    this.#units = units;
    this.#definition = definition;
  }

  equation(e: ModelText["equations"][number]): void {
    this.#at(e.source, e.offset);
    const own = this.#name(e.name);
    const wanted = e.kind === "state" ? combined(own, SECOND, -1) : own;
    const unit = this.#whole(e.ast, e.kind === "variable" ? e.name : undefined);
    if (e.kind === "variable" && this.#zeroScale({ kind: "name", name: e.name }, e.ast)) return;
    if (this.#fits(wanted, unit)) return;
    const left = e.kind === "state" ? `d${e.name}/dt` : e.name;
    const wants =
      e.kind === "state"
        ? this.#written(typedRate(e.name, this.#units), wanted)
        : this.#label({ kind: "name", name: e.name }, wanted);
    this.#say(undefined, `${left} is ${inUnit(wants)}, but its right side ${inUnit(this.#label(e.ast, unit))}`);
  }

  event(e: ModelText["events"][number]): void {
    this.#at(e.source, e.conditionAt);
    this.#number(e.condition, "The condition");
    for (const { state, ast, offset } of e.resets) {
      this.#at(e.source, offset);
      const own = this.#name(state);
      const unit = this.#whole(ast, state);
      if (this.#zeroScale({ kind: "name", name: state }, ast)) continue;
      if (!this.#fits(own, unit))
        this.#say(
          ast,
          `${state} is ${inUnit(this.#label({ kind: "name", name: state }, own))}, but what the event sets ${inUnit(this.#label(ast, unit))}`,
        );
    }
  }

  output(signal: string, name: string): void {
    if (!this.#units.has(signal) || this.#fits(this.#name(signal), this.#name(name))) return;
    const [a, b] = [signal, name].map((n) => this.#label({ kind: "name", name: n }, this.#name(n)));
    this.#problems.push({
      line: 1,
      message: `The signal ${signal} is in ${a}, but ${name}, which predicts it, in ${b}.`,
    });
  }

  report(names: ReadonlySet<string>): UnitsReport {
    const inferred = new Map<string, NamedUnit>();
    const undetermined: string[] = [];
    for (const name of names) {
      if (this.#units.has(name)) continue;
      const { dimension, unknown: open } = this.#solver.resolve(unknown(name));
      if (open.size === 0) inferred.set(name, namedUnit(dimension));
      else undetermined.push(name);
    }
    const problems = this.#problems.sort((a, b) => a.line - b.line || (a.position ?? 0) - (b.position ?? 0));
    return { problems, inferred, undetermined };
  }

  #at(source: Line, offset: number): void {
    this.#source = source;
    this.#offset = offset;
    this.#said = false;
  }

  #name(name: string): Form {
    if (name === "t") return SECOND;
    const code = this.#units.get(name);
    return code === undefined ? unknown(name) : known(dimensionOf(code));
  }

  /** A right side; a table that is all of it gives values in the unit of the left. */
  #whole(ast: Ast, left: string | undefined): Unit {
    if (ast.kind !== "table" || left === undefined || !this.#units.has(left)) return this.#unit(ast);
    this.#axes(ast);
    return this.#name(left);
  }

  #unit(ast: Ast): Unit {
    if (ast.kind === "number") return ast.value === 0 ? "any" : NUMBER;
    if (ast.kind === "name") return this.#name(ast.name);
    if (ast.kind === "table") {
      this.#axes(ast);
      return NUMBER;
    }
    const { fn, args } = ast;
    const [a, b] = args as [Ast, Ast];
    switch (fn) {
      case "add":
      case "subtract":
      case "mod":
      case "min":
      case "max":
      case "clamp":
        return this.#same(ast, args);
      case "smaller":
      case "smallerEq":
      case "larger":
      case "largerEq":
      case "equal":
      case "unequal":
      case "atan2":
        this.#same(ast, args);
        return NUMBER;
      case "if":
        this.#number(a, "The condition");
        return this.#same(ast, args.slice(1));
      case "multiply":
      case "divide": {
        const [left, right] = [this.#unit(a), this.#unit(b)];
        if (left === "any") return "any";
        if (right === "any") return fn === "multiply" ? "any" : left;
        return combined(left, right, fn === "multiply" ? 1 : -1);
      }
      case "pow":
        return this.#power(ast, a, b);
      case "sqrt":
        return this.#scaled(this.#unit(a), 1 / 2);
      case "cbrt":
        return this.#scaled(this.#unit(a), 1 / 3);
      case "unaryMinus":
      case "unaryPlus":
      case "abs":
        return this.#unit(a);
      case "sign":
        this.#unit(a);
        return NUMBER;
      case "number":
        if (a.kind !== "name") this.#say(ast, `number takes the name of a quantity, not ${this.#text(a)}`);
        return NUMBER;
      default:
        for (const arg of args) this.#number(arg, SIGNS.has(fn) ? "and, or, not" : fn);
        return NUMBER;
    }
  }

  #scaled(unit: Unit, exponent: number): Unit {
    return unit === "any" ? unit : raised(unit, exponent);
  }

  #power(whole: Ast, base: Ast, exponent: Ast): Unit {
    const unit = this.#unit(base);
    if (namesIn(exponent).size === 0) {
      const value = new Graph(() => "t").add(exponent);
      if (value.kind === "number") return this.#scaled(unit, value.value);
    }
    this.#number(exponent, "An exponent");
    if (unit !== "any" && !this.#fits(NUMBER, unit))
      this.#say(whole, `${this.#text(base)} is in ${this.#label(base, unit)}, so its exponent must be a number`);
    return NUMBER;
  }

  /** The common unit of all; a sentence when there is none. */
  #same(whole: Ast, args: readonly Ast[]): Unit {
    let first: { ast: Ast; unit: Form } | undefined;
    const units = args.map((ast) => this.#unit(ast));
    for (const [i, unit] of units.entries()) {
      const ast = args[i]!;
      for (const other of args) if (other !== ast && this.#zeroScale(other, ast)) return first?.unit ?? "any";
      if (unit === "any") continue;
      if (!first) first = { ast, unit };
      else if (!this.#fits(first.unit, unit)) {
        this.#conflict(whole, first, { ast, unit });
        return this.#isLiteral(first.ast) ? unit : first.unit;
      }
    }
    return first?.unit ?? "any";
  }

  /** 0 beside a temperature in °C: true when that was said. */
  #zeroScale(name: Ast, zero: Ast): boolean {
    if (name.kind !== "name" || zero.kind !== "number" || zero.value !== 0) return false;
    const code = this.#units.get(name.name);
    if (code === undefined || toSi(code).offset === 0) return false;
    const si = namedUnit(dimensionOf(code)).display;
    this.#say(
      zero,
      `0 beside ${name.name} would mean 0 ${si}, because equations run in SI units: give the number a name, and the unit ${displayUnit(code)}`,
    );
    return true;
  }

  #axes(ast: Extract<Ast, { kind: "table" }>): void {
    for (const arg of ast.args)
      if (arg.kind !== "name" || !this.#units.has(arg.name))
        this.#number(arg, "An axis of a table that is no name with a unit");
  }

  #number(ast: Ast, who: string): void {
    const unit = this.#unit(ast);
    if (unit !== "any" && !this.#fits(NUMBER, unit))
      this.#say(ast, `${who} needs a number without a unit, but ${this.#text(ast)} is in ${this.#label(ast, unit)}`);
  }

  #fits(a: Unit, b: Unit): boolean {
    return a === "any" || b === "any" || this.#solver.equate(a, b);
  }

  #conflict(whole: Ast, a: { ast: Ast; unit: Form }, b: { ast: Ast; unit: Form }): void {
    const literal = [a, b].find((x) => this.#isLiteral(x.ast));
    const other = literal === a ? b : a;
    if (literal)
      return this.#say(
        whole,
        `${this.#text(whole)}: ${this.#text(literal.ast)} has no unit, but ${this.#text(other.ast)} is in ${this.#label(other.ast, other.unit)}; give the number a name, and a unit`,
      );
    const [one, two] = [this.#label(a.ast, a.unit), this.#label(b.ast, b.unit)];
    const fn = whole.kind === "call" ? whole.fn : "";
    const what = CONFLICTS.get(fn)?.(one, two) ?? `all parts need the same unit, but there are ${one} and ${two}`;
    this.#say(whole, `${this.#text(whole)}: ${what}`);
  }

  #isLiteral(ast: Ast): boolean {
    return namesIn(ast).size === 0;
  }

  #say(ast: Ast | undefined, sentence: string): void {
    if (this.#said) return;
    this.#said = true;
    const from = ast?.span ? ast.span[0] : this.#source.code.slice(this.#offset).search(/\S/);
    this.#problems.push({ ...place(this.#source, this.#offset + Math.max(from, 0)), message: `${sentence}.` });
  }

  #text(ast: Ast): string {
    if (ast.kind === "name") return ast.name;
    return ast.span ? excerpt(this.#source.code.slice(this.#offset), ast.span) : "this part";
  }

  /** The unit as it was declared, else SI. */
  #label(ast: Ast, unit: Unit): string {
    const code = ast.kind === "name" ? this.#units.get(ast.name) : undefined;
    if (
      code !== undefined &&
      dimensionOf(code)
        .slice(0, 7)
        .some((d) => d !== 0)
    )
      return displayUnit(code);
    return this.#written(typedUnit(ast, this.#units, this.#definition), unit);
  }

  /** A unit put together from declared ones, if it is the one that the check found; else SI. */
  #written(typed: ReturnType<typeof typedUnit>, unit: Unit): string {
    const form = unit === "any" ? NUMBER : this.#solver.resolve(unit);
    const same = typed && form.unknown.size === 0 && isNumber(combined(known(typed.dimension), form, -1));
    return same && !isNumber(form) ? typed.display : this.#show(unit);
  }

  #show(unit: Unit): string {
    const form = unit === "any" ? NUMBER : this.#solver.resolve(unit);
    if (form.unknown.size > 0) return "a unit that is not known";
    return isNumber(form) ? UNITLESS : namedUnit(form.dimension).display;
  }
}

const SIGNS = new Set(["and", "or", "not"]);
