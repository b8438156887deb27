// A gap of 20 000 s in the data of a model that needs some hundred thousand steps for it: how long is the event loop held up?
const BUDGET = 5;
const GAP = 20_000;
const RUNS = 5;

/** Longest time, ms, in which the event loop did nothing else, while `work` runs. */
async function longestStall(work) {
  let longest = 0;
  let running = true;
  const probe = (async () => {
    let last = performance.now();
    while (running) {
      await new Promise((r) => setTimeout(r, 1));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
  })();
  const done = await work();
  running = false;
  await probe;
  return { longest, done };
}

export async function stall({ compileModel, Stepper }) {
  const model = compileModel({
    equations: "dy1/dt = 10*(y2 - y1)\ndy2/dt = y1*(28 - y3) - y2\ndy3/dt = y1*y2 - 8/3*y3",
    signals: ["y1"],
    parameters: new Map(),
  });
  const make = () => {
    const stepper = new Stepper(model, { maxGap: 1e6, follow: 0, rtol: 1e-8, atol: 1e-10 });
    stepper.step(0, [], [1, 1, 1]);
    return stepper;
  };
  const deadline = () => {
    const end = performance.now() + BUDGET;
    return () => performance.now() >= end;
  };
  const sliced = async () => {
    const stepper = make();
    const start = performance.now();
    let code = stepper.step(GAP * 1000, [], [NaN, NaN, NaN], undefined, deadline());
    while (code === "behind") {
      await new Promise((r) => setImmediate(r));
      code = stepper.proceed(deadline());
    }
    return { total: performance.now() - start, y: Array.from(stepper.quantities) };
  };
  const whole = async () => {
    const stepper = make();
    const start = performance.now();
    stepper.step(GAP * 1000, [], [NaN, NaN, NaN], undefined, () => false);
    return { total: performance.now() - start, y: Array.from(stepper.quantities) };
  };
  console.log(
    `\nA gap of ${GAP} s (Lorenz, rtol 1e-8), seen by a 1 ms probe; budget ${BUDGET} ms per slice; ${RUNS} runs by turns, medians`,
  );
  const runs = { idle: [], whole: [], sliced: [] };
  for (let i = 0; i < RUNS; i++) {
    runs.idle.push(await longestStall(() => new Promise((r) => setTimeout(r, 400))));
    runs.whole.push(await longestStall(whole));
    runs.sliced.push(await longestStall(sliced));
  }
  const median = (xs) => xs.sort((a, b) => a - b)[xs.length >> 1];
  const [idle, one, slices] = ["idle", "whole", "sliced"].map((k) => median(runs[k].map((r) => r.longest)));
  const [oneTotal, total] = ["whole", "sliced"].map((k) => median(runs[k].map((r) => r.done.total)));
  const same = [...runs.whole, ...runs.sliced].every((r) => `${r.done.y}` === `${runs.whole[0].done.y}`);
  console.log(`  longest stall: idle ${idle.toFixed(1)} ms, in one piece ${one.toFixed(0)} ms`);
  console.log(
    `  in slices ${slices.toFixed(1)} ms, ${(slices - idle).toFixed(1)} ms above idle (must 10); total ${total.toFixed(0)} ms, ${(total / oneTotal).toFixed(2)} times; same result: ${same}`,
  );
}
