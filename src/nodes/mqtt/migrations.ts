export interface MqttConfig {
  version: 1;
  name: string;
  /** Host name, a URL such as mqtts://broker:8883 or ws://broker/mqtt, or "embedded". */
  host: string;
  port: number;
  useTls: boolean;
  /** Id of a tls-config: certificate authority, certificate, key, verification. */
  tls: string;
  protocol: "3.1.1" | "5";
  clientId: string;
  /** Seconds. */
  keepalive: number;
  /** Seconds for which the broker queues for us while we are away (MQTT 5). */
  sessionExpiry: number;
}

/** Brings a stored configuration of any earlier shape to version 1. */
export function migrate(config: Partial<MqttConfig>): MqttConfig {
  const positive = (x: unknown, otherwise: number) => (Number(x) > 0 ? Number(x) : otherwise);
  return {
    ...config,
    version: 1,
    name: config.name ?? "",
    host: config.host ?? "",
    port: positive(config.port, 1883),
    useTls: config.useTls ?? false,
    tls: config.tls ?? "",
    protocol: config.protocol === "5" ? "5" : "3.1.1",
    clientId: config.clientId ?? "",
    keepalive: positive(config.keepalive, 60),
    sessionExpiry: positive(config.sessionExpiry, 86_400),
  };
}
