import type { IClientOptions } from "mqtt";
import { describe, TwinError } from "../../lib/twin/envelope.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import type { MqttConfig } from "./migrations.ts";

export interface BrokerSettings {
  url: string;
  client: IClientOptions;
  embedded: boolean;
}

/**
 * What mqtt.js needs to connect.
 * @throws TwinError with a sentence that says what to correct
 */
export function brokerSettings(
  RED: Runtime,
  config: MqttConfig,
  id: string,
  credentials: { user?: unknown; password?: unknown } = {},
): BrokerSettings {
  const host = config.host.trim();
  if (host === "")
    throw new TwinError("E_NO_BROKER", "The broker's host is empty: enter a host name, or embedded for trying.");
  const embedded = host === "embedded";
  const client: IClientOptions = {
    // Stable, so that the broker knows its session again; 21 characters, because some brokers allow only 23.
    clientId: config.clientId.trim() || `twin-${id.replace(/[^0-9A-Za-z]/g, "").slice(0, 16)}`,
    clean: false,
    keepalive: config.keepalive,
    protocolVersion: config.protocol === "5" && !embedded ? 5 : 4,
    connectTimeout: 10_000,
    ...(config.protocol === "5" &&
      !embedded && { properties: { sessionExpiryInterval: config.sessionExpiry, receiveMaximum: 1000 } }),
    ...(typeof credentials.user === "string" && credentials.user !== "" && { username: credentials.user }),
    ...(typeof credentials.password === "string" && credentials.password !== "" && { password: credentials.password }),
  };
  const url = embedded ? `mqtt://127.0.0.1:${config.port}` : urlOf(config, host);
  if (config.useTls && !embedded && config.tls) addTls(RED, config.tls, client);
  return { url, client, embedded };
}

function urlOf(config: MqttConfig, host: string): string {
  if (host.includes("://")) {
    if (!/^(mqtts?|tcp|ssl|wss?):\/\/[^\s/]/.test(host))
      throw new TwinError(
        "E_BROKER_URL",
        `The broker ${describe(host)} is not an address: write for example mqtts://broker.plant:8883.`,
      );
    return host;
  }
  if (/[\s/@]/.test(host))
    throw new TwinError("E_BROKER_URL", `The broker's host ${describe(host)} is not a host name.`);
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${config.useTls ? "mqtts" : "mqtt"}://${bracketed}:${config.port}`;
}

function addTls(RED: Runtime, id: string, client: IClientOptions): void {
  const tls = RED.nodes.getNode(id) as (Node & { addTLSOptions?: (options: IClientOptions) => void }) | null;
  if (!tls?.addTLSOptions)
    throw new TwinError(
      "E_TLS",
      "The TLS settings of the broker do not exist or have not been deployed: choose others.",
    );
  tls.addTLSOptions(client);
}
