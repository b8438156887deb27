import { type AnomalyConfig, DEFAULTS } from "../../lib/anomaly/options.ts";

export interface NodeConfig extends AnomalyConfig {
  id: string;
  name: string;
  asset: string;
}

/** Settings of version 1 as delivered. The detectors' averages hold by themselves now, so a longer hold only makes them late. */
const FIRST = { hold: 3, clear: 10, refractory: 20 };

/** Brings the config of any earlier version to version 3; what is missing gets its default, which leaves a node what it was. */
export function migrate(config: Partial<Omit<NodeConfig, "version">> & { id: string; version?: number }): NodeConfig {
  if (config.version === 3) return config as NodeConfig;
  const complete = { name: "", asset: "", excluded: [], limits: [], ...DEFAULTS, ...config, version: 3 as const };
  const first = config.version !== 2;
  const untouched = Object.entries(FIRST).every(([key, value]) => Number(config[key as keyof typeof FIRST]) === value);
  if (!first || !untouched) return complete;
  const { hold, clear, refractory } = DEFAULTS;
  return { ...complete, hold, clear, refractory };
}
