/**
 * Runs in a process of its own: plays the recorded-machine example once, fast, and prints a hash of every payload and
 * envelope that each twin node sent, in order. Argument: speed.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startEmbedded } from "./embedded.ts";
import { root } from "./harness.ts";

type FlowNode = Record<string, unknown> & { id: string; type: string };
const example: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", "2 Recorded machine.json"), "utf8"));
// The counter beside the pipeline feeds its counts back at its own pace: only the twin nodes are played here.
const flow = example.filter((node) => node.type.startsWith("twin-") || node.type === "tab");
for (const node of flow) if (node.type === "twin-machine") Object.assign(node, { speed: Number(process.argv[2]) });
const types = new Map(flow.map((n) => [n.id, n.type]));
const hashes = new Map<string, ReturnType<typeof createHash>>();
let sent = 0;
let last = Date.now();
const red = await startEmbedded(flow);
// biome-ignore lint/suspicious/noExplicitAny: messages of any node pass here.
red.hook("onSend", (events: any) => {
  const ports = new Set<number>();
  for (const { msg, source } of events) {
    const type = types.get(source.id);
    // A message on two wires is one message.
    if (!type?.startsWith("twin-") || ports.has(source.port)) continue;
    ports.add(source.port);
    if (!hashes.has(type)) hashes.set(type, createHash("sha256"));
    hashes.get(type)!.update(`${source.port}${JSON.stringify(msg.payload)}${JSON.stringify(msg.twin)}\n`);
    sent++;
    last = Date.now();
  }
});
while (sent < 20_000 || Date.now() - last < 1500) await new Promise((resolve) => setTimeout(resolve, 100));
await red.stop();
console.log(
  JSON.stringify({ sent, hashes: Object.fromEntries(Array.from(hashes, ([type, h]) => [type, h.digest("hex")])) }),
);
process.exit(0);
