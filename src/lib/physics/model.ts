/** Equations → functions over arrays: the right-hand side of the states, all quantities at one moment, derivatives. */
import { namesIn } from "../expression/ast.ts";
import { describe, TwinError } from "../twin/envelope.ts";
import { type Equation, EquationError, inOrder, type ModelText, readModel, treesOf } from "./equations.ts";
import { ModelCode, type ModelEvents, type ModelFunction, type Part, type Switches } from "./model-code.ts";
import { modelInSi } from "./si-model.ts";
import { type NamedUnit, type SiPort, siPorts } from "./unit-names.ts";
import { checkUnits } from "./units-check.ts";

export type { ModelEvents, ModelFunction, Part, Switches } from "./model-code.ts";

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
  /**
   * UCUM code per name (signals, parameters, states, variables). With it the units are checked and the model runs in SI:
   * `parameters` and `initial` are given in these units, and `ports` converts what goes in and out. Without it the
   * equations run in whatever units the numbers have.
   */
  units?: ReadonlyMap<string, string>;
  /** A trial: no signal needs be predicted. */
  trial?: boolean;
}

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
  /**
   * A function that writes ∂(row i)/∂(by[j]) to out[i·by.length + j], through the variables; rows are the states of the
   * right-hand side, or the quantities. Entries that are zero by structure (see `pattern`) are not written: zero `out`
   * once. Made on first use, and kept. At a kink the derivative is that of one side.
   * @param by names of states, parameters, inputs, or `t`
   * @throws RangeError when a name is none of these
   */
  derivative(of: Part, by: readonly string[]): ModelFunction;
  /** Which entries of `derivative(of, by)` are not zero by structure (1), in the same order. */
  pattern(of: Part, by: readonly string[]): Uint8Array;
  /** Of ∂rhs/∂states: ∂rhs[i]/∂y[j] is zero by structure for j < i − lower and for j > i + upper. */
  readonly bandwidth: { readonly lower: number; readonly upper: number };
  /** Where the right-hand side has a kink or a jump while the inputs rest, made on first use. */
  readonly switches: Switches;
  /** The `when` lines, made on first use. */
  readonly events: ModelEvents;
  /** Between the declared unit of a name and SI, in which the model runs; empty without `units`. */
  readonly ports: ReadonlyMap<string, SiPort>;
  /** Units of the other names as far as the equations determine them, in SI; empty without `units`. */
  readonly inferred: ReadonlyMap<string, NamedUnit>;
}

/**
 * Compiles a model.
 * @throws EquationError for the text, TwinError `E_MODEL` for the tables around it; both say what to change.
 */
export function compileModel(spec: ModelSpec): CompiledModel {
  const signals = new Set(spec.signals);
  const read = readModel(spec.equations, (name) => signals.has(name) || spec.parameters.has(name));
  const { text, ports, inferred } = withUnits(read, spec);
  const { equations, events } = text;
  const si = (name: string, value: number): number => ports.get(name)?.toSi(value) ?? value;
  const defined = new Set(equations.map((e) => e.name));
  const used = new Set(treesOf(text).flatMap((ast) => Array.from(namesIn(ast))));
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
  const code = new ModelCode({ states, variables, inputs, parameters, events });
  return {
    states: states.map((e) => e.name),
    inputs,
    parameters,
    p: Float64Array.from(parameters, (name) => si(name, spec.parameters.get(name)!)),
    initial: Float64Array.from(states, (e) => si(e.name, spec.initial?.get(e.name) ?? 0)),
    quantities,
    dynamic: dependingOnStates(states, variables),
    outputs,
    derived: new Map(
      quantities.flatMap((name, i) => (shown.includes(name) && !predicted.has(i) ? [[name, i] as const] : [])),
    ),
    rhs: code.rhs,
    observe: code.observe,
    derivative: (of, by) => code.derivative(of, by),
    pattern: (of, by) => code.pattern(of, by),
    get bandwidth() {
      return code.bandwidth;
    },
    get switches() {
      return code.switches;
    },
    get events() {
      return code.events;
    },
    ports,
    inferred,
  };
}

/** @throws EquationError when the units do not fit together */
function withUnits(
  text: ModelText,
  { units, outputs }: ModelSpec,
): { text: ModelText } & Pick<CompiledModel, "ports" | "inferred"> {
  if (!units) return { text, ports: new Map(), inferred: new Map() };
  const { problems, inferred } = checkUnits(text, units, outputs);
  if (problems.length > 0) throw new EquationError(problems);
  const ports = siPorts(units);
  return { text: modelInSi(text, ports), ports, inferred };
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
  if (outputs.size === 0 && spec.trial !== true)
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

/** The same compiled functions with numbers of their own. */
export function withParameters(model: CompiledModel, values: Readonly<Record<string, number>>): CompiledModel {
  const p = Float64Array.from(model.parameters, (name, i) =>
    Object.hasOwn(values, name) ? values[name]! : model.p[i]!,
  );
  return Object.create(model, { p: { value: p, enumerable: true } }) as CompiledModel;
}
