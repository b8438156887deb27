import type { MappingRow } from "../../lib/ingest/mapping.ts";

export interface IngestConfig {
  version: 1;
  name: string;
  asset: string;
  source: "messages" | "mqtt";
  /** Id of a twin-mqtt. */
  broker: string;
  /** MQTT topic filter. */
  topic: string;
  qos: 0 | 1 | 2;
  mapping: Partial<MappingRow>[];
  /** Largest believable lead of a source's clock, seconds. */
  clockTolerance: number;
}

/** Brings a stored configuration of any earlier shape to version 1. */
export function migrate(config: Partial<IngestConfig>): IngestConfig {
  const tolerance = Number(config.clockTolerance ?? 60);
  const qos = Number(config.qos ?? 1);
  return {
    ...config,
    version: 1,
    name: config.name ?? "",
    asset: config.asset ?? "",
    source: config.source === "mqtt" ? "mqtt" : "messages",
    broker: config.broker ?? "",
    topic: config.topic ?? "",
    qos: qos === 0 || qos === 2 ? qos : 1,
    mapping: Array.isArray(config.mapping) ? config.mapping : [],
    clockTolerance: Number.isFinite(tolerance) && tolerance >= 0 ? tolerance : 60,
  };
}
