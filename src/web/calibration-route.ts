/** GET twin/api/calibration?node&branch&id: progress and report of a twin's calibration in a twin-physics node. */
import type { CalibrationView } from "../nodes/physics/runtime.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";

export function calibrationRoute(RED: Pick<Runtime, "httpAdmin" | "auth" | "nodes">): void {
  RED.httpAdmin.get("/twin/api/calibration", RED.auth.needsPermission("twin.read"), (req: Request, res: Response) => {
    const ref = refOf(req.query);
    const node = RED.nodes.getNode(String(req.query.node ?? "")) as { calibration?: CalibrationView } | null;
    if (!ref || !node?.calibration)
      return fresh(res).status(404).json({ message: "No deployed twin physics node has this id: deploy it first." });
    fresh(res).json(node.calibration(ref.branch, ref.id));
  });
}
