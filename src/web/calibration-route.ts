/**
 * GET twin/api/calibration?node&branch&id: progress and report of a twin's calibration in a twin-physics node.
 * GET twin/api/calibration/data?branch&id&from&to: what is recorded of a twin, and what speaks against a stretch of it.
 */
import type { Store, TwinRef } from "../lib/store/store.ts";
import type { CalibrationView } from "../nodes/physics/runtime.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import type { CalibrationData } from "./calibration-shapes.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";
import { find } from "./view.ts";

export function calibrationRoute(RED: Pick<Runtime, "httpAdmin" | "auth" | "nodes">): void {
  RED.httpAdmin.get("/twin/api/calibration", RED.auth.needsPermission("twin.read"), (req: Request, res: Response) => {
    const ref = refOf(req.query);
    const node = RED.nodes.getNode(String(req.query.node ?? "")) as { calibration?: CalibrationView } | null;
    if (!ref || !node?.calibration)
      return fresh(res).status(404).json({ message: "No deployed twin physics node has this id: deploy it first." });
    fresh(res).json(node.calibration(ref.branch, ref.id));
  });
  RED.httpAdmin.get(
    "/twin/api/calibration/data",
    RED.auth.needsPermission("twin.read"),
    (req: Request, res: Response) => {
      const ref = refOf(req.query);
      const found = ref && find(ref);
      if (!found) return fresh(res).json({ from: null, to: null, doubts: [] } satisfies CalibrationData);
      const { doubts } =
        require("../lib/physics/calibration/faults.js") as typeof import("../lib/physics/calibration/faults.ts");
      const answer: CalibrationData = {
        ...extent(found.store, ref),
        doubts: doubts(found.store, ref, rangeOf(req.query)),
      };
      fresh(res).json(answer);
    },
  );
}

/** From the oldest to the newest sample of any signal. */
function extent(store: Store, ref: TwinRef): { from: number | null; to: number | null } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const signal of store.historySignals(ref)) {
    if (signal.includes(".")) continue;
    const points = store.history({ ...ref, signal });
    from = Math.min(from, points[0]?.time ?? from);
    to = Math.max(to, points.at(-1)?.time ?? to);
  }
  return from <= to ? { from, to } : { from: null, to: null };
}

function rangeOf({ from, to }: Request["query"]): { from?: number; to?: number } {
  const time = (x: unknown) =>
    typeof x === "string" && x !== "" && Number.isFinite(Number(x)) ? Number(x) : undefined;
  const [begin, end] = [time(from), time(to)];
  return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { to: end }) };
}
