/**
 * Node-RED inside the present process, for measurements and for messages that cannot cross a process boundary (circular,
 * binary, NaN). One per process: Node-RED's runtime is a singleton, so use it in a script of its own.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { makeUserDir, removeUserDir } from "./harness.ts";

const require = createRequire(import.meta.url);

export interface RunningNode {
  id: string;
  type: string;
  receive(msg: object): void;
}

export interface Embedded {
  node(id: string): RunningNode;
  /** `onSend`, `onReceive`, `onComplete` … of Node-RED's hooks API. */
  hook(name: string, callback: (event: HookEvent) => void): void;
  stop(): Promise<void>;
}

export interface HookEvent {
  msg: { _msgid?: string; [key: string]: unknown };
  error?: Error;
  node: { id: string; node?: { id: string; type: string } };
  source?: { id: string };
  destination?: { id: string };
}

export async function startEmbedded(flows: object[], userDir = makeUserDir()): Promise<Embedded> {
  writeFileSync(join(userDir, "flows.json"), JSON.stringify(flows));
  const RED = require("node-red");
  const server = createServer();
  RED.init(server, {
    userDir,
    flowFile: "flows.json",
    httpAdminRoot: "/",
    httpNodeRoot: "/",
    credentialSecret: "test",
    telemetry: { enabled: false },
    logging: { console: { level: "fatal", metrics: false, audit: false } },
  });
  const started = new Promise<void>((resolve) => RED.events.once("flows:started", () => resolve()));
  await RED.start();
  await started;
  return {
    node(id) {
      const node = RED.nodes.getNode(id);
      if (!node) throw new Error(`node ${id} does not run`);
      return node;
    },
    hook: (name, callback) => RED.hooks.add(name, callback),
    async stop() {
      await RED.stop();
      removeUserDir(userDir);
    },
  };
}
