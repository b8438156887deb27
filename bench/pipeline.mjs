// Messages per second through the six twin nodes in a running Node-RED, beside six stock nodes that only pass the message
// on; microseconds inside each node; memory of 1 000 and 10 000 twins. One process per figure, so that none disturbs
// another's compiled code.
//   npm run bench:pipeline
import "../scripts/node-version.mjs";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const order = ["ingest", "state", "physics", "anomaly", "rul", "command"].map((n) => `twin-${n}`);
const [task, ...args] = process.argv.slice(2);
const tasks = { pipeline, stock, nodes, memory };

if (task) console.log(JSON.stringify(await tasks[task](...args.map(Number))));
else report();

function report() {
  const rounds = [1, 2, 3].map(() => ({ twin: child("pipeline", 20000), stock: child("stock", 20000) }));
  const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
  const twin = median(rounds.map((r) => r.twin.perSecond));
  const stockRate = median(rounds.map((r) => r.stock.perSecond));
  console.log(`six twin nodes    ${twin.toFixed(0)} messages/s`);
  console.log(`six change nodes  ${stockRate.toFixed(0)} messages/s`);
  console.log(`ratio             ${(stockRate / twin).toFixed(2)} (the twin takes that many times as long)`);
  for (const [type, us] of Object.entries(child("nodes", 20000)))
    console.log(`${type.padEnd(17)} ${us.toFixed(1)} us per message`);
  for (const twins of [1000, 10000]) {
    const m = child("memory", twins);
    console.log(
      `${String(twins).padStart(6)} twins      ${m.heapMb.toFixed(0)} MB heap, ${m.kbPerTwin.toFixed(1)} kB each after ${m.samples} samples`,
    );
  }
}

function child(name, ...numbers) {
  const flags = ["--expose-gc", "--max-old-space-size=8192", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  const out = execFileSync(process.execPath, [...flags, import.meta.filename, name, ...numbers.map(String)], {
    encoding: "utf8",
  });
  return JSON.parse(out.trim().split("\n").at(-1));
}

/** The six nodes of the first example in a row, with nothing else; `ids` is the asset's id pattern. */
function twinFlow(ids) {
  const example = JSON.parse(readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8"));
  const chain = order.map((type) => example.find((n) => n.type === type));
  const config = example.filter((n) => n.type === "twin-asset" || n.type === "twin-store" || n.type === "tab");
  const wired = chain.map((node, i) => ({
    ...node,
    wires: node.wires.map((_, port) => (port === 0 && i < 5 ? [chain[i + 1].id] : [])),
  }));
  return {
    flow: [...config.map((n) => (n.type === "twin-asset" && ids ? { ...n, idPattern: ids } : n)), ...wired],
    first: chain[0].id,
    last: chain[5].id,
    ids: chain.map((n) => n.id),
  };
}

function stockFlow() {
  const id = (i) => `5b0c7d1e9a3f42${i}0`;
  const flow = [{ id: "5b0c7d1e9a3f4299", type: "tab", label: "stock" }];
  for (let i = 0; i < 6; i++)
    flow.push({ id: id(i), type: "change", z: "5b0c7d1e9a3f4299", rules: [], wires: i < 5 ? [[id(i + 1)]] : [[]] });
  return { flow, first: id(0), last: id(5), ids: [] };
}

/** A healthy pump with noise, one sample of every signal per simulated minute. */
function samples(seed) {
  let s = seed >>> 0;
  const random = () => {
    s = (Math.imul(s ^ (s >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((s ^ (s >>> 13)) >>> 0) / 2 ** 32;
  };
  const near = (x, spread) => x + (random() + random() + random() - 1.5) * spread;
  return (i, id = "plant1:pump-1") => {
    const values = {
      speed: near(1480, 3),
      suctionPressure: near(1.2, 0.01),
      dischargePressure: near(4.3, 0.02),
      flow: near(60, 0.4),
      motorCurrent: near(15, 0.1),
      bearingTemperature: near(45, 0.2),
      vibration: near(1.8, 0.05),
      tankLevel: near(3, 0.02),
      waterTemperature: near(20, 0.1),
      ambientTemperature: near(22, 0.1),
    };
    const time = 1_750_000_000_000 + i * 60_000;
    const twin = {
      v: 1,
      id,
      branch: "live",
      time,
      source: "bench",
      seq: i,
      simulated: true,
      values,
      updated: Object.keys(values),
    };
    return { topic: `${id}/samples`, payload: values, twin };
  };
}

async function run({ flow, first, last }, count, message, started) {
  const { startEmbedded } = await import("../test/nodes/embedded.ts");
  const red = await startEmbedded(flow);
  let arrived = 0;
  red.hook("onComplete", (event) => {
    if (event.node.id === last) arrived++;
  });
  started?.(red);
  const head = red.node(first);
  const send = async (from, to) => {
    for (let i = from; i < to; i++) {
      head.receive(message(i));
      // As many on their way as a busy flow has; more would only measure the queue.
      while (i - arrived > 64) await new Promise((r) => setImmediate(r));
    }
    for (let i = 0; arrived < to && i < 1000; i++) await new Promise((r) => setTimeout(r, 1));
    if (arrived < to) throw new Error(`only ${arrived} of ${to} messages arrived`);
  };
  const warm = Math.min(2000, count >> 2);
  await send(0, warm);
  const t0 = performance.now();
  await send(warm, count);
  const seconds = (performance.now() - t0) / 1000;
  return { red, seconds, measured: count - warm };
}

async function pipeline(count) {
  const { red, seconds, measured } = await run(twinFlow(), count, samples(1));
  await red.stop();
  return { perSecond: measured / seconds };
}

async function stock(count) {
  const { red, seconds, measured } = await run(stockFlow(), count, samples(1));
  await red.stop();
  return { perSecond: measured / seconds };
}

/** Time inside each node's input handler, with Node-RED's own cost of `send` in it. */
async function nodes(count) {
  const chain = twinFlow();
  const spent = {};
  const { red, measured } = await run(chain, count, samples(1), (r) => {
    for (const id of chain.ids) {
      const node = r.node(id);
      const handler = node._inputCallback;
      let seen = 0;
      node._inputCallback = function (...input) {
        const t0 = performance.now();
        const result = handler.apply(this, input);
        if (++seen > 2000) spent[node.type] = (spent[node.type] ?? 0) + (performance.now() - t0);
        return result;
      };
    }
  });
  await red.stop();
  return Object.fromEntries(order.map((type) => [type, (spent[type] * 1000) / measured]));
}

async function memory(twins) {
  const perTwin = 20;
  const make = samples(1);
  const chain = twinFlow("fleet:pump-*");
  let before;
  const { red } = await run(
    chain,
    twins * perTwin,
    (i) => make(Math.floor(i / twins), `fleet:pump-${i % twins}`),
    () => {
      gc();
      before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    },
  );
  gc();
  const used = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before;
  await red.stop();
  return { heapMb: used / 2 ** 20, kbPerTwin: used / 1024 / twins, samples: perTwin };
}
