/** Configuration of twin-store, version 1. */
export interface StoreConfig {
  version: 1;
  name: string;
  samplesPerSignal: number | string;
  /** Memory for histories in all, MB. */
  memory: number | string;
}

/** Brings a stored configuration to the present version. */
export function migrate(config: Partial<StoreConfig>): StoreConfig {
  return {
    version: 1,
    name: config.name ?? "",
    samplesPerSignal: config.samplesPerSignal ?? 10_000,
    memory: config.memory ?? 100,
  };
}
