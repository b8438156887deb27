import type { AssetConfig } from "../../lib/twin/asset-config.ts";

/** Brings a stored configuration to version 1; what is absent gets its default. */
export function migrate(config: Partial<AssetConfig>): AssetConfig {
  return {
    version: 1,
    name: config.name ?? "",
    idPattern: config.idPattern ?? "",
    mimic: config.mimic ?? "generic",
    clock: config.clock === "data" ? "data" : "wall",
    store: config.store ?? "",
    signals: config.signals ?? [],
    parameters: config.parameters ?? [],
    failure: config.failure ?? { signal: "", threshold: "", direction: "rising" },
    relationships: config.relationships ?? [],
  };
}
