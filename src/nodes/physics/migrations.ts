import type { PhysicsConfig } from "../../lib/physics/settings.ts";

/** The node's configuration, version 2. */
export interface TwinPhysicsConfig extends PhysicsConfig {
  version: 2;
  name: string;
  asset: string;
}

/**
 * Brings any older configuration to version 2: what is absent gets its default.
 * - 1 → 2: estimation; a node of version 1 follows its measured states as before, and estimates nothing.
 */
export function migrate(config: Omit<Partial<TwinPhysicsConfig>, "version"> & { version?: number }): TwinPhysicsConfig {
  return {
    ...config,
    version: 2,
    name: config.name ?? "",
    asset: config.asset ?? "",
    preset: config.preset ?? (config.equations ? "own" : ""),
    equations: config.equations ?? "",
    parameters: config.parameters ?? [],
    reduced: config.reduced ?? "",
    files: config.files ?? [],
    checkUnits: config.checkUnits ?? false,
    units: config.units ?? [],
    predictions: config.predictions ?? [],
    learn: config.learn ?? "",
    correct: config.correct ?? true,
    floor: config.floor ?? "",
    follow: config.follow ?? "",
    settle: config.settle ?? "",
    maxGap: config.maxGap ?? "",
    estimate: config.estimate || "follow",
    drifting: config.drifting ?? [],
    noise: config.noise ?? [],
    process: config.process ?? [],
    gate: config.gate ?? "",
    calibrate: config.calibrate ?? [],
    correction: config.correction ?? true,
    correctionInputs: config.correctionInputs ?? [],
  };
}
