/** What the reader of each kind of model hands on (read-reduced.ts). */
import type { LinearCore } from "./linear-core.ts";
import type { Port, SlotPort } from "./linear-stepper.ts";
import type { Mode } from "./modal-core.ts";

export interface Built {
  core(): LinearCore;
  inputs: { signals: string[]; ports: SlotPort[]; fixed: Float64Array };
  outputs: {
    quantities: string[];
    outputs: Map<string, number>;
    derived: Map<string, number>;
    ports: Port[];
    units: Record<string, string>;
  };
  start: "steady" | "rest";
  /** Slowest time constant, s; Infinity when there is none. */
  slowest: number;
  size: number;
  warnings: string[];
  frequencies?: number[];
}

/** How long a structure rings, its frequencies, and what to warn of. */
export function slowestMode(modes: readonly Mode[]) {
  const decays = modes.map(({ rate, damping }) => {
    const sigma = damping! * rate;
    return damping! > 1 ? sigma - rate * Math.sqrt(damping! ** 2 - 1) : sigma;
  });
  const slowest = Math.min(...decays);
  const warnings: string[] = [];
  if (modes.some(({ rate }) => rate === 0))
    warnings.push("The structure is not held: it has modes without stiffness, whose displacements run away.");
  else if (slowest === 0) warnings.push("The damping is 0: vibrations, and with them every error, never die out.");
  return {
    slowest: slowest > 0 ? 1 / slowest : Number.POSITIVE_INFINITY,
    size: 2 * modes.length,
    frequencies: modes.map(({ rate }) => rate / (2 * Math.PI)),
    warnings,
  };
}
