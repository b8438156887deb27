import type { CommandConfig } from "../../lib/command/settings.ts";

/** A new node's settings. */
export const defaults: CommandConfig = {
  version: 1,
  name: "",
  asset: "",
  mode: "advise",
  target: "output",
  broker: "",
  topic: "{id}/command/{signal}",
  format: "value",
  signals: [],
  rules: [],
  interlock: "",
  defaultSignal: "",
  expiry: 60,
  retries: 2,
  retryAfter: 10,
  freshness: 30,
  minInterval: 5,
  rearm: 10,
  simulatedTarget: false,
  killed: false,
};

/** Brings the settings of any earlier version to the present one; a missing setting gets its default. */
export function migrate(config: object): CommandConfig {
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given), version: 1 };
}
