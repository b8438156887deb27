import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of the API.
type Answer = any;
type FlowNode = Record<string, unknown> & { id: string; type: string };

describe("the example Motor bearing", function () {
  this.timeout(120_000);
  let red: Red | undefined;
  afterEach(async () => {
    await red?.stop();
    if (red) removeUserDir(red.userDir);
  });

  it("names the damaged part in words, and is calm again with a new bearing", async () => {
    const flow: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", "5 Motor bearing.json"), "utf8"));
    for (const node of flow) if (node.type === "twin-anomaly") node.learning = 30;
    red = await startRed({ flows: flow });
    const motor = async (): Promise<Answer> => (await fetch(`${red!.url}/twin/api/twin?id=plant1%3Amotor-1`)).json();
    const press = async (name: string) => {
      const { id } = flow.find((n) => n.type === "inject" && n.name === name)!;
      assert.equal((await fetch(`${red!.url}/inject/${id}`, { method: "POST" })).status, 200, name);
    };
    const until = async (fits: (a: Answer) => boolean): Promise<Answer> => {
      for (let i = 0; i < 200; i++) {
        const answer = await motor();
        if (fits(answer)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return assert.fail(`it did not happen: ${JSON.stringify(await motor()).slice(0, 1500)}`);
    };
    const healthy = await until((a) => a.state === "normal");
    assert.ok(healthy.twin.values.vibration > 0.7 && healthy.twin.values.vibration < 1.4, "zone A");
    await press("Damage inner race");
    const damaged = await until((a) => a.state === "active" && /inner race of the bearing is damaged/.test(a.why));
    assert.ok(damaged.twin.values.innerRace > 6);
    assert.equal(damaged.twin.spectrum.bearing.verdict, "inner race");
    await seeSpectrum(red.url, damaged);
    await press("New bearing");
    await until((a) => a.state === "normal" && a.twin.values.innerRace < 3);
    await press("Damage outer race");
    await until((a) => a.state === "active" && /outer race of the bearing is damaged/.test(a.why));
  });
});

/** The spectrum that the live page shows. */
async function seeSpectrum(url: string, twin: Answer): Promise<void> {
  assert.equal(twin.spectra, 1);
  const get = async (query = ""): Promise<Answer> =>
    (await fetch(`${url}/twin/api/spectrum?id=plant1%3Amotor-1${query}`)).json();
  const text = JSON.stringify(await get());
  assert.ok(text.length < 25_000, `${text.length} bytes`);
  const [seen] = JSON.parse(text).spectra;
  assert.deepEqual([seen.verdict, seen.zone, seen.curves.velocity.unit], ["inner race", "A", "mm/s"]);
  for (const { values } of Object.values<Answer>(seen.curves)) assert.ok(values.length > 300 && values.length <= 600);
  const { frequency, evidence } = seen.marks.find((m: Answer) => m.symbol === "BPFI");
  assert.ok(Math.abs(frequency / ((5.415 * seen.rpm) / 60) - 1) < 0.021, `${frequency} Hz at ${seen.rpm} rpm`);
  assert.ok(evidence > 6);
  const { values, from, step } = seen.curves.envelope;
  const near = Math.round((frequency - from) / step);
  const line = Math.max(...values.slice(near - 1, near + 2));
  const noise = [...values].sort((p, q) => p - q)[values.length >> 1];
  assert.ok(line > 5 * noise, `the inner race's line is ${line}, between the lines ${noise}`);
  // Between two requests the machine may have sent the next waveform.
  let same: Answer;
  for (let i = 0; i < 20 && !same; i++) {
    const [{ id }] = (await get()).spectra;
    same = (await get(`&have=${id}`)).spectra.find((s: Answer) => s.id === id);
  }
  assert.deepEqual(Object.keys(same), ["id"], "what is known is not sent again");
}
