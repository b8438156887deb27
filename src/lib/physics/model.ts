/** Equations → two functions over arrays: the right-hand side of the states, and all quantities at one moment. */
import { namesIn } from "../expression/ast.ts";
import { CodeWriter, type Slot } from "../expression/codegen.ts";
import { describe, TwinError } from "../twin/envelope.ts";
import { type Equation, inOrder, readEquations } from "./equations.ts";

export interface ModelSpec {
  equations: string;
  /** Names that are measured; those that an equation reads become inputs. */
  signals: Iterable<string>;
  parameters: ReadonlyMap<string, number>;
  /** Signal → name of the state or variable that predicts it, beside those of equal name. */
  outputs?: ReadonlyMap<string, string>;
  /** States at the start, where they are not measured; 0 by default. */
  initial?: ReadonlyMap<string, number>;
  /** Variables to show as derived quantities; by default all that are no outputs. */
  derived?: readonly string[];
}

/**
 * A generated function. `t` seconds since the start, `y` states, `u` inputs, `p` parameters, all in the order of the
 * lists of CompiledModel; the result goes to `out`.
 */
export type ModelFunction = (
  t: number,
  y: ArrayLike<number>,
  u: ArrayLike<number>,
  p: ArrayLike<number>,
  out: Float64Array,
) => void;

export interface CompiledModel {
  readonly states: readonly string[];
  readonly inputs: readonly string[];
  readonly parameters: readonly string[];
  /** Values of `parameters`. */
  readonly p: Float64Array;
  readonly initial: Float64Array;
  /** States and variables, in the order in which `observe` writes them. */
  readonly quantities: readonly string[];
  /** Quantities that depend on a state, directly or through others. */
  readonly dynamic: ReadonlySet<string>;
  /** Signal → index in `quantities` of what predicts it. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Derived quantity → index in `quantities`. */
  readonly derived: ReadonlyMap<string, number>;
  /** Writes dy/dt, one per state. */
  readonly rhs: ModelFunction;
  /** Writes all quantities. */
  readonly observe: ModelFunction;
}

/**
 * Compiles a model.
 * @throws EquationError for the text, TwinError `E_MODEL` for the tables around it; both say what to change.
 */
export function compileModel(spec: ModelSpec): CompiledModel {
  const signals = new Set(spec.signals);
  const equations = readEquations(spec.equations, (name) => signals.has(name) || spec.parameters.has(name));
  const defined = new Set(equations.map((e) => e.name));
  const used = new Set(equations.flatMap((e) => Array.from(namesIn(e.ast))));
  const states = equations.filter((e) => e.kind === "state");
  const variables = inOrder(equations);
  const free = Array.from(used).filter((name) => !defined.has(name) && name !== "t");
  // A parameter of the table goes before a signal of the same name: somebody typed it on purpose.
  const parameters = free.filter((name) => spec.parameters.has(name));
  const inputs = free.filter((name) => !spec.parameters.has(name));
  const quantities = [...states, ...variables].map((e) => e.name);
  const outputs = mapOutputs(spec, signals, quantities);
  const shown = spec.derived ?? variables.map((e) => e.name);
  const predicted = new Set(outputs.values());
  return {
    states: states.map((e) => e.name),
    inputs,
    parameters,
    p: Float64Array.from(parameters, (name) => spec.parameters.get(name)!),
    initial: Float64Array.from(states, (e) => spec.initial?.get(e.name) ?? 0),
    quantities,
    dynamic: dependingOnStates(states, variables),
    outputs,
    derived: new Map(
      quantities.flatMap((name, i) => (shown.includes(name) && !predicted.has(i) ? [[name, i] as const] : [])),
    ),
    ...generate(states, variables, inputs, parameters),
  };
}

function mapOutputs(spec: ModelSpec, signals: ReadonlySet<string>, quantities: readonly string[]): Map<string, number> {
  const outputs = new Map<string, number>();
  for (const [i, name] of quantities.entries()) if (signals.has(name)) outputs.set(name, i);
  for (const [signal, name] of spec.outputs ?? []) {
    const index = quantities.indexOf(name);
    if (!signals.has(signal))
      throw new TwinError("E_MODEL", `Output ${describe(signal)} is not a signal of the asset: choose one that is.`);
    if (index < 0)
      throw new TwinError("E_MODEL", `Output ${signal}: no equation defines ${describe(name)}. Choose a left side.`);
    outputs.set(signal, index);
  }
  if (outputs.size === 0)
    throw new TwinError(
      "E_MODEL",
      "No equation predicts a signal: name a left side like a signal of the asset, or map one in the table of outputs.",
    );
  return outputs;
}

/** `variables` must be in order. */
function dependingOnStates(states: readonly Equation[], variables: readonly Equation[]): Set<string> {
  const dynamic = new Set(states.map((e) => e.name));
  for (const e of variables) for (const name of namesIn(e.ast)) if (dynamic.has(name)) dynamic.add(e.name);
  return dynamic;
}

function generate(
  states: readonly Equation[],
  variables: readonly Equation[],
  inputs: readonly string[],
  parameters: readonly string[],
): { rhs: ModelFunction; observe: ModelFunction } {
  const slots = new Map<string, Slot>([["t", "t"]]);
  for (const [index, e] of states.entries()) slots.set(e.name, { array: "y", index });
  for (const [index, name] of inputs.entries()) slots.set(name, { array: "u", index });
  for (const [index, name] of parameters.entries()) slots.set(name, { array: "p", index });
  const trees = new Map(variables.map((e) => [e.name, e.ast]));
  const find = (name: string) => trees.get(name) ?? slots.get(name)!;

  const rates = new CodeWriter(find);
  const needed = neededBy(states, trees);
  // In order of need, so that a long chain of variables is never a deep recursion.
  for (const e of variables) if (needed.has(e.name)) rates.add({ kind: "name", name: e.name });
  const rateValues = states.map((e) => rates.add(e.ast));
  for (const [index, value] of rateValues.entries()) rates.store({ array: "out", index }, value);

  const all = new CodeWriter(find);
  const values = [...states, ...variables].map((e) => all.add({ kind: "name", name: e.name }));
  for (const [index, value] of values.entries()) all.store({ array: "out", index }, value);
  return { rhs: build(rates), observe: build(all) };
}

// Only fragments of codegen.ts and functions.ts are in the text: no name of the user.
const build = (code: CodeWriter) =>
  new Function("t", "y", "u", "p", "out", `"use strict";\n${code.text()}`) as ModelFunction;

function neededBy(states: readonly Equation[], trees: ReadonlyMap<string, Equation["ast"]>): Set<string> {
  const needed = new Set<string>();
  const queue = states.flatMap((e) => Array.from(namesIn(e.ast)));
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const ast = trees.get(name);
    if (!ast || needed.has(name)) continue;
    needed.add(name);
    queue.push(...namesIn(ast));
  }
  return needed;
}
