/** `POST <admin>/twin/api/asset-template`, `{ name, file }`: the signals that a preset asks for, worked out in a worker thread. */
import { join } from "node:path";
import type { AssetTemplate } from "../lib/physics/asset-template.ts";
import { isPlainObject } from "../lib/twin/envelope.ts";
import { runInWorker } from "../lib/worker.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response } from "./http.ts";

const WORKER = join(__dirname, "..", "lib", "physics", "asset-template-worker.js");
const LONGEST_MS = 10_000;

export function assetTemplateRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  const needs = RED.auth.needsPermission("twin.read");
  RED.httpAdmin.post("/twin/api/asset-template", needs, (req: Request, res: Response) => {
    void answer(req.body, fresh(res));
  });
}

async function answer(body: unknown, res: Response): Promise<void> {
  if (!isPlainObject(body) || !isPlainObject(body.file))
    return res.status(400).json({ message: "Send an object with the name and the file of a preset." });
  const preset = { name: String(body.name ?? ""), file: body.file };
  try {
    const signal = AbortSignal.timeout(LONGEST_MS);
    res.json(await runInWorker<typeof preset, AssetTemplate>(WORKER, preset, { signal }));
  } catch (error) {
    res.status(400).json({ message: (error as Error).message });
  }
}
