/** Configuration of twin-state, version 1. */
export interface StateConfig {
  version: 1;
  name: string;
  asset: string;
  /** Also send one message per updated signal (topic = signal, payload = value) on output 4. */
  perSignal: boolean;
}

/** Brings a stored configuration to the present version. */
export function migrate(config: Partial<StateConfig>): StateConfig {
  return { version: 1, name: config.name ?? "", asset: config.asset ?? "", perSignal: config.perSignal === true };
}
