import type { CommandConfig } from "../../lib/command/settings.ts";
import { type CommandSection, TwinError } from "../../lib/twin/envelope.ts";
import type { Runtime } from "../shared/node-red.ts";

/** Where commands go. */
export interface Target {
  /** Resolves when the target took the command; rejects with a sentence when it did not. `undefined`: it leaves through output 1. */
  write(twin: string, command: CommandSection): Promise<void> | undefined;
}

/** The part of an MQTT connection that commands need. */
export interface Publisher {
  readonly state: { kind: string };
  readonly address: string;
  open(): void;
  publish(topic: string, payload: string, options: { qos: 1; retain: false }): Promise<void>;
}

/**
 * The target that the dialog names: output 1, or a topic of a broker. Commands are never retained, so that a machine that
 * comes back does not find an old one.
 * @throws TwinError `E_NO_BROKER` or `E_COMMAND` with a sentence that says what to change
 */
export function makeTarget(RED: Pick<Runtime, "nodes">, config: CommandConfig): Target {
  if (config.target !== "mqtt") return { write: () => undefined };
  const broker = RED.nodes.getNode(config.broker) as { connection?: Publisher } | null;
  const connection = broker?.connection;
  if (!connection)
    throw new TwinError("E_NO_BROKER", "No broker is selected for the commands: open this node and choose or add one.");
  const template = config.topic.trim();
  if (!template || /[+#\0]/.test(template))
    throw new TwinError(
      "E_COMMAND",
      "The topic of the commands must be text without + and #, for example {id}/command/{signal}.",
    );
  connection.open();
  return {
    async write(twin, command) {
      // Waiting for the broker would let a command out later than it was checked.
      if (connection.state.kind !== "connected") throw new Error(`the broker ${connection.address} is not connected.`);
      const topic = fillTopic(template, twin, command.signal);
      await connection.publish(topic, encode(config.format, twin, command), { qos: 1, retain: false });
    },
  };
}

/** Fills `{id}` and `{signal}` in a topic. */
export function fillTopic(template: string, id: string, signal: string): string {
  return template.replace(/\{(id|signal)\}/g, (_, name) => (name === "id" ? id : signal));
}

function encode(format: CommandConfig["format"], twin: string, command: CommandSection): string {
  const { id, signal, value, expires } = command;
  return format === "json" ? JSON.stringify({ twin, command: id, signal, value, expires }) : String(value);
}
