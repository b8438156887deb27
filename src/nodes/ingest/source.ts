import { readTopicPattern } from "../../lib/ingest/topic.ts";
import { TwinError } from "../../lib/twin/envelope.ts";
import { brokerStatus } from "../mqtt/broker-status.ts";
import type { MqttNode } from "../mqtt/runtime.ts";
import type { Message, Node, Runtime } from "../shared/node-red.ts";
import type { IngestConfig } from "./migrations.ts";
import type { IngestStatus } from "./status.ts";

/**
 * Subscribes an ingest node to its broker.
 * @throws TwinError when no broker or no topic is given
 */
export function listenToBroker(
  RED: Runtime,
  node: Node,
  config: IngestConfig,
  receive: (msg: Message) => void,
  status: IngestStatus,
): { source: string; stop(removed: boolean): void } {
  const broker = RED.nodes.getNode(config.broker) as MqttNode | null;
  if (!broker?.connection)
    throw new TwinError("E_NO_BROKER", "No broker is selected: open this node and choose or add one.");
  if (config.topic.trim() === "")
    throw new TwinError("E_TOPIC", "The topic is empty: enter for example plant/# or plant/+/pump/{id}/{signal}.");
  const { filter } = readTopicPattern(config.topic);
  const { connection } = broker;
  const stopListening = connection.onState((state) => status.connection(brokerStatus(RED, state)));
  const unsubscribe = connection.subscribe(
    filter,
    config.qos,
    ({ topic, payload, retain, qos }) => receive({ _msgid: RED.util.generateId(), topic, payload, retain, qos }),
    (problem) => node.error(problem),
  );
  return {
    source: `mqtt:${broker.name || connection.address}`,
    stop(removed) {
      stopListening();
      unsubscribe({ keep: !removed });
    },
  };
}
