import { join } from "node:path";
import type { Preview, PreviewRequest } from "../lib/physics/preview.ts";
import { isPlainObject } from "../lib/twin/envelope.ts";
import { runInWorker } from "../lib/worker.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import type { Request, Response } from "./http.ts";
import { fresh } from "./http.ts";

const WORKER = join(__dirname, "..", "lib", "physics", "preview-worker.js");
/** A trial that takes longer than this is given up: Node-RED goes on either way. */
const LONGEST_MS = 10_000;

/** `POST <admin>/twin/api/preview`: the dialog's trial of a model, in a worker thread. */
export function previewRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.post("/twin/api/preview", RED.auth.needsPermission("twin.read"), (req: Request, res: Response) => {
    void answer(req.body, fresh(res));
  });
}

async function answer(body: unknown, res: Response): Promise<void> {
  if (!isPlainObject(body) || !isPlainObject(body.config) || !isPlainObject(body.asset))
    return res.status(400).json({ message: "Send an object with config, asset, seconds and values." });
  try {
    const result = await runInWorker<PreviewRequest, Preview>(WORKER, body as unknown as PreviewRequest, {
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    res.json(result);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const text = code === "E_STOPPED" ? `The trial took more than ${LONGEST_MS / 1000} s and was given up.` : message;
    res.json({ message: text });
  }
}
