/**
 * Runs in a process of its own: sends malformed messages through every twin node of the first example in a running
 * Node-RED and reports what became of them as one line of JSON. Arguments: number of messages, seed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { startEmbedded } from "./embedded.ts";
import { root } from "./harness.ts";

const [count, seed] = process.argv.slice(2).map(Number) as [number, number];
const faults: string[] = [];
process.on("uncaughtException", (e) => faults.push(`uncaught: ${e.stack}`));
process.on("unhandledRejection", (e) => faults.push(`unhandled: ${e instanceof Error ? e.stack : e}`));

interface FlowNode {
  id: string;
  type: string;
  z?: string;
  [key: string]: unknown;
}
const example: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8"));
// The machine would add messages of its own, and Inject nodes too: only what the fuzzer sends may be counted.
const flow = example
  .filter((n) => n.type !== "inject" && n.type !== "debug")
  .map((n) => (n.wires ? { ...n, wires: [] } : n));
const targets = flow.filter((n) => n.type.startsWith("twin-") && n.z && Array.isArray(n.wires));

const circular: Record<string, unknown> = { id: "plant1:pump-1" };
circular.self = circular;
let deep: unknown = 1;
for (let i = 0; i < 5000; i++) deep = { values: deep };
const odd = fc.constantFrom<unknown>(
  circular,
  deep,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  1e308,
  2 ** 60,
  null,
  undefined,
  "",
  "live",
  "whatif:x",
  "__proto__",
  "constructor",
  Buffer.from([0xff, 0xfe, 0, 1]),
  new Float32Array(8),
  new Map([["a", 1]]),
  new Date(Number.NaN),
  Symbol.iterator.description,
  10n,
  () => 1,
  Object.create(null),
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  "x".repeat(100_000),
  Array.from({ length: 10_000 }, (_, i) => i),
);
const anything = fc.oneof(
  { weight: 3, arbitrary: odd },
  {
    weight: 2,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withTypedArray: true,
    }),
  },
  { weight: 1, arbitrary: fc.double() },
);
const signal = fc.constantFrom(
  "speed",
  "flow",
  "vibration",
  "dischargePressure",
  "nonsense",
  "__proto__",
  "a b",
  "constructor",
);
const values = fc.oneof(
  fc.dictionary(signal, fc.oneof(anything, fc.double({ min: 0, max: 2000 })), { maxKeys: 6 }),
  anything,
);
const sometimes = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything });
const envelope = fc.record(
  {
    v: sometimes(fc.constant(1)),
    id: sometimes(fc.constantFrom("plant1:pump-1", "plant1:other")),
    branch: sometimes(fc.constantFrom("live", "whatif:a", "replay:b", "attack:c")),
    rev: sometimes(fc.nat()),
    time: sometimes(fc.integer({ min: 0, max: 2e12 })),
    source: sometimes(fc.string()),
    seq: sometimes(fc.nat()),
    values,
    updated: sometimes(fc.array(signal)),
    times: values,
    status: values,
    desired: values,
    model: fc.oneof(fc.record({ expected: values, sd: values, residual: values, z: values }), anything),
    anomaly: anything,
    rul: anything,
    command: anything,
  },
  { requiredKeys: [] },
);
const action = fc.constantFrom(
  "desire",
  "acknowledge",
  "false-alarm",
  "confirmed",
  "learn",
  "freeze",
  "maintenance",
  "train",
  "load-model",
  "command",
  "accept",
  "reject",
  "reset",
  "fault",
  "repair",
  "play",
  "pause",
  "kill",
  "release",
  "no such action",
);
const message = fc.oneof(
  fc.record(
    { twin: sometimes(envelope), payload: anything, topic: sometimes(fc.string()) },
    { requiredKeys: ["twin"] },
  ),
  fc.record({ payload: fc.oneof(values, anything), topic: anything, ifRev: anything }, { requiredKeys: ["payload"] }),
  fc.record(
    { action: sometimes(action), twin: sometimes(envelope), payload: fc.oneof(values, anything) },
    { requiredKeys: ["action"] },
  ),
  fc.record({ reset: anything, payload: anything, twin: envelope }, { requiredKeys: ["reset"] }),
);

const red = await startEmbedded(flow);
const outcome = {
  sent: 0,
  completed: 0,
  errors: 0,
  twice: 0,
  byCode: {} as Record<string, number>,
  silent: [] as string[],
};
const open = new Map<string, string>();
red.hook("onComplete", (event) => {
  const id = String(event.msg._msgid);
  if (!open.delete(id)) outcome.twice++;
  outcome.completed++;
  if (!event.error) return;
  outcome.errors++;
  const { code, message: text } = event.error as Error & { code?: string };
  const name = code ?? `(no code) ${event.error.stack}`;
  outcome.byCode[name] = (outcome.byCode[name] ?? 0) + 1;
  if (typeof text !== "string" || text.length < 10) faults.push(`an error without a sentence: ${name} ${text}`);
});
const batch = 200;
const samples = fc.sample(message, { seed, numRuns: count });
for (let i = 0; i < samples.length; i++) {
  const target = targets[i % targets.length]!;
  const id = `fuzz${i}`;
  open.set(id, target.type);
  outcome.sent++;
  red.node(target.id).receive({ ...(samples[i] as object), _msgid: id });
  if (i % batch === batch - 1) await new Promise((resolve) => setImmediate(resolve));
}
for (let i = 0; i < 200 && open.size; i++) await new Promise((resolve) => setTimeout(resolve, 50));
outcome.silent = Array.from(open.values());
const polluted = "polluted" in {};
await red.stop();
console.log(JSON.stringify({ ...outcome, targets: targets.map((t) => t.type), faults: faults.slice(0, 5), polluted }));
process.exit(0);
