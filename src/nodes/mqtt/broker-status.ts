import type { ConnectionState } from "../../lib/ingest/mqtt-connection.ts";
import type { Runtime, Status } from "../shared/node-red.ts";

/** The status of a node that uses a broker; undefined while all is well. */
export function brokerStatus(RED: Runtime, { kind }: ConnectionState): Status | undefined {
  const text = (key: string) => RED._(`@twinwire/node-red-digital-twin/twin-mqtt:twin-mqtt.status.${key}`);
  if (kind === "connected" || kind === "closed") return undefined;
  if (kind === "waiting") return { fill: "red", shape: "ring", text: `⚠ ${text("unreachable")}` };
  return { fill: "yellow", shape: "ring", text: `◌ ${text("connecting")}` };
}
