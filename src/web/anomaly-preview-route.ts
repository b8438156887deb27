/** `POST <admin>/twin/api/anomaly-preview`: what twin anomaly would have said of a twin's recorded history, for its dialog. */
import { join } from "node:path";
import type { PreviewRequest } from "../lib/anomaly/preview.ts";
import type { Preview } from "../lib/anomaly/preview-shapes.ts";
import { isPlainObject, LIVE } from "../lib/twin/envelope.ts";
import { runInWorker } from "../lib/worker.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";

const WORKER = join(__dirname, "..", "lib", "anomaly", "preview-worker.js");
/** A look back that takes longer is given up: Node-RED goes on either way. */
const LONGEST_MS = 30_000;
/** Threads at a time. */
const MOST = 2;
const NOTHING = "Nothing has been recorded of this twin yet: deploy, let it run, then try again.";

let running = 0;

export function anomalyPreviewRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.post(
    "/twin/api/anomaly-preview",
    RED.auth.needsPermission("twin.read"),
    (req: Request, res: Response) => {
      if (running >= MOST)
        return fresh(res).status(503).json({ message: "Other previews are running: try again in a moment." });
      running++;
      answer(req.body, fresh(res)).finally(() => running--);
    },
  );
}

/** What is wrong with the settings is an answer for the dialog, not an error of the request. */
async function answer(body: unknown, res: Response): Promise<void> {
  if (!isPlainObject(body) || !isPlainObject(body.config) || !isPlainObject(body.asset))
    return res.status(400).json({ message: "Send an object with id, branch, asset and config." });
  const { find } = require("./view.js") as typeof import("./view.ts");
  const ref = refOf({ branch: body.branch ?? LIVE, id: body.id });
  const found = ref && find(ref);
  if (!found) return res.json({ message: NOTHING });
  try {
    const { migrate } = require("../nodes/anomaly/migrations.js") as typeof import("../nodes/anomaly/migrations.ts");
    const { readRecording } =
      require("../lib/anomaly/preview-recording.js") as typeof import("../lib/anomaly/preview-recording.ts");
    const config = migrate({ ...body.config, id: "preview" });
    const signals = Array.isArray(body.asset.signals) ? body.asset.signals.filter(isPlainObject) : [];
    const recording = await readRecording(found.store, ref, new Set(signals.map((s) => String(s.name))));
    const request: PreviewRequest = { config, asset: body.asset, recording };
    res.json(await runInWorker<PreviewRequest, Preview>(WORKER, request, { signal: AbortSignal.timeout(LONGEST_MS) }));
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const late = `The preview took more than ${LONGEST_MS / 1000} s and was given up.`;
    res.json({ message: code === "E_STOPPED" ? late : message });
  }
}
