/**
 * Runs in a process of its own: many copies of the first example in one Node-RED, on a fast clock, each with its own seed
 * and twin. A person accepts every advice at once. Prints what happened as one line of JSON per copy.
 * Argument: JSON { copies, hours, clock, firstSeed, accept, faults }.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { startEmbedded } from "./embedded.ts";
import { root } from "./harness.ts";

const { copies, hours, clock, firstSeed, accept, faults } = JSON.parse(process.argv[2]!) as {
  copies: number;
  hours: number;
  clock: number;
  firstSeed: number;
  accept: boolean;
  faults?: object[];
};
const schema = new Ajv2020({ allErrors: false, strict: false }).compile(
  JSON.parse(readFileSync(join(root, "src", "lib", "twin", "envelope.schema.json"), "utf8")),
);
type FlowNode = Record<string, unknown> & { id: string; type: string; wires?: string[][] };
const text = readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8");
const original: FlowNode[] = JSON.parse(text);

/** The example with other ids, another twin, another seed: everything else is as shipped. */
function copy(seed: number): FlowNode[] {
  let changed = text.replaceAll("plant1:pump-1", `plant1:pump-${seed}`);
  for (const { id } of original) changed = changed.replaceAll(id, `${id}${String(seed).padStart(4, "0")}`);
  const flow: FlowNode[] = JSON.parse(changed);
  for (const node of flow)
    if (node.type === "twin-machine")
      Object.assign(node, {
        clock,
        seed: String(seed),
        start: "2026-01-01T00:00:00Z",
        ...(faults && { faults }),
      });
  // A person who accepts at once stands in for the demo operator, whose ten seconds are wall time.
  return flow.filter((n) => n.type !== "debug" && n.type !== "inject" && n.type !== "delay");
}

const seeds = Array.from({ length: copies }, (_, i) => firstSeed + i);
const flows = seeds.map(copy);
const red = await startEmbedded(flows.flat());
const HOUR = 3_600_000;
const start = Date.parse("2026-01-01T00:00:00Z");
const stories = new Map(
  seeds.map((seed) => [
    `plant1:pump-${seed}`,
    {
      seed,
      events: [] as { h: number; node: string; event: string; text: string }[],
      truth: [] as unknown[],
      rul: [] as unknown[],
      health: [] as unknown[],
      commands: [] as unknown[],
      invalid: [] as string[],
      /** How far the machine is, and how far the last of the pipeline that is looked at. */
      h: 0,
      seen: 0,
      paused: false,
    },
  ]),
);
const machines = new Map(
  flows.map((flow, i) => [`plant1:pump-${seeds[i]}`, flow.find((n) => n.type === "twin-machine")!.id]),
);
type Story = NonNullable<ReturnType<typeof stories.get>>;
const types = new Map(flows.flat().map((n) => [n.id, n]));

// biome-ignore lint/suspicious/noExplicitAny: messages of any node pass here.
red.hook("onSend", (events: any) => {
  for (const event of events) {
    const { msg, source } = event;
    const { port } = source;
    const node = types.get(source.id);
    const twin = msg.twin;
    const story: Story | undefined = twin && stories.get(twin.id);
    if (!story || !node?.type.startsWith("twin-")) continue;
    // Truth and actions carry a reference to the twin, not an envelope.
    if (twin.values && !schema(twin) && story.invalid.length < 5)
      story.invalid.push(`${node.type} ${port}: ${JSON.stringify(schema.errors)}`);
    record(story, node, port, msg);
  }
});

// biome-ignore lint/suspicious/noExplicitAny: messages of any node pass here.
function record(story: Story, node: FlowNode, port: number, msg: any): void {
  const h = (msg.twin.time - start) / HOUR;
  if (node.type === "twin-machine" && port === 1) {
    story.h = h;
    story.truth.push({ h, ...msg.payload });
  } else if (node.type === "twin-rul" && port === 0 && msg.twin.rul) {
    story.seen = h;
    story.rul.push({ h, ...msg.twin.rul });
  } else if (node.type === "twin-anomaly" && port === 0 && msg.twin.anomaly)
    story.health.push({ h, health: msg.twin.anomaly.health, state: msg.twin.anomaly.state, why: msg.twin.anomaly.why });
  if (node.type === "twin-command" && port === 0) story.commands.push({ h, value: msg.payload });
  if (msg.event) {
    story.events.push({ h, node: node.type, event: msg.event, text: msg.payload });
    if (accept && node.type === "twin-command" && msg.event === "raised")
      red.node(node.id).receive({
        action: "accept",
        payload: { id: msg.twin.id },
        twin: { id: msg.twin.id, command: { id: msg.twin.command.id } },
      });
  }
}

/**
 * On a busy computer a machine this fast runs ahead of the nodes that look at it, and what is accepted reaches it late: it waits
 * for them. The story is over when all of it has been looked at.
 */
const AHEAD_H = 0.5;
while (Array.from(stories.values()).some((s) => s.seen < hours)) {
  for (const [id, story] of stories) {
    const paused = story.h - story.seen > AHEAD_H;
    if (paused === story.paused) continue;
    story.paused = paused;
    red.node(machines.get(id)!).receive({ action: paused ? "pause" : "play", twin: { branch: "live", id } });
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
await red.stop();
// A pipe takes its time: leave only when everything is written.
process.stdout.write(Array.from(stories.values(), (story) => `${JSON.stringify(story)}\n`).join(""), () =>
  process.exit(0),
);
