/** `GET <admin>/twin/api/asset-template?preset=NAME`: the signals that a preset asks for, worked out in a worker thread. */
import { join } from "node:path";
import type { AssetTemplate } from "../lib/physics/asset-template.ts";
import type { Preset } from "../lib/physics/presets/preset.ts";
import { runInWorker } from "../lib/worker.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response } from "./http.ts";

const WORKER = join(__dirname, "..", "lib", "physics", "asset-template-worker.js");
const LONGEST_MS = 10_000;

export function assetTemplateRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  const needs = RED.auth.needsPermission("twin.read");
  RED.httpAdmin.get("/twin/api/asset-template", needs, (req: Request, res: Response) => {
    void answer(String(req.query.preset ?? ""), fresh(res));
  });
}

async function answer(name: string, res: Response): Promise<void> {
  try {
    const { presets } = require("../lib/physics/presets/index.js") as typeof import("../lib/physics/presets/index.ts");
    const preset = presets.get(name);
    if (!preset) return res.status(404).json({ message: "No preset has this name: GET twin/api/presets lists them." });
    res.json(await runInWorker<Preset, AssetTemplate>(WORKER, preset, { signal: AbortSignal.timeout(LONGEST_MS) }));
  } catch (error) {
    res.status(500).json({ message: (error as Error).message });
  }
}
