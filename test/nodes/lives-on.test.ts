import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Red, removeUserDir, root, startRed } from "./harness.ts";

type FlowNode = Record<string, unknown> & { id: string; type: string };

/** The first example on a fast clock and without faults: learned after a few seconds, and nothing happens by itself. */
function flow(): FlowNode[] {
  const nodes: FlowNode[] = JSON.parse(readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8"));
  for (const node of nodes)
    if (node.type === "twin-machine")
      Object.assign(node, { clock: 3600, faults: [{ fault: "bearing", onset: 4, ramp: 400 }] });
  return nodes;
}

describe("restart and redeploy in the middle of the first example", function () {
  this.timeout(120_000);
  let red: Red;
  before(async () => {
    red = await startRed({ flows: flow() });
  });
  after(async () => {
    await red.stop();
    removeUserDir(red.userDir);
  });

  const twin = async () => {
    const answer = await fetch(`${red.url}/twin/api/twin?id=plant1%3Apump-1`);
    return answer.ok ? (await answer.json()).twin : undefined;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the envelope as the API gives it.
  async function until(fits: (t: any) => boolean): Promise<any> {
    for (let i = 0; i < 300; i++) {
      const t = await twin();
      if (t && fits(t)) return t;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(`it did not happen within 30 s: ${JSON.stringify(await twin())?.slice(0, 600)}`);
  }

  it("learns, and sees the slow wear as a trend", async () => {
    const t = await until((x) => x.anomaly && x.anomaly.state !== "learning" && x.model?.z?.vibration != null);
    assert.ok(t.rev > 100);
  });

  for (const kind of ["full", "flows", "nodes"] as const)
    it(`goes on after a deploy of ${kind}: revision, baseline, machine`, async () => {
      const before = await twin();
      const changed = flow();
      // A change that means nothing to what was learned: a node moves and another gets a name.
      for (const n of changed)
        if (n.type === "twin-anomaly" || n.type === "twin-rul") Object.assign(n, { name: `after ${kind}`, x: 100 });
      await red.deploy(changed, kind);
      const t = await until((x) => x.rev > before.rev && x.anomaly);
      assert.notEqual(t.anomaly.state, "learning", "the baseline went on");
      assert.ok(t.model.z.vibration !== null, "the model's residuals went on");
      assert.ok(t.time > before.time && t.time - before.time < 3_600_000 * 60, "the machine went on where it was");
      const history = await (
        await fetch(`${red.url}/twin/api/history?id=plant1%3Apump-1&signal=vibration&points=2000`)
      ).json();
      assert.ok(history.series.vibration[0].time < before.time, "the history went on");
    });

  /**
   * What is seen first after a start. A twin that began anew would count from 1 and be learning: given time it would come
   * past any revision, so nothing is waited for but the first word of each node.
   */
  async function firstSeen(): Promise<{ rev: number; state: string; z: number | null }> {
    const { rev } = await until((x) => x.rev !== undefined);
    const t = await until((x) => x.anomaly && x.model);
    return { rev, state: t.anomaly.state, z: t.model.z.vibration };
  }

  it("goes on after Node-RED was stopped and started", async () => {
    const before = await twin();
    await red.stop();
    red = await startRed({ userDir: red.userDir });
    const after = await firstSeen();
    assert.ok(after.rev >= before.rev, `revision ${after.rev} after ${before.rev}`);
    assert.notEqual(after.state, "learning");
    assert.notEqual(after.z, null);
  });

  it("loses at most the last 30 s when the power is cut (kill -9)", async () => {
    const started = Date.now();
    const first = await twin();
    while (Date.now() - started < 33_000) await new Promise((resolve) => setTimeout(resolve, 500));
    await red.stop("kill");
    red = await startRed({ userDir: red.userDir });
    const after = await firstSeen();
    assert.ok(after.rev >= first.rev, `revision ${after.rev}, and 33 s before the cut it was ${first.rev}`);
    assert.notEqual(after.state, "learning");
  });

  it("forgets when the files are gone: the two tests above would notice", async () => {
    const { rev } = await twin();
    await red.stop();
    rmSync(join(red.userDir, "twinwire"), { recursive: true });
    red = await startRed({ userDir: red.userDir });
    const after = await firstSeen();
    assert.ok(after.rev < rev);
    assert.equal(after.state, "learning");
    await until((x) => x.anomaly && x.anomaly.state !== "learning");
  });

  it("says learning again when the signals have changed their meaning", async () => {
    const changed = flow();
    for (const n of changed)
      if (n.type === "twin-asset")
        for (const s of n.signals as { name: string; unit: string }[]) if (s.name === "vibration") s.unit = "m/s";
    await red.deploy(changed, "full");
    const t = await until((x) => x.anomaly?.state === "learning");
    assert.match(t.anomaly.why[0], /[Ll]earning/);
  });
});
