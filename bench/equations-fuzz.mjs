// Feeds the gate of the equation language with expressions that nobody would type, alone and in models, and looks at every
// character of what it generates. Used by equations.mjs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expressionFuzz, foreignTokens, isFuzzName } from "../test/lib/expression/fuzz.ts";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");

/** @returns counts; `outside`: anything in generated code that is not on the list; `other`: errors that are no sentence */
export async function fuzz(lib, expressions) {
  const { parseExpression } = require(join(lib, "expression/whitelist.js"));
  const { Graph } = require(join(lib, "expression/graph.js"));
  const { makeFunction, writeReturn } = require(join(lib, "expression/codegen.js"));
  const { ExpressionError } = require(join(lib, "expression/ast.js"));
  const { compileModel } = require(join(lib, "physics/model.js"));
  const { createRandom } = require(join(lib, "random.js"));
  const { expressions: attacks } = JSON.parse(readFileSync(join(root, "test/lib/expression/attacks.json"), "utf8"));

  const next = expressionFuzz(createRandom("equations"), attacks);
  const counts = { tried: 0, accepted: 0, outside: 0, other: 0, longest: 0, models: 0, seconds: 0 };
  const start = performance.now();
  const complain = (kind, text, why) => {
    if (counts[kind]++ < 5) console.error(kind, JSON.stringify(text), why);
  };
  // Beside other processes the machine may pause: time of this thread is what counts, where Node can tell it.
  const clock = () => {
    const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
    return (user + system) / 1000;
  };
  const timed = (work) => {
    const begin = performance.now();
    const busy = clock();
    try {
      work();
    } finally {
      const ms = performance.now() - begin;
      if (ms > counts.longest) counts.longest = Math.max(counts.longest, Math.min(ms, clock() - busy));
    }
  };
  const accepted = [];
  const one = (text) => {
    counts.tried++;
    let code;
    let graph;
    try {
      timed(() => {
        graph = new Graph(() => ({ array: "v", index: 0 }));
        code = undefined;
        code = writeReturn(graph, graph.add(parseExpression(text, isFuzzName)));
      });
    } catch (error) {
      if (!(error instanceof ExpressionError)) complain("other", text, error);
      return;
    }
    counts.accepted++;
    accepted.push(text);
    if (foreignTokens(code).length > 0) complain("outside", text, code);
    try {
      if (typeof makeFunction(graph, ["v"], code)([0.5]) !== "number") complain("other", text, "no number");
    } catch (error) {
      complain("other", text, error);
    }
  };
  const model = (texts) => {
    const [a, b, c, d] = texts.map((text) => text.replaceAll("model.derived.npshMargin", "margin"));
    const equations = `dx/dt = ${a}\nspeed = ${b}\nwhen (${c}) > 0: x = ${d}`;
    let found;
    try {
      timed(() => {
        found = compileModel({ equations, signals: ["x", "k", "margin"], parameters: new Map() });
        found.derivative("rhs", ["x", "t"]);
        found.switches.write(0, [1], [1, 1], [], new Float64Array(found.switches.count));
        found.events.values(0, [1], [1, 1], [], new Float64Array(1));
      });
    } catch (error) {
      if (error.code !== "E_EQUATIONS") complain("other", equations, error);
      return;
    }
    counts.models++;
    const parts = [
      found.rhs,
      found.observe,
      found.derivative("rhs", ["x", "t"]),
      found.switches.write,
      found.events.values,
    ];
    for (const part of parts) {
      const body = String(part)
        .replace(/^function \(t, y, u, p, out\) \{\n/, "")
        .replace(/\n\}$/, "");
      if (foreignTokens(body, "tyupout").length > 0) complain("outside", equations, body);
    }
  };
  // Compiling for the first time is not what is measured.
  for (let i = 0; i < 2000; i++) next();
  one("x + 1");
  model(["x", "1", "x > 1", "k"]);
  counts.longest = 0;
  while (counts.tried < expressions) {
    for (let i = 0; i < 40; i++) one(next().text);
    // Alone they are good: together they are equations, an event, derivatives and switching functions.
    while (accepted.length > 4) model(accepted.splice(-8, 4));
    model([next(), next(), next(), next()].map((f) => f.text));
  }
  for (const text of attacks) one(text);
  counts.seconds = (performance.now() - start) / 1000;
  return counts;
}
