/** The API of the twins. docs/api.md describes every route. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isPlainObject, LIVE } from "../lib/twin/envelope.ts";
import { allCounters } from "../nodes/shared/counters.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { openStores } from "../nodes/shared/stores.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";
import { detail, find, summary } from "./view.ts";

const ACTIONS = new Set(
  "desire acknowledge false-alarm confirmed learn freeze maintenance calibrate undo-calibration train load-model command accept reject reset kill release".split(
    " ",
  ),
);
const MOST_POINTS = 2000;
const MOST_BODY = 10_000;
/** Actions that bring a recording, a table of histories, or a model. */
const BRINGING_DATA = new Set(["calibrate", "train", "load-model"]);
const MOST_DATA = 4_000_000;
const NOBODY = "No node handles this: is the flow deployed, and does an asset serve this twin?";

export function twins(_RED: Runtime, _req: Request, res: Response): void {
  fresh(res).json({ twins: openStores().flatMap((store) => store.twins().map((record) => summary(store, record))) });
}

export function twin(RED: Runtime, req: Request, res: Response): void {
  const ref = refOf(req.query);
  const found = ref && find(ref);
  if (!found) return notFound(res);
  fresh(res).json(detail(RED, found.store, found.record));
}

export function history(_RED: Runtime, req: Request, res: Response): void {
  const ref = refOf(req.query);
  const found = ref && find(ref);
  if (!found) return notFound(res);
  const asked = [req.query.signal].flat().filter((s): s is string => typeof s === "string");
  const number = (key: string): number | undefined => {
    const value = Number(req.query[key]);
    return req.query[key] !== undefined && Number.isFinite(value) ? value : undefined;
  };
  const points = Math.min(MOST_POINTS, Math.max(2, number("points") ?? 300));
  const range = {
    ...(number("from") !== undefined && { from: number("from")! }),
    ...(number("to") !== undefined && { to: number("to")! }),
  };
  const series: Record<string, { time: number; value: unknown; status: number }[]> = {};
  for (const signal of asked.slice(0, 40)) series[signal] = found.store.history({ ...ref, signal, points, ...range });
  fresh(res).json({ signals: found.store.historySignals(ref), series });
}

export function counters(_RED: Runtime, _req: Request, res: Response): void {
  fresh(res).json({ ingest: allCounters() });
}

export function info(RED: Runtime, req: Request, res: Response): void {
  const { version } = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));
  fresh(res).json({ version, nodeRed: RED.version(), user: req.user?.username ?? null });
}

/** Who may act on twins may not, by that, read the server's files: what ships with the package has a plain name. */
const namesFile = ({ action, model, table }: Record<string, unknown>): boolean =>
  (action === "load-model" && typeof model === "string" && !model.trim().startsWith("{")) ||
  (action === "train" && typeof table === "string" && !table.includes("\n") && !/^[\w-]+$/.test(table.trim()));
const NO_FILES =
  "Send the content instead of a path: files of the server are named in a node's dialog or in a message of a flow.";

/** Hands a person's action to the nodes that know the twin; answers what each of them did. */
export function actions(RED: Runtime, req: Request, res: Response): void {
  // A form on another page can post text, but not JSON: so no foreign page can act in a person's name.
  if (!/^application\/json\b/.test(req.headers["content-type"] ?? ""))
    return fresh(res).status(415).json({ message: "Send JSON." });
  const { body } = req;
  if (!isPlainObject(body))
    return fresh(res).status(400).json({ message: "Send an object with action, id and branch." });
  const most = BRINGING_DATA.has(String(body.action)) ? MOST_DATA : MOST_BODY;
  if (JSON.stringify(body).length > most)
    return fresh(res)
      .status(400)
      .json({ message: `The action is too long: ${most} characters are the most.` });
  const ref = refOf({ branch: body.branch ?? LIVE, id: body.id });
  if (typeof body.action !== "string" || !ACTIONS.has(body.action))
    return fresh(res)
      .status(400)
      .json({ message: `The action is not known: use one of ${Array.from(ACTIONS).join(", ")}.` });
  if (namesFile(body)) return fresh(res).status(400).json({ message: NO_FILES });
  const found = ref && find(ref);
  if (!found) return notFound(res);
  const { action, id: _id, branch: _branch, requestId: _requestId, ...details } = body;
  const by = req.user?.username;
  const results = found.store.post({ ...details, action, ...ref, requestId: RED.util.generateId(), ...(by && { by }) });
  fresh(res).json({ results, message: results.length ? results.map((r) => r.message).join(" ") : NOBODY });
}

function notFound(res: Response): void {
  fresh(res).status(404).json({ message: "This twin is not known (yet): check id and branch." });
}
