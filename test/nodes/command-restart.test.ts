import assert from "node:assert/strict";
import { makeUserDir, type Red, removeUserDir, startRed } from "./harness.ts";

const asset = {
  id: "asset-of-the-restart-1",
  type: "twin-asset",
  name: "Pump",
  version: 1,
  idPattern: "plant1:pump-1",
  clock: "wall",
  mimic: "pump",
  store: "",
  signals: [{ name: "speed", unit: "/min", label: "Speed" }],
  parameters: [],
  failure: { signal: "", threshold: "", direction: "rising" },
};
const z = "tab-of-the-restart-1";
const flows = [
  { id: z, type: "tab", label: "Restart" },
  asset,
  {
    id: "command-of-the-restart-1",
    type: "twin-command",
    z,
    x: 300,
    y: 100,
    version: 1,
    asset: asset.id,
    mode: "advise",
    expiry: 3600,
    signals: [{ signal: "speed", low: 900, high: 1500 }],
    wires: [[], [], []],
  },
  ...["state", "command"].map((name, i) => ({
    id: `in-${name}-of-the-restart-1`,
    type: "http in",
    z,
    x: 100,
    y: 60 + 60 * i,
    url: `/${name}`,
    method: "post",
    wires: [[`make-${name}-of-the-restart-1`]],
  })),
  {
    id: "make-state-of-the-restart-1",
    type: "function",
    z,
    x: 200,
    y: 60,
    func: `const twin = { v: 1, id: "plant1:pump-1", branch: "live", rev: 1, time: Date.now(), values: { speed: 1480 }, updated: ["speed"] };
return [{ twin }, { ...msg, payload: {} }];`,
    outputs: 2,
    wires: [["command-of-the-restart-1"], ["answer-of-the-restart-1"]],
  },
  {
    id: "make-command-of-the-restart-1",
    type: "function",
    z,
    x: 200,
    y: 120,
    func: "return [{ payload: 1410 }, { ...msg, payload: {} }];",
    outputs: 2,
    wires: [["command-of-the-restart-1"], ["answer-of-the-restart-1"]],
  },
  { id: "answer-of-the-restart-1", type: "http response", z, x: 400, y: 60, statusCode: "200", wires: [] },
];

describe("twin-command over a restart of Node-RED", function () {
  this.timeout(120_000);
  const userDir = makeUserDir();
  let red: Red;
  after(async () => {
    await red?.stop();
    removeUserDir(userDir);
  });

  const post = async (path: string, body: object) => {
    const response = await fetch(`${red.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
    return response.json();
  };
  const act = async (action: object): Promise<string> =>
    JSON.stringify(await post("/twin/api/actions", { branch: "live", id: "plant1:pump-1", ...action }));

  it("keeps advice and the kill switch, and waits for new data before it writes", async () => {
    red = await startRed({ userDir, flows });
    await post("/state", {});
    await post("/command", {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    await red.stop();

    red = await startRed({ userDir, flows });
    assert.match(await act({ action: "accept" }), /No data of this twin has arrived yet/);
    assert.match(await act({ action: "kill" }), /kill switch is on/);
    await red.stop();

    red = await startRed({ userDir, flows });
    await post("/state", {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.match(await act({ action: "command", signal: "speed", value: 1410 }), /kill switch is on/);
    assert.match(await act({ action: "release" }), /released/);
    assert.match(
      await act({ action: "command", signal: "speed", value: 1410 }),
      /Advice: set Speed from 1480 rpm to 1410 rpm/,
    );
  });
});
