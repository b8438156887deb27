import { embeddedBroker } from "../../lib/ingest/embedded-broker.ts";
import { MqttConnection } from "../../lib/ingest/mqtt-connection.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import { type MqttConfig, migrate } from "./migrations.ts";
import { brokerSettings } from "./options.ts";

/** What the config node twin-mqtt offers to the nodes that select it. */
export interface MqttNode extends Node {
  connection: MqttConnection;
}

export function wire(RED: Runtime, node: Node, raw: Partial<MqttConfig>): void {
  const config = migrate(raw);
  const { url, client, embedded } = brokerSettings(RED, config, node._alias ?? node.id, node.credentials);
  let release: (() => Promise<void>) | undefined;
  const connection = new MqttConnection({
    url,
    client,
    random: Math.random,
    warn: (sentence) => node.warn(sentence),
    ...(embedded && {
      prepare: async () => {
        release ??= await embeddedBroker(config.port);
      },
    }),
  });
  (node as MqttNode).connection = connection;
  let told = "";
  connection.onState(({ kind, problem }) => {
    if (kind === "connected") {
      if (told) node.log(`The broker ${connection.address} is connected again.`);
      told = "";
    } else if (kind === "waiting" && problem && problem !== told) {
      told = problem;
      node.warn(problem);
    }
  });
  // A demo flow may publish to the embedded broker with other nodes before ours subscribe.
  if (embedded) connection.open();
  node.on("close", (_removed, done) => {
    void connection
      .close()
      .then(() => release?.())
      .finally(done);
  });
}
