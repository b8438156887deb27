/** A compiled model as the solvers see it. */
import type { CompiledModel, ModelFunction } from "./model.ts";
import type { OdeProblem, Rhs } from "./solvers/problem.ts";

/**
 * The initial value problem of a model while its inputs `u` and parameters `p` rest. Both arrays are read at every
 * evaluation; call `restart` of the solver after changing them. Derivatives are made when a solver asks for them first.
 */
export function odeProblem(model: CompiledModel, u: Float64Array, p: Float64Array = model.p): OdeProblem {
  const n = model.states.length;
  const bound = (make: () => ModelFunction): Rhs => {
    let f: ModelFunction | undefined;
    return (t, y, out) => {
      f ??= make();
      f(t, y, u, p, out);
    };
  };
  const { rhs, switches, events } = model;
  return {
    n,
    rhs: (t, y, out) => rhs(t, y, u, p, out),
    jacobian: bound(() => model.derivative("rhs", model.states)),
    dfdt: bound(() => model.derivative("rhs", ["t"])),
    get autonomous() {
      return !model.pattern("rhs", ["t"]).includes(1);
    },
    get bandwidth() {
      return model.bandwidth;
    },
    ...(switches.count > 0 && {
      switches: { count: switches.count, write: (t, y, out) => switches.write(t, y, u, p, out) },
    }),
    ...(events.names.length > 0 && {
      events: {
        count: events.names.length,
        write: (t, y, out) => events.values(t, y, u, p, out),
        direction: events.direction,
        name: (i) => events.names[i]!,
        ...(events.sets.includes(1) && {
          reset: (happened, t, y) => {
            for (const i of happened) if (events.sets[i]) events.reset(i, t, y, u, p);
          },
        }),
      },
    }),
  };
}
