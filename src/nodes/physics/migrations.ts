import type { PhysicsConfig } from "../../lib/physics/settings.ts";

/** The node's configuration, version 1. */
export interface TwinPhysicsConfig extends PhysicsConfig {
  version: 1;
  name: string;
  asset: string;
}

/** Brings any older configuration to version 1: what is absent gets its default. */
export function migrate(config: Partial<TwinPhysicsConfig>): TwinPhysicsConfig {
  return {
    ...config,
    version: 1,
    name: config.name ?? "",
    asset: config.asset ?? "",
    preset: config.preset ?? (config.equations ? "own" : ""),
    equations: config.equations ?? "",
    parameters: config.parameters ?? [],
    predictions: config.predictions ?? [],
    learn: config.learn ?? "",
    correct: config.correct ?? true,
    floor: config.floor ?? "",
    follow: config.follow ?? "",
    settle: config.settle ?? "",
    maxGap: config.maxGap ?? "",
  };
}
