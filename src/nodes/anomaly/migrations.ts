import { type AnomalyConfig, DEFAULTS } from "../../lib/anomaly/options.ts";

export interface NodeConfig extends AnomalyConfig {
  id: string;
  name: string;
  asset: string;
}

/** Brings the config of any earlier version to version 1; what is missing gets its default. */
export function migrate(config: Partial<NodeConfig> & { id: string }): NodeConfig {
  if (config.version === 1) return config as NodeConfig;
  return { name: "", asset: "", excluded: [], limits: [], ...DEFAULTS, ...config, version: 1 };
}
