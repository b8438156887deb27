import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { ModelMachine } from "../../src/lib/machine/model-machine.ts";
import { readPhysics } from "../../src/lib/physics/settings.ts";
import { readAsset } from "../../src/lib/twin/asset-config.ts";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of the API.
type Answer = any;

/** The cycle at which the same pack, seen without noise, is at its limit. */
function trueLife(machine: Answer, config: Answer): number {
  const asset = readAsset(config);
  const { preset, equations, parameters, inputs } = machine.model;
  const physics = readPhysics({ preset, equations, parameters, estimate: "off" }, asset);
  const pack = new ModelMachine(physics, asset, { inputs, noise: new Map(), faults: [], seed: machine.seed });
  for (let cycle = 1; cycle < 2000; cycle++) {
    pack.advance(machine.period);
    if ((pack.sample().capacity as number) <= config.failure.threshold) return cycle;
  }
  return assert.fail("the pack never fails");
}

describe("example 12: a battery of which none has failed yet", function () {
  this.timeout(120_000);
  let red: Red | undefined;
  afterEach(async () => {
    await red?.stop();
    if (red) removeUserDir(red.userDir);
    red = undefined;
  });

  it("says how many cycles are left: the interval holds the truth and narrows, a warning comes before the end", async () => {
    const flow: Answer[] = JSON.parse(readFileSync(join(root, "examples", "12 Battery.json"), "utf8"));
    const machine = flow.find((n) => n.type === "twin-machine");
    machine.clock = 3600;
    const life = trueLife(
      machine,
      flow.find((n) => n.type === "twin-asset"),
    );
    assert.ok(life > 300 && life < 600, "the rough guess of 600 cycles is not the truth");
    red = await startRed({ flows: flow });
    const api = async (path: string): Promise<Answer> => (await fetch(`${red!.url}/twin/api/${path}`)).json();
    let pack: Answer;
    const replaced = (e: Answer) => /has gone back: taken for a repair/.test(e.text);
    for (let i = 0; i < 300 && !pack?.events?.some(replaced); i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      pack = await api("twin?id=pack-1");
    }
    assert.equal(pack.twin.rul.tier, "A");
    const { series } = await api(
      "history?id=pack-1&branch=live&signal=capacity&signal=rul.p05&signal=rul.p50&signal=rul.p95&points=2000",
    );
    const begin = series.capacity[0].time;
    /** What was stated after so many cycles; the first cycle is sample 1. */
    const at = (name: string, cycle: number): number => {
      const time = begin + (cycle - 1) * machine.period * 1000;
      return series[name].find((p: Answer) => Math.abs(p.time - time) < 1000)?.value ?? Number.NaN;
    };
    const looks = [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => {
      const cycle = Math.round(share * life);
      const [p05, p50, p95] = ["rul.p05", "rul.p50", "rul.p95"].map((name) => at(name, cycle)) as [
        number,
        number,
        number,
      ];
      return { left: life - cycle, p05, p50, p95 };
    });
    for (const { left, p05, p50, p95 } of looks)
      console.log(`    ${left} left: ${p05.toFixed(0)} to ${p95.toFixed(0)}, median ${p50.toFixed(0)}`);
    const inside = looks.filter(({ left, p05, p95 }) => p05 <= left && left <= p95);
    assert.ok(inside.length >= 4, `the truth is inside ${inside.length} of 5 times`);
    const width = (i: number) => looks[i]!.p95 - looks[i]!.p05;
    assert.ok(width(4) < 0.2 * width(1) && width(3) < width(0), `${looks.map((_, i) => Math.round(width(i)))}`);
    const reached = series["rul.p50"].find((p: Answer) => p.value === 0)?.time;
    const end = begin + (life - 1) * machine.period * 1000;
    assert.ok(Math.abs(reached - end) < 20 * machine.period * 1000, "zero is said when the limit is reached");
    const warning = pack.events.find((e: Answer) => /will probably fail/.test(e.text));
    assert.ok(warning, JSON.stringify(pack.events));
    const early = (end - warning.time) / (machine.period * 1000);
    assert.ok(early > 5, `warned ${early} cycles before the end`);
  });
});
