import { TwinError } from "../../lib/twin/envelope.ts";
import type { Message, Node, Runtime } from "./node-red.ts";

/** A node's runtime: reads its config once, builds its lib object, wires the handlers. */
export interface Wiring<C> {
  wire(RED: Runtime, node: Node, config: C): void;
  /** Hears the messages of a node that could not be wired, beside their being answered with the error. */
  refused?(msg: Message): void;
}

/**
 * Registers a node type whose runtime is loaded on first use, so that an installed but unused node costs Node-RED's
 * start nothing. A TwinError thrown while wiring (bad configuration) becomes the node's error and a red status;
 * messages that reach such a node are answered with the same sentence.
 */
export function register<C extends object>(
  RED: Runtime,
  type: string,
  load: () => Wiring<C>,
  options?: { credentials?: Record<string, { type: "text" | "password" }> },
): void {
  function TwinNode(this: Node, config: C): void {
    RED.nodes.createNode(this, config);
    const wiring = load();
    try {
      wiring.wire(RED, this, config);
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      refuseAll(RED, this, error, wiring.refused);
    }
  }
  RED.nodes.registerType(type, TwinNode, options);
}

function refuseAll(RED: Runtime, node: Node, error: TwinError, hear?: (msg: Message) => void): void {
  node.status({ fill: "red", shape: "ring", text: `⚠ ${RED._(statusKey(error.code))}` });
  node.error(error);
  node.on("input", (msg, _send, done) => {
    hear?.(msg);
    done(error);
  });
}

/** The short status of a configuration error: what to do next, in a few words. */
function statusKey(code: string): string {
  const known = ["E_NO_ASSET", "E_ASSET", "E_NO_EQUATIONS", "E_NO_RULES", "E_NO_INDICATOR", "E_NO_BROKER"];
  return shared(`status.${known.includes(code) ? code : "E_CONFIG"}`);
}

/** A text that several nodes use: they live in the catalogue of twin-asset. */
export const shared = (key: string): string => `@twinwire/node-red-digital-twin/twin-asset:shared.${key}`;
