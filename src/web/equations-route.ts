import { isPlainObject } from "../lib/twin/envelope.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";

interface Request {
  body?: unknown;
}
interface Response {
  status(code: number): Response;
  json(body: unknown): void;
}

/**
 * `POST <admin>/twin/api/equations`: the dialog's live check of equations, or of the description of a reduced model. What
 * checks them is loaded on first use.
 */
export function equationsRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.post("/twin/api/equations", RED.auth.needsPermission("twin.read"), (req: Request, res: Response) => {
    try {
      if (isPlainObject(req.body) && req.body.reduced !== undefined) {
        const { checkReduced } =
          require("../lib/physics/reduced/check.js") as typeof import("../lib/physics/reduced/check.ts");
        return res.json(checkReduced(req.body));
      }
      const { checkEquations } = require("../lib/physics/check.js") as typeof import("../lib/physics/check.ts");
      res.json(checkEquations(req.body));
    } catch (error) {
      res.status(500).json({ ok: false, message: String(error), problems: [{ line: 1, message: String(error) }] });
    }
  });
}
