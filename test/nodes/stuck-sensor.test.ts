import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of the API.
type Answer = any;
type FlowNode = Record<string, Answer> & { id: string; type: string };

describe("the example: find the stuck sensor", function () {
  this.timeout(120_000);
  let red: Red | undefined;
  afterEach(async () => {
    await red?.stop();
    if (red) removeUserDir(red.userDir);
    red = undefined;
  });

  it("names the sensor that stands still and the one that drifts, and the machine when it is the machine", async () => {
    const flow: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", "10 Find the stuck sensor.json"), "utf8"));
    for (const node of flow) if (node.type === "twin-machine") Object.assign(node, { clock: 3600, faults: [] });
    red = await startRed({ flows: flow });
    const press = async (name: string) => {
      const { id } = flow.find((n) => n.type === "inject" && n.name === name)!;
      assert.equal((await fetch(`${red!.url}/inject/${id}`, { method: "POST" })).status, 200, name);
    };
    const until = async (fits: (a: Answer) => boolean): Promise<Answer> => {
      let answer: Answer;
      for (let i = 0; i < 200; i++) {
        answer = await (await fetch(`${red!.url}/twin/api/twin?id=plant1%3Apump-3`)).json();
        if (answer.twin && fits(answer)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return assert.fail(`it did not happen: ${JSON.stringify(answer).slice(0, 1500)}`);
    };
    const sensor = (a: Answer) => a.twin.anomaly?.sensor;

    await until((a) => a.state === "normal");
    await press("Flow meter stands still");
    const stuck = await until((a) => a.state === "active" && sensor(a) === "flow");
    assert.match(stuck.why, /[Ss]ensor flow reads wrong/);
    await press("Replace flow meter");
    await until((a) => a.state === "normal" && sensor(a) === undefined);

    await press("Pressure sensor drifts");
    const drifting = await until((a) => a.state === "active" && sensor(a) === "dischargePressure");
    assert.match(drifting.why, /[Ss]ensor discharge pressure reads wrong/);
    await press("Replace pressure sensor");
    await until((a) => a.state === "normal" && sensor(a) === undefined);

    await press("For comparison: bearing wears");
    const worn = await until((a) => a.state === "active");
    assert.equal(sensor(worn), undefined, "a worn bearing is no sensor");
    assert.match(worn.why, /[Vv]ibration|[Bb]earing/);
  });
});
