import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of the API.
type Answer = any;
type FlowNode = Record<string, Answer> & { id: string; type: string };

describe("the examples of physics: what no sensor sees", function () {
  this.timeout(120_000);
  let red: Red | undefined;
  afterEach(async () => {
    await red?.stop();
    if (red) removeUserDir(red.userDir);
    red = undefined;
  });

  async function start(title: string, faults: object[]): Promise<FlowNode[]> {
    const flow: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", `${title}.json`), "utf8"));
    for (const node of flow) if (node.type === "twin-machine") node.model.faults = faults;
    red = await startRed({ flows: flow });
    return flow;
  }
  const twin = async (id: string): Promise<Answer> =>
    (await fetch(`${red!.url}/twin/api/twin?id=${encodeURIComponent(id)}`)).json();
  async function until(id: string, fits: (a: Answer) => boolean, seconds = 60): Promise<Answer> {
    for (let i = 0; i < 5 * seconds; i++) {
      const answer = await twin(id);
      if (answer.twin && fits(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return assert.fail(`it did not happen: ${JSON.stringify(await twin(id)).slice(0, 1500)}`);
  }

  it("tank: the size of a leak is found from level and flows, and the alarm names it", async () => {
    await start("7 Tank with a leak", [{ parameter: "leakArea", becomes: "3", onset: 4, ramp: 1 }]);
    await until("plant1:tank-1", (a) => a.state === "normal");
    const leaking = await until(
      "plant1:tank-1",
      (a) => a.twin.model?.states?.leakArea > 2.8 && a.state === "active" && /The tank leaks/.test(a.why),
    );
    // The simulated leak is 3 cm².
    const later = await until("plant1:tank-1", (a) => a.twin.time > leaking.twin.time + 3 * 3_600_000);
    assert.ok(Math.abs(later.twin.model.states.leakArea - 3) < 0.15, `${later.twin.model.states.leakArea} cm²`);
  });

  it("heat exchanger: deposits are seen as lost heat transfer, and cleaning brings it back", async () => {
    const flow = await start("6 Heat exchanger fouling", [
      { parameter: "foulingResistance", becomes: "0.4", onset: 3, ramp: 1 },
    ]);
    // Films of 4 000 W/(m²K) on both sides: 2 000 clean, 1 / (1/2000 + 0.4e-3) = 1 111 fouled, 56 %; flows vary by some percent.
    const fouled = await until(
      "plant1:hx-1",
      (a) => a.twin.model?.derived?.cleanliness < 60 && a.state === "active" && /plan cleaning/.test(a.why),
    );
    assert.ok(fouled.twin.model.derived.cleanliness > 50);
    const clean = flow.find((n) => n.name === "Clean")!;
    await fetch(`${red!.url}/inject/${clean.id}`, { method: "POST" });
    await until("plant1:hx-1", (a) => a.twin.model?.derived?.cleanliness > 92);
  });

  it("motor: the winding's temperature is known without a sensor, and blocked cooling by its name", async () => {
    await start("8 Motor virtual winding temperature", [
      { parameter: "frameResistance", becomes: "×1.8", onset: 4, ramp: 1 },
    ]);
    const warm = await until("plant1:motor-2", (a) => a.twin.model?.states?.windingTemperature > 60);
    assert.equal(warm.twin.values.windingTemperature, undefined, "nothing measures it");
    const blocked = await until("plant1:motor-2", (a) => a.twin.model?.derived?.frameResistanceChange > 60);
    await until("plant1:motor-2", (a) => /cooling is blocked|clean the cooling/.test(a.why));
    assert.ok(blocked.twin.model.derived.frameResistanceChange < 110);
  });

  it("beam: a crack shows against the imported modes, and the sway of the middle is known without a sensor", async () => {
    const title = "9 Beam with modal model";
    const flow: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", `${title}.json`), "utf8"));
    for (const node of flow) if (node.type === "twin-machine") node.clock = 60;
    red = await startRed({ flows: flow });
    const press = async (name: RegExp) =>
      assert.equal(
        (await fetch(`${red!.url}/inject/${flow.find((n) => name.test(n.name))!.id}`, { method: "POST" })).status,
        200,
      );
    const id = "plant1:mast-1";
    const well = await until(id, (a) => a.state === "normal");
    assert.equal(well.twin.values.middle, undefined, "nothing measures it");
    // A cantilever bent by a force at its tip: the middle moves by 5/16 of the tip.
    const share = well.twin.model.derived.middle / well.twin.model.expected.deflection;
    assert.ok(share > 0.28 && share < 0.35, `${share}`);
    await press(/Crack/);
    await until(
      id,
      (a) =>
        a.state === "active" &&
        a.twin.time > well.twin.time + 180_000 &&
        /Deflection of the tip .* above the expected/.test(a.why),
    );
    await press(/Repair/);
    await until(id, (a) => a.state === "normal");
  });
});
